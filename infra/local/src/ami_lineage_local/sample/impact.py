"""What an image reached, as far as the records let one know: its descendants, what runs or ran them, what would."""

from collections import defaultdict
from random import Random
from typing import Any

from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.world import Image, Instance, World

Json = dict[str, Any]
_MOST_IMAGES = 200
_WINDOW = 14 * 86_400


def list_impacts(world: World, rng: Random, end: int) -> list[tuple[str, Json]]:
    """The impact of up to 200 random images that the records mention."""
    children: dict[Image, list[Image]] = defaultdict(list)
    for image in world.images:
        for parent in image.known_parents:
            children[parent.image].append(image)
    ran: dict[Image, list[Instance]] = defaultdict(list)
    for instance in world.instances:
        for known in dict.fromkeys(run.known.image for run in instance.runs):
            if known is not None:
                ran[known].append(instance)
    mentioned = [image for image in world.images if image.recorded or image.method is None]
    chosen = rng.sample(mentioned, min(len(mentioned), _MOST_IMAGES))
    groups = [(group, {each.known_image for each in group.means()}) for group in world.groups]
    impacts = []
    for image in chosen:
        family = _descend(image, children)
        until = end - rng.randint(0, _WINDOW)
        since = until - rng.randint(3600, _WINDOW)
        instances = list(dict.fromkeys(each for member in family for each in ran[member]))
        impacts.append(
            (
                image.stream_id,
                {
                    "descendants": sorted(each.stream_id for each in family - {image}),
                    "running": sorted(each.stream_id for each in instances if _runs_now(each, family)),
                    "window": {"from": iso(since), "to": iso(until)},
                    "exposed": sorted(
                        each.stream_id for each in instances if _ran(each, family, since, until)
                    ),
                    "groups": sorted(group.stream_id for group, images in groups if images & family),
                },
            )
        )
    return impacts


def _descend(image: Image, children: dict[Image, list[Image]]) -> set[Image]:
    """The image and all that is known to descend from it."""
    family = {image}
    pending = [image]
    while pending:
        for child in children.get(pending.pop(), ()):
            if child not in family:
                family.add(child)
                pending.append(child)
    return family


def _runs_now(instance: Instance, family: set[Image]) -> bool:
    return any(run.until is None and run.known.image in family for run in instance.runs)


def _ran(instance: Instance, family: set[Image], since: int, until: int) -> bool:
    """Whether it ran one of them at any time in [since, until)."""
    return any(
        run.known.image in family and run.since < until and (run.until is None or run.until > since)
        for run in instance.runs
        if run.until is None or run.until > run.since
    )

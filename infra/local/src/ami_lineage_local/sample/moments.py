"""What was true of some images at a time in the past, by all that the records tell (`as_of`)."""

from random import Random
from typing import Any

from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.world import Image, World

Json = dict[str, Any]
_MOST_IMAGES = 300


class Moments:
    """Looks at the world while it is simulated and keeps what it saw of images that records make."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._rng = rng
        self.seen: list[Json] = []

    def look(self, moment: int) -> None:
        """Keep what is so at the end of the second `moment`."""
        recorded = [image for image in self._world.images if image.recorded]
        chosen = self._rng.sample(recorded, min(len(recorded), _MOST_IMAGES))
        images = {image.stream_id: describe_keeping(image) for image in chosen}
        self.seen.append({"at": iso(moment), "images": images})


def describe_keeping(image: Image) -> Json:
    """State, tags and sharing as the records tell them; `disputed` grants may or may not hold."""
    return {
        "state": image.known_state,
        "state_disputed": image.state_disputed,
        "tags": dict(image.tags),
        "public": ("group", "all") in image.shared_with,
        "shared_with": _grants(image.shared_with),
        "disputed": _grants(image.disputed),
        "description": image.description,
        "deprecate_at": None if image.deprecate_at is None else iso(image.deprecate_at),
        "deregistration_protected": image.protected,
        "watermarks": list(image.watermarks),
    }


def _grants(grants: list[tuple[str, str]]) -> list[Json]:
    return [{"kind": kind, "value": value} for kind, value in grants]

"""What to do about a blast radius, ordered by risk: first stop what spreads, then what runs, then what remains."""

from collections.abc import Iterable, Mapping, Sequence

from graph_store.models import Vertex
from query_api.application.answers import Unknown
from query_api.application.impact_answers import Launch, ReferrerRow, RemediationStep
from query_api.application.views import read_list

UNWATCHED = frozenset({"runs_unknown", "state_unknown", "launches_unknown"})
RETIRED = frozenset({"deregistered", "failed", "disabled"})


def list_steps(
    images: Mapping[str, Vertex],
    running: Sequence[Vertex],
    latent: Iterable[Launch],
    referrers: Iterable[ReferrerRow],
    unknowns: Iterable[Unknown],
) -> tuple[RemediationStep, ...]:
    """Steps with targets only, numbered from 1. Nothing here is applied: it is a list to decide on."""
    referring = list(referrers)
    living = {key: one for key, one in sorted(images.items()) if one.properties.get("state") not in RETIRED}
    public = [key for key, one in living.items() if one.properties.get("public") is True]
    shared = [
        key
        for key, one in living.items()
        if key not in public and read_list(one.properties.get("shared_with"))
    ]
    exposed = [one.id for one in running if one.properties.get("public_ip")]
    inside = [one.id for one in running if not one.properties.get("public_ip")]
    steps: tuple[tuple[str, Sequence[str], str], ...] = (
        ("make_private", public, "Anybody can start these images now."),
        (
            "change_group_launch",
            sorted({row.group for row in latent}),
            "The next scale-out of these groups starts an affected image, also while you replace instances.",
        ),
        (
            "repoint_references",
            [row.id for row in referring if row.kind != "image_recipe"],
            "Whoever launches by these templates, configurations or parameters gets an affected image.",
        ),
        (
            "replace_instances",
            exposed,
            "They run an affected image and have a public address.",
        ),
        ("replace_instances", inside, "They run an affected image."),
        (
            "rebuild_from_clean_source",
            [row.id for row in referring if row.kind == "image_recipe"],
            "These recipes build new images on an affected one.",
        ),
        ("stop_sharing", shared, "Others can start these images; what they start is not seen here."),
        (
            "disable_images",
            list(living),
            "No new instance can start from a disabled image; it can be enabled again.",
        ),
        (
            "investigate",
            sorted({each.subject for each in unknowns if each.reason in UNWATCHED}),
            "What these run, or would start, is not recorded; they may be affected.",
        ),
    )
    filled = [(action, targets, why) for action, targets, why in steps if targets]
    return tuple(
        RemediationStep(priority=number, action=action, targets=tuple(targets), why=why)
        for number, (action, targets, why) in enumerate(filled, start=1)
    )

"""What a blast radius leaves open: it is listed, never left out."""

from collections.abc import Iterable, Mapping
from typing import Final

from graph_store.models import Vertex
from query_api.application.answers import Unknown
from query_api.application.impact_answers import GroupRow
from query_api.application.views import find_unknowns, to_node
from query_api.domain.blast_radius import Standing
from query_api.domain.words import explain_launch

COMPLIANCE: Final = Unknown(
    subject="compliance_impact",
    reason="not_available",
    detail="Verdicts are not summed up over a blast radius yet; the page of each image shows its own.",
)


def list_unknowns(
    images: Mapping[str, Vertex],
    instances: Iterable[Vertex],
    standings: Mapping[str, Standing],
    groups: Iterable[GroupRow],
) -> list[Unknown]:
    """Images without a full record, instances whose run is not known, groups whose next launch is not."""
    found = [
        Unknown(
            subject=one.id,
            reason="runs_unknown",
            detail="It was started from, or ran, an affected image; what it runs now is not recorded.",
        )
        for one in instances
        if standings[one.id].unknown
    ]
    found += [
        Unknown(
            subject=one.id,
            reason="state_unknown",
            detail="It ran an affected image when last seen; whether it still exists is not recorded.",
        )
        for one in instances
        if standings[one.id].runs is not None and not one.properties.get("state")
    ]
    found += [
        Unknown(
            subject=group.id,
            reason="launches_unknown",
            detail=f"What it would start next is not wholly known: {explain_launch(group.launches_unknown)}",
        )
        for group in groups
        if group.launches_unknown
    ]
    found += find_unknowns(to_node(vertex) for _, vertex in sorted(images.items()))
    return [*found, COMPLIANCE]

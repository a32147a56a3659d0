"""Building an edge that a stream owns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ami_lineage_contracts.graph import EdgeLabel
from lineage.elements import EdgeFacts
from lineage.summary import StreamSummary
from lineage.values import to_properties


def build_edge(
    state: StreamSummary,
    label: EdgeLabel,
    target: str | None,
    evidence: tuple[str, ...],
    **fields: Any,  # noqa: ANN401 - whatever an edge may hold
) -> EdgeFacts | None:
    """Edge from the stream itself; None where the target has no stream id, or is the stream."""
    if target is None or target == state.stream_id:
        return None
    discriminator = fields.pop("discriminator", "")
    properties = to_properties({"owner": state.stream_id, "evidence": evidence, **fields})
    return EdgeFacts(label, state.stream_id, target, discriminator, properties)


def build_foreign_edge(
    state: StreamSummary,
    label: EdgeLabel,
    source: str | None,
    evidence: tuple[str, ...],
    discriminator: str,
    fields: Mapping[str, datetime | None],
) -> EdgeFacts | None:
    """Edge into the stream, which owns it all the same; None where the source has no stream id."""
    if source is None or source == state.stream_id:
        return None
    properties = to_properties({"owner": state.stream_id, "evidence": evidence, **fields})
    return EdgeFacts(label, source, state.stream_id, discriminator, properties)

"""Stream ids of the resources that a state refers to."""

from ami_lineage_contracts.stream_ids import REGIONAL_KINDS, build_resource_stream
from lineage.summary import StreamSummary


def find_neighbour(
    state: StreamSummary, kind: str, resource_id: str | None, region: str | None = None
) -> str | None:
    """Stream of a resource in the partition of `state`, and in its Region unless another is given.

    None where the records do not name it in a way that gives a stream id.
    """
    there = region or state.region
    if kind not in REGIONAL_KINDS or not resource_id or not there or "/" in there:
        return None
    return build_resource_stream(kind, state.partition, there, resource_id)

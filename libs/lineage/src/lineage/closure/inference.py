"""What conventions suggest where no record proves anything: names of stored objects, descriptions of snapshots."""

from collections.abc import Iterator
from typing import Final

from ami_lineage_contracts.graph import Method, TerminalReason
from lineage.closure.proof import find_root_snapshot, join
from lineage.closure.reader import StateReader
from lineage.closure.results import Parent
from lineage.closure.walk import Found, walk_instance
from lineage.descriptions import Described, parse_description
from lineage.image_state import ImageState
from lineage.neighbours import find_neighbour, find_stem_image
from lineage.snapshot_state import SnapshotState

OPEN_REASONS: Final[frozenset[TerminalReason | None]] = frozenset(
    {"before_recorded_history", "missing_event", "foreign_account"}
)
"""Ends at which the records say nothing; any other end is proven, and no convention speaks against it."""


def infer_parent(state: ImageState, reader: StateReader) -> Parent | None:
    """The parent that a convention names, if what it names has events of its own."""
    making = state.making
    if making is not None and making.method == "restore_image":
        return _infer_from_key(state, reader)
    for snapshot in _list_snapshots(state, reader):
        described = parse_description(snapshot.description)
        if described is None or snapshot.described_by is None:
            continue
        return _infer_from_description(state, snapshot, described, reader)
    return None


def _infer_from_key(state: ImageState, reader: StateReader) -> Parent | None:
    """CreateStoreImageTask calls the object after the image that it holds (AWS_FACTS 1.1)."""
    making = state.making
    stem = find_stem_image(state, making.object_key if making is not None else None)
    if making is None or stem is None or stem == state.stream_id:
        return None
    event_id = _find_evidence(reader.get(stem, ImageState))
    if event_id is None:
        return None
    return _build_parent(state, stem, "restore_image", (making.event_id, event_id))


def _list_snapshots(state: ImageState, reader: StateReader) -> Iterator[SnapshotState]:
    """The root snapshot and what it was copied from."""
    here = find_neighbour(state, "snapshot", find_root_snapshot(state))
    visited: set[str] = set()
    while here is not None and here not in visited:
        visited.add(here)
        snapshot = reader.get(here, SnapshotState)
        yield snapshot
        making = snapshot.making
        if making is None or making.source_region is None:
            return
        here = find_neighbour(snapshot, "snapshot", making.source_snapshot_id, making.source_region)


def _infer_from_description(
    state: ImageState, snapshot: SnapshotState, described: Described, reader: StateReader
) -> Parent | None:
    """A snapshot of another image's disk leads to that image, one of its own to what that was made of."""
    named = find_neighbour(snapshot, "image", described.image_id)
    if named is None:
        return None
    evidence = (snapshot.described_by or "",)
    if named != state.stream_id:
        return _infer_from_image(state, named, evidence, reader)
    if described.source_image_id is not None:
        # The Region of the source is not told: only where an image of this Region has the id is it known.
        source = find_neighbour(snapshot, "image", described.source_image_id)
        return None if source is None else _infer_from_image(state, source, evidence, reader)
    instance = find_neighbour(snapshot, "instance", described.instance_id)
    at = snapshot.created_at or state.created_at
    if instance is None or at is None:
        return None
    outcome = walk_instance(instance, at, reader)
    if not isinstance(outcome, Found) or outcome.image == state.stream_id:
        return None
    return _build_parent(state, outcome.image, "snapshot_description", join(evidence, outcome.evidence))


def _infer_from_image(
    state: ImageState, image: str, evidence: tuple[str, ...], reader: StateReader
) -> Parent | None:
    if image == state.stream_id:
        return None
    event_id = _find_evidence(reader.get(image, ImageState))
    if event_id is None:
        return None
    return _build_parent(state, image, "snapshot_description", (*evidence, event_id))


def _find_evidence(image: ImageState) -> str | None:
    """An event which shows that the image is, or was, there."""
    return image.making.event_id if image.making is not None else image.observed_by


def _build_parent(state: ImageState, image: str, method: Method, evidence: tuple[str, ...]) -> Parent:
    own = (state.making.event_id,) if state.making is not None else ()
    return Parent(
        image=image,
        method=method,
        confidence="inferred",
        evidence=join(own, evidence),
        valid_from=state.making.at if state.making is not None else state.created_at,
    )

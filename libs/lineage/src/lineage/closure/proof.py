"""What the record of an image's making proves by itself, before EC2's own word is heard."""

from dataclasses import dataclass
from typing import Final

from ami_lineage_contracts.graph import TerminalReason
from lineage.closure.reader import NotReadError, StateReader
from lineage.closure.results import Parent
from lineage.closure.walk import Found, Outcome, walk_instance, walk_snapshot
from lineage.image_state import ImageState, Making, MappedSnapshot
from lineage.instance_state import InstanceState
from lineage.neighbours import find_neighbour
from lineage.root_changes import USUAL_ROOT_DEVICES


@dataclass(frozen=True, slots=True)
class Proof:
    """Parents that the records prove. `contradicts`: they show that the content is not the launch image's."""

    parents: tuple[Parent, ...] = ()
    reason: TerminalReason | None = None
    contradicts: bool = False


NOTHING: Final = Proof(reason="missing_event")


class NotReadTogetherError(LookupError):
    """Several streams are needed at once; closing ends with Missing."""

    def __init__(self, stream_ids: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(stream_ids)))
        self.stream_ids = stream_ids


def prove(state: ImageState, making: Making, reader: StateReader) -> Proof:
    """Parents by the record of the making.

    Raises:
        NotReadError, NotReadTogetherError: streams are needed that the caller has not given.
    """
    if making.method == "copy_image":
        return _prove_copied(state, making)
    if making.method == "create_image":
        return _prove_created(state, making, reader)
    return _prove_registered(state, making, reader)


def _prove_copied(state: ImageState, making: Making) -> Proof:
    source = find_neighbour(state, "image", making.source_image_id, making.source_region)
    if source is None or making.source_region is None or source == state.stream_id:
        return NOTHING
    parent = Parent(
        image=source,
        method="copy_image",
        confidence="recorded",
        evidence=(making.event_id,),
        valid_from=making.at,
    )
    return Proof((parent,))


def _prove_created(state: ImageState, making: Making, reader: StateReader) -> Proof:
    stream_id = find_neighbour(state, "instance", making.source_instance_id)
    if stream_id is None:
        return NOTHING
    outcome = walk_instance(stream_id, making.at, reader)
    change = reader.get(stream_id, InstanceState).find_root_change(making.at)
    exchanged = change is not None and change.kind != "launched"
    if not isinstance(outcome, Found):
        return Proof(reason=outcome.reason, contradicts=exchanged)
    if outcome.image == state.stream_id:
        return NOTHING
    parent = Parent(
        image=outcome.image,
        method="create_image",
        confidence=outcome.confidence,
        evidence=_join((making.event_id,), outcome.evidence),
        valid_from=making.at,
    )
    return Proof((parent,), contradicts=exchanged)


def _prove_registered(state: ImageState, making: Making, reader: StateReader) -> Proof:
    """Every mapped snapshot is walked; the root one says why the chain ends, others may add parents."""
    if not state.mapped_snapshots:
        return Proof(reason="external_import") if making.image_location is not None else NOTHING
    outcomes = _walk_all(state, reader)
    evidence: dict[str, tuple[str, ...]] = {}
    for mapped, outcome in outcomes:
        if isinstance(outcome, Found) and outcome.image != state.stream_id:
            own = _join((making.event_id, mapped.event_id), outcome.evidence)
            evidence[outcome.image] = _join(evidence.get(outcome.image, ()), own)
    parents = tuple(
        Parent(
            image=image,
            method="register_snapshot",
            confidence="reconstructed",
            evidence=evidence[image],
            valid_from=making.at,
        )
        for image in sorted(evidence)
    )
    root = _find_root(state, outcomes)
    if root is None:
        return Proof(parents, None if parents else "missing_event")
    if isinstance(root, Found):
        return Proof(parents, "missing_event" if root.image == state.stream_id else None)
    return Proof(parents, root.reason)


def _walk_all(state: ImageState, reader: StateReader) -> list[tuple[MappedSnapshot, Outcome]]:
    outcomes, missing = [], set()
    for mapped in state.mapped_snapshots:
        stream_id = find_neighbour(state, "snapshot", mapped.snapshot_id)
        if stream_id is None:
            continue
        try:
            outcomes.append((mapped, walk_snapshot(stream_id, reader)))
        except NotReadError as needed:
            missing.add(needed.stream_id)
    if missing:
        raise NotReadTogetherError(frozenset(missing))
    return outcomes


def _find_root(state: ImageState, outcomes: list[tuple[MappedSnapshot, Outcome]]) -> Outcome | None:
    """Outcome of the snapshot at the root device; the only one where the device does not tell."""
    devices = (state.root_device_name,) if state.root_device_name else USUAL_ROOT_DEVICES
    at_root = [outcome for mapped, outcome in outcomes if mapped.device_name in devices]
    if at_root:
        return at_root[0]
    distinct = {mapped.snapshot_id for mapped, _ in outcomes}
    return outcomes[0][1] if len(distinct) == 1 else None


def _join(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))

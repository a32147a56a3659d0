"""Closure of an image: its parents."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from ami_lineage_contracts.graph import Method, TerminalReason
from lineage.closure.inference import OPEN_REASONS, infer_parent
from lineage.closure.proof import Proof, join, prove
from lineage.closure.reader import NotReadError, Speakers, StateReader
from lineage.closure.results import ImageClosure, Missing, Parent
from lineage.closure.watermarks import contradicts_watermarks
from lineage.fold import StreamState
from lineage.image_state import ImageState
from lineage.neighbours import find_neighbour
from lineage.partitions import find_partition

_PUBLISHERS: Final = frozenset({"amazon", "aws-marketplace"})
"""Owner aliases of verified providers, at which AWS's own ancestry ends too (AWS_FACTS 0.3)."""


def close_image(
    stream_id: str,
    states: Mapping[str, StreamState],
    *,
    members: Collection[str] | None = None,
    speakers: Speakers | None = None,
) -> ImageClosure | Missing:
    """Parents of an image, or what must be read before they can be told.

    A stream without events must be given as its empty state (``fold(stream_id, ())``).
    `members`: accounts of the organization, where known; an observed image of another owner is then foreign.
    `speakers`: images whose observed ancestry speaks of an image, by that image; without it nothing is known of
    such observations.
    """
    reader = StateReader(states, speakers, members)
    beyond = StateReader(states, speakers, members)
    try:
        closure = close_parents(stream_id, reader)
        state = reader.get(stream_id, ImageState)
        divergent = closure.divergent or contradicts_watermarks(state, closure, beyond, close_parents)
    except NotReadError as needed:
        return Missing(needed.stream_ids, needed.spoken_of)
    return replace(
        closure, divergent=divergent, reads=reader.reads, ancestor_reads=beyond.reads - reader.reads
    )


def close_parents(stream_id: str, reader: StateReader) -> ImageClosure:
    """Parents of an image.

    Raises:
        NotReadError: streams or speakers are needed that the caller has not given.
    """
    state = reader.get(stream_id, ImageState)
    proof = None if state.making is None else prove(state, state.making, reader)
    native, elsewhere = _find_native(state, reader)
    if native is not None:
        if proof is None or not (proof.parents or proof.contradicts):
            return ImageClosure(stream_id=stream_id, parents=(native,))
        return _compare(state, proof, native)
    if elsewhere and (proof is None or not proof.parents):
        return ImageClosure(stream_id=stream_id, terminal_reason="other_partition")
    if proof is None:
        proof = Proof(reason=_explain(state, reader))
    if not proof.parents and proof.reason in OPEN_REASONS:
        inferred = infer_parent(state, reader)
        if inferred is not None:
            return ImageClosure(stream_id=stream_id, parents=(inferred,))
    return ImageClosure(stream_id=stream_id, parents=proof.parents, terminal_reason=proof.reason)


def _compare(state: ImageState, proof: Proof, native: Parent) -> ImageClosure:
    """Hear EC2's word beside the records': agreement makes it native, disagreement is shown (DESIGN 6)."""
    agreeing = [parent for parent in proof.parents if parent.image == native.image]
    if not agreeing:
        other = replace(native, method="observed_ancestry")
        return ImageClosure(
            stream_id=state.stream_id,
            parents=(*proof.parents, other),
            terminal_reason=proof.reason,
            divergent=True,
        )
    (parent,) = agreeing
    confirmed = replace(parent, confidence="native", evidence=join(parent.evidence, native.evidence))
    return ImageClosure(
        stream_id=state.stream_id,
        parents=tuple(confirmed if each is parent else each for each in proof.parents),
        terminal_reason=proof.reason,
    )


def _find_native(state: ImageState, reader: StateReader) -> tuple[Parent | None, bool]:
    """The source that AWS itself names (AWS_FACTS 0.1), and whether that is in another partition.

    What was observed of the image itself counts before what the ancestry of an image below it says.
    """
    seen = state.observed_source
    if seen is not None:
        region = seen.source_region or state.region or ""
        if find_partition(region) not in (None, state.partition):
            return None, True
        image = find_neighbour(state, "image", seen.source_image_id, region)
        if image is not None and image != state.stream_id:
            return _build_native(state, image, seen.event_id), False
    for speaker in _list_speakers(state, reader):
        for said in speaker.statements:
            if said.child == state.stream_id and said.parent is not None and said.parent != said.child:
                return _build_native(state, said.parent, said.event_id), False
    return None, False


def _list_speakers(state: ImageState, reader: StateReader) -> list[ImageState]:
    streams = reader.list_speakers(state.stream_id, "image")
    reader.require(streams)
    return [reader.get(each, ImageState) for each in streams]


def _build_native(state: ImageState, image: str, event_id: str) -> Parent:
    making = state.making
    method: Method = "observed_ancestry"
    if making is not None and making.method != "register_image":
        method = making.method
    return Parent(
        image=image,
        method=method,
        confidence="native",
        evidence=(event_id,) if making is None else (making.event_id, event_id),
        valid_from=state.created_at,
    )


def _explain(state: ImageState, reader: StateReader) -> TerminalReason:
    """Why nothing is known of an image without a record of its making."""
    said = (one for each in _list_speakers(state, reader) for one in each.statements)
    aliases = {one.owner_alias for one in said if one.child == state.stream_id}
    if _PUBLISHERS & {state.owner_alias, *aliases}:
        return "public_root"
    if state.observed_by is not None and reader.is_foreign(state.owner_account_id):
        return "foreign_account"
    return "before_recorded_history"

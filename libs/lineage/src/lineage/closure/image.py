"""Closure of an image: its parents."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from ami_lineage_contracts.graph import Method, TerminalReason
from lineage.closure.proof import NotReadTogetherError, Proof, prove
from lineage.closure.reader import NotReadError, StateReader
from lineage.closure.results import ImageClosure, Missing, Parent
from lineage.fold import StreamState
from lineage.image_state import ImageState
from lineage.neighbours import find_neighbour

_PUBLISHERS: Final = frozenset({"amazon", "aws-marketplace"})
"""Owner aliases of verified providers, at which AWS's own ancestry ends too (AWS_FACTS 0.3)."""


def close_image(
    stream_id: str, states: Mapping[str, StreamState], *, members: Collection[str] | None = None
) -> ImageClosure | Missing:
    """Parents of an image, or the streams without which they cannot be told.

    A stream without events must be given as its empty state (``fold(stream_id, ())``).
    `members`: accounts of the organization, where known; an observed image of another owner is then foreign.
    """
    reader = StateReader(states)
    try:
        state = reader.get(stream_id, ImageState)
        proof = None if state.making is None else prove(state, state.making, reader)
    except NotReadError as needed:
        return Missing(frozenset({needed.stream_id}))
    except NotReadTogetherError as needed:
        return Missing(needed.stream_ids)
    closure = _conclude(state, proof, members)
    return replace(closure, reads=reader.reads)


def _conclude(state: ImageState, proof: Proof | None, members: Collection[str] | None) -> ImageClosure:
    native = _find_native(state)
    if native is None:
        if proof is None:
            return ImageClosure(stream_id=state.stream_id, terminal_reason=_explain(state, members))
        return ImageClosure(stream_id=state.stream_id, parents=proof.parents, terminal_reason=proof.reason)
    if proof is None or not (proof.parents or proof.contradicts):
        return ImageClosure(stream_id=state.stream_id, parents=(native,))
    return _compare(state, proof, native)


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
    evidence = tuple(dict.fromkeys((*parent.evidence, *native.evidence)))
    confirmed = replace(parent, confidence="native", evidence=evidence)
    return ImageClosure(
        stream_id=state.stream_id,
        parents=tuple(confirmed if each is parent else each for each in proof.parents),
        terminal_reason=proof.reason,
    )


def _find_native(state: ImageState) -> Parent | None:
    """The source that EC2 itself names (AWS_FACTS 0.1)."""
    seen = state.observed_source
    image = find_neighbour(state, "image", seen.source_image_id, seen.source_region) if seen else None
    if seen is None or image is None or image == state.stream_id:
        return None
    making = state.making
    method: Method = "observed_ancestry"
    if making is not None and making.method != "register_image":
        method = making.method
    return Parent(
        image=image,
        method=method,
        confidence="native",
        evidence=(seen.event_id,) if making is None else (making.event_id, seen.event_id),
        valid_from=state.created_at,
    )


def _explain(state: ImageState, members: Collection[str] | None) -> TerminalReason:
    """Why nothing is known of an image without a record of its making."""
    if state.owner_alias in _PUBLISHERS:
        return "public_root"
    owner = state.owner_account_id
    if state.observed_by is not None and members is not None and owner is not None and owner not in members:
        return "foreign_account"
    return "before_recorded_history"

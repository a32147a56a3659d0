"""Closure of an auto scaling group: what the next scale-out would start, at any time."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ami_lineage_contracts.events.reference import GroupLaunch, LaunchOverride
from lineage.closure.reader import NotReadError, Speakers, StateReader
from lineage.closure.results import GroupClosure, Launch, LaunchUnknown, Missing, UnknownLaunch
from lineage.closure.ways import Piece, Stretch, resolve_image, resolve_template
from lineage.fixed_state import FixedState
from lineage.fold import StreamState
from lineage.group_state import GroupState
from lineage.instance_state import InstanceState
from lineage.neighbours import find_named, find_neighbour
from lineage.spans import EVER_AFTER, EVER_BEFORE, Span, cover
from lineage.summary import StreamSummary


def close_group(
    stream_id: str, states: Mapping[str, StreamState], *, speakers: Speakers | None = None
) -> GroupClosure | Missing:
    """What a group would launch, or what must be read before that can be told.

    A stream without events must be given as its empty state (``fold(stream_id, ())``).
    `speakers`: templates that have a name, by the vertex of that name (see Missing).
    """
    reader = StateReader(states, speakers)
    try:
        group = reader.get(stream_id, GroupState)
    except NotReadError as needed:
        return Missing(needed.stream_ids)
    pieces: list[Piece] = []
    missing: set[str] = set()
    spoken_of: set[str] = set()
    for stretch, launch in _list_stretches(group):
        try:
            pieces += _resolve_launch(group, launch, stretch, reader)
        except NotReadError as needed:
            missing |= needed.stream_ids
            spoken_of |= needed.spoken_of
    if missing or spoken_of:
        return Missing(frozenset(missing), frozenset(spoken_of))
    return GroupClosure(
        stream_id=stream_id,
        launches=_join_launches(pieces),
        unknowns=_join_unknowns(pieces),
        reads=reader.reads,
    )


def _list_stretches(group: GroupState) -> Iterator[tuple[Stretch, GroupLaunch | None]]:
    """The times in which the group existed and could grow, and what it launched from in each."""
    for life in group.lives:
        for size, begin, end in cover(group.max_sizes, life.begin, life.end):
            if size is not None and size.value == 0:
                continue
            for launch, start, stop in cover(group.launches, begin, end):
                if launch is None:
                    yield Stretch(start, stop, ()), None
                else:
                    yield Stretch(start, stop, (launch.event_id,)), launch.value


def _resolve_launch(
    group: GroupState, launch: GroupLaunch | None, stretch: Stretch, reader: StateReader
) -> list[Piece]:
    if launch is None:
        return [Piece(stretch, None, "settings_unseen")]
    if launch.overrides:
        return [
            piece
            for override in launch.overrides
            for piece in _resolve_override(group, launch, override, stretch, reader)
        ]
    if launch.template is not None:
        return list(resolve_template(group, launch.template, stretch, reader))
    if launch.configuration_name is not None:
        return list(_resolve_configuration(group, launch.configuration_name, stretch, reader))
    if launch.from_instance is not None:
        return [_resolve_instance(group, launch.from_instance, stretch, stretch.begin, reader)]
    return [Piece(stretch, None, "settings_unseen")]


def _resolve_override(
    group: GroupState,
    launch: GroupLaunch,
    override: LaunchOverride,
    stretch: Stretch,
    reader: StateReader,
) -> Iterable[Piece]:
    """An image of its own counts before a template of its own, and that before the common one (AWS_FACTS 1.7)."""
    if override.image is not None:
        return resolve_image(group, override.image, stretch, reader)
    return resolve_template(group, override.template or launch.template, stretch, reader)


def _resolve_configuration(
    group: GroupState, name: str, stretch: Stretch, reader: StateReader
) -> Iterator[Piece]:
    stream_id = find_named(group, "launch-configuration", name)
    if stream_id is None:
        yield Piece(stretch, None, "configuration_unseen")
        return
    configuration = reader.get(stream_id, FixedState)
    for span, begin, end in cover(configuration.contents, stretch.begin, stretch.end):
        part = stretch.narrow(begin, end, *(() if span is None else (span.event_id,)))
        if span is None or not span.value.known:
            yield Piece(part, None, "configuration_unseen")
        elif span.value.image is None and span.value.from_instance is not None:
            yield _resolve_instance(configuration, span.value.from_instance, part, span.begin, reader)
        else:
            yield from resolve_image(configuration, span.value.image, part, reader)


def _resolve_instance(
    state: StreamSummary, instance_id: str, stretch: Stretch, at: datetime, reader: StateReader
) -> Piece:
    """The image that EC2 reported of an instance when settings were taken from it."""
    stream_id = find_neighbour(state, "instance", instance_id)
    instance = reader.get(stream_id, InstanceState) if stream_id is not None else None
    change = instance.find_reported_image(at) if instance is not None else None
    image = find_neighbour(state, "image", change.image_id) if change is not None else None
    if change is None or image is None:
        return Piece(stretch, None, "instance_unseen")
    return Piece(stretch.narrow(stretch.begin, stretch.end, change.event_id), image)


def _join_launches(pieces: Iterable[Piece]) -> tuple[Launch, ...]:
    """Times of one image joined, over all ways that lead to it."""
    spans: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.image is not None:
            spans.setdefault(piece.image, []).append(piece)
    return tuple(
        Launch(image=image, evidence=span.value, valid_from=_open(span.begin), valid_to=_open(span.end))
        for image in sorted(spans)
        for span in _join(spans[image])
    )


def _join_unknowns(pieces: Iterable[Piece]) -> tuple[UnknownLaunch, ...]:
    spans: dict[LaunchUnknown, list[Piece]] = {}
    for piece in pieces:
        if piece.reason is not None:
            spans.setdefault(piece.reason, []).append(piece)
    return tuple(
        UnknownLaunch(reason=reason, valid_from=_open(span.begin), valid_to=_open(span.end))
        for reason in sorted(spans)
        for span in _join(spans[reason])
    )


def _join(pieces: Iterable[Piece]) -> list[Span[tuple[str, ...]]]:
    """Overlapping and touching times as one, with the evidence of all."""
    joined: list[Span[tuple[str, ...]]] = []
    ordered = sorted(pieces, key=lambda each: (each.stretch.begin, each.stretch.end, each.stretch.evidence))
    for piece in ordered:
        begin, end, evidence = piece.stretch.begin, piece.stretch.end, piece.stretch.evidence
        if joined and begin <= joined[-1].end:
            last = joined.pop()
            evidence = tuple(dict.fromkeys((*last.value, *evidence)))
            begin, end = last.begin, max(last.end, end)
        joined.append(Span(evidence, "", begin, end))
    return joined


def _open(time: datetime) -> datetime | None:
    return None if time in (EVER_BEFORE, EVER_AFTER) else time

"""From a reference to the images it stood for, cut along the times at which that changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ami_lineage_contracts.events.payload import ImageReference, TemplateReference
from lineage.closure.reader import StateReader
from lineage.closure.results import LaunchUnknown
from lineage.launch_template_state import LaunchTemplateState
from lineage.neighbours import find_neighbour, find_parameter, find_template_name, read_parameter
from lineage.parameter_state import ParameterState, ParameterValue
from lineage.reference_edges import find_template
from lineage.spans import EVER_AFTER, EVER_BEFORE, Span, cover
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that is being resolved, and the events that led there."""

    begin: datetime
    end: datetime
    evidence: tuple[str, ...]

    def narrow(self, begin: datetime, end: datetime, *evidence: str) -> "Stretch":
        """A part of it, with more evidence."""
        return Stretch(begin, end, tuple(dict.fromkeys((*self.evidence, *evidence))))


@dataclass(frozen=True, slots=True)
class Piece:
    """What a way led to in a time: an image, or the reason why not."""

    stretch: Stretch
    image: str | None
    reason: LaunchUnknown | None = None


def resolve_image(
    state: StreamSummary, reference: ImageReference | None, stretch: Stretch, reader: StateReader
) -> Iterator[Piece]:
    """Images for a reference that stands in `state`; the pieces cover the stretch."""
    if reference is None or not (reference.image_id or reference.parameter):
        yield Piece(stretch, None, "no_image")
        return
    image = find_neighbour(state, "image", reference.image_id)
    if image is not None:
        yield Piece(stretch, image)
        return
    stream_id = find_parameter(state, reference)
    if stream_id is None:
        yield Piece(stretch, None, "parameter_unseen")
        return
    yield from _resolve_parameter(reader.get(stream_id, ParameterState), reference, stretch)


def _resolve_parameter(
    parameter: ParameterState, reference: ImageReference, stretch: Stretch
) -> Iterator[Piece]:
    name = read_parameter(reference)
    selector = name.selector if name is not None else None
    spans = parameter.currents if selector is None else _list_selected(parameter, selector)
    for span, begin, end in cover(spans, stretch.begin, stretch.end):
        if span is None:
            ended = any(each.end <= begin for each in parameter.currents)
            reason: LaunchUnknown = "parameter_deleted" if ended else "parameter_unseen"
            yield Piece(stretch.narrow(begin, end), None, reason)
            continue
        value = parameter.find_value(span.value)
        yield _read_value(parameter, value, stretch.narrow(begin, end, span.event_id))


def _list_selected(parameter: ParameterState, selector: str) -> tuple[Span[str | None], ...]:
    """Which version a label, or a number in each life of the name, meant when."""
    if not selector.isdecimal():
        return parameter.find_labels(selector)
    spans: list[Span[str | None]] = []
    for value in parameter.values:
        if value.number == int(selector):
            life = value.key.partition(":")[0]
            alive = [span for span in parameter.currents if (span.value or "").partition(":")[0] == life]
            since = [span for span in alive if span.value == value.key]
            if alive:
                begin = since[0].valid_from if since else alive[0].valid_from
                spans.append(Span(value.key, value.evidence[0], begin, alive[-1].valid_to))
    return tuple(spans)


def _read_value(parameter: ParameterState, value: ParameterValue | None, stretch: Stretch) -> Piece:
    if value is None or not value.known:
        return Piece(stretch, None, "parameter_hidden")
    image = find_neighbour(parameter, "image", value.image_id)
    if image is None:
        return Piece(stretch, None, "no_image")
    return Piece(stretch.narrow(stretch.begin, stretch.end, *value.evidence), image)


def resolve_template(
    state: StreamSummary, reference: TemplateReference | None, stretch: Stretch, reader: StateReader
) -> Iterator[Piece]:
    """Images for a template that `state` names by its id, or by its name."""
    by_id = find_template(state, reference)
    name = find_template_name(state, reference)
    if reference is None or (by_id is None and name is None):
        yield Piece(stretch, None, "settings_unseen")
        return
    version = reference.version or "$Default"
    if by_id is not None:
        template = reader.get(by_id, LaunchTemplateState)
        if not template.exists:
            yield Piece(stretch, None, "template_unseen")
            return
        yield from _resolve_version(template, version, stretch, reader)
        return
    streams = reader.list_speakers(name or "", "launch-template")
    reader.require(streams)
    templates = [reader.get(each, LaunchTemplateState) for each in streams]
    for holder, begin, end in cover(_list_holders(templates), stretch.begin, stretch.end):
        if holder is None or holder.value is None:
            yield Piece(stretch.narrow(begin, end), None, "name_unresolved")
        else:
            yield from _resolve_version(holder.value, version, stretch.narrow(begin, end), reader)


def _list_holders(templates: list[LaunchTemplateState]) -> tuple[Span[LaunchTemplateState | None], ...]:
    """Who held the name when; None where two did, so that it is not known who is meant."""
    lives = [(each.created_at or EVER_BEFORE, each.deleted_at or EVER_AFTER, each) for each in templates]
    edges = sorted({time for begin, end, _ in lives for time in (begin, end)})
    spans: list[Span[LaunchTemplateState | None]] = []
    for begin, end in pairwise(edges):
        holders = [each for start, stop, each in lives if start <= begin and end <= stop]
        if holders:
            holder = holders[0] if len(holders) == 1 else None
            spans.append(Span(holder, "", begin, end))
    return tuple(spans)


def _resolve_version(
    template: LaunchTemplateState, version: str, stretch: Stretch, reader: StateReader
) -> Iterator[Piece]:
    ended = template.deleted_at or EVER_AFTER
    if stretch.end > ended:
        yield Piece(stretch.narrow(max(stretch.begin, ended), stretch.end), None, "template_deleted")
        if stretch.begin >= ended:
            return
        stretch = stretch.narrow(stretch.begin, ended)
    if version.isdecimal():
        yield from _resolve_number(template, int(version), stretch, reader)
        return
    spans = {"$Default": template.defaults, "$Latest": template.latests}.get(version, ())
    for span, begin, end in cover(spans, stretch.begin, stretch.end):
        if span is None or span.value is None:
            yield Piece(stretch.narrow(begin, end), None, "version_unseen")
        else:
            yield from _resolve_number(
                template, span.value, stretch.narrow(begin, end, span.event_id), reader
            )


def _resolve_number(
    template: LaunchTemplateState, number: int, stretch: Stretch, reader: StateReader
) -> Iterator[Piece]:
    version = template.find_version(number)
    if version is None or not version.known:
        yield Piece(stretch, None, "version_unseen")
        return
    gone = version.valid_to or EVER_AFTER
    if stretch.end > gone:
        yield Piece(stretch.narrow(max(stretch.begin, gone), stretch.end), None, "version_unseen")
    if stretch.begin < gone:
        here = stretch.narrow(stretch.begin, min(stretch.end, gone), version.event_id)
        yield from resolve_image(template, version.image, here, reader)

"""Edges from what would launch an image to what it refers to, with the times for which it did."""

from collections.abc import Iterator

from ami_lineage_contracts.events.payload import ImageReference, TemplateReference
from ami_lineage_contracts.events.reference import GroupLaunch
from lineage.edge_building import build_edge
from lineage.elements import EdgeFacts
from lineage.fixed_state import FixedState
from lineage.group_state import GroupState
from lineage.launch_template_state import LaunchTemplateState, VersionState
from lineage.neighbours import (
    build_template_name,
    find_named,
    find_neighbour,
    find_parameter,
    find_template_name,
)
from lineage.parameter_state import ParameterState
from lineage.spans import Span
from lineage.summary import StreamSummary

Edges = list[EdgeFacts | None]


def list_reference_edges(state: LaunchTemplateState | GroupState | FixedState | ParameterState) -> Edges:
    """REFERENCES and the edges that names need."""
    if isinstance(state, LaunchTemplateState):
        return _of_template(state)
    if isinstance(state, GroupState):
        return [edge for span in state.launches if span.value for edge in _of_launch(state, span, span.value)]
    if isinstance(state, FixedState):
        return _of_fixed(state)
    return _of_parameter(state)


def _of_template(state: LaunchTemplateState) -> Edges:
    default = state.defaults[-1].value if state.defaults and state.defaults[-1].valid_to is None else None
    latest = state.latests[-1].value if state.latests and state.latests[-1].valid_to is None else None
    edges: Edges = []
    for version in state.versions:
        fields = {
            "version": str(version.number),
            "is_default": version.number == default,
            "is_latest": version.number == latest,
            "valid_from": version.valid_from,
            "valid_to": _end_version(state, version),
        }
        targets = list_image_targets(state, version.image)
        edges += [
            build_edge(
                state,
                "REFERENCES",
                target,
                (version.event_id,),
                discriminator=str(version.number),
                **fields,
            )
            for target in targets
        ]
    evidence = (state.versions[0].event_id,) if state.versions else ()
    edges += [
        build_edge(state, "SPEAKS_OF", build_template_name(state, name), evidence)
        for name in state.known_names
    ]
    return edges


def _end_version(state: LaunchTemplateState, version: VersionState) -> object:
    ends = [end for end in (version.valid_to, state.deleted_at) if end is not None]
    return min(ends, default=None)


def _of_launch(
    state: GroupState, span: Span[GroupLaunch | None], launch: GroupLaunch
) -> Iterator[EdgeFacts | None]:
    """Everything that a group may launch from in one of its times."""
    templates = [launch.template, *(each.template for each in launch.overrides)]
    evidence, times = (span.event_id,), {"valid_from": span.valid_from, "valid_to": span.valid_to}
    for template in templates:
        target = find_template(state, template)
        if template is not None and target is not None:
            yield build_edge(
                state,
                "REFERENCES",
                target,
                evidence,
                version=template.version or "$Default",
                discriminator=f"{span.event_id}#{template.version or '$Default'}",
                **times,
            )
        yield build_edge(state, "NAMES", find_template_name(state, template), evidence)
    images = [target for each in launch.overrides for target in list_image_targets(state, each.image)]
    configuration = find_named(state, "launch-configuration", launch.configuration_name)
    for target in (configuration, *images):
        yield build_edge(state, "REFERENCES", target, evidence, discriminator=span.event_id, **times)
    yield build_edge(state, "NAMES", find_neighbour(state, "instance", launch.from_instance), evidence)


def find_template(state: StreamSummary, reference: TemplateReference | None) -> str | None:
    """Stream of a template that is named by its id."""
    if reference is None:
        return None
    return find_neighbour(state, "launch-template", reference.template_id)


def list_image_targets(state: StreamSummary, reference: ImageReference | None) -> list[str | None]:
    """The image, or the parameter that stands for it."""
    if reference is None:
        return []
    return [find_neighbour(state, "image", reference.image_id), find_parameter(state, reference)]


def _of_fixed(state: FixedState) -> Edges:
    edges: Edges = []
    for span in state.contents:
        evidence = (span.event_id,)
        for target in list_image_targets(state, span.value.image):
            edges.append(
                build_edge(
                    state,
                    "REFERENCES",
                    target,
                    evidence,
                    version=span.value.version,
                    valid_from=span.valid_from,
                    valid_to=span.valid_to,
                    discriminator=span.event_id,
                )
            )
        instance = find_neighbour(state, "instance", span.value.from_instance)
        edges.append(build_edge(state, "NAMES", instance, evidence))
    return edges


def _of_parameter(state: ParameterState) -> Edges:
    edges: Edges = []
    for value in state.values:
        current = [span for span in state.currents if span.value == value.key]
        labels = sorted(
            name
            for name, spans in state.labels
            if spans and spans[-1].valid_to is None and spans[-1].value == value.key
        )
        edges.append(
            build_edge(
                state,
                "REFERENCES",
                find_neighbour(state, "image", value.image_id),
                value.evidence,
                version=str(value.number) if value.number is not None else None,
                labels=labels or None,
                valid_from=current[0].valid_from if current else None,
                valid_to=current[-1].valid_to if current else None,
                is_current=bool(current) and current[-1].valid_to is None,
                discriminator=value.key,
            )
        )
    return edges

"""Stream ids of the resources that a state refers to."""

import re
from typing import Final

from ami_lineage_contracts.events.payload import ImageReference, TemplateReference
from ami_lineage_contracts.parameters import ParameterName, parse_parameter_name
from ami_lineage_contracts.stream_ids import (
    REGIONAL_KINDS,
    build_resource_stream,
    import_task_stream,
    named_stream,
    stored_object_stream,
)
from lineage.summary import StreamSummary

_IMAGE_STEM: Final = re.compile(r"(?:.*/)?(ami-[0-9a-z]+)(?:\.bin)?")
_RESOLVE: Final = "resolve:ssm:"


def find_neighbour(
    state: StreamSummary, kind: str, resource_id: str | None, region: str | None = None
) -> str | None:
    """Stream of a resource in the partition of `state`, and in its Region unless another is given.

    None where the records do not name it in a way that gives a stream id.
    """
    there = region or state.region
    if kind not in REGIONAL_KINDS or not resource_id or not there or not _is_segment(there):
        return None
    return build_resource_stream(kind, state.partition, there, resource_id)


def find_stored_object(state: StreamSummary, bucket: str | None, key: str | None) -> str | None:
    """Stream of a stored image in the partition of `state`."""
    return stored_object_stream(state.partition, bucket, key) if bucket and key else None


def find_stem_image(state: StreamSummary, key: str | None) -> str | None:
    """The image after which a stored object is called: CreateStoreImageTask writes ``ami-....bin``."""
    stem = _IMAGE_STEM.fullmatch(key or "")
    return find_neighbour(state, "image", stem[1]) if stem is not None else None


def find_task(state: StreamSummary, task_id: str | None) -> str | None:
    """Stream of an import task in the Region of `state`."""
    return import_task_stream(state.partition, state.region, task_id) if task_id and state.region else None


def find_named(state: StreamSummary, kind: str, name: str | None) -> str | None:
    """Stream of a thing that has a name, in the account and Region of `state`."""
    if not name or not state.region or not state.owner_account_id or not _is_segment(state.owner_account_id):
        return None
    return named_stream(kind, state.partition, state.region, state.owner_account_id, name)


def find_parameter(state: StreamSummary, reference: ImageReference | None) -> str | None:
    """Stream of the parameter that a reference resolves."""
    parameter = read_parameter(reference)
    if parameter is None or not state.region:
        return None
    account = parameter.account_id or state.owner_account_id
    there = (account or "", parameter.region or state.region)
    if not parameter.name or not all(map(_is_segment, there)):
        return None
    return parameter.to_stream(state.partition, state.region, account or "")


def read_parameter(reference: ImageReference | None) -> ParameterName | None:
    """Name, version and label in ``resolve:ssm:name[:version|:label]``."""
    if reference is None or not reference.parameter:
        return None
    return parse_parameter_name(reference.parameter.removeprefix(_RESOLVE))


def find_template_name(state: StreamSummary, reference: TemplateReference | None) -> str | None:
    """The vertex that stands for a template's name, where a reference gives no id."""
    if reference is None or reference.template_id or not reference.template_name:
        return None
    account = state.owner_account_id
    return build_template_name(state, f"{account}/{reference.template_name}") if account else None


def build_template_name(state: StreamSummary, known_name: str) -> str | None:
    """The vertex that stands for ``account/name`` of a template: no stream, only a place where two meet."""
    account, _, name = known_name.partition("/")
    if not state.region or not account:
        return None
    return named_stream("launch-template-name", state.partition, state.region, account, name)


def _is_segment(text: str) -> bool:
    """Whether a text can be a segment of a stream id as it is."""
    return bool(text) and not set(text) & {"/", "|"}

"""Calls on SSM parameters, which may name the image that a template resolves (AWS_FACTS 1.7)."""

from typing import Final

from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.events.reference import (
    ParameterDeleted,
    ParameterLabelled,
    ParameterSet,
    ParameterUnlabelled,
)
from ami_lineage_contracts.parameters import parse_parameter_name
from ingest.domain.call import Call, Fact, find_id, find_name, fit_stream
from ingest.domain.decoding import to_text

_HIDDEN: Final = frozenset({"HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>"})
_TYPES_WITHOUT_IMAGE: Final = frozenset({"SecureString", "StringList"})


def put_parameter(call: Call) -> list[Fact]:
    """PutParameter: the version is in the answer, the value is hidden."""
    value = call.request.text("value")
    image_id = find_id("image", call.request, "value")
    version = call.response.number("version")
    put = ParameterSet(
        incomplete=value is None or value in _HIDDEN or version is None,
        owner_account_id=call.account_id,
        image_id=image_id,
        version=version,
        data_type=call.request.text("dataType"),
    )
    return _on_parameter(call, find_name(call.request, "name"), "parameter.set", put)


def find_other_type(call: Call) -> str | None:
    """Why a parameter that can hold no image id is passed over; a parameter's type never changes."""
    kind = call.request.text("type")
    return f"PutParameter of a {kind}, which names no image" if kind in _TYPES_WITHOUT_IMAGE else None


def label_parameter_version(call: Call) -> list[Fact]:
    """LabelParameterVersion: of the newest version when it names none."""
    version = call.response.number("parameterVersion") or call.request.number("parameterVersion")
    refused = {to_text(member) for member in call.response.members("invalidLabels")}
    asked = dict.fromkeys(to_text(member) for member in call.request.members("labels"))
    labels = tuple(label for label in asked if label is not None and label not in refused)
    labelled = ParameterLabelled(version=version, labels=labels, incomplete=version is None or not labels)
    return _on_parameter(call, find_name(call.request, "name"), "parameter.labelled", labelled)


def unlabel_parameter_version(call: Call) -> list[Fact]:
    """UnlabelParameterVersion: the labels that the answer says are gone; without an answer those that were named."""
    version = call.request.number("parameterVersion")
    gone = call.response.members("removedLabels") if call.response else call.request.members("labels")
    labels = tuple(label for label in dict.fromkeys(map(to_text, gone)) if label is not None)
    unlabelled = ParameterUnlabelled(
        version=version, labels=labels, incomplete=version is None or not call.response
    )
    return _on_parameter(call, find_name(call.request, "name"), "parameter.unlabelled", unlabelled)


def find_no_label(call: Call) -> str | None:
    """Why an answer that took no label away is passed over."""
    if not call.response.members("invalidLabels") or call.response.members("removedLabels"):
        return None
    return f"{call.operation} that took none away"


def delete_parameter(call: Call) -> list[Fact]:
    """DeleteParameter."""
    return _on_parameter(call, find_name(call.request, "name"), "parameter.deleted", ParameterDeleted())


def delete_parameters(call: Call) -> list[Fact]:
    """DeleteParameters: those that the answer says are gone; without an answer those that were named."""
    gone = call.response.members("deletedParameters") if call.response else call.request.members("names")
    deleted = ParameterDeleted(incomplete=not call.response)
    return [
        fact
        for name in dict.fromkeys(to_text(member) for member in gone)
        for fact in _on_parameter(call, name, "parameter.deleted", deleted)
    ]


def find_none_deleted(call: Call) -> str | None:
    """Why an answer that deleted no parameter is passed over."""
    if not call.response.members("invalidParameters") or call.response.members("deletedParameters"):
        return None
    return f"{call.operation} that deleted none"


def find_parameter_stream(call: Call, name: str | None) -> str | None:
    """Stream of the parameter of this name or ARN; None without an account."""
    if name is None or call.account_id is None:
        return None
    parameter = parse_parameter_name(name)
    if not parameter.name:
        return None
    return fit_stream(parameter.to_stream(call.partition, call.region, call.account_id))


def _on_parameter(call: Call, name: str | None, event_type: str, payload: Payload) -> list[Fact]:
    stream_id = find_parameter_stream(call, name)
    return [] if stream_id is None else [Fact(event_type, stream_id, payload)]

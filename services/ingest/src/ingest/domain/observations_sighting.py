"""One resource as it was seen: its stream, and what was said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ami_lineage_contracts.events.payload import Payload
from ami_lineage_contracts.parameters import parse_parameter_name
from ami_lineage_contracts.stream_ids import (
    NAMED_KINDS,
    account_stream,
    import_task_stream,
    named_stream,
    stream_kind,
)
from ingest.domain.call import Call, fit_stream
from ingest.domain.decoding import NO_FIELDS, Fields, JsonObject
from ingest.domain.observations import build_image, build_instance, build_snapshot, build_volume
from ingest.domain.observations_references import (
    build_account,
    build_group,
    build_import_task,
    build_launch_configuration,
    build_launch_template,
    build_parameter,
    build_recipe,
)

_NAME_AND_BUILDER: Final[Mapping[str, tuple[str, Callable[[JsonObject, Call], Payload]]]] = {
    "image": ("imageId", build_image),
    "instance": ("instanceId", build_instance),
    "snapshot": ("snapshotId", build_snapshot),
    "volume": ("volumeId", build_volume),
    "launch-template": ("launchTemplateId", build_launch_template),
    "auto-scaling-group": ("autoScalingGroupName", build_group),
    "launch-configuration": ("launchConfigurationName", build_launch_configuration),
    "parameter": ("name", build_parameter),
    "image-recipe": ("arn", build_recipe),
    "import-task": ("importTaskId", build_import_task),
    "account": ("id", build_account),
}
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""A look is none of the organization's own calls."""

OBSERVED_KINDS: Final = frozenset(_NAME_AND_BUILDER)


@dataclass(frozen=True, slots=True)
class Sighting:
    """`account_id` is the account that was asked; it need not own what it sees."""

    stream_id: str
    account_id: str | None
    region: str | None
    payload: Payload

    @property
    def event_type(self) -> str:
        """Type of the event that tells it."""
        return f"{stream_kind(self.stream_id).replace('-', '_')}.observed"


def find_resource_id(kind: str, described: JsonObject) -> str | None:
    """The id or name of what was described; None when the answer has none."""
    return Fields(described).wording(_NAME_AND_BUILDER[kind][0])


def find_sighting(kind: str, described: JsonObject, account_id: str | None, region: str) -> Sighting | None:
    """What a Describe call said about one resource; None when it does not say about which."""
    resource_id = find_resource_id(kind, described)
    if not resource_id:
        return None
    call = Call("Describe", region, account_id, _NO_TIME, NO_FIELDS, NO_FIELDS)
    stream_id = fit_stream(_build_stream(kind, call, resource_id))
    if stream_id is None:
        return None
    return Sighting(stream_id, account_id, region, _NAME_AND_BUILDER[kind][1](described, call))


def _build_stream(kind: str, call: Call, resource_id: str) -> str:
    if kind == "parameter":
        name = parse_parameter_name(resource_id)
        return name.to_stream(call.partition, call.region, call.account_id or "")
    if kind in NAMED_KINDS:
        return named_stream(kind, call.partition, call.region, call.account_id or "", resource_id)
    if kind == "import-task":
        return import_task_stream(call.partition, call.region, resource_id)
    if kind == "account":
        return account_stream(call.partition, resource_id)
    return call.stream(kind, resource_id)

"""What all event payloads share, and the small values that several of them hold."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.times import UtcDatetime


class Payload(BaseModel):
    """`data` of an event. `incomplete`: the record was omitted or hollow in part; absent is not empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    incomplete: bool = False


class BlockDevice(BaseModel):
    """One entry of a block device mapping."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device_name: str | None = None
    snapshot_id: str | None = None
    volume_id: str | None = None
    volume_size_gib: int | None = None
    encrypted: bool | None = None
    delete_on_termination: bool | None = None


class Principal(BaseModel):
    """Somebody an image is shared with; group `all` makes it public."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["account", "group", "organization", "organizational_unit"]
    value: str


class Attachment(BaseModel):
    """A volume on an instance, as observed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume_id: str
    instance_id: str
    device_name: str | None = None
    attached_at: UtcDatetime | None = None


class ImportSource(BaseModel):
    """Where a disk of an import came from: an object of S3, a URL, or a snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    disk_format: str | None = None
    url: str | None = None
    bucket: str | None = None
    object_key: str | None = None
    snapshot_id: str | None = None


class ImageReference(BaseModel):
    """An image as a template, a group or a recipe names it: at most one of the two is set.

    `image_id`: the literal id. `parameter`: the name, version and label in ``resolve:ssm:name[:version|:label]``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    image_id: str | None = None
    parameter: str | None = None


class TemplateReference(BaseModel):
    """A launch template as a group or fleet names it; `version` may be ``$Latest`` or ``$Default``, its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template_id: str | None = None
    template_name: str | None = None
    version: str | None = None


class Tagged(Payload):
    """Tags set to these values."""

    tags: dict[str, str]


class Untagged(Payload):
    """Tags removed; a value, where given, removes the tag only if it has this value (DeleteTags)."""

    tags: dict[str, str | None]


class OperationDenied(Payload):
    """A call that failed or was a dry run: an audit fact that changes no state."""

    operation: str
    error_code: str
    error_message: str | None = None
    dry_run: bool = False
    resource_ids: tuple[str, ...] = ()

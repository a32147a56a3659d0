"""Events of what stands between EC2 and the outside: images stored in S3, and imports."""

from typing import Literal

from ami_lineage_contracts.events.payload import ImportSource, Payload


class StoredObjectWritten(Payload):
    """CreateStoreImageTask was accepted: this object holds that image."""

    image_id: str
    region: str


class ImportTaskStarted(Payload):
    """ImportImage or ImportSnapshot was accepted; the id of what it makes is known at its end."""

    operation: Literal["import_image", "import_snapshot"]
    owner_account_id: str | None = None
    description: str | None = None
    sources: tuple[ImportSource, ...] = ()


class ImportTaskObserved(Payload):
    """What DescribeImportImageTasks or DescribeImportSnapshotTasks said (kept 7 days, AWS_FACTS 1.1)."""

    status: str | None = None
    image_id: str | None = None
    snapshot_ids: tuple[str, ...] = ()
    sources: tuple[ImportSource, ...] = ()

"""Ends of snapshots, of copies and of volumes, as EBS tells them; each names what it was made of."""

from typing import Final, Literal

from ami_lineage_contracts.events.payload import Principal
from ami_lineage_contracts.events.storage import SnapshotCompleted, SnapshotSharingChanged, VolumeDeleted
from ingest.domain.call import Fact
from ingest.domain.decoding import Fields
from ingest.domain.notifications.notification import Notice, Notification, find_arn_id

SnapshotOperation = Literal["create_snapshot", "create_snapshots", "copy_snapshot"]

_OPERATION_OF: Final[dict[str, SnapshotOperation]] = {
    "createSnapshot": "create_snapshot",
    "createSnapshots": "create_snapshots",
    "copySnapshot": "copy_snapshot",
}
_SHARED: Final = "shareSnapshot"
_SUCCESSES: Final = frozenset({"succeeded", "completed"})


def read_snapshot(event: Notification) -> list[Fact]:
    """EBS Snapshot Notification, and EBS Multi-Volume Snapshots Completion Status with several snapshots."""
    name = event.detail.text("event") or ""
    if name == _SHARED:
        return _read_sharing(event)
    operation = _OPERATION_OF.get(name)
    if operation is None:
        return []
    entries = event.detail.children("snapshots") or [event.detail]
    return [fact for entry in entries for fact in _read_completion(event, operation, entry)]


def find_other_snapshot_event(event: Notification) -> str | None:
    """Why an event about a snapshot's tier is passed over."""
    name = event.detail.text("event") or ""
    if not name.isascii() or not name.isalnum() or name in _OPERATION_OF or name == _SHARED:
        return None
    return f"EBS Snapshot Notification of {name[:40]}"


def read_volume(event: Notification) -> list[Fact]:
    """EBS Volume Notification of a deletion."""
    found = next(filter(None, (find_arn_id("volume", arn) for arn in event.resources)), None)
    if found is None:
        return []
    volume_id, region = found
    return [Fact("volume.deleted", event.stream("volume", volume_id, region), VolumeDeleted())]


def find_other_volume_event(event: Notification) -> str | None:
    """Why an event about a volume that still exists is passed over: the call itself tells of it."""
    name = event.detail.text("event") or ""
    if not name.isascii() or not name.isalnum():
        return None
    if name == "deleteVolume" and event.detail.text("result") == "deleted":
        return None
    return f"EBS Volume Notification of {name[:40]}"


def _read_completion(event: Notification, operation: SnapshotOperation, entry: Fields) -> list[Fact]:
    found = find_arn_id("snapshot", entry.text("snapshot_id"))
    if found is None:
        return []
    snapshot_id, region = found
    source = entry.text("source")
    volume, snapshot = find_arn_id("volume", source), find_arn_id("snapshot", source)
    outcome = entry.text("status") or entry.text("result") or event.detail.text("result")
    # The source of a copy is a snapshot, of everything else a volume; the other one would be a mistake.
    of_copy = operation == "copy_snapshot"
    volume_id = volume[0] if volume is not None and not of_copy else None
    source_snapshot_id = snapshot[0] if snapshot is not None and of_copy else None
    source_region = snapshot[1] if snapshot is not None and of_copy else None
    completed = SnapshotCompleted(
        incomplete=outcome is None
        or (volume_id is None and (source_snapshot_id is None or source_region is None)),
        operation=operation,
        succeeded=outcome in _SUCCESSES,
        source_volume_id=volume_id,
        source_snapshot_id=source_snapshot_id,
        source_region=source_region,
        cause=event.detail.text("cause"),
    )
    return [Fact("snapshot.completed", event.stream("snapshot", snapshot_id, region), completed)]


def _read_sharing(event: Notification) -> list[Fact]:
    """Told to the account with which the snapshot is shared."""
    found = find_arn_id("snapshot", event.detail.text("snapshot_id"))
    if found is None or event.account_id is None:
        return []
    snapshot_id, region = found
    shared = SnapshotSharingChanged(added=(Principal(kind="account", value=event.account_id),))
    return [Fact("snapshot.sharing_changed", event.stream("snapshot", snapshot_id, region), shared)]


EBS_NOTICES: Final = (
    Notice("aws.ec2", "EBS Snapshot Notification", read_snapshot, find_other_snapshot_event),
    Notice("aws.ec2", "EBS Multi-Volume Snapshots Completion Status", read_snapshot),
    Notice("aws.ec2", "EBS Volume Notification", read_volume, find_other_volume_event),
)

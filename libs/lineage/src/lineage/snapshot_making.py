"""The event that made a snapshot, and of what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ami_lineage_contracts.events.storage import (
    SnapshotCompleted,
    SnapshotCopied,
    SnapshotCreated,
    SnapshotImported,
)
from lineage.order import Entry

SnapshotOperation = Literal[
    "create_snapshot", "create_snapshots", "start_snapshot", "copy_snapshot", "import_snapshot"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMaking:
    """What made the snapshot: CloudTrail's record, or where it is missing or hollow EBS's word at the end."""

    operation: SnapshotOperation
    event_id: str
    at: datetime
    volume_id: str | None = None
    instance_id: str | None = None
    holds_every_volume: bool = False
    """CreateSnapshots made this one alone and left the boot volume in: it is the root volume's."""
    source_region: str | None = None
    source_snapshot_id: str | None = None
    import_task_id: str | None = None


def build_snapshot_making(recorded: Entry | None, completed: Entry | None) -> SnapshotMaking | None:
    """CloudTrail's record counts; EBS's notification stands in where the record names no source."""
    making = None if recorded is None else _from_record(recorded)
    if completed is None or (making is not None and _names_source(making)):
        return making
    return _from_completion(completed) or making


def _names_source(making: SnapshotMaking) -> bool:
    if making.operation in ("start_snapshot", "import_snapshot"):
        return True
    return bool(making.volume_id or making.instance_id or making.source_snapshot_id)


def _from_record(entry: Entry) -> SnapshotMaking:
    payload = entry.payload
    if isinstance(payload, SnapshotCreated):
        of_instance = payload.operation == "create_snapshots"
        return SnapshotMaking(
            operation=payload.operation,
            event_id=entry.event_id,
            at=entry.at,
            volume_id=payload.volume_id or None,
            instance_id=(payload.instance_id or None) if of_instance else None,
            holds_every_volume=of_instance and payload.set_size == 1 and not payload.boot_volume_excluded,
        )
    if isinstance(payload, SnapshotImported):
        return SnapshotMaking(
            operation="import_snapshot",
            event_id=entry.event_id,
            at=entry.at,
            import_task_id=payload.import_task_id or None,
        )
    copied = payload if isinstance(payload, SnapshotCopied) else None
    return SnapshotMaking(
        operation="copy_snapshot",
        event_id=entry.event_id,
        at=entry.at,
        source_region=(copied.source_region or None) if copied else None,
        source_snapshot_id=(copied.source_snapshot_id or None) if copied else None,
    )


def _from_completion(entry: Entry) -> SnapshotMaking | None:
    """Where the notification names what the snapshot was made of (AWS_FACTS 0.17)."""
    payload = entry.payload
    if not isinstance(payload, SnapshotCompleted):
        return None
    if payload.operation != "copy_snapshot":
        if not payload.source_volume_id:
            return None
        return SnapshotMaking(
            operation="create_snapshot",
            event_id=entry.event_id,
            at=entry.at,
            volume_id=payload.source_volume_id,
        )
    if not (payload.source_snapshot_id and payload.source_region):
        return None
    return SnapshotMaking(
        operation="copy_snapshot",
        event_id=entry.event_id,
        at=entry.at,
        source_region=payload.source_region,
        source_snapshot_id=payload.source_snapshot_id,
    )

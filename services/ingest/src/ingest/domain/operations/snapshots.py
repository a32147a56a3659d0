"""Calls that make, share, end and bring back snapshots (AWS_FACTS 1.6, 2.3)."""

from typing import Literal

from ami_lineage_contracts.events.storage import (
    SnapshotCopied,
    SnapshotCreated,
    SnapshotDeleted,
    SnapshotRecovered,
    SnapshotSharingChanged,
    SnapshotUsedElsewhere,
)
from ingest.domain.call import Call, Fact, find_id, find_region, read_tag_specifications, read_tags
from ingest.domain.operations.sharing import read_attribute, read_sharing


def create_snapshot(call: Call) -> list[Fact]:
    """CreateSnapshot of one volume."""
    snapshot_id = find_id("snapshot", call.response, "snapshotId")
    if snapshot_id is None:
        return []
    volume_id = find_id("volume", call.response, "volumeId") or find_id("volume", call.request, "volumeId")
    created = SnapshotCreated(
        operation="create_snapshot",
        incomplete=volume_id is None,
        owner_account_id=call.response.account("ownerId") or call.account_id,
        volume_id=volume_id,
        description=call.request.wording("description") or call.response.wording("description"),
        volume_size_gib=call.response.number("volumeSize"),
        encrypted=call.response.flag("encrypted"),
        tags=read_tags(call.response.children("tagSet", "tags"))
        or read_tag_specifications(call.request, "snapshot"),
    )
    return [Fact("snapshot.created", call.stream("snapshot", snapshot_id), created)]


def create_snapshots(call: Call) -> list[Fact]:
    """CreateSnapshots of an instance: one for each of its volumes that was not excluded."""
    entries = call.response.children("snapshotSet", "snapshots")
    specification = call.request.child("instanceSpecification")
    instance_id = find_id("instance", specification, "instanceId")
    boot_volume_excluded = specification.flag("excludeBootVolume") or False
    given = read_tag_specifications(call.request, "snapshot")
    facts = []
    for entry in entries:
        snapshot_id = find_id("snapshot", entry, "snapshotId")
        if snapshot_id is None:
            continue
        created = SnapshotCreated(
            operation="create_snapshots",
            incomplete=instance_id is None,
            owner_account_id=entry.account("ownerId") or call.account_id,
            volume_id=find_id("volume", entry, "volumeId"),
            instance_id=instance_id,
            set_size=len(entries),
            boot_volume_excluded=boot_volume_excluded,
            description=entry.wording("description") or call.request.wording("description"),
            volume_size_gib=entry.number("volumeSize"),
            encrypted=entry.flag("encrypted"),
            tags=read_tags(entry.children("tagSet", "tags")) or given,
        )
        facts.append(Fact("snapshot.created", call.stream("snapshot", snapshot_id), created))
    return facts


def copy_snapshot(call: Call) -> list[Fact]:
    """CopySnapshot, recorded in the destination Region."""
    snapshot_id = find_id("snapshot", call.response, "snapshotId")
    if snapshot_id is None:
        return []
    source_snapshot_id = find_id("snapshot", call.request, "sourceSnapshotId")
    source_region = find_region(call.request, "sourceRegion")
    copied = SnapshotCopied(
        incomplete=source_snapshot_id is None or source_region is None,
        owner_account_id=call.account_id,
        source_region=source_region,
        source_snapshot_id=source_snapshot_id,
        description=call.request.wording("description"),
        encrypted=call.request.flag("encrypted"),
        kms_key_id=call.request.text("kmsKeyId"),
        tags=read_tags(call.response.children("tagSet", "tags"))
        or read_tag_specifications(call.request, "snapshot"),
    )
    return [Fact("snapshot.copied", call.stream("snapshot", snapshot_id), copied)]


def delete_snapshot(call: Call) -> list[Fact]:
    """DeleteSnapshot."""
    snapshot_id = find_id("snapshot", call.request, "snapshotId")
    if snapshot_id is None:
        return []
    return [Fact("snapshot.deleted", call.stream("snapshot", snapshot_id), SnapshotDeleted())]


def start_snapshot(call: Call) -> list[Fact]:
    """StartSnapshot of the EBS direct API: blocks from outside, on top of a parent or of nothing."""
    snapshot_id = find_id("snapshot", call.response, "snapshotId")
    if snapshot_id is None:
        return []
    parent = find_id("snapshot", call.request, "parentSnapshotId") or find_id(
        "snapshot", call.response, "parentSnapshotId"
    )
    created = SnapshotCreated(
        operation="start_snapshot",
        incomplete=not call.request,
        owner_account_id=call.response.account("ownerId") or call.account_id,
        parent_snapshot_id=parent,
        description=call.request.wording("description") or call.response.wording("description"),
        volume_size_gib=call.response.number("volumeSize") or call.request.number("volumeSize"),
        encrypted=call.request.flag("encrypted"),
        tags=read_tags(call.response.children("tags")) or read_tags(call.request.children("tags", "tag")),
    )
    return [Fact("snapshot.created", call.stream("snapshot", snapshot_id), created)]


def restore_snapshot_from_recycle_bin(call: Call) -> list[Fact]:
    """RestoreSnapshotFromRecycleBin."""
    snapshot_id = find_id("snapshot", call.request, "snapshotId") or find_id(
        "snapshot", call.response, "snapshotId"
    )
    if snapshot_id is None:
        return []
    return [Fact("snapshot.recovered", call.stream("snapshot", snapshot_id), SnapshotRecovered())]


def modify_snapshot_attribute(call: Call) -> list[Fact]:
    """ModifySnapshotAttribute: who may create volumes from the snapshot."""
    snapshot_id = find_id("snapshot", call.request, "snapshotId")
    if snapshot_id is None:
        return []
    sharing = read_sharing(call.request, "createVolumePermission")
    changed = SnapshotSharingChanged(
        # A call that names no permission at all was not understood either.
        incomplete=not sharing.complete or not sharing.concerned,
        added=sharing.added,
        removed=sharing.removed,
    )
    return [Fact("snapshot.sharing_changed", call.stream("snapshot", snapshot_id), changed)]


def reset_snapshot_attribute(call: Call) -> list[Fact]:
    """ResetSnapshotAttribute: createVolumePermission is the only one that it takes back (botocore: ec2)."""
    snapshot_id = find_id("snapshot", call.request, "snapshotId")
    if snapshot_id is None:
        return []
    reset = SnapshotSharingChanged(reset=True)
    return [Fact("snapshot.sharing_changed", call.stream("snapshot", snapshot_id), reset)]


def find_product_codes(call: Call) -> str | None:
    """Why a call that only sets a snapshot's product codes is passed over."""
    if (
        read_attribute(call.request) != "productcodes"
        or read_sharing(call.request, "createVolumePermission").concerned
    ):
        return None
    return f"{call.operation} of product codes"


def copy_shared_snapshot(call: Call) -> list[Fact]:
    """SharedSnapshotCopyInitiated: told to the owner when another account copies the snapshot."""
    return _use_elsewhere(call, "copied")


def create_volume_from_shared_snapshot(call: Call) -> list[Fact]:
    """SharedSnapshotVolumeCreated: told to the owner when another account makes a volume of the snapshot."""
    return _use_elsewhere(call, "volume_created")


def _use_elsewhere(call: Call, operation: Literal["copied", "volume_created"]) -> list[Fact]:
    snapshot_id = find_id("snapshot", call.details, "snapshotId")
    if snapshot_id is None:
        return []
    used = SnapshotUsedElsewhere(
        operation=operation,
        by_account_id=call.caller_account_id,
        incomplete=call.caller_account_id is None,
    )
    return [Fact("snapshot.used_elsewhere", call.stream("snapshot", snapshot_id), used)]

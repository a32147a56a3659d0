"""Imports of machine images and disks; what they make is known at their end (AWS_FACTS 1.1)."""

from collections.abc import Iterable
from typing import Literal

from ami_lineage_contracts.events.external import ImportTaskStarted
from ami_lineage_contracts.events.image import ImageImported
from ami_lineage_contracts.events.payload import ImportSource
from ami_lineage_contracts.events.storage import SnapshotImported
from ami_lineage_contracts.stream_ids import import_task_stream
from ingest.domain.call import Call, Fact, find_id, find_name, read_tag_specifications
from ingest.domain.decoding import Fields


def import_image(call: Call) -> list[Fact]:
    """ImportImage: the task, and the image where the answer names it already."""
    containers = call.request.children("diskContainer", "diskContainers", "diskContainerSet")
    sources = _read_sources(containers)
    task_id = find_id("import-task", call.response, "importTaskId")
    facts = _start_task(call, "import_image", task_id, sources)
    image_id = find_id("image", call.response, "imageId")
    if image_id is not None:
        imported = ImageImported(
            incomplete=not sources,
            owner_account_id=call.account_id,
            description=call.request.wording("description"),
            architecture=call.request.text("architecture") or call.response.text("architecture"),
            import_task_id=task_id,
            sources=sources,
            tags=read_tag_specifications(call.request, "image"),
        )
        facts.append(Fact("image.imported", call.stream("image", image_id), imported))
    return facts


def import_snapshot(call: Call) -> list[Fact]:
    """ImportSnapshot: the task, and the snapshot where the answer names it already."""
    container = call.request.child("diskContainer")
    detail = call.response.child("snapshotTaskDetail")
    sources = _read_sources(filter(None, [container or detail]))
    task_id = find_id("import-task", call.response, "importTaskId")
    facts = _start_task(call, "import_snapshot", task_id, sources)
    snapshot_id = find_id("snapshot", detail, "snapshotId")
    if snapshot_id is not None:
        imported = SnapshotImported(
            incomplete=not sources,
            owner_account_id=call.account_id,
            description=call.request.wording("description"),
            import_task_id=task_id,
            sources=sources,
            tags=read_tag_specifications(call.request, "snapshot"),
        )
        facts.append(Fact("snapshot.imported", call.stream("snapshot", snapshot_id), imported))
    return facts


def _start_task(
    call: Call,
    operation: Literal["import_image", "import_snapshot"],
    task_id: str | None,
    sources: tuple[ImportSource, ...],
) -> list[Fact]:
    if task_id is None:
        return []
    started = ImportTaskStarted(
        incomplete=not sources,
        operation=operation,
        owner_account_id=call.account_id,
        description=call.request.wording("description") or call.response.wording("description"),
        sources=sources,
    )
    return [Fact("import_task.started", import_task_stream(call.partition, call.region, task_id), started)]


def _read_sources(containers: Iterable[Fields]) -> tuple[ImportSource, ...]:
    read = (
        ImportSource(
            disk_format=entry.text("format"),
            url=entry.text("url"),
            bucket=find_name(entry.child("userBucket"), "s3Bucket"),
            object_key=find_name(entry.child("userBucket"), "s3Key"),
            snapshot_id=find_id("snapshot", entry, "snapshotId"),
        )
        for entry in containers
    )
    return tuple(source for source in read if source != _NOWHERE)


_NOWHERE = ImportSource()

"""State of what stands between EC2 and the outside: stored objects, import tasks, and accounts."""

from dataclasses import dataclass
from datetime import datetime

from ami_lineage_contracts.events.coverage import AccountObserved
from ami_lineage_contracts.events.external import ImportTaskObserved, ImportTaskStarted, StoredObjectWritten
from ami_lineage_contracts.events.payload import ImportSource
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged
from lineage.spans import Span, Timeline
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image in the Region from which it was stored."""

    image_id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObjectState(StreamSummary):
    """An object of S3: which image it held when."""

    writes: tuple[Span[StoredImage], ...] = ()

    def find_write(self, at: datetime) -> Span[StoredImage] | None:
        """The newest write at or before a time, within the same second too."""
        second = at.replace(microsecond=0)
        found = [span for span in self.writes if span.begin.replace(microsecond=0) <= second]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTaskState(StreamSummary):
    """An import of a machine image or a disk; `sources_by` is the event that names the sources."""

    operation: str | None = None
    sources: tuple[ImportSource, ...] = ()
    sources_by: str | None = None
    image_id: str | None = None
    snapshot_ids: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState(StreamSummary):
    """An account as Organizations tells it; `path`: organizational units from the root down."""

    email: str | None = None
    path: tuple[str, ...] = ()
    owner: str | None = None


def fold_stored_object(stream_id: str, ref: ResourceRef, arranged: Arranged) -> StoredObjectState:
    """State of a stored object after its events."""
    gathering, writes = Gathering(), Timeline[StoredImage]()
    for entry in arranged.entries:
        payload = entry.payload
        if isinstance(payload, StoredObjectWritten):
            gathering.begin(entry, None, {}, "written", all_tags=False)
            writes.set(StoredImage(payload.image_id, payload.region), entry)
    if writes.uncertain:
        gathering.uncertain.add("content")
    fields = gathering.build(stream_id, ref, arranged)
    fields["name"] = ref.resource_id
    return StoredObjectState(**fields, writes=writes.list_spans())


def fold_import_task(stream_id: str, ref: ResourceRef, arranged: Arranged) -> ImportTaskState:
    """State of an import task after its events."""
    gathering = Gathering()
    operation: str | None = None
    description: str | None = None
    sources: tuple[ImportSource, ...] = ()
    sources_by: str | None = None
    image_id: str | None = None
    snapshots: dict[str, None] = {}
    for entry in arranged.entries:
        payload = entry.payload
        if isinstance(payload, ImportTaskStarted):
            gathering.begin(entry, payload.owner_account_id, {}, "active", all_tags=False)
            operation, description = payload.operation, payload.description or description
        elif isinstance(payload, ImportTaskObserved):
            gathering.observe(entry, None, payload.status, None)
            image_id = payload.image_id or image_id
            snapshots |= dict.fromkeys(payload.snapshot_ids)
        else:
            gathering.retag(payload, entry)
            continue
        if payload.sources and not sources:
            sources, sources_by = payload.sources, entry.event_id
    return ImportTaskState(
        **gathering.build(stream_id, ref, arranged),
        operation=operation,
        sources=sources,
        sources_by=sources_by,
        image_id=image_id,
        snapshot_ids=tuple(sorted(snapshots)),
        description=description,
    )


def fold_account(stream_id: str, ref: ResourceRef, arranged: Arranged) -> AccountState:
    """State of an account after its events: the newest word on each thing counts."""
    gathering = Gathering()
    name: str | None = None
    email: str | None = None
    owner: str | None = None
    path: tuple[str, ...] = ()
    for entry in arranged.entries:
        payload = entry.payload
        if isinstance(payload, AccountObserved):
            gathering.observe(entry, ref.account_id, payload.status, payload.tags)
            name, email = payload.name or name, payload.email or email
            owner, path = payload.owner or owner, payload.path or path
    fields = gathering.build(stream_id, ref, arranged)
    fields["owner_account_id"] = ref.account_id
    fields["name"] = name
    return AccountState(**fields, email=email, path=path, owner=owner)

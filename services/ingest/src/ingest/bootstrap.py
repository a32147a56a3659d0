"""The one place where the parts of ingest are put together."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.topology import Topology, build_topology
from bus import (
    BusError,
    EventBridgePublisher,
    EventPublisher,
    PlatformSession,
    PlatformSettings,
    QueueConsumer,
    SqsQueue,
)
from event_log import DynamoEventLog, EventLog, LogSettings
from ingest.adapters.backfill_store import SqliteBackfillStore
from ingest.adapters.checkpoint import Checkpoint
from ingest.adapters.ec2_describer import Ec2Describer
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.metrics import Metrics
from ingest.adapters.observe_queue import ObserveQueue
from ingest.adapters.source_place import SourcePlace
from ingest.adapters.source_session import SourceSession
from ingest.application.backfill.running import Backfill, Home
from ingest.application.consuming import CentralQueueHandler
from ingest.application.differences import DifferenceRecorder
from ingest.application.following import ArchiveFollower
from ingest.application.importer import Importer
from ingest.application.observing import Observer, Pace
from ingest.application.pacing import AdaptivePace
from ingest.application.recording import Recorder
from ingest.application.selection import Selection
from ingest.domain.normaliser import NORMALISER_VERSION
from ingest.domain.registry import OPERATION_OF
from ingest.settings import IngestSettings
from ingest.source_settings import SourceSettings

_log = structlog.get_logger(__name__)
_LIVE_ATTEMPTS = 2  # a message comes again by itself
_CHECKPOINT_NAME = "archive-checkpoint.json"


@dataclass(frozen=True, slots=True)
class Platform:
    """Our own stores and buses, open."""

    topology: Topology
    log: EventLog
    publisher: EventPublisher
    sqs: Any


@dataclass(frozen=True, slots=True)
class Service:
    """What `serve` runs; `observer` is None unless observing is switched on."""

    consumer: QueueConsumer
    follower: ArchiveFollower
    observer: QueueConsumer | None


@asynccontextmanager
async def open_platform(settings: IngestSettings) -> AsyncIterator[Platform]:
    """Clients for the platform, for as long as they are needed."""
    platform = PlatformSettings()
    session = PlatformSession(platform)
    topology = build_topology(settings.topology_suffix)
    async with (
        session.client("dynamodb") as dynamodb,
        session.client("events") as events,
        session.client("sqs") as sqs,
    ):
        yield Platform(
            topology=topology,
            log=DynamoEventLog(dynamodb, LogSettings(table=topology.event_table)),
            publisher=EventBridgePublisher(events, topology.recorded_bus),
            sqs=sqs,
        )


def build_importer(
    settings: IngestSettings,
    log: EventLog,
    on_recorded: Callable[[Sequence[EventEnvelope]], Awaitable[None]] | None = None,
) -> Importer:
    """The importer of the commands, and of the follower."""
    return Importer(Recorder(log), settings.import_batch_records, settings.import_concurrency, on_recorded)


def build_limits(settings: IngestSettings) -> FileLimits:
    """What a file may cost."""
    return FileLimits(
        file_bytes=settings.max_file_bytes,
        unpacked_bytes=settings.max_unpacked_bytes,
        document_bytes=settings.max_document_bytes,
    )


def build_scope(table: str, selection: Selection) -> str:
    """Names all that decides what becomes of a unit: the log, the filters, and what is understood."""
    given = (
        table,
        NORMALISER_VERSION,
        sorted(OPERATION_OF),
        str(selection.since),
        str(selection.until),
        sorted(selection.accounts),
        sorted(selection.regions),
    )
    return hashlib.sha256(repr(given).encode()).hexdigest()


def build_service(settings: IngestSettings, platform: Platform, metrics: Metrics) -> Service:
    """Consumer of the central queue, follower of the archive, and the observer when switched on."""
    recorder = Recorder(platform.log, attempts=_LIVE_ATTEMPTS)
    observe_queue = SqsQueue(platform.sqs, platform.topology.observe_queue)
    requests = ObserveQueue(observe_queue, settings.observe_delay_seconds) if settings.observe else None
    handler = CentralQueueHandler(
        recorder, platform.publisher, settings.member_accounts, requests, metrics.counter_of("bus")
    )
    follower = ArchiveFollower(
        settings.watched_folder,
        build_importer(settings, platform.log, _tell_quietly(platform.publisher)),
        build_limits(settings),
        Recorder(platform.log),
        Checkpoint(settings.data_dir / _CHECKPOINT_NAME),
        metrics.counter_of("archive"),
        settings.archive_poll_seconds,
    )
    observer = None
    if settings.observe:
        watcher = Observer(
            DifferenceRecorder(platform.log, recorder),
            platform.publisher,
            _build_describer(),
            Pace(settings.observe_interval_seconds),
        )
        observer = QueueConsumer(observe_queue, watcher.handle)
    central = SqsQueue(platform.sqs, platform.topology.ingest_queue)
    return Service(QueueConsumer(central, handler.handle), follower, observer)


def build_source(settings: SourceSettings) -> SourceSession:
    """The source session; the platform's keys are for local endpoints only and never go to AWS."""
    platform = PlatformSettings()
    keys = None
    if platform.access_key_id is not None and platform.secret_access_key is not None:
        keys = (platform.access_key_id, platform.secret_access_key.get_secret_value())
    return SourceSession(settings.build_access(keys))


def open_places(settings: SourceSettings, session: SourceSession) -> Callable[[str | None, str], SourcePlace]:
    """Opens an account (None: the session's own) and Region; all of them share one pace."""
    pace = AdaptivePace(settings.rate)
    return lambda account_id, region: SourcePlace(session, pace, account_id, region)


def build_backfill(
    settings: SourceSettings, session: SourceSession, home: Home, log: EventLog, store: SqliteBackfillStore
) -> Backfill:
    """The run of the verb `backfill`."""
    return Backfill(
        home,
        log,
        store,
        open_places(settings, session),
        lambda: datetime.now(UTC),
        settings.places_at_once,
    )


def _build_describer() -> Ec2Describer:
    """Without a role only what the session's own account sees; then the account of an event is no matter."""
    settings = SourceSettings()
    session = build_source(settings)
    return Ec2Describer(open_places(settings, session))


def _tell_quietly(publisher: EventPublisher) -> Callable[[Sequence[EventEnvelope]], Awaitable[None]]:
    """Publishes what the archive brought; what the bus does not take, readers find in the log in a minute."""

    async def tell(events: Sequence[EventEnvelope]) -> None:
        try:
            await publisher.publish(events)
        except BusError as error:
            _log.warning("events not published", reason=str(error))

    return tell

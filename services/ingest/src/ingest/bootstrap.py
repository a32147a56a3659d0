"""The one place where the parts of ingest are put together."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiobotocore.session import AioSession

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
from ingest.adapters.checkpoint import Checkpoint
from ingest.adapters.ec2_describer import Ec2Describer
from ingest.adapters.metrics import Metrics
from ingest.adapters.observe_queue import ObserveQueue
from ingest.adapters.record_files import FileLimits
from ingest.application.consuming import CentralQueueHandler
from ingest.application.following import ArchiveFollower
from ingest.application.importer import Importer
from ingest.application.observing import Observer, Pace
from ingest.application.recording import Recorder
from ingest.settings import IngestSettings

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
    """The importer of the command, and of the follower."""
    limits = FileLimits(
        file_bytes=settings.max_file_bytes,
        unpacked_bytes=settings.max_unpacked_bytes,
        document_bytes=settings.max_document_bytes,
    )
    return Importer(
        Recorder(log), limits, settings.import_batch_records, settings.import_concurrency, on_recorded
    )


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
        Checkpoint(settings.data_dir / _CHECKPOINT_NAME),
        metrics.counter_of("archive"),
        settings.archive_poll_seconds,
    )
    observer = None
    if settings.observe:
        watcher = Observer(
            platform.log,
            recorder,
            platform.publisher,
            _build_describer(settings),
            Pace(settings.observe_interval_seconds),
        )
        observer = QueueConsumer(observe_queue, watcher.handle)
    central = SqsQueue(platform.sqs, platform.topology.ingest_queue)
    return Service(QueueConsumer(central, handler.handle), follower, observer)


def _build_describer(settings: IngestSettings) -> Ec2Describer:
    """The source session; keys are for the local endpoint only and never go to AWS."""
    platform = PlatformSettings()
    options: dict[str, str] = {}
    if (
        settings.source_ec2_endpoint is not None
        and platform.access_key_id is not None
        and platform.secret_access_key is not None
    ):
        options = {
            "aws_access_key_id": platform.access_key_id,
            "aws_secret_access_key": platform.secret_access_key.get_secret_value(),
        }
    return Ec2Describer(AioSession(), settings.source_ec2_endpoint, options)


def _tell_quietly(publisher: EventPublisher) -> Callable[[Sequence[EventEnvelope]], Awaitable[None]]:
    """Publishes what the archive brought; what the bus does not take, readers find in the log in a minute."""

    async def tell(events: Sequence[EventEnvelope]) -> None:
        try:
            await publisher.publish(events)
        except BusError as error:
            _log.warning("events not published", reason=str(error))

    return tell

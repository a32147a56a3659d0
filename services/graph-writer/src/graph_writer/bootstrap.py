"""The one place where the parts of graph-writer are put together."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from ami_lineage_contracts.topology import build_topology
from bus import (
    EventBridgePublisher,
    EventPublisher,
    PlatformSession,
    PlatformSettings,
    QueueConsumer,
    SqsQueue,
)
from event_log import DynamoEventLog, EventLog, LogSettings
from graph_store import (
    DynamoDbGenerationRegistry,
    GenerationRegistry,
    GraphStore,
    GremlinSettings,
    open_gremlin_store,
)
from graph_writer.adapters.metrics import Metrics
from graph_writer.application.batches import BatchProjector
from graph_writer.application.catch_up import CatchUp
from graph_writer.application.following import Follower
from graph_writer.application.gate import WriterGate
from graph_writer.application.live import LiveHandler
from graph_writer.application.notifying import Notifier
from graph_writer.application.projector import Projector
from graph_writer.application.rebuild import Rebuilder
from graph_writer.application.verification import Verifier
from graph_writer.settings import GraphWriterSettings


@dataclass(frozen=True, slots=True)
class Stores:
    """What graph-writer reads and writes, open; `queue` is its own."""

    log: EventLog
    graph: GraphStore
    registry: GenerationRegistry
    publisher: EventPublisher
    queue: SqsQueue


@dataclass(frozen=True, slots=True)
class GraphWriter:
    """The parts, put together."""

    gate: WriterGate
    catch_up: CatchUp
    rebuilder: Rebuilder
    verifier: Verifier
    follower: Follower
    consumer: QueueConsumer


@asynccontextmanager
async def open_stores(settings: GraphWriterSettings) -> AsyncIterator[Stores]:
    """Clients for the platform, for as long as they are needed."""
    session = PlatformSession(PlatformSettings())
    topology = build_topology(settings.topology_suffix)
    async with (
        session.client("dynamodb") as dynamodb,
        session.client("events") as events,
        session.client("sqs") as sqs,
    ):
        graph = open_gremlin_store(GremlinSettings(endpoint=settings.gremlin_endpoint))
        try:
            yield Stores(
                log=DynamoEventLog(dynamodb, LogSettings(table=topology.event_table)),
                graph=graph,
                registry=DynamoDbGenerationRegistry(dynamodb, topology.projection_table),
                publisher=EventBridgePublisher(events, topology.recorded_bus),
                queue=SqsQueue(sqs, topology.graph_writer_queue),
            )
        finally:
            await graph.close()


def build_graph_writer(settings: GraphWriterSettings, stores: Stores, metrics: Metrics) -> GraphWriter:
    """Everything over the given stores."""
    writer_id = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
    members = settings.member_accounts or None
    projector = Projector(stores.log, stores.graph, members)
    notifier = Notifier(stores.publisher)
    gate = WriterGate(stores.registry, stores.graph, writer_id)
    batches = BatchProjector(gate, projector)
    catch_up = CatchUp(
        stores.log,
        stores.graph,
        gate,
        batches,
        notifier,
        chunk=settings.projection_chunk,
        bulk_threshold=settings.bulk_threshold,
    )
    rebuilder = Rebuilder(
        stores.log,
        stores.graph,
        stores.registry,
        projector,
        notifier,
        builder_id=writer_id,
        members=members,
        chunk=settings.projection_chunk,
    )
    follower = Follower(gate, catch_up, rebuilder, metrics, settings.catch_up_seconds)
    live = LiveHandler(stores.graph, batches, notifier, follower.wake)
    return GraphWriter(
        gate=gate,
        catch_up=catch_up,
        rebuilder=rebuilder,
        verifier=Verifier(stores.log, stores.graph, stores.registry, members, catch_up.run_completely),
        follower=follower,
        consumer=QueueConsumer(stores.queue, live.handle, on_outcome=metrics.count_message),
    )

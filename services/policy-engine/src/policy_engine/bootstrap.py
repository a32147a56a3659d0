"""The one place where the parts of policy-engine are put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

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
from policy_engine.adapters.dynamodb_table import DynamoDbVerdictTable
from policy_engine.adapters.metrics import Metrics
from policy_engine.application.activation import PolicyInForce
from policy_engine.application.catch_up import CatchUp
from policy_engine.application.evaluation import Evaluator
from policy_engine.application.following import Follower
from policy_engine.application.gathering import FactGatherer
from policy_engine.application.live import LiveHandler
from policy_engine.application.ports import VerdictTable
from policy_engine.application.recording import DecisionRecorder
from policy_engine.domain.policies import PolicyText
from policy_engine.settings import PolicyEngineSettings


@dataclass(frozen=True, slots=True)
class Stores:
    """What policy-engine reads and writes, open."""

    log: EventLog
    graph: GraphStore
    registry: GenerationRegistry
    verdicts: VerdictTable
    publisher: EventPublisher


@dataclass(frozen=True, slots=True)
class PolicyEngine:
    """The parts, put together."""

    in_force: PolicyInForce
    facts: FactGatherer
    catch_up: CatchUp
    follower: Follower
    live: LiveHandler


def read_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_stores(
    settings: PolicyEngineSettings, platform: PlatformSettings
) -> AsyncIterator[tuple[Stores, SqsQueue]]:
    """Clients for the platform and the service's own queue, for as long as they are needed."""
    session = PlatformSession(platform)
    topology = build_topology(settings.topology_suffix)
    async with (
        session.client("dynamodb") as dynamodb,
        session.client("events") as events,
        session.client("sqs") as sqs,
    ):
        graph = open_gremlin_store(GremlinSettings(endpoint=settings.gremlin_endpoint))
        try:
            stores = Stores(
                log=DynamoEventLog(dynamodb, LogSettings(table=topology.event_table)),
                graph=graph,
                registry=DynamoDbGenerationRegistry(dynamodb, topology.projection_table),
                verdicts=DynamoDbVerdictTable(dynamodb, topology.verdict_table),
                publisher=EventBridgePublisher(events, topology.recorded_bus),
            )
            yield stores, SqsQueue(sqs, topology.policy_engine_queue)
        finally:
            await graph.close()


def build_policy_engine(
    settings: PolicyEngineSettings,
    policy: PolicyText,
    stores: Stores,
    metrics: Metrics,
    now: Callable[[], datetime] = read_clock,
) -> PolicyEngine:
    """Everything over the given stores."""
    in_force = PolicyInForce(policy, stores.log, now)
    facts = FactGatherer(stores.graph, stores.registry, settings.bulk_threshold)
    recorder = DecisionRecorder(stores.log, stores.verdicts, stores.publisher, now)
    evaluator = Evaluator(policy, in_force, facts, recorder, now)
    catch_up = CatchUp(policy.digest, stores.log, stores.verdicts, facts, evaluator, recorder)
    activated_by = settings.policy_file.name if settings.policy_file is not None else "the bundled policy"
    follower = Follower(in_force, activated_by, catch_up, metrics, settings.catch_up_seconds)
    live = LiveHandler(facts, evaluator, follower.ask_everything)
    return PolicyEngine(in_force, facts, catch_up, follower, live)


def build_consumer(engine: PolicyEngine, queue: SqsQueue, metrics: Metrics) -> QueueConsumer:
    """Consumes the service's own queue."""
    return QueueConsumer(queue, engine.live.handle, on_outcome=metrics.count_message)

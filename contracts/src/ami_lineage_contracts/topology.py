"""Names of the buses, queues, rules and tables: one declaration for AWS, the local platform and tests.

A `suffix` (tests use one, production none) keeps systems apart that share servers.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.envelope import BUS_SOURCE
from ami_lineage_contracts.graph import LABEL_OF_KIND
from ami_lineage_contracts.hints import GRAPH_PROJECTED, LOG_APPENDED

MAX_RECEIVE_COUNT: Final = 5
DEAD_LETTER_RETENTION_SECONDS: Final = 14 * 24 * 3600
CLOUDTRAIL_DETAIL_TYPE: Final = "AWS API Call via CloudTrail"
_VERTEX_EVENTS: Final = tuple(f"{kind.replace('-', '_')}." for kind in LABEL_OF_KIND)
"""Beginnings of the types of all events whose stream has a vertex."""


class Queue(BaseModel):
    """An SQS queue with its dead-letter queue ``{name}-dlq``."""

    model_config = ConfigDict(frozen=True)

    name: str
    visibility_timeout_seconds: int = 60

    @property
    def dead_letter_name(self) -> str:
        """Name of the queue for messages that cannot be handled."""
        return f"{self.name}-dlq"


class Rule(BaseModel):
    """An EventBridge rule with one queue as target."""

    model_config = ConfigDict(frozen=True)

    name: str
    bus: str
    pattern: dict[str, object]
    queue: str


class Topology(BaseModel):
    """Everything that has a name in the platform account."""

    model_config = ConfigDict(frozen=True)

    central_bus: str
    recorded_bus: str
    commands_bus: str
    event_table: str
    verdict_table: str
    projection_table: str
    ingest_queue: Queue
    observe_queue: Queue
    graph_writer_queue: Queue
    policy_engine_queue: Queue
    rules: tuple[Rule, ...]

    @property
    def queues(self) -> tuple[Queue, ...]:
        """All queues."""
        return (self.ingest_queue, self.observe_queue, self.graph_writer_queue, self.policy_engine_queue)

    @property
    def buses(self) -> tuple[str, ...]:
        """All buses."""
        return (self.central_bus, self.recorded_bus, self.commands_bus)


def build_topology(suffix: str = "") -> Topology:
    """The topology, every name ending in `suffix`."""

    def named(name: str) -> str:
        return f"ami-lineage-{name}{suffix}"

    ingest, observe = Queue(name=named("ingest")), Queue(name=named("observe"))
    graph_writer = Queue(name=named("graph-writer"), visibility_timeout_seconds=120)
    policy_engine = Queue(name=named("policy-engine"))
    recorded = named("recorded")
    return Topology(
        central_bus=named("central"),
        recorded_bus=recorded,
        commands_bus=named("commands"),
        event_table=named("events"),
        verdict_table=named("verdicts"),
        projection_table=named("projection"),
        ingest_queue=ingest,
        observe_queue=observe,
        graph_writer_queue=graph_writer,
        policy_engine_queue=policy_engine,
        rules=(
            Rule(
                name=named("central-to-ingest"),
                bus=named("central"),
                pattern={"source": [{"prefix": "aws."}]},
                queue=ingest.name,
            ),
            Rule(
                name=named("recorded-to-graph-writer"),
                bus=recorded,
                pattern={
                    "source": [BUS_SOURCE],
                    "detail-type": [{"prefix": prefix} for prefix in (*_VERTEX_EVENTS, LOG_APPENDED)],
                },
                queue=graph_writer.name,
            ),
            Rule(
                name=named("projected-to-policy-engine"),
                bus=recorded,
                pattern={"source": [BUS_SOURCE], "detail-type": [GRAPH_PROJECTED]},
                queue=policy_engine.name,
            ),
        ),
    )

"""A log, a graph, a table and a bus in memory, and engines over them."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from ami_lineage_contracts.envelope import EventEnvelope, EventSource
from ami_lineage_contracts.events.decision import ComplianceChanged
from ami_lineage_contracts.hints import GRAPH_PROJECTED, GraphProjected
from ami_lineage_contracts.stream_ids import compliance_stream, image_stream
from ami_lineage_contracts.times import to_key_time
from bus import InMemoryPublisher, Message
from event_log import EventLog, InMemoryEventLog, RecordEntry
from graph_store import (
    Edge,
    GenerationRegistry,
    GraphStore,
    InMemoryGenerationRegistry,
    InMemoryGraphStore,
    Marker,
    Vertex,
    build_edge_id,
)
from policy_engine.adapters.memory_table import InMemoryVerdictTable
from policy_engine.adapters.metrics import Metrics
from policy_engine.application.ports import VerdictTable
from policy_engine.bootstrap import PolicyEngine, Stores, build_policy_engine
from policy_engine.domain.policies import PolicyText
from policy_engine.settings import PolicyEngineSettings

GOLDEN: Final = "111122223333"
APPS: Final = "444455556666"
START: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY: Final = f"""\
name: house
rules:
  - id: tags
    kind: required_tags
    parameters:
      tags: {{Owner: ".+"}}
  - id: lineage
    kind: lineage_verification
    parameters:
      approved_owners: ["{GOLDEN}"]
"""
OTHER_POLICY: Final = POLICY.replace("Owner", "Team")


def image(name: str) -> str:
    return image_stream("aws", "us-east-1", f"ami-{name}")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Hesitant:
    """Behaves as the thing inside, but lets others go first a random number of times at every call."""

    def __init__(self, inner: Any, chance: random.Random) -> None:
        self._inner = inner
        self._chance = chance

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._inner, name)
        if not asyncio.iscoroutinefunction(method):
            return method

        async def hesitate(*arguments: Any, **named: Any) -> Any:
            for _ in range(self._chance.choice([0, 0, 1, 3, 12])):
                await asyncio.sleep(0)
            return await method(*arguments, **named)

        return hesitate


@dataclass
class World:
    """What engines share; every change of an image goes to the log and to the graph, as graph-writer does it."""

    clock: Any = field(default_factory=Clock)
    generation: str = "g1"
    bulk_threshold: int = 1000
    graph: GraphStore = field(default_factory=InMemoryGraphStore)
    registry: GenerationRegistry = field(default_factory=InMemoryGenerationRegistry)
    verdicts: VerdictTable = field(default_factory=InMemoryVerdictTable)
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)
    log: EventLog = None  # type: ignore[assignment]  # - needs the clock

    def __post_init__(self) -> None:
        if self.log is None:
            self.log = InMemoryEventLog(self.clock, page_size=50)

    async def open_generation(self, name: str) -> None:
        """Make a generation the one that readers see."""
        before = await self.registry.find_active()
        await self.registry.create_generation(name, 1)
        await self.registry.mark_catching_up(name)
        await self.registry.activate(name, before.version if before is not None else 0)
        self.generation = name
        await self.reach_checkpoint()

    async def reach_checkpoint(self, behind_seconds: float = 0) -> None:
        """All that was recorded up to so many seconds ago is in the graph."""
        at = self.clock() - timedelta(seconds=behind_seconds)
        await self.graph.set_marker(Marker(self.generation, to_key_time(at), 1))

    async def put_image(
        self,
        name: str,
        *parents: str,
        owner: str = APPS,
        tags: dict[str, str] | None = None,
        recorded: bool = True,
        **properties: str | bool,
    ) -> None:
        """An image as graph-writer writes it; `recorded` puts an event of its stream into the log too."""
        stream = image(name)
        if recorded:
            await self.log.append([RecordEntry(events=(build_event(stream, self.clock()),))])
        edges = [
            Edge(
                build_edge_id("DERIVED_FROM", stream, image(parent)),
                "DERIVED_FROM",
                stream,
                image(parent),
                {"method": "copy_image", "confidence": "recorded", "evidence": json.dumps([f"e-{name}"])},
            )
            for parent in parents
        ]
        vertex = Vertex(
            stream,
            "Image",
            {
                "kind": "image",
                "resource_id": f"ami-{name}",
                "account_id": owner,
                "tags": json.dumps(tags if tags is not None else {"Owner": "me"}),
                "tags_complete": True,
                "event_count": 1,
                "event_hash": "h",
                **({} if parents else {"terminal_reason": "before_recorded_history"}),
                **properties,
            },
        )
        await self.graph.load(self.generation, [vertex], edges)

    def build_engine(self, policy: str = POLICY, chance: random.Random | None = None) -> PolicyEngine:
        """An engine over this world; with `chance` its calls are slowed down at random."""

        def slow(store: Any) -> Any:
            return store if chance is None else Hesitant(store, chance)

        return build_policy_engine(
            PolicyEngineSettings(gremlin_endpoint="unused", bulk_threshold=self.bulk_threshold),
            PolicyText.from_text(policy),
            Stores(
                slow(self.log), slow(self.graph), self.registry, slow(self.verdicts), slow(self.publisher)
            ),
            Metrics(),
            self.clock,
        )

    async def start(self, policy: str = POLICY) -> PolicyEngine:
        """An engine whose policy is in force and that has caught up."""
        engine = self.build_engine(policy)
        await engine.in_force.activate("test")
        await engine.catch_up.run()
        return engine

    async def read_changes(self, name: str) -> list[ComplianceChanged]:
        """Every decision that was recorded about an image."""
        events = await self.log.read_stream(compliance_stream(image(name)))
        return [ComplianceChanged.model_validate(event.data) for event in events]

    async def read_statuses(self, name: str) -> list[str]:
        return [change.status for change in await self.read_changes(name)]

    async def find_status(self, name: str) -> str | None:
        """What the verdict table says."""
        verdict = (await self.verdicts.find_verdicts([image(name)])).get(image(name))
        return None if verdict is None else verdict.status


async def build_world(**settings: Any) -> World:
    world = World(**settings)
    await world.open_generation("g1")
    return world


def build_event(stream: str, at: datetime) -> EventEnvelope:
    return EventEnvelope(
        event_id=uuid4(),
        event_type="image.tagged",
        stream_id=stream,
        occurred_at=at,
        recorded_at=at,
        producer="test",
        source=EventSource(kind="cloudtrail", record_id="r"),
        correlation_id="c",
        data={"tags": {}},
    )


def build_hint(*names: str, everything: bool = False) -> Message:
    """What the policy-engine queue delivers when these images changed in the graph."""
    hint = GraphProjected(
        generation="g1",
        stream_ids=tuple(map(image, names)),
        everything=everything,
        correlation_id="from-the-hint",
    )
    body = json.dumps({"detail-type": GRAPH_PROJECTED, "detail": hint.model_dump(mode="json")})
    return Message(id=str(uuid4()), body=body)

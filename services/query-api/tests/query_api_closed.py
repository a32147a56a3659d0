"""An organization in events alone, and the graph that follows from any part of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ami_lineage_contracts.envelope import EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.stream_ids import build_resource_stream
from graph_store import GraphStore
from graph_store.elements import build_placeholder
from graph_store.models import Edge, Vertex, build_edge_id
from lineage import (
    EdgeFacts,
    Missing,
    StreamState,
    close_image,
    close_instance,
    closure_elements,
    fold,
    project,
)

EAST, OWNER = "us-east-1", "111122223333"
START = datetime(2026, 11, 1, tzinfo=UTC)


def name(kind: str, mark: str) -> str:
    prefix = {"image": "ami", "instance": "i", "snapshot": "snap", "volume": "vol"}[kind]
    return build_resource_stream(kind, "aws", EAST, f"{prefix}-0{mark}")


BASE, BUILD, COPY, LATE, LAUNDERED = (
    name("image", mark) for mark in ("base", "build", "copy", "late", "wash")
)
SWITCHED = name("image", "switched")
BUILDER, SERVER = name("instance", "builder"), name("instance", "server")
SNAPSHOT = name("snapshot", "wash")


def moment(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def event(stream: str, event_type: str, hours: float, recorded: float, **data: Any) -> EventEnvelope:
    """Something that happened, and when it was recorded, in hours."""
    record = f"{event_type}-{stream}-{hours}"
    kind = "observation" if event_type.endswith(".observed") else "cloudtrail"
    return EventEnvelope(
        event_id=build_event_id(record, event_type, stream),
        event_type=event_type,
        stream_id=stream,
        occurred_at=moment(hours),
        recorded_at=moment(recorded),
        producer="ingest",
        source=EventSource(kind=kind, record_id=record, account_id=OWNER, region=EAST),
        correlation_id=record,
        data=data,
    )


def resource(stream: str) -> str:
    return stream.rpartition("/")[2]


def at(hours: float) -> str:
    return moment(hours).isoformat()


ALL = (
    event(BASE, "image.observed", 30, 30, owner_account_id=OWNER, state="available", created_at=at(1)),
    event(
        BUILDER, "instance.launched", 2, 2, owner_account_id=OWNER, image_id=resource(BASE), launched_at=at(2)
    ),
    event(BUILD, "image.created", 4, 4, owner_account_id=OWNER, source_instance_id=resource(BUILDER)),
    event(BUILD, "image.state_changed", 5, 5, state="available"),
    event(BUILD, "image.tagged", 6, 40, tags={"Approved": "yes"}),
    event(
        COPY,
        "image.copied",
        8,
        50,
        owner_account_id=OWNER,
        source_region=EAST,
        source_image_id=resource(BUILD),
    ),
    event(COPY, "image.deregistered", 20, 51),
    event(
        SERVER, "instance.launched", 9, 9, owner_account_id=OWNER, image_id=resource(BUILD), launched_at=at(9)
    ),
    event(SERVER, "instance.root_volume_replaced", 15, 45, task_id="t-1", image_id=resource(BASE)),
    # Believed to be of BUILD until the replacement of the root three hours earlier is recorded.
    event(SWITCHED, "image.created", 18, 18, owner_account_id=OWNER, source_instance_id=resource(SERVER)),
    event(SERVER, "instance.state_changed", 25, 25, state="terminated", previous_state="running"),
    event(
        LAUNDERED,
        "image.registered",
        12,
        12,
        owner_account_id=OWNER,
        root_device_name="/dev/xvda",
        block_devices=[{"device_name": "/dev/xvda", "snapshot_id": resource(SNAPSHOT)}],
    ),
    event(
        SNAPSHOT,
        "snapshot.created",
        11,
        35,
        operation="create_snapshots",
        owner_account_id=OWNER,
        instance_id=resource(SERVER),
        set_size=1,
    ),
    event(
        LATE,
        "image.observed",
        32,
        32,
        owner_account_id=OWNER,
        state="available",
        created_at=at(10),
        source_image_id=resource(COPY),
        source_image_region=EAST,
    ),
)
IMAGES = (SWITCHED, BASE, BUILD, COPY, LATE, LAUNDERED)


def group(events: Iterable[EventEnvelope]) -> dict[str, tuple[EventEnvelope, ...]]:
    streams: dict[str, list[EventEnvelope]] = defaultdict(list)
    for each in events:
        streams[each.stream_id].append(each)
    return {key: tuple(found) for key, found in streams.items()}


async def load(store: GraphStore, generation: str, events: Iterable[EventEnvelope]) -> None:
    """The graph that graph-writer would make of these events."""
    streams = group(events)
    states: dict[str, StreamState] = {key: fold(key, found) for key, found in streams.items()}
    facts = {key: project(state) for key, state in states.items()}
    speakers: dict[str, set[str]] = defaultdict(set)
    for each in facts.values():
        for edge in each.edges:
            if edge.label == "SPEAKS_OF":
                speakers[edge.target].add(edge.source)
    vertices = {
        key: Vertex(
            key,
            each.vertex.label,
            {**each.vertex.properties, **_close(key, states, speakers)[0]},
        )
        for key, each in facts.items()
    }
    edges = [_to_edge(edge) for each in facts.values() for edge in each.edges]
    edges += [_to_edge(edge) for key in facts for edge in _close(key, states, speakers)[1]]
    for edge in edges:
        for end in (edge.source, edge.target):
            vertices.setdefault(end, build_placeholder(end))
    await store.load(generation, list(vertices.values()), edges)


def _close(
    key: str, states: dict[str, StreamState], speakers: Mapping[str, set[str]]
) -> tuple[Mapping[str, Any], tuple[EdgeFacts, ...]]:
    if not key.startswith(("image/", "instance/")):
        return {}, ()
    known = {each: frozenset(speakers.get(each, ())) for each in (*states, *speakers)}
    while True:
        outcome = (
            close_image(key, states, speakers=known)
            if key.startswith("image/")
            else close_instance(key, states)
        )
        if not isinstance(outcome, Missing):
            elements = closure_elements(outcome)
            return elements.properties, elements.edges
        states |= {each: fold(each, ()) for each in outcome.stream_ids}
        known |= {each: frozenset(speakers.get(each, ())) for each in outcome.spoken_of}


def _to_edge(facts: EdgeFacts) -> Edge:
    edge_id = build_edge_id(facts.label, facts.source, facts.target, facts.discriminator or None)
    properties = {key: value for key, value in facts.properties.items() if key != "owner"}
    owner = facts.properties.get("owner", facts.source)
    return Edge(edge_id, facts.label, facts.source, facts.target, {**properties, "owner": owner})

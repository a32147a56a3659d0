"""Graph elements and events as they stand in answers. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.graph import CONFIDENCE_ORDER
from graph_store.models import Edge, Vertex
from query_api.application import answers
from query_api.domain.words import explain_end

OPEN_ENDS: Final = ("before_recorded_history", "missing_event", "foreign_account")
"""Ends of chains beyond which there is more that is not known; the others are true origins."""


def to_node(vertex: Vertex, depth: int | None = None) -> answers.Node:
    """A vertex as a node."""
    get = vertex.properties.get
    return answers.Node(
        id=vertex.id,
        kind=str(get("kind", vertex.label.lower())).replace("-", "_"),
        resource_id=str(get("resource_id", vertex.id.rpartition("/")[2])),
        partition=read_text(get("partition")),
        region=read_text(get("region")),
        account_id=read_text(get("account_id")),
        state=read_text(get("state")),
        name=read_text(get("name")) or read_map(get("tags")).get("Name"),
        depth=depth,
        public=read_flag(get("public")),
        shared_with=tuple(answers.SharedWith.model_validate(item) for item in read_list(get("shared_with"))),
        tags=read_map(get("tags")),
        created_at=read_text(get("created_at")),
        created_by=read_text(get("created_by")),
        terminal_reason=read_text(get("terminal_reason")),
        description=read_text(get("description")),
        architecture=read_text(get("architecture")),
        method=read_text(get("method")),
        confidence=read_text(get("confidence")),
        placeholder=bool(get("placeholder", False)),
        incomplete=bool(get("incomplete", False)),
    )


def to_edge(edge: Edge) -> answers.Edge:
    """An edge of the graph as an edge of an answer."""
    get = edge.properties.get
    event_id = read_text(get("event_id"))
    return answers.Edge(
        source=edge.source,
        target=edge.target,
        kind=edge.label,
        method=read_text(get("method")),
        confidence=read_text(get("confidence")),
        evidence=tuple(str(item) for item in read_list(get("evidence"))) or ((event_id,) if event_id else ()),
        valid_from=read_text(get("valid_from")) or read_text(get("occurred_at")),
        valid_to=read_text(get("valid_to")),
    )


def to_instance(
    vertex: Vertex, runs: str | None, since: str | None, launched_from: str | None
) -> answers.InstanceRow:
    """An instance vertex as a row."""
    get = vertex.properties.get
    tags = read_map(get("tags"))
    return answers.InstanceRow(
        instance_id=str(get("resource_id", vertex.id.rpartition("/")[2])),
        name=read_text(get("name")) or tags.get("Name"),
        account_id=read_text(get("account_id")),
        region=read_text(get("region")),
        state=read_text(get("state")),
        launched_from=launched_from,
        runs=runs,
        since=since,
        last_seen_at=read_text(get("last_event_at")),
        private_ip=read_text(get("private_ip")),
        public_ip=read_text(get("public_ip")),
        instance_profile=read_text(get("instance_profile")),
        auto_scaling_group=read_text(get("auto_scaling_group")),
        launched_by=read_text(get("launched_by")),
        tags=tags,
    )


def to_event(event: EventEnvelope) -> answers.EventView:
    """An envelope as an event of an answer."""
    body = event.model_dump(
        mode="json", include={"event_id", "occurred_at", "recorded_at", "source", "actor"}
    )
    return answers.EventView(
        event_id=body["event_id"],
        event_type=event.event_type,
        stream_id=event.stream_id,
        occurred_at=body["occurred_at"],
        recorded_at=body["recorded_at"],
        actor=answers.ActorView.model_validate(body["actor"]) if body["actor"] else None,
        source=answers.SourceView.model_validate(body["source"]),
        data=event.data,
    )


def keep_newest(events: Iterable[EventEnvelope]) -> list[EventEnvelope]:
    """Each event once, as its newest normaliser read it, in the order in which they happened."""
    newest: dict[str, EventEnvelope] = {}
    for event in events:
        known = newest.get(str(event.event_id))
        if known is None or event.normaliser_version > known.normaliser_version:
            newest[str(event.event_id)] = event
    return sorted(newest.values(), key=lambda event: (event.occurred_at, str(event.event_id)))


def find_weakest(confidences: Iterable[str | None]) -> str | None:
    """The weakest confidence; None of nothing. A chain is as strong as its weakest link."""
    order: tuple[str, ...] = CONFIDENCE_ORDER
    ranks = [order.index(value) if value in order else 0 for value in confidences]
    return order[min(ranks)] if ranks else None


def find_unknowns(nodes: Iterable[answers.Node]) -> list[answers.Unknown]:
    """What the images of an answer leave open."""
    found: list[answers.Unknown] = []
    for node in nodes:
        if node.kind != "image":
            continue
        if node.placeholder:
            found.append(
                answers.Unknown(
                    subject=node.id,
                    reason="not_recorded",
                    detail="Other events refer to this image, but none of its own is recorded.",
                )
            )
        elif node.incomplete:
            found.append(
                answers.Unknown(
                    subject=node.id,
                    reason="incomplete_record",
                    detail="A record about this image was omitted or hollow in part.",
                )
            )
        if node.terminal_reason in OPEN_ENDS:
            found.append(
                answers.Unknown(
                    subject=node.id, reason=node.terminal_reason, detail=explain_end(node.terminal_reason)
                )
            )
    return found


def build_coverage_rows(vertices: Iterable[Vertex]) -> tuple[answers.CoverageRow, ...]:
    """What the events say of the accounts and Regions of these vertices."""
    rows: dict[tuple[str | None, str | None], list[Mapping[str, Any]]] = {}
    for vertex in vertices:
        key = (read_text(vertex.properties.get("account_id")), read_text(vertex.properties.get("region")))
        rows.setdefault(key, []).append(vertex.properties)
    return tuple(
        answers.CoverageRow(
            account_id=account,
            region=region,
            resources=len(group),
            events=sum(int(item.get("event_count", 0)) for item in group),
            first_event_at=min(_present(group, "first_event_at"), default=None),
            last_event_at=max(_present(group, "last_event_at"), default=None),
        )
        for (account, region), group in sorted(rows.items(), key=lambda row: tuple(map(str, row[0])))
    )


def _present(group: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return [str(item[name]) for item in group if item.get(name)]


def read_text(value: object) -> str | None:
    """Text; None for nothing."""
    return None if value is None or value == "" else str(value)


def read_flag(value: object) -> bool | None:
    """A flag; None for anything else."""
    return value if isinstance(value, bool) else None


def read_map(value: object) -> dict[str, str]:
    """A map that travels as JSON text."""
    parsed = json.loads(value) if isinstance(value, str) and value else {}
    return {str(key): str(item) for key, item in parsed.items()} if isinstance(parsed, dict) else {}


def read_list(value: object) -> list[Any]:
    """A list that travels as JSON text."""
    parsed = json.loads(value) if isinstance(value, str) and value else []
    return parsed if isinstance(parsed, list) else []

"""What uses the small organization: swapped roots, unknown runs, groups, templates, parameters, accounts, coverage."""

import json
from typing import Any

from query_api_organization import (
    CHILD,
    EAST,
    GENERATION,
    GOLDEN,
    LAB,
    ROOT,
    SERVICE,
    SHOP,
    TEAM,
    at,
    edge,
    event,
    instance,
)

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.stream_ids import (
    account_stream,
    coverage_stream,
    instance_stream,
    named_stream,
)
from graph_store.models import Edge, Vertex, build_edge_id

SWAPPED = instance_stream("aws", EAST, "i-0bb00000000swapped")
LOST = instance_stream("aws", EAST, "i-0bb0000000000lost1")
GROUP = named_stream("auto-scaling-group", "aws", EAST, SHOP, "web")
RIDDLE = named_stream("auto-scaling-group", "aws", EAST, SHOP, "riddle")
STRANGER = named_stream("auto-scaling-group", "aws", EAST, LAB, "stranger")
FARAWAY = named_stream("auto-scaling-group", "aws", "ap-southeast-2", LAB, "faraway")
TEMPLATE = f"launch-template/aws/{EAST}/lt-0aa0000000000web1"
PARAMETER = named_stream("parameter", "aws", EAST, TEAM, "/golden/latest")
LABELLED = named_stream("parameter", "aws", EAST, SHOP, "/shop/image")
DEPLOYER = "arn:aws:iam::444455556666:role/Deployer"


def thing(stream: str, label: str, account: str, **properties: Any) -> Vertex:
    kind, partition, region, *rest = stream.split("/")
    known = {
        "kind": kind.replace("-", "_"),
        "resource_id": rest[-1].replace("%2F", "/"),
        "partition": partition,
        "region": region,
        "account_id": account,
        "placeholder": False,
        "event_count": 1,
        "event_hash": "00",
    }
    return Vertex(stream, label, {**known, **properties})


def refer(source: str, target: str, mark: str, **properties: Any) -> Edge:
    return Edge(
        build_edge_id("REFERENCES", source, target, mark),
        "REFERENCES",
        source,
        target,
        {"owner": source, **properties},
    )


VERTICES = [
    Vertex(
        account_stream("aws", SHOP),
        "Account",
        {
            "kind": "account",
            "account_id": SHOP,
            "resource_id": SHOP,
            "name": "shop-prod",
            "owner": "shop-team",
        },
    ),
    instance(SWAPPED, name="swapped"),
    instance(LOST, name="lost", confidence="unknown", terminal_reason="missing_event"),
    thing(TEMPLATE, "LaunchTemplate", SHOP, name="web", default_version=3),
    thing(GROUP, "AutoScalingGroup", SHOP, max_size=6),
    thing(RIDDLE, "AutoScalingGroup", SHOP, max_size=2, launches_unknown="version_unseen"),
    thing(STRANGER, "AutoScalingGroup", LAB, launches_unknown="name_unresolved"),
    thing(FARAWAY, "AutoScalingGroup", LAB, launches_unknown="name_unresolved"),
    thing(PARAMETER, "Parameter", TEAM),
    thing(LABELLED, "Parameter", SHOP),
]
EDGES = [
    edge("LAUNCHED_FROM", SWAPPED, SERVICE, SWAPPED),
    edge("RUNS", SWAPPED, SERVICE, SWAPPED, valid_from=at(60), valid_to=at(80)),
    edge("RUNS", SWAPPED, ROOT, SWAPPED, valid_from=at(80)),
    edge("LAUNCHED_FROM", LOST, SERVICE, LOST),
    edge("RUNS", LOST, SERVICE, LOST, valid_from=at(60), valid_to=at(75)),
    refer(TEMPLATE, SERVICE, "3", version="3", is_default=True, is_latest=True, valid_from=at(55)),
    refer(TEMPLATE, GOLDEN, "2", version="2", valid_from=at(20), valid_to=at(22)),
    refer(GROUP, TEMPLATE, "e#$Default", version="$Default", valid_from=at(56)),
    refer(RIDDLE, TEMPLATE, "e#9", version="9", valid_from=at(56)),
    refer(PARAMETER, GOLDEN, "1", version="1", is_current=True, valid_from=at(5)),
    refer(LABELLED, CHILD, "1", version="1", is_current=False, valid_to=at(58), labels='["stable"]'),
    refer(LABELLED, CHILD, "2", version="2", is_current=False, valid_to=at(59)),
    Edge(
        build_edge_id("WOULD_LAUNCH", GROUP, SERVICE, at(56)),
        "WOULD_LAUNCH",
        GROUP,
        SERVICE,
        {"owner": GROUP, "valid_from": at(56), "evidence": json.dumps(["e-1"]), "confidence": "recorded"},
    ),
    Edge(
        build_edge_id("WOULD_LAUNCH", RIDDLE, GOLDEN, at(2)),
        "WOULD_LAUNCH",
        RIDDLE,
        GOLDEN,
        {"owner": RIDDLE, "valid_from": at(2), "valid_to": at(56), "confidence": "recorded"},
    ),
]


def cover(account: str, hours: int, event_type: str, **data: Any) -> EventEnvelope:
    return event(coverage_stream(account, EAST), f"coverage.{event_type}", hours, **data)


EVENTS: dict[str, tuple[EventEnvelope, ...]] = {
    coverage_stream(TEAM, EAST): (
        cover(TEAM, 10, "scan_completed", capture="import", covers_from=at(0), covers_to=at(10)),
        cover(TEAM, 40, "scan_completed", capture="archive", covers_from=at(20), covers_to=at(40)),
    ),
    coverage_stream(SHOP, EAST): (
        cover(SHOP, 40, "scan_completed", capture="archive", covers_from=at(0), covers_to=at(90)),
        cover(
            SHOP,
            90,
            "scan_completed",
            capture="backfill",
            covers_from=at(90),
            covers_to=at(90),
            denied=["ec2:DescribeVolumes"],
        ),
    ),
}


async def settle(site: Any) -> None:
    """Put the estate into a site."""
    await site.store.load(GENERATION, VERTICES, EDGES)
    site.events.streams |= EVENTS

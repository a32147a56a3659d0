"""A small organization: a public root, a golden image, copies, a service image, a laundered one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ami_lineage_contracts.envelope import Actor, EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.events.decision import RuleVerdict
from ami_lineage_contracts.stream_ids import image_stream, instance_stream, snapshot_stream
from ami_lineage_contracts.verdicts import CurrentVerdict
from graph_store.models import Edge, Vertex, build_edge_id

GENERATION = "g0001"
EAST, WEST = "us-east-1", "eu-west-1"
TEAM, SHOP, LAB = "111122223333", "444455556666", "777788889999"
BUILDER = "arn:aws:sts::111122223333:assumed-role/ImageBuilder/build-42"

ROOT = image_stream("aws", EAST, "ami-0aa0000000000root")
GOLDEN = image_stream("aws", EAST, "ami-0b1000000000golden")
COPY = image_stream("aws", WEST, "ami-0c1000000000copied")
SERVICE = image_stream("aws", EAST, "ami-0d100000000service")
CHILD = image_stream("aws", EAST, "ami-0d200000000servic2")
LAUNDERED = image_stream("aws", EAST, "ami-0e10000000launder")
TWIN_EAST = image_stream("aws", EAST, "ami-0f1000000000twins")
TWIN_WEST = image_stream("aws", WEST, "ami-0f1000000000twins")
SNAPSHOT = snapshot_stream("aws", EAST, "snap-0b10000000golden")
WEB = instance_stream("aws", EAST, "i-0aa00000000000web1")
BATCH = instance_stream("aws", EAST, "i-0aa0000000000batch")
START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def at(hours: int) -> str:
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def image(stream: str, hours: int | None = None, **properties: Any) -> Vertex:
    _, partition, region, resource_id = stream.split("/")
    known: dict[str, Any] = {
        "kind": "image",
        "resource_id": resource_id,
        "partition": partition,
        "region": region,
        "placeholder": False,
        "event_count": 2,
        "event_hash": "00",
        "tags": "{}",
        "public": False,
        "shared_with": "[]",
        "state": "available",
    }
    if hours is not None:
        known |= {"created_at": at(hours), "first_event_at": at(hours), "last_event_at": at(hours + 1)}
    merged = known | properties
    return Vertex(stream, "Image", {key: value for key, value in merged.items() if value is not None})


def instance(stream: str, **properties: Any) -> Vertex:
    _, partition, region, resource_id = stream.split("/")
    return Vertex(
        stream,
        "Instance",
        {
            "kind": "instance",
            "resource_id": resource_id,
            "partition": partition,
            "region": region,
            "account_id": SHOP,
            "placeholder": False,
            "state": "running",
            "event_count": 1,
            "event_hash": "00",
            "private_ip": "10.0.0.7",
            "launched_at": at(60),
            "launched_by": "arn:aws:iam::444455556666:role/Deployer",
            "first_event_at": at(60),
            "last_event_at": at(61),
        }
        | properties,
    )


def derived(source: str, target: str, method: str, confidence: str, hours: int) -> Edge:
    evidence = json.dumps([str(EVENTS[source][0].event_id)]) if source in EVENTS else json.dumps([source])
    return Edge(
        build_edge_id("DERIVED_FROM", source, target),
        "DERIVED_FROM",
        source,
        target,
        {"method": method, "confidence": confidence, "evidence": evidence, "valid_from": at(hours)},
    )


def edge(label: str, source: str, target: str, owner: str, **properties: Any) -> Edge:
    return Edge(build_edge_id(label, source, target), label, source, target, {"owner": owner, **properties})


def event(stream: str, event_type: str, hours: int, **data: Any) -> EventEnvelope:
    record = f"record-{event_type}-{stream.rpartition('/')[2]}-{hours}"
    return EventEnvelope(
        event_id=build_event_id(record, event_type, stream),
        event_type=event_type,
        stream_id=stream,
        occurred_at=START + timedelta(hours=hours),
        recorded_at=START + timedelta(hours=hours, seconds=4),
        producer="ingest",
        source=EventSource(kind="cloudtrail", record_id=record, account_id=TEAM, region=EAST),
        actor=Actor(type="AssumedRole", arn=BUILDER, source_ip="192.0.2.10", source_identity="=HYPERLINK(1)"),
        correlation_id=record,
        data=data,
    )


EVENTS: dict[str, tuple[EventEnvelope, ...]] = {
    GOLDEN: (
        event(GOLDEN, "image.created", 1, owner_account_id=TEAM, name="golden-al2023-1.4.2"),
        event(GOLDEN, "image.state_changed", 2, state="available"),
        event(GOLDEN, "image.tagged", 3, tags={"Approved": "=HYPERLINK(1)"}),
    ),
    COPY: (
        event(
            COPY,
            "image.copied",
            4,
            owner_account_id=TEAM,
            source_region=EAST,
            source_image_id=GOLDEN.rpartition("/")[2],
        ),
    ),
    SERVICE: (event(SERVICE, "image.created", 30, owner_account_id=SHOP),),
    CHILD: (event(CHILD, "image.created", 50, owner_account_id=SHOP),),
    LAUNDERED: (event(LAUNDERED, "image.registered", 40, owner_account_id=LAB),),
}
VERTICES = [
    image(
        ROOT,
        None,
        account_id="137112412989",
        name="al2023-ami-2023.6-kernel-6.1-x86_64",
        public=True,
        terminal_reason="public_root",
        state=None,
    ),
    image(
        GOLDEN,
        1,
        account_id=TEAM,
        name="golden-al2023-1.4.2",
        method="create_image",
        confidence="recorded",
        created_by=BUILDER,
        architecture="x86_64",
        description="Hardened base image",
        tags=json.dumps({"Name": "golden-al2023-1.4.2", "Owner": "image-team", "Environment": "prod"}),
        shared_with=json.dumps([{"kind": "account", "value": SHOP}, {"kind": "account", "value": LAB}]),
    ),
    image(COPY, 4, account_id=TEAM, name="golden-al2023-1.4.2", method="copy_image", confidence="recorded"),
    image(
        SERVICE,
        30,
        account_id=SHOP,
        name="checkout-service-318",
        method="create_image",
        confidence="recorded",
    ),
    image(
        CHILD,
        50,
        account_id=SHOP,
        name="checkout-service-319",
        method="register_snapshot",
        confidence="reconstructed",
        tags=json.dumps({"Owner": "shop"}),
    ),
    image(
        LAUNDERED,
        40,
        account_id=LAB,
        name="experiment <script>alert(1)</script>",
        method="register_snapshot",
        terminal_reason="missing_event",
        state="pending",
        public=None,
        shared_with=None,
        incomplete=True,
    ),
    image(
        TWIN_EAST, None, placeholder=True, state=None, public=None, terminal_reason="before_recorded_history"
    ),
    image(TWIN_WEST, 5, account_id=LAB, name="twin", state="deregistered", terminal_reason="external_import"),
    Vertex(
        SNAPSHOT,
        "Snapshot",
        {
            "kind": "snapshot",
            "resource_id": SNAPSHOT.rpartition("/")[2],
            "region": EAST,
            "partition": "aws",
            "account_id": TEAM,
            "placeholder": True,
            "event_count": 0,
            "event_hash": "",
        },
    ),
    instance(WEB, name="web-1", auto_scaling_group="web", tags=json.dumps({"Name": "web-1"})),
    instance(BATCH, state="terminated"),
]
EDGES = [
    derived(GOLDEN, ROOT, "create_image", "recorded", 1),
    derived(COPY, GOLDEN, "copy_image", "recorded", 4),
    derived(SERVICE, GOLDEN, "create_image", "recorded", 30),
    derived(CHILD, SERVICE, "register_snapshot", "reconstructed", 50),
    edge("BACKED_BY", GOLDEN, SNAPSHOT, GOLDEN, device_name="/dev/xvda"),
    edge("LAUNCHED_FROM", WEB, SERVICE, WEB),
    edge("LAUNCHED_FROM", BATCH, GOLDEN, BATCH),
    edge("RUNS", WEB, SERVICE, WEB, confidence="recorded", valid_from=at(60)),
    edge("RUNS", BATCH, GOLDEN, BATCH, confidence="recorded", valid_from=at(60), valid_to=at(70)),
]
VERDICTS = {
    GOLDEN: CurrentVerdict(
        resource=GOLDEN,
        status="FAIL",
        policy="starter",
        policy_digest="0" * 64,
        sequence=3,
        checkpoint=START,
        verdicts=(
            RuleVerdict(
                rule_id="tags",
                rule_kind="required_tags",
                severity="medium",
                verdict="FAIL",
                sentence="The tag CostCenter is missing.",
                would_change="Set the tag CostCenter on the image.",
            ),
            RuleVerdict(
                rule_id="root",
                rule_kind="lineage_verification",
                severity="high",
                verdict="PASS",
                sentence="The chain leads to an approved root.",
            ),
            RuleVerdict(
                rule_id="scan",
                rule_kind="security_scan_status",
                severity="high",
                verdict="UNKNOWN",
                sentence="No scan is recorded.",
            ),
        ),
    )
}

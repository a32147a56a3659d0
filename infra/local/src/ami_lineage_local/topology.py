"""Declares the platform's tables, buses, queues and rules on the local endpoints.

Idempotent, and done each time a server has become ready: ministack forgets on kill -9 what was made since
its last clean stop.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from ami_lineage_contracts.topology import (
    DEAD_LETTER_RETENTION_SECONDS,
    MAX_RECEIVE_COUNT,
    Queue,
    Rule,
    Topology,
)
from ami_lineage_local.servers.account import ACCOUNT_ID, REGION, build_client

_TARGET_ID: Final = "queue"
TableSpec = Mapping[str, object]
_PRESENT: Final = frozenset({"ResourceInUseException", "ResourceAlreadyExistsException"})


def declare_tables(endpoint: str, specs: Sequence[TableSpec]) -> None:
    """Creates the tables that are missing; a spec holds the arguments of CreateTable."""
    client = build_client("dynamodb", endpoint)
    try:
        for spec in specs:
            _unless_present(client.create_table, **spec)
    finally:
        client.close()


def declare_messaging(endpoint: str, topology: Topology, sqs_endpoint: str | None = None) -> None:
    """Creates buses, queues with their dead-letter queues, and rules; SQS may answer elsewhere than EventBridge."""
    events, sqs = build_client("events", endpoint), build_client("sqs", sqs_endpoint or endpoint)
    try:
        for bus in topology.buses:
            _unless_present(events.create_event_bus, Name=bus)
        for queue in topology.queues:
            _declare_queue(sqs, queue)
        for rule in topology.rules:
            _declare_rule(events, sqs, rule)
    finally:
        events.close()
        sqs.close()


def queue_arn(name: str) -> str:
    """ARN of a queue of the local account."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"


def _declare_queue(sqs: Any, queue: Queue) -> None:  # noqa: ANN401 - boto3 makes its clients at run time
    retention = {"MessageRetentionPeriod": str(DEAD_LETTER_RETENTION_SECONDS)}
    _converge_queue(sqs, queue.dead_letter_name, retention)
    redrive = {
        "deadLetterTargetArn": queue_arn(queue.dead_letter_name),
        "maxReceiveCount": MAX_RECEIVE_COUNT,
    }
    _converge_queue(
        sqs,
        queue.name,
        {
            "VisibilityTimeout": str(queue.visibility_timeout_seconds),
            "RedrivePolicy": json.dumps(redrive),
            **retention,
        },
    )


def _converge_queue(sqs: Any, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ANN401 - boto3
    """CreateQueue refuses a queue that has other attributes; those are then set."""
    try:
        sqs.create_queue(QueueName=name, Attributes=attributes)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"QueueAlreadyExists", "QueueNameExists"}:
            raise
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def _declare_rule(events: Any, sqs: Any, rule: Rule) -> None:  # noqa: ANN401 - boto3
    arn = events.put_rule(
        Name=rule.name, EventBusName=rule.bus, EventPattern=json.dumps(rule.pattern), State="ENABLED"
    )["RuleArn"]
    target = {"Id": _TARGET_ID, "Arn": queue_arn(rule.queue)}
    events.put_targets(Rule=rule.name, EventBusName=rule.bus, Targets=[target])
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn(rule.queue),
                "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
            }
        ],
    }
    url = sqs.get_queue_url(QueueName=rule.queue)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})


def _unless_present(create: Any, **arguments: object) -> None:  # noqa: ANN401 - boto3
    try:
        create(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _PRESENT:
            raise


def remove_messaging(endpoint: str, topology: Topology) -> None:
    """Deletes what `declare_messaging` made; for tests, whose rules would slow the endpoint down."""
    events, sqs = build_client("events", endpoint), build_client("sqs", endpoint)
    try:
        for rule in topology.rules:
            events.remove_targets(Rule=rule.name, EventBusName=rule.bus, Ids=[_TARGET_ID])
            events.delete_rule(Name=rule.name, EventBusName=rule.bus)
        for bus in topology.buses:
            events.delete_event_bus(Name=bus)
        for queue in topology.queues:
            for name in (queue.name, queue.dead_letter_name):
                sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    finally:
        events.close()
        sqs.close()


def remove_tables(endpoint: str, specs: Sequence[TableSpec]) -> None:
    """Deletes the tables of these specs; for tests."""
    client = build_client("dynamodb", endpoint)
    try:
        for spec in specs:
            client.delete_table(TableName=spec["TableName"])
    finally:
        client.close()

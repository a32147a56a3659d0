"""The real servers: they answer, stay on loopback, keep what they acknowledged, and come back."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ami_lineage_contracts.topology import Topology
from ami_lineage_local.errors import AlreadyRunningError
from ami_lineage_local.local_servers import SERVER_NAMES, LocalServers
from ami_lineage_local.servers.account import build_client
from ami_lineage_local.settings import ToolSettings

pytestmark = pytest.mark.servers

TABLE = {
    "TableName": "kept",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def own_topology(local_servers: LocalServers, topology: Topology) -> Iterator[Topology]:
    local_servers.declare(topology, ())
    yield topology
    local_servers.remove(topology, ())


def put_image_event(servers: LocalServers, topology: Topology, image: str) -> None:
    entry = {
        "Source": "aws.ec2",
        "DetailType": "AWS API Call via CloudTrail",
        "Detail": json.dumps({"eventName": "CreateImage", "image": image}),
        "EventBusName": topology.central_bus,
    }
    answer = build_client("events", servers.endpoints.events).put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0


def receive(servers: LocalServers, queue: str) -> list[dict[str, object]]:
    sqs = build_client("sqs", servers.endpoints.sqs)
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=4, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


def kill(servers: LocalServers, name: str) -> None:
    restarts = servers.supervisor.restarts_of(name)
    os.kill(servers.pids[name], signal.SIGKILL)
    servers.wait_until_back(name, restarts + 1)


def test_every_listener_is_ours_and_on_loopback(local_servers: LocalServers) -> None:
    assert set(local_servers.pids) == set(SERVER_NAMES)
    for name, pid in local_servers.pids.items():
        listening = [
            connection.laddr
            for connection in psutil.Process(pid).net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening, name
        assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}, name


def test_an_aws_event_on_the_central_bus_reaches_the_ingest_queue(
    local_servers: LocalServers, own_topology: Topology
) -> None:
    put_image_event(local_servers, own_topology, "ami-1")

    (message,) = receive(local_servers, own_topology.ingest_queue.name)

    assert message["account"] == "111111111111"
    assert message["detail"] == {"eventName": "CreateImage", "image": "ami-1"}


def test_topology_is_declared_twice_without_complaint(
    local_servers: LocalServers, own_topology: Topology
) -> None:
    local_servers.declare(own_topology, ())
    put_image_event(local_servers, own_topology, "ami-1")
    assert len(receive(local_servers, own_topology.ingest_queue.name)) == 1


def test_a_killed_bus_comes_back_on_its_port_with_its_topology(
    local_servers: LocalServers, own_topology: Topology
) -> None:
    before = local_servers.endpoints
    kill(local_servers, "ministack")

    assert local_servers.endpoints == before
    put_image_event(local_servers, own_topology, "ami-2")
    assert len(receive(local_servers, own_topology.ingest_queue.name)) == 1


def test_acknowledged_items_survive_the_kill_of_dynamodb(local_servers: LocalServers) -> None:
    client = build_client("dynamodb", local_servers.endpoints.dynamodb)
    client.create_table(**TABLE)
    for number in range(20):
        client.put_item(TableName="kept", Item={"id": {"S": str(number)}})
    kill(local_servers, "dynamodb")

    assert client.scan(TableName="kept", Select="COUNT")["Count"] == 20
    client.delete_table(TableName="kept")


@pytest.mark.parametrize("name", ["gremlin", "moto"])
def test_a_killed_server_without_a_store_comes_back_empty_and_answers(
    local_servers: LocalServers, name: str
) -> None:
    before = local_servers.pids[name]
    kill(local_servers, name)
    assert local_servers.pids[name] != before


def test_the_graph_server_runs_traversals_but_no_programs(local_servers: LocalServers) -> None:
    import http.client  # noqa: PLC0415 - only here

    port = local_servers.supervisor.port_of("gremlin")
    for language, status in (("gremlin-lang", 200), ("gremlin-groovy", 500)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        body = json.dumps({"gremlin": "g.V().count()", "language": language, "aliases": {"g": "g"}})
        connection.request("POST", "/gremlin", body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == status, language
        connection.close()


def test_a_second_instance_on_the_same_data_is_refused(local_servers: LocalServers) -> None:
    second = LocalServers(local_servers.data_dir, ToolSettings())
    with pytest.raises(AlreadyRunningError, match=str(os.getpid())), second:
        pass
    assert set(local_servers.pids) == set(SERVER_NAMES)


def test_stop_leaves_no_process_and_a_second_start_finds_the_data(tmp_path: Path) -> None:
    tools = ToolSettings(gremlin_heap_mb=256, dynamodb_heap_mb=256)
    with LocalServers(tmp_path, tools) as servers:
        processes = [psutil.Process(pid) for pid in servers.pids.values()]
        client = build_client("dynamodb", servers.endpoints.dynamodb)
        client.create_table(**TABLE)
        client.put_item(TableName="kept", Item={"id": {"S": "1"}})
    assert [process for process in processes if process.is_running()] == []

    started = time.monotonic()
    with LocalServers(tmp_path, tools) as servers:
        assert time.monotonic() - started < 60
        client = build_client("dynamodb", servers.endpoints.dynamodb)
        assert client.get_item(TableName="kept", Key={"id": {"S": "1"}})["Item"]

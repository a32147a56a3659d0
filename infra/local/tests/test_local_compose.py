"""docker-compose.yml, held to its schema, to the parts that it names, and to the services run by its words."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from localstack_client.config import get_service_endpoint

from ami_lineage_contracts.topology import Topology
from ami_lineage_local.checkout import CHECKOUT, PRODUCT_BIN
from ami_lineage_local.local_servers import LocalServers
from ami_lineage_local.processes.ports import find_free_port
from ami_lineage_local.servers.account import ACCOUNT_ID, REGION, build_client
from ami_lineage_local.servers.gremlin import PROPERTIES, render_settings
from ami_lineage_local.settings import TopologySettings
from ami_lineage_local.tables import table_specs
from bus import PlatformSettings
from bus.health import build_health_app
from graph_writer.settings import GraphWriterSettings
from ingest.settings import IngestSettings
from policy_engine.settings import PolicyEngineSettings
from query_api.entrypoints.gate import HEALTH_PATHS
from query_api.settings import QueryApiSettings

COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
BACKGROUND = ("ingest", "graph-writer", "policy-engine")
SETTINGS: dict[str, tuple[Any, ...]] = {
    "topology": (TopologySettings,),
    "ingest": (IngestSettings,),
    "graph-writer": (GraphWriterSettings,),
    "policy-engine": (PolicyEngineSettings,),
    "query-api": (QueryApiSettings,),
}
HEALTH_URL = re.compile(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)")


def dockerfile(name: str) -> str:
    return (CHECKOUT / OURS[name]["build"]["dockerfile"]).read_text()


def entrypoint(name: str) -> str:
    (words,) = re.findall(r"^ENTRYPOINT (.*)$", dockerfile(name), re.MULTILINE)
    (script,) = json.loads(words)
    return str(script)


def find_members() -> dict[str, tuple[Path, list[str]]]:
    """Name of each workspace member to its folder and the members that it needs."""
    patterns = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    found = {}
    for path in sorted(path for pattern in patterns for path in CHECKOUT.glob(f"{pattern}/pyproject.toml")):
        document = tomllib.loads(path.read_text())
        sources = document["tool"].get("uv", {}).get("sources", {})
        found[document["project"]["name"]] = (path.parent.relative_to(CHECKOUT), list(sources))
    return found


def with_all_it_needs(name: str) -> set[Path]:
    members = find_members()
    waiting, folders = [name], set()
    while waiting:
        folder, needed = members[waiting.pop()]
        folders.add(folder)
        waiting.extend(needed)
    return folders


def test_the_file_follows_the_compose_specification() -> None:
    text = (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text()
    schema = json.loads(text)
    jsonschema.validators.validator_for(schema)(schema).validate(COMPOSE)


def test_all_four_services_and_the_topology_are_there() -> None:
    assert set(OURS) == set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_an_image_copies_exactly_the_members_that_its_package_needs(name: str) -> None:
    text = dockerfile(name)
    copied = {Path(source) for source in re.findall(r"^COPY (\S+)/ \1/$", text, re.MULTILINE)}
    (built,) = re.findall(r"for member in (.*?); do", text)
    package = entrypoint(name)
    wanted = with_all_it_needs(package)

    assert copied == wanted | {Path("requirements")}
    assert {Path(folder) for folder in built.split()} == wanted
    assert set(re.findall(r"--no-emit-package (\S+)", text)) == {
        member for member, (folder, _) in find_members().items() if folder in wanted
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_a_command_is_one_that_the_installed_script_knows(name: str) -> None:
    words = [PRODUCT_BIN / entrypoint(name), *OURS[name]["command"], "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_is_one_that_the_service_reads(name: str) -> None:
    known = {
        f"AMI_LINEAGE_{field}".upper()
        for settings in (PlatformSettings, *SETTINGS[name])
        for field in settings.model_fields
    }
    assert set(OURS[name]["environment"]) - known == set()


@pytest.mark.parametrize("name", SETTINGS)
def test_our_containers_are_not_root_and_change_nothing_but_their_data(name: str) -> None:
    service = OURS[name]
    (user,) = re.findall(r"^USER (\d+)$", dockerfile(name), re.MULTILINE)
    assert int(user) > 0
    assert "user" not in service
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert all(volume.split(":")[1] == "/data" for volume in service.get("volumes", ()))


@pytest.mark.parametrize("name", [*BACKGROUND, "query-api"])
def test_a_health_check_asks_where_the_service_answers(name: str) -> None:
    found = HEALTH_URL.search(OURS[name]["healthcheck"]["test"][-1])
    assert found
    environment = OURS[name]["environment"]
    variable = "PORT" if name == "query-api" else "HEALTH_PORT"
    paths = set(HEALTH_PATHS) if name == "query-api" else list_health_paths()
    assert found.group(1) == environment[f"AMI_LINEAGE_{variable}"]
    assert found.group(2) in paths


def list_health_paths() -> set[str]:
    return {resource.canonical for resource in build_health_app(lambda: True).router.resources()}


def test_whoever_is_waited_for_has_a_health_check_or_ends() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], other
            else:
                assert SERVICES[other]["restart"] == "no", other


def test_ports_are_published_to_this_machine_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(published) == 3
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
    assert "ports" not in SERVICES["gremlin"]


def test_the_graph_server_is_configured_as_without_containers() -> None:
    folder = CHECKOUT / "infra" / "local" / "compose"
    written = json.loads((folder / "gremlin-server.yaml").read_text())
    assert written == json.loads(render_settings("0.0.0.0", 8182, Path("/config/graph.properties")))  # noqa: S104 - inside a container
    assert (folder / "graph.properties").read_text() == PROPERTIES
    for volume in SERVICES["gremlin"]["volumes"]:
        source, _, mode = volume.split(":")
        assert (CHECKOUT / source).is_file()
        assert mode == "ro"


def test_tools_find_localstack_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("LOCALSTACK_HOST", raising=False)
    (port,) = SERVICES["localstack"]["ports"]
    endpoint = get_service_endpoint("sqs")
    assert endpoint == f"http://localhost:{port.split(':')[1]}"


def test_the_platform_is_the_account_and_region_of_the_topology() -> None:
    for service in OURS.values():
        assert service["environment"]["AMI_LINEAGE_REGION"] == REGION
        assert service["environment"]["AMI_LINEAGE_ACCESS_KEY_ID"] == ACCOUNT_ID


@pytest.fixture
def compose_environment(
    local_servers: LocalServers, topology: Topology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], dict[str, str]]]:
    """Variables of a service as in docker-compose, on the servers of this machine."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    endpoints = local_servers.endpoints
    localstack = endpoints.events.removeprefix("http://")
    replaced = {
        "AMI_LINEAGE_DYNAMODB_ENDPOINT": endpoints.dynamodb,
        "AMI_LINEAGE_EVENTS_ENDPOINT": str(get_service_endpoint("events", localstack)),
        "AMI_LINEAGE_SQS_ENDPOINT": str(get_service_endpoint("sqs", localstack)),
        "AMI_LINEAGE_GREMLIN_ENDPOINT": endpoints.gremlin,
        "AMI_LINEAGE_SOURCE_EC2_ENDPOINT": endpoints.ec2,
        "AMI_LINEAGE_DATA_DIR": str(tmp_path),
        "AMI_LINEAGE_TOPOLOGY_SUFFIX": topology.central_bus.removeprefix("ami-lineage-central"),
    }

    def build(name: str) -> dict[str, str]:
        given = {
            key: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for key, value in OURS[name]["environment"].items()
        }
        own = {key: value for key, value in os.environ.items() if not key.startswith("AMI_LINEAGE_")}
        return own | given | {key: value for key, value in replaced.items() if key in given}

    yield build
    local_servers.remove(topology, table_specs(topology))


def declare(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [PRODUCT_BIN / entrypoint("topology"), *OURS["topology"]["command"]]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.servers
def test_topology_is_declared_on_the_endpoints_that_it_is_given_and_again(
    local_servers: LocalServers, topology: Topology, compose_environment: Callable[[str], dict[str, str]]
) -> None:
    environment = compose_environment("topology")
    for _ in range(2):
        done = declare(environment)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert "3 tables, 3 buses and 4 queues" in done.stderr
    local_servers.declare(topology, table_specs(topology))  # so that the fixture can take it back

    tables = build_client("dynamodb", local_servers.endpoints.dynamodb).list_tables()["TableNames"]
    assert {topology.event_table, topology.verdict_table, topology.projection_table} <= set(tables)
    rules = build_client("events", local_servers.endpoints.events)
    for rule in topology.rules:
        (target,) = rules.list_targets_by_rule(Rule=rule.name, EventBusName=rule.bus)["Targets"]
        assert target["Arn"].endswith(f":{rule.queue}")


def test_topology_without_an_endpoint_says_which_and_declares_nothing_in_aws() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AMI_LINEAGE_")}
    done = declare(environment | {"AMI_LINEAGE_DYNAMODB_ENDPOINT": "http://127.0.0.1:9"})
    assert done.returncode == 2
    assert "AMI_LINEAGE_EVENTS_ENDPOINT" in done.stderr
    assert "Traceback" not in done.stderr


def test_topology_says_in_one_sentence_that_a_server_does_not_answer() -> None:
    names = ("DYNAMODB", "EVENTS", "SQS")
    endpoints = {f"AMI_LINEAGE_{name}_ENDPOINT": "http://127.0.0.1:9" for name in names}
    done = declare({**os.environ, **endpoints})
    assert done.returncode == 4
    assert "start it again when the servers answer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_each_service_becomes_healthy_in_the_environment_of_the_file_and_ends_in_order(
    local_servers: LocalServers,
    topology: Topology,
    compose_environment: Callable[[str], dict[str, str]],
    tmp_path: Path,
) -> None:
    local_servers.declare(topology, table_specs(topology))
    started: list[tuple[str, subprocess.Popen[bytes]]] = []
    try:
        for name in (*BACKGROUND, "query-api"):
            # The whole 127.0.0.0/8 is loopback on Linux: only a host that is passed on answers at .2.
            host = "127.0.0.1" if name == "query-api" else "127.0.0.2"
            port = str(find_free_port())
            kind = "" if name == "query-api" else "HEALTH_"
            environment = compose_environment(name) | {
                f"AMI_LINEAGE_{kind}HOST": host,
                f"AMI_LINEAGE_{kind}PORT": port,
            }
            with (tmp_path / f"{name}.log").open("wb") as log:
                words = [PRODUCT_BIN / entrypoint(name), *OURS[name]["command"]]
                process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
            started.append((name, process))
            question = re.sub(r"127\.0\.0\.1:\d+", f"{host}:{port}", OURS[name]["healthcheck"]["test"][-1])
            wait_until_healthy(question, process, tmp_path / f"{name}.log")
        for name, process in reversed(started):
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, (tmp_path / f"{name}.log").read_text()
    finally:
        for _, process in started:
            process.kill()
            process.wait()


def wait_until_healthy(question: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while subprocess.run([sys.executable, "-c", question], capture_output=True, check=False).returncode:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)

"""AWS for these tests: the local EC2 endpoint, and before it a gate that refuses actions and adds those that it lacks.

What the gate adds is checked against the botocore model of the operation and written in the operation's own
protocol, so that the product reads it through the real SDK.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from aiohttp import web
from botocore.model import OperationModel, Shape
from botocore.session import get_session
from botocore.validate import ParamValidator

REGION = "us-east-1"


class Gate:
    """`denied`: actions refused. `added`: answers by account and action, for calls that the endpoint lacks."""

    def __init__(self, upstream: str) -> None:
        self.denied: set[str] = set()
        self.throttled: dict[str, int] = {}
        self.added: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[str] = []
        self.url = ""
        self._upstream = upstream
        self._accounts: dict[str, str] = {}
        self._models = get_session()

    def add(self, account_id: str, action: str, answer: dict[str, Any]) -> None:
        """An answer, once the model says that AWS could give it."""
        report = ParamValidator().validate(answer, self._find_model(action).output_shape)
        assert not report.has_errors(), report.generate_report()
        self.added[account_id, action] = answer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        key, service = _read_scope(request.headers.get("Authorization", ""))
        operation, arguments = _read_operation(request, body)
        action, account_id = f"{service}:{operation}", self._accounts.get(key, "111111111111")
        self.asked.append(f"{account_id} {action}")
        protocol = self._models.get_service_model(service).protocol
        if action in self.denied:
            return _refuse(protocol, "UnauthorizedOperation" if protocol == "ec2" else "AccessDenied", 403)
        if self.throttled.get(action, 0):
            self.throttled[action] -= 1
            return _refuse(
                protocol, "RequestLimitExceeded" if protocol == "ec2" else "ThrottlingException", 503
            )
        if arguments.get("DryRun") == ["true"]:
            return _refuse(protocol, "DryRunOperation", 412)
        if action in {name for _, name in self.added} or service == "imagebuilder":
            return _write(self._find_model(action), self.added.get((account_id, action), {}))
        return await self._forward(request, body, operation, arguments)

    async def _forward(
        self,
        request: web.Request,
        body: bytes,
        operation: str,
        arguments: dict[str, list[str]],
    ) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, self._upstream + request.path_qs, data=body, headers=headers
            ) as got,
        ):
            answer = await got.read()
            if operation == "AssumeRole" and got.status == 200:
                tree = ET.fromstring(answer)  # noqa: S314 - our own server's answer
                found = {each.tag.rpartition("}")[2]: each.text for each in tree.iter()}
                self._accounts[str(found["AccessKeyId"])] = arguments["RoleArn"][0].split(":")[4]
            return web.Response(
                status=got.status, body=answer, headers={"Content-Type": got.headers["Content-Type"]}
            )

    def _find_model(self, action: str) -> OperationModel:
        service, _, operation = action.partition(":")
        return self._models.get_service_model(service).operation_model(operation)


def _read_scope(authorization: str) -> tuple[str, str]:
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return scope[0], scope[3]


def _read_operation(request: web.Request, body: bytes) -> tuple[str, dict[str, list[str]]]:
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2], {}
    form = parse_qs(body.decode())
    return (form["Action"][0], form) if "Action" in form else (request.path.strip("/"), {})


def _refuse(protocol: str, code: str, status: int) -> web.Response:
    if protocol == "ec2":
        error = f"<Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>"
        return web.Response(status=status, text=f"<Response>{error}<RequestID>r</RequestID></Response>")
    if protocol == "query":
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>"
        return web.Response(
            status=status, text=f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"
        )
    return web.json_response(
        {"__type": f"{code}Exception" if code == "AccessDenied" else code, "message": "no"},
        status=400,
        headers={"x-amzn-ErrorType": f"{code}Exception"},
    )


def _write(model: OperationModel, answer: dict[str, Any]) -> web.Response:
    if model.service_model.protocol != "ec2":
        return web.Response(text=json.dumps(answer), content_type="application/json")
    root = ET.Element(f"{model.name}Response")
    _write_members(root, model.output_shape, answer)
    return web.Response(body=ET.tostring(root), content_type="text/xml")


def _write_members(parent: ET.Element, shape: Shape, values: dict[str, Any]) -> None:
    for name, value in values.items():
        member = shape.members[name]
        _write_value(ET.SubElement(parent, member.serialization.get("name", name)), member, value)


def _write_value(element: ET.Element, shape: Shape, value: Any) -> None:
    if shape.type_name == "structure":
        _write_members(element, shape, value)
    elif shape.type_name == "list":
        for each in value:
            _write_value(ET.SubElement(element, "item"), shape.member, each)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    else:
        element.text = value.isoformat() if isinstance(value, datetime) else str(value)


@pytest.fixture
async def gate(endpoints: Any) -> AsyncIterator[Gate]:
    gate = Gate(endpoints.ec2)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gate.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gate.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]  # - aiohttp does not tell it otherwise
    yield gate
    await runner.cleanup()


@pytest.fixture
def member() -> str:
    """An account of its own, for the local endpoint keeps what tests make."""
    return f"{uuid4().int % 10**12:012d}"


@pytest.fixture
def run_ingest(gate: Gate, declared_topology: Any, unique_suffix: str, endpoints: Any, tmp_path: Any) -> Any:
    """Runs the verb as a process of its own, while this one answers as AWS."""
    assert declared_topology is not None

    async def run(*arguments: str) -> tuple[int, Any, str]:
        environment = {
            "AMI_LINEAGE_REGION": REGION,
            "AMI_LINEAGE_ACCESS_KEY_ID": "111111111111",
            "AMI_LINEAGE_SECRET_ACCESS_KEY": "local",
            "AMI_LINEAGE_DYNAMODB_ENDPOINT": endpoints.dynamodb,
            "AMI_LINEAGE_EVENTS_ENDPOINT": endpoints.events,
            "AMI_LINEAGE_SQS_ENDPOINT": endpoints.sqs,
            "AMI_LINEAGE_SOURCE_EC2_ENDPOINT": gate.url,
            "AMI_LINEAGE_SOURCE_RATE": "1000",
            "AMI_LINEAGE_TOPOLOGY_SUFFIX": unique_suffix,
            "AMI_LINEAGE_DATA_DIR": str(tmp_path / "data"),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ingest", "backfill", *arguments,
            env=kept | environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, error = await asyncio.wait_for(process.communicate(), 120)
        text = out.decode()
        return process.returncode or 0, json.loads(text) if text.startswith("{") else text, error.decode()

    return run

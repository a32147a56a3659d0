"""Gremlin Server 3.7.3 with TinkerTransactionGraph in memory: a graph to be rebuilt from the log.

No file is kept on purpose: a half-written one would be worse than none (LOCAL_STACK 5.1-5.3).
Default cardinality is `set`, so that a write that forgets Neptune's `single` shows.
"""

import http.client
import json
from pathlib import Path
from typing import Final

from ami_lineage_local.processes.child import ChildPlan, ChildSpec, NotReadyError
from ami_lineage_local.processes.orphans import write_atomically
from ami_lineage_local.processes.ports import LOOPBACK
from ami_lineage_local.servers.account import server_environment
from ami_lineage_local.servers.java import groovy_command

NAME: Final = "gremlin"
_PROBE_TIMEOUT_SECONDS: Final = 5
PROPERTIES: Final = """\
gremlin.graph=org.apache.tinkerpop.gremlin.tinkergraph.structure.TinkerTransactionGraph
gremlin.tinkergraph.vertexIdManager=ANY
gremlin.tinkergraph.edgeIdManager=ANY
gremlin.tinkergraph.vertexPropertyIdManager=UUID
gremlin.tinkergraph.defaultVertexPropertyCardinality=set
"""


def gremlin_url(port: int) -> str:
    """Where clients connect."""
    return f"ws://{LOOPBACK}:{port}/gremlin"


def plan_gremlin(folder: Path, jars_dir: Path, heap_mb: int) -> ChildPlan:
    """Gremlin Server; `folder` takes its configuration, `heap_mb` bounds the graph."""

    def build(port: int) -> ChildSpec:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / "graph.properties", PROPERTIES.encode())
        configuration = folder / "server.yaml"
        write_atomically(configuration, render_settings(LOOPBACK, port, folder / "graph.properties").encode())
        return ChildSpec(
            argv=groovy_command(
                "gremlin.groovy", ("gremlin-server",), jars_dir, heap_mb, (str(configuration),)
            ),
            environment=server_environment({}),
            probe=lambda: _probe(port),
        )

    return ChildPlan(name=NAME, build=build)


def render_settings(host: str, port: int, properties: Path) -> str:
    """Gremlin Server's configuration; JSON is YAML, and needs no library to write."""
    package = "org.apache.tinkerpop.gremlin"
    settings: dict[str, object] = {
        "host": host,
        "port": port,
        "channelizer": f"{package}.server.channel.WsAndHttpChannelizer",
        "gremlinPool": 4,
        "threadPoolWorker": 1,
        "evaluationTimeout": 120_000,
        "graphs": {"graph": str(properties)},
        "scriptEngines": {"gremlin-lang": {}},
        "serializers": [
            {"className": f"{package}.util.ser.{name}"}
            for name in ("GraphSONMessageSerializerV3", "GraphBinaryMessageSerializerV1")
        ],
        "maxContentLength": 64 * 1024 * 1024,
        "maxChunkSize": 64 * 1024 * 1024,
        "maxWorkQueueSize": 8192,
        "idleConnectionTimeout": 0,
        "strictTransactionManagement": False,
    }
    return json.dumps(settings, indent=2)


def _probe(port: int) -> None:
    """A traversal over the graph itself: a server may listen without `g` (LOCAL_STACK 5.1)."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_TIMEOUT_SECONDS)
    body = json.dumps(
        {"gremlin": "g.V().limit(1).count()", "language": "gremlin-lang", "aliases": {"g": "g"}}
    )
    try:
        connection.request("POST", "/gremlin", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise NotReadyError(f"no answer: {error}") from error
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise NotReadyError(f"answer {answer.status}: {text[:200]}")

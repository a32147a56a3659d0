"""The one-shot verbs `rebuild` and `verify`."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, Final, TypeVar

from bus import configure_logging
from graph_store import digest
from graph_writer.adapters.metrics import Metrics
from graph_writer.bootstrap import GraphWriter, Stores, build_graph_writer, open_stores
from graph_writer.errors import RebuildRunningError
from graph_writer.settings import GraphWriterSettings

BUILDER_PATIENCE_SECONDS: Final = 1800.0
"""How long to wait for another builder: a large log takes its time to become a graph."""
POLL_SECONDS: Final = 1.0
Built = TypeVar("Built")


async def run_rebuild(settings: GraphWriterSettings, *, as_json: bool) -> None:
    """Build a new generation beside running writers, and print what it is."""
    async with _open(settings) as (stores, writer):
        report = await _wait_for_turn(writer.rebuilder.rebuild)
        built = await digest(stores.graph.elements(report.generation))
    _print(
        {
            "generation": report.generation,
            "events": report.events,
            "vertices": built.vertices,
            "edges": built.edges,
            "seconds": round(report.seconds, 3),
            "digest": built.digest,
        },
        as_json=as_json,
    )


async def run_verify(settings: GraphWriterSettings, *, as_json: bool) -> bool:
    """Compare the active generation with the log, print the outcome; whether they agree.

    A graph that is not there is built first, as the service does at its start.
    """
    async with _open(settings) as (_, writer):
        await _wait_for_turn(writer.rebuilder.ensure_active)
        async with _leased(writer):
            verification = await writer.verifier.verify()
    _print(asdict(verification), as_json=as_json)
    return verification.consistent


@asynccontextmanager
async def _open(settings: GraphWriterSettings) -> AsyncIterator[tuple[Stores, GraphWriter]]:
    configure_logging("graph-writer", settings.log_level)
    async with open_stores(settings) as stores:
        yield stores, build_graph_writer(settings, stores, Metrics())


async def _wait_for_turn(build: Callable[[], Awaitable[Built]]) -> Built:
    """Build when no other builder is at work any more."""
    deadline = time.monotonic() + BUILDER_PATIENCE_SECONDS
    while True:
        try:
            return await build()
        except RebuildRunningError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _leased(writer: GraphWriter) -> AsyncIterator[None]:
    """The catch-up of a verification writes, so it holds a lease as the service does."""
    ended = asyncio.Event()
    await writer.gate.renew()
    renewal = asyncio.create_task(writer.gate.run(ended))
    try:
        yield
    finally:
        ended.set()
        await renewal


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(answer) + "\n")
        return
    for name, value in answer.items():
        sys.stdout.write(f"{name.replace('_', ' '):18} {value}\n")

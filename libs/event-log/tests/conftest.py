"""Logs under test: the fake and the real one keep the same promises."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

# Import mode importlib puts no test folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from event_log_world import Clock, World, open_dynamo, open_memory

from event_log import EventLog


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", pytest.param("dynamo", marks=pytest.mark.servers)])
async def world(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[World]:
    """Either log."""
    if request.param == "memory":
        yield open_memory(clock)
        return
    async with open_dynamo(request.getfixturevalue("endpoints"), clock) as opened:
        yield opened


@pytest.fixture
def log(world: World) -> EventLog:
    """Either log, as it comes."""
    return world.build()


@pytest.fixture
async def dynamo(endpoints: Any, clock: Clock) -> AsyncIterator[World]:
    """Only the log in DynamoDB."""
    async with open_dynamo(endpoints, clock) as opened:
        yield opened

"""Runs many pieces of work side by side in simulated time."""

import heapq
from collections.abc import Callable, Generator, Iterator
from itertools import count
from typing import TypeVar

from ami_lineage_local.sample.cloud.stage import Stage

Result = TypeVar("Result")
# Work yields the seconds to wait before its next step and may end with a result.
Work = Generator[int, None, Result]


class Simulation:
    """A queue of works by the time of their next step; equal times keep the order in which they were queued."""

    def __init__(self, stage: Stage, end: int) -> None:
        self._stage = stage
        self._end = end
        self._order = count()
        self._queue: list[tuple[int, int, Iterator[int]]] = []
        self._watches: list[tuple[int, Callable[[int], None]]] = []

    def start(self, work: Work[None], delay: int = 0) -> None:
        """Queue a work that begins `delay` seconds from now."""
        heapq.heappush(self._queue, (self._stage.now + delay, next(self._order), work))

    def watch(self, moment: int, look: Callable[[int], None]) -> None:
        """Look at the world as it is at the end of the second `moment`; call in order of time."""
        self._watches.append((moment, look))

    def run(self) -> None:
        """Run until nothing is left to do before the end; steps after the end never happen."""
        while self._queue:
            moment, _, work = heapq.heappop(self._queue)
            while self._watches and self._watches[0][0] < moment:
                watched, look = self._watches.pop(0)
                look(watched)
            if moment >= self._end:
                continue
            self._stage.now = moment
            delay = next(work, None)
            if delay is not None:
                heapq.heappush(self._queue, (moment + delay, next(self._order), work))

"""The durable, delayed queue of observe requests, in SQS."""

from collections.abc import Sequence

from bus import SqsQueue
from ingest.application.ports import ObserveRequest


class ObserveQueue:
    """`delay_seconds`: EC2 shows attachments and block devices only some time after the call."""

    def __init__(self, queue: SqsQueue, delay_seconds: int) -> None:
        self._queue = queue
        self._delay_seconds = delay_seconds

    async def put(self, requests: Sequence[ObserveRequest]) -> None:
        """Ask to look at these a little later.

        Raises:
            TransientBusError: not all were taken; asking again is harmless.
        """
        bodies = [request.model_dump_json() for request in requests]
        if bodies:
            await self._queue.send(bodies, self._delay_seconds)

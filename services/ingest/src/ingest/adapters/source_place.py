"""Asks AWS in one account and Region: paced, paged, tried again while that can help."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Final, Self

import stamina

from ingest.adapters.source_errors import SDK_ERRORS, to_source_error
from ingest.adapters.source_session import SourceSession
from ingest.application.backfill.questions import Question
from ingest.application.pacing import AdaptivePace
from ingest.domain.decoding import JsonObject
from ingest.errors import SourceRefusedError, SourceThrottledError, SourceUnavailableError

_ATTEMPTS: Final = 8
_ATTEMPTS_TO_PROBE: Final = 3
_LONGEST_WAIT_SECONDS: Final = 30.0


class SourcePlace:
    """A context manager; its clients are opened when they are first needed."""

    def __init__(
        self,
        session: SourceSession,
        pace: AdaptivePace,
        account_id: str | None,
        region: str,
    ) -> None:
        self._session = session
        self._pace = pace
        self._account_id = account_id
        self._region = region
        self._clients: dict[str, Any] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Opens nothing yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the clients."""
        await self._stack.aclose()

    async def reach(self) -> None:
        """Take the account's role; raises as `ask` does."""
        await self._session.reach(self._account_id)

    async def ask(self, question: Question, **arguments: object) -> JsonObject:
        """The answer to one call.

        Raises:
            SourceDeniedError: the permission is missing.
            SourceLacksCallError: the call does not exist here.
            SourceRefusedError: AWS refuses these arguments.
            SourceUnavailableError: AWS did not answer, however often it was asked.
        """
        return await self._call(question, {**question.arguments, **arguments})

    async def probe(self, question: Question) -> None:
        """Asks for as little as the call allows; raises as `ask` does."""
        await self._call(question, dict(question.probe), _ATTEMPTS_TO_PROBE)

    async def list_pages(self, question: Question, **arguments: object) -> AsyncIterator[list[JsonObject]]:
        """The members of the answer, page by page; raises as `ask` does."""
        wanted = {**question.arguments, **arguments}
        tokens: set[str] = set()
        while True:
            answer = await self._call(question, wanted)
            members = answer.get(question.member)
            yield members if isinstance(members, list) else []
            token = answer.get(question.token)
            if not isinstance(token, str) or not token:
                return
            if token in tokens:
                raise SourceUnavailableError(f"{question.action} in {self._region} pages in a circle")
            tokens.add(token)
            wanted = {**wanted, question.token: token}

    async def _call(
        self, question: Question, arguments: Mapping[str, object], attempts: int = _ATTEMPTS
    ) -> JsonObject:
        key = f"{self._account_id}/{self._region}/{question.service}"
        async for attempt in stamina.retry_context(
            on=_may_pass, attempts=attempts, wait_max=_LONGEST_WAIT_SECONDS, timeout=None
        ):
            with attempt:
                await self._pace.wait(key)
                client = await self._find_client(question.service)
                try:
                    answer: JsonObject = await client._make_api_call(question.operation, dict(arguments))  # noqa: SLF001 - by the API's own name
                except SDK_ERRORS as error:
                    raised = to_source_error(f"{question.action} in {self._region}", error)
                    if isinstance(raised, SourceThrottledError):
                        self._pace.throttled(key)
                    raise raised from error
                self._pace.answered(key)
                return answer
        raise AssertionError("retry_context returns or raises")

    async def _find_client(self, service: str) -> Any:  # noqa: ANN401 - aiobotocore is untyped
        if service not in self._clients:
            opened = self._session.open(self._account_id, self._region, service)
            self._clients[service] = await self._stack.enter_async_context(opened)
        return self._clients[service]


def _may_pass(error: Exception) -> bool:
    return isinstance(error, SourceUnavailableError) and not isinstance(error, SourceRefusedError)

"""Turns a call into its record and surrounds it with what a real trail has: noise, failures, repeats, both shapes."""

from random import Random
from typing import Any

from pydantic import BaseModel

from ami_lineage_local.sample.encoding import wrap_request, wrap_response
from ami_lineage_local.sample.identity import Caller
from ami_lineage_local.sample.names import Names
from ami_lineage_local.sample.noise import NOISES
from ami_lineage_local.sample.records import build_record
from ami_lineage_local.sample.writer import ArchiveWriter

Json = dict[str, Any]
EC2 = "ec2.amazonaws.com"
_NOISE_PER_CALL = 1.5
_CALLS_PER_FAILURE = 25
_CALLS_PER_REPEAT = 149
_FIRST_BLOCK, _BLOCK = 2, 7
_WRAPPED_FAILURES = 0.15
# Seen in the wrapper shape in real trails, so that the other one is the exception.
_USUALLY_WRAPPED = {"CreateSnapshots"}
_FAILURES = (
    ("Client.UnauthorizedOperation", "You are not authorized to perform this operation."),
    ("Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
    ("Client.RequestLimitExceeded", "Request limit exceeded."),
    ("Server.InternalError", "An internal error has occurred."),
)


class Counts(BaseModel):
    """How many records of each kind were written; records = relevant + noise + duplicates.

    `failed`, `hollow` and `wrapped` are parts of `relevant`.
    """

    records: int = 0
    relevant: int = 0
    noise: int = 0
    failed: int = 0
    hollow: int = 0
    wrapped: int = 0
    duplicates: int = 0


class Recorder:
    """Writes the records of EC2 calls; each is in one shape or the other by chance, both within two calls."""

    def __init__(self, rng: Random, names: Names, writer: ArchiveWriter) -> None:
        self._rng = rng
        self._names = names
        self._writer = writer
        self._blocks: dict[str, tuple[int, int]] = {}
        self._noise_due = 0.0
        self.counts = Counts()

    def call(
        self,
        caller: Caller,
        place: tuple[str, str],
        moment: int,
        operation: str,
        request: Json,
        response: Json,
    ) -> None:
        """A successful call; now and then one that failed comes just before it."""
        if self.counts.relevant % _CALLS_PER_FAILURE == 0:
            number = self.counts.relevant // _CALLS_PER_FAILURE
            self._write(caller, place, moment, operation, request, None, _FAILURES[number % len(_FAILURES)])
            self.counts.failed += 1
        self._write(caller, place, moment, operation, request, response, None)

    def hollow_call(self, caller: Caller, place: tuple[str, str], moment: int, operation: str) -> None:
        """A call too large for CloudTrail: parameters and response are left out, in one of two spellings."""
        record = self._envelope(caller, place, moment, operation, None, None, self._names.uuid(), None)
        if self.counts.hollow % 2:
            del record["requestParameters"], record["responseElements"]
        self.counts.hollow += 1
        self._deliver(place, moment, record)

    def _write(
        self,
        caller: Caller,
        place: tuple[str, str],
        moment: int,
        operation: str,
        request: Json,
        response: Json | None,
        error: tuple[str, str] | None,
    ) -> None:
        request_id = self._names.uuid()
        elements = None if response is None else {"requestId": request_id, **response}
        if self._is_wrapped(operation) if error is None else self._rng.random() < _WRAPPED_FAILURES:
            self.counts.wrapped += 1
            request = wrap_request(operation, request)
            elements = None if elements is None else wrap_response(operation, elements)
        self._deliver(
            place,
            moment,
            self._envelope(caller, place, moment, operation, request, elements, request_id, error),
        )

    def _envelope(
        self,
        caller: Caller,
        place: tuple[str, str],
        moment: int,
        operation: str,
        request: Json | None,
        elements: Json | None,
        request_id: str,
        error: tuple[str, str] | None,
    ) -> Json:
        return build_record(
            self._names,
            caller,
            place,
            moment,
            source=EC2,
            operation=operation,
            request=request,
            response=elements,
            request_id=request_id,
            error=error,
        )

    def _deliver(self, place: tuple[str, str], moment: int, record: Json) -> None:
        self.counts.relevant += 1
        twice = self.counts.relevant % _CALLS_PER_REPEAT == 0
        self._writer.write(place, moment, record, twice=twice)
        self.counts.duplicates += twice
        self._noise_due += _NOISE_PER_CALL
        while self._noise_due >= 1:
            self._noise_due -= 1
            self.counts.noise += 1
            noise = self._rng.choice(NOISES)
            self._writer.write(place, moment, noise(self._rng, self._names, place, moment))
        self.counts.records = self.counts.relevant + self.counts.noise + self.counts.duplicates

    def _is_wrapped(self, operation: str) -> bool:
        """One call of each block of seven (of two at first), at a random position, is the exception."""
        place_in_block, left = self._blocks.get(operation, (-1, 0))
        if left == 0:
            left = _FIRST_BLOCK if place_in_block < 0 else _BLOCK
            place_in_block = self._rng.randint(1, left)
        self._blocks[operation] = (place_in_block, left - 1)
        return (left == place_in_block) != (operation in _USUALLY_WRAPPED)

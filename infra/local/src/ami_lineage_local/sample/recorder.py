"""Turns a call into its record and surrounds it with what a real trail has: noise, failures, repeats, both shapes."""

from collections import Counter
from random import Random
from typing import Any

from pydantic import BaseModel

from ami_lineage_local.sample.encoding import wrap_request, wrap_response
from ami_lineage_local.sample.identity import Caller
from ami_lineage_local.sample.names import Names
from ami_lineage_local.sample.noise import NOISES
from ami_lineage_local.sample.records import build_envelope, build_record
from ami_lineage_local.sample.writer import ArchiveWriter

Json = dict[str, Any]
Place = tuple[str, str]
EC2 = "ec2.amazonaws.com"
_NOISE_PER_CALL = 1.5
_CALLS_PER_FAILURE = 25
_CALLS_PER_REPEAT = 149
_FIRST_BLOCK, _BLOCK = 2, 7
_WRAPPED_FAILURES = 0.15
# Newer operations are in the wrapper shape in real trails, so that the other one is the exception (AWS_FACTS 2.2).
_USUALLY_WRAPPED = {
    "AttachImageWatermark",
    "CancelImageLaunchPermission",
    "CreateFleet",
    "CreateLaunchTemplate",
    "CreateLaunchTemplateVersion",
    "CreateReplaceRootVolumeTask",
    "CreateRestoreImageTask",
    "CreateSnapshots",
    "CreateStoreImageTask",
    "DetachImageWatermark",
    "DisableImage",
    "DisableImageDeprecation",
    "DisableImageDeregistrationProtection",
    "EnableImage",
    "EnableImageDeprecation",
    "EnableImageDeregistrationProtection",
    "ModifyLaunchTemplate",
    "RestoreImageFromRecycleBin",
}
_FAILURES = (
    ("Client.UnauthorizedOperation", "You are not authorized to perform this operation."),
    ("Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
    ("Client.RequestLimitExceeded", "Request limit exceeded."),
    ("Server.InternalError", "An internal error has occurred."),
)


class Counts(BaseModel):
    """How many records of each kind were written; records = relevant + notices + noise + duplicates.

    `failed`, `hollow`, `partial`, `corrections` and `wrapped` are parts of `relevant`; `notices` came in
    EventBridge envelopes.
    """

    records: int = 0
    relevant: int = 0
    noise: int = 0
    failed: int = 0
    hollow: int = 0
    partial: int = 0
    corrections: int = 0
    notices: int = 0
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
        self.operations: Counter[str] = Counter()

    def call(
        self,
        caller: Caller,
        place: Place,
        moment: int,
        operation: str,
        request: Json,
        response: Json | None,
        source: str = EC2,
    ) -> None:
        """A successful call; now and then one that failed comes just before it."""
        if self.counts.relevant % _CALLS_PER_FAILURE == 0:
            number = self.counts.relevant // _CALLS_PER_FAILURE
            error = _FAILURES[number % len(_FAILURES)]
            wrap = source == EC2 and self._rng.random() < _WRAPPED_FAILURES
            record = self._build(caller, place, moment, operation, request, None, source, wrap=wrap)
            self._deliver(place, moment, {**record, "errorCode": error[0], "errorMessage": error[1]})
            self.counts.failed += 1
        wrap = source == EC2 and self._is_wrapped(operation)
        self.operations[f"{operation} {'wrapped' if wrap else 'plain'}"] += 1
        self._deliver(
            place,
            moment,
            self._build(caller, place, moment, operation, request, response, source, wrap=wrap),
        )

    def corrected_call(
        self, caller: Caller, place: Place, moment: int, operation: str, request: Json, response: Json
    ) -> None:
        """A call whose parameters are missing at first; a record with an addendum brings them (AWS_FACTS 2.1)."""
        wrap = self._is_wrapped(operation)
        full = self._build(caller, place, moment, operation, request, response, EC2, wrap=wrap)
        self._deliver(place, moment, {**full, "requestParameters": None})
        addendum = {
            "reason": "UPDATED_DATA",
            "updatedFields": "requestParameters",
            "originalRequestID": full["requestID"],
            "originalEventID": full["eventID"],
        }
        self.counts.corrections += 1
        self._deliver(place, moment, {**full, "eventID": self._names.uuid(), "addendum": addendum})

    def half_call(self, caller: Caller, place: Place, moment: int, operation: str, response: Json) -> None:
        """A call whose parameters were left out for their size, while its response is there."""
        wrap = self._is_wrapped(operation)
        record = self._build(caller, place, moment, operation, {}, response, EC2, wrap=wrap)
        self.counts.partial += 1
        self._deliver(place, moment, {**record, "requestParameters": None})

    def hollow_call(self, caller: Caller, place: Place, moment: int, operation: str) -> None:
        """A call too large for CloudTrail: parameters and response are left out, in one of two spellings."""
        record = self._build(caller, place, moment, operation, None, None, EC2, wrap=False)
        if self.counts.hollow % 2:
            del record["requestParameters"], record["responseElements"]
        self.counts.hollow += 1
        self._deliver(place, moment, record, repeatable=False)

    def service_event(self, place: Place, moment: int, operation: str, by: str, details: Json) -> None:
        """What a service did for another account, told to the account whose resource it used (AWS_FACTS 1.6)."""
        identity = {"type": "AWSAccount", "accountId": by, "invokedBy": EC2}
        caller = Caller(identity, "", EC2, EC2, through_tls=False)
        record = self._build(caller, place, moment, operation, None, None, EC2, wrap=False)
        del record["requestID"]
        record["eventType"] = "AwsServiceEvent"
        record["sharedEventID"] = self._names.uuid()
        record["serviceEventDetails"] = details
        self._deliver(place, moment, record)

    def notice(self, place: Place, moment: int, detail_type: str, resources: list[str], detail: Json) -> None:
        """An event that EC2 itself puts on the account's default bus."""
        self.counts.notices += 1
        envelope = build_envelope(self._names, place, moment, detail_type, resources, detail)
        self._writer.write(place, moment, envelope, folder="EventBridge")
        self._count()

    def _build(
        self,
        caller: Caller,
        place: Place,
        moment: int,
        operation: str,
        request: Json | None,
        response: Json | None,
        source: str,
        *,
        wrap: bool,
    ) -> Json:
        request_id = self._names.uuid()
        if response is not None and source == EC2:
            response = {"requestId": request_id, **response}
        if wrap:
            self.counts.wrapped += 1
            request = None if request is None else wrap_request(operation, request)
            response = None if response is None else wrap_response(operation, response)
        return build_record(
            self._names,
            caller,
            place,
            moment,
            source=source,
            operation=operation,
            request=request,
            response=response,
            request_id=request_id,
        )

    def _deliver(self, place: Place, moment: int, record: Json, *, repeatable: bool = True) -> None:
        self.counts.relevant += 1
        twice = repeatable and self.counts.relevant % _CALLS_PER_REPEAT == 0
        self._writer.write(place, moment, record, twice=twice)
        self.counts.duplicates += twice
        self._noise_due += _NOISE_PER_CALL
        while self._noise_due >= 1:
            self._noise_due -= 1
            self.counts.noise += 1
            noise = self._rng.choice(NOISES)
            self._writer.write(place, moment, noise(self._rng, self._names, place, moment))
        self._count()

    def _count(self) -> None:
        counts = self.counts
        counts.records = counts.relevant + counts.notices + counts.noise + counts.duplicates

    def _is_wrapped(self, operation: str) -> bool:
        """One call of each block of seven (of two at first), at a random position, is the exception."""
        place_in_block, left = self._blocks.get(operation, (-1, 0))
        if left == 0:
            left = _FIRST_BLOCK if place_in_block < 0 else _BLOCK
            place_in_block = self._rng.randint(1, left)
        self._blocks[operation] = (place_in_block, left - 1)
        return (left == place_in_block) != (operation in _USUALLY_WRAPPED)

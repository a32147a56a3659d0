"""The verdict table in DynamoDB: an item per resource, and one for our position in the log."""

import asyncio
import random
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.verdicts import BODY, RESOURCE_KEY, CurrentVerdict
from policy_engine.application.concurrency import map_bounded
from policy_engine.application.ports import Position
from policy_engine.errors import VerdictTableError, VerdictTableRefusedError

POSITION_KEY: Final = "cursor/policy-engine"
"""Not a stream id of a resource, so never a key of a verdict."""
SEQUENCE: Final = "sequence"
BATCH: Final = 100
"""Keys in one BatchGetItem (DynamoDB API Reference, BatchGetItem)."""
PUTS: Final = 25
"""Verdicts in one transaction: of 100 that it takes, so that long evidence stays within its 4 MB (AWS_FACTS 4.2)."""
CANCELLED: Final = "TransactionCanceledException"
NO_REASON: Final = "None"
CONDITION_FAILED: Final = "ConditionalCheckFailed"
TRANSIENT_REASONS: Final = frozenset(
    {"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"}
)
TRANSIENT: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_SERVER_ERRORS: Final = 500
_LONGEST_PAUSE_SECONDS: Final = 1.0
_ROUNDS: Final = 10


class DynamoDbVerdictTable:
    """`client` is an aiobotocore DynamoDB client owned by the caller."""

    def __init__(self, client: Any, table: str) -> None:  # noqa: ANN401 - aiobotocore has no types
        self._client = client
        self._table = table

    async def find_verdicts(self, resources: Iterable[str]) -> dict[str, CurrentVerdict]:
        """See VerdictTable."""
        ordered = sorted(set(resources))
        found = dict[str, CurrentVerdict]()
        for start in range(0, len(ordered), BATCH):
            for item in await self._get_batch(ordered[start : start + BATCH]):
                verdict = CurrentVerdict.model_validate_json(item[BODY]["S"])
                found[verdict.resource] = verdict
        return found

    async def _get_batch(self, resources: list[str]) -> list[dict[str, Any]]:
        """Items of up to 100 resources; DynamoDB may leave some unprocessed, above 16 MB or when it throttles."""
        keys, items = [{RESOURCE_KEY: {"S": one}} for one in resources], list[dict[str, Any]]()
        for attempt in range(_ROUNDS):
            request = {self._table: {"Keys": keys, "ConsistentRead": True}}
            answer = await _ask(self._client.batch_get_item(RequestItems=request))
            items += answer["Responses"].get(self._table, [])
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if not keys:
                return items
            await _pause(attempt)
        raise VerdictTableError(f"{len(keys)} keys stayed unprocessed")

    async def put_newer(self, verdicts: Sequence[CurrentVerdict]) -> frozenset[str]:
        """See VerdictTable."""
        chunks = [verdicts[start : start + PUTS] for start in range(0, len(verdicts), PUTS)]
        return frozenset[str]().union(*await map_bounded(self._put_chunk, chunks))

    async def _put_chunk(self, verdicts: Sequence[CurrentVerdict]) -> frozenset[str]:
        """One transaction; verdicts that are not newer fall out of it, and do not block the rest."""
        pending = list(verdicts)
        for attempt in range(_ROUNDS):
            if not pending:
                return frozenset()
            try:
                await self._client.transact_write_items(
                    TransactItems=[self._build_put(one) for one in pending]
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != CANCELLED:
                    raise _translate(error) from error
                reasons = [reason["Code"] for reason in error.response["CancellationReasons"]]
                if not set(reasons) <= {NO_REASON, CONDITION_FAILED, *TRANSIENT_REASONS}:
                    raise VerdictTableRefusedError(f"verdict table: {error}") from error
                pending = [
                    one for one, code in zip(pending, reasons, strict=True) if code != CONDITION_FAILED
                ]
                if not TRANSIENT_REASONS.isdisjoint(reasons):
                    await _pause(attempt)
            except BotoCoreError as error:
                raise _translate(error) from error
            else:
                return frozenset(verdict.resource for verdict in pending)
        raise VerdictTableError(f"{len(pending)} verdicts were not taken, others write them too")

    def _build_put(self, verdict: CurrentVerdict) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": {
                    RESOURCE_KEY: {"S": verdict.resource},
                    SEQUENCE: {"N": str(verdict.sequence)},
                    BODY: {"S": verdict.model_dump_json()},
                },
                "ConditionExpression": "attribute_not_exists(#resource) OR #sequence < :sequence",
                "ExpressionAttributeNames": {"#resource": RESOURCE_KEY, "#sequence": SEQUENCE},
                "ExpressionAttributeValues": {":sequence": {"N": str(verdict.sequence)}},
            }
        }

    async def find_position(self) -> Position | None:
        """See VerdictTable."""
        answer = await _ask(
            self._client.get_item(
                TableName=self._table, Key={RESOURCE_KEY: {"S": POSITION_KEY}}, ConsistentRead=True
            )
        )
        item = answer.get("Item")
        return None if item is None else Position.model_validate_json(item[BODY]["S"])

    async def put_position(self, position: Position) -> None:
        """See VerdictTable."""
        item = {RESOURCE_KEY: {"S": POSITION_KEY}, BODY: {"S": position.model_dump_json()}}
        await _ask(self._client.put_item(TableName=self._table, Item=item))


async def _pause(attempt: int) -> None:
    longest = min(_LONGEST_PAUSE_SECONDS, 0.05 * 2.0**attempt)
    await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, hides nothing


async def _ask(request: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return await request
    except (ClientError, BotoCoreError) as error:
        raise _translate(error) from error


def _translate(error: ClientError | BotoCoreError) -> VerdictTableError | VerdictTableRefusedError:
    if isinstance(error, BotoCoreError):
        return VerdictTableError(f"verdict table: {error}")
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in TRANSIENT or status >= _SERVER_ERRORS:
        return VerdictTableError(f"verdict table: {code}")
    return VerdictTableRefusedError(f"verdict table: {error}")

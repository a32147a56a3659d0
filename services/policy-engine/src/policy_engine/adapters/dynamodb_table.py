"""The verdict table in DynamoDB: an item per resource, and one for our position in the log."""

import asyncio
import random
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.verdicts import BODY, RESOURCE_KEY, CurrentVerdict
from policy_engine.application.ports import Position
from policy_engine.errors import VerdictTableError, VerdictTableRefusedError

POSITION_KEY: Final = "cursor/policy-engine"
"""Not a stream id of a resource, so never a key of a verdict."""
SEQUENCE: Final = "sequence"
BATCH: Final = 100
"""Keys in one BatchGetItem (DynamoDB API Reference, BatchGetItem)."""
CONDITION_FAILED: Final = "ConditionalCheckFailedException"
TRANSIENT: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
_SERVER_ERRORS: Final = 500
_LONGEST_PAUSE_SECONDS: Final = 1.0
_UNPROCESSED_ROUNDS: Final = 10


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
        for attempt in range(_UNPROCESSED_ROUNDS):
            request = {self._table: {"Keys": keys, "ConsistentRead": True}}
            answer = await _ask(self._client.batch_get_item(RequestItems=request))
            items += answer["Responses"].get(self._table, [])
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if not keys:
                return items
            longest = min(_LONGEST_PAUSE_SECONDS, 0.05 * 2.0**attempt)
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, hides nothing
        raise VerdictTableError(f"{len(keys)} keys stayed unprocessed")

    async def put_newer(self, verdict: CurrentVerdict) -> bool:
        """See VerdictTable."""
        try:
            await self._client.put_item(
                TableName=self._table,
                Item={
                    RESOURCE_KEY: {"S": verdict.resource},
                    SEQUENCE: {"N": str(verdict.sequence)},
                    BODY: {"S": verdict.model_dump_json()},
                },
                ConditionExpression="attribute_not_exists(#resource) OR #sequence < :sequence",
                ExpressionAttributeNames={"#resource": RESOURCE_KEY, "#sequence": SEQUENCE},
                ExpressionAttributeValues={":sequence": {"N": str(verdict.sequence)}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == CONDITION_FAILED:
                return False
            raise _translate(error) from error
        except BotoCoreError as error:
            raise _translate(error) from error
        return True

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

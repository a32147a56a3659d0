"""The registry in DynamoDB."""

from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.times import from_key_time, to_key_time
from graph_store.errors import GenerationConflictError, PermanentGraphError, TransientGraphError
from graph_store.generations.models import (
    SKEW_ALLOWANCE,
    WRITTEN_STATES,
    ActiveGeneration,
    Clock,
    GenerationRecord,
    GenerationState,
    Lease,
    read_clock,
)
from graph_store.generations.table import ACTIVE_ID, GENERATION_PREFIX, LEASE_PREFIX, LOCK_ID

Item = dict[str, dict[str, Any]]

_CONFLICTS: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
_TRANSIENT: Final = frozenset(
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


class DynamoDbGenerationRegistry:
    """Generations in the projection table; `client` is an aiobotocore DynamoDB client owned by the caller."""

    def __init__(self, client: Any, table: str, clock: Clock = read_clock) -> None:  # noqa: ANN401 - aiobotocore has no types
        self._client = client
        self._table = table
        self._clock = clock

    async def find_active(self) -> ActiveGeneration | None:
        """See GenerationRegistry."""
        answer = await self._call(
            self._client.get_item(TableName=self._table, Key={"id": {"S": ACTIVE_ID}}, ConsistentRead=True)
        )
        item = answer.get("Item")
        return None if item is None else ActiveGeneration(item["generation"]["S"], int(item["version"]["N"]))

    async def list_generations(self) -> tuple[GenerationRecord, ...]:
        """See GenerationRegistry."""
        return tuple(_to_generation(item) for item in await self._scan(GENERATION_PREFIX))

    async def list_writable(self) -> tuple[str, ...]:
        """See GenerationRegistry."""
        return tuple(one.name for one in await self.list_generations() if one.state in WRITTEN_STATES)

    async def create_generation(self, name: str, fold_version: int) -> GenerationRecord:
        """See GenerationRegistry."""
        created_at = self._clock()
        item = {
            "id": {"S": GENERATION_PREFIX + name},
            "state": {"S": GenerationState.BUILDING.value},
            "fold_version": {"N": str(fold_version)},
            "created_at": {"S": to_key_time(created_at)},
        }
        await self._call(
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(id)"
            ),
            f"generation {name!r} exists already",
        )
        return GenerationRecord(name, GenerationState.BUILDING, fold_version, created_at)

    async def mark_catching_up(self, name: str) -> None:
        """See GenerationRegistry."""
        change = self._state_change(name, GenerationState.CATCHING_UP, GenerationState.BUILDING)
        await self._call(self._client.update_item(**change), f"generation {name!r} is not building")

    async def activate(self, name: str, expected_version: int) -> ActiveGeneration:
        """See GenerationRegistry."""
        before = await self.find_active()
        if (before.version if before is not None else 0) != expected_version:
            raise GenerationConflictError(f"the active generation is no longer version {expected_version}")
        active: dict[str, Any] = {
            "TableName": self._table,
            "Item": {
                "id": {"S": ACTIVE_ID},
                "generation": {"S": name},
                "version": {"N": str(expected_version + 1)},
            },
            "ConditionExpression": "attribute_not_exists(id)",
        }
        if before is not None:
            active |= {
                "ConditionExpression": "#v = :expected",
                "ExpressionAttributeNames": {"#v": "version"},
                "ExpressionAttributeValues": {":expected": {"N": str(expected_version)}},
            }
        changes = [
            {"Put": active},
            {"Update": self._state_change(name, GenerationState.LIVE, GenerationState.CATCHING_UP)},
        ]
        if before is not None:
            changes.append(
                {
                    "Update": self._state_change(
                        before.generation, GenerationState.RETIRED, GenerationState.LIVE
                    )
                }
            )
        await self._call(
            self._client.transact_write_items(TransactItems=changes),
            f"generation {name!r} is not catching up, or somebody else switched",
        )
        return ActiveGeneration(name, expected_version + 1)

    async def remove_generation(self, name: str) -> None:
        """See GenerationRegistry."""
        await self._call(
            self._client.delete_item(
                TableName=self._table,
                Key={"id": {"S": GENERATION_PREFIX + name}},
                ConditionExpression="attribute_not_exists(id) OR #s <> :live",
                ExpressionAttributeNames={"#s": "state"},
                ExpressionAttributeValues={":live": {"S": GenerationState.LIVE.value}},
            ),
            f"generation {name!r} is live",
        )

    async def acquire_build_lock(self, owner: str, seconds: float) -> bool:
        """See GenerationRegistry."""
        now = self._clock()
        try:
            await self._call(
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        "id": {"S": LOCK_ID},
                        "owner": {"S": owner},
                        "expires_at": {"S": to_key_time(now + timedelta(seconds=seconds))},
                    },
                    ConditionExpression="attribute_not_exists(id) OR #o = :owner OR expires_at <= :past",
                    ExpressionAttributeNames={"#o": "owner"},
                    ExpressionAttributeValues={
                        ":owner": {"S": owner},
                        ":past": {"S": to_key_time(now - SKEW_ALLOWANCE)},
                    },
                )
            )
        except GenerationConflictError:
            return False
        return True

    async def release_build_lock(self, owner: str) -> None:
        """See GenerationRegistry."""
        try:
            await self._call(
                self._client.delete_item(
                    TableName=self._table,
                    Key={"id": {"S": LOCK_ID}},
                    ConditionExpression="#o = :owner",
                    ExpressionAttributeNames={"#o": "owner"},
                    ExpressionAttributeValues={":owner": {"S": owner}},
                )
            )
        except GenerationConflictError:
            return

    async def put_lease(self, writer_id: str, generations: Iterable[str], seconds: float) -> Lease:
        """See GenerationRegistry."""
        lease = Lease(writer_id, frozenset(generations), self._clock() + timedelta(seconds=seconds))
        item = {
            "id": {"S": LEASE_PREFIX + writer_id},
            "generations": {"L": [{"S": name} for name in sorted(lease.generations)]},
            "expires_at": {"S": to_key_time(lease.expires_at)},
        }
        await self._call(self._client.put_item(TableName=self._table, Item=item))
        return lease

    async def take_lease(self, writer_id: str, seconds: float) -> Lease:
        """See GenerationRegistry."""
        wanted = await self.list_writable()
        while True:
            lease = await self.put_lease(writer_id, wanted, seconds)
            before, wanted = wanted, await self.list_writable()
            if wanted == before:
                return lease

    async def delete_lease(self, writer_id: str) -> None:
        """See GenerationRegistry."""
        await self._call(
            self._client.delete_item(TableName=self._table, Key={"id": {"S": LEASE_PREFIX + writer_id}})
        )

    async def list_leases(self) -> tuple[Lease, ...]:
        """See GenerationRegistry."""
        now = self._clock()
        leases = [_to_lease(item) for item in await self._scan(LEASE_PREFIX)]
        return tuple(lease for lease in leases if now < lease.expires_at + SKEW_ALLOWANCE)

    async def _scan(self, prefix: str) -> list[Item]:
        """All items whose id starts so, by id; the table holds a handful."""
        items: list[Item] = []
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "FilterExpression": "begins_with(id, :prefix)",
            "ExpressionAttributeValues": {":prefix": {"S": prefix}},
        }
        while True:
            page = await self._call(self._client.scan(**request))
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return sorted(items, key=lambda item: str(item["id"]["S"]))
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _state_change(self, name: str, to: GenerationState, expected: GenerationState) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": {"id": {"S": GENERATION_PREFIX + name}},
            "UpdateExpression": "SET #s = :to",
            "ConditionExpression": "#s = :expected",
            "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":to": {"S": to.value}, ":expected": {"S": expected.value}},
        }

    async def _call(
        self, request: Awaitable[dict[str, Any]], conflict: str = "the registry changed"
    ) -> dict[str, Any]:
        try:
            return await request
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in _CONFLICTS:
                raise GenerationConflictError(conflict) from error
            if code in _TRANSIENT or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:  # noqa: PLR2004 - HTTP server errors
                raise TransientGraphError(f"projection table: {code}") from error
            raise PermanentGraphError(f"projection table: {error}") from error
        except BotoCoreError as error:
            raise TransientGraphError(f"projection table: {error}") from error


def _to_generation(item: Item) -> GenerationRecord:
    return GenerationRecord(
        name=str(item["id"]["S"]).removeprefix(GENERATION_PREFIX),
        state=GenerationState(item["state"]["S"]),
        fold_version=int(item["fold_version"]["N"]),
        created_at=from_key_time(item["created_at"]["S"]),
    )


def _to_lease(item: Item) -> Lease:
    return Lease(
        writer_id=str(item["id"]["S"]).removeprefix(LEASE_PREFIX),
        generations=frozenset(str(one["S"]) for one in item["generations"]["L"]),
        expires_at=from_key_time(item["expires_at"]["S"]),
    )

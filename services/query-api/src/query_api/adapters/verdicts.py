"""The verdict table, read only."""

from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.verdicts import BODY, RESOURCE_KEY, CurrentVerdict
from query_api.errors import UnavailableError

UNREACHABLE: Final = "The verdicts cannot be read now. Try again in a few seconds."


class VerdictTable:
    """Current verdicts; `client` is an aiobotocore DynamoDB client owned by the caller."""

    def __init__(self, client: Any, table: str) -> None:  # noqa: ANN401 - aiobotocore has no types
        self._client = client
        self._table = table

    async def find_verdict(self, stream_id: str) -> CurrentVerdict | None:
        """Verdict about a resource; None when it was not evaluated.

        Raises:
            UnavailableError: the table does not answer.
        """
        try:
            answer = await self._client.get_item(
                TableName=self._table, Key={RESOURCE_KEY: {"S": stream_id}}, ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError(UNREACHABLE) from error
        item = answer.get("Item")
        return CurrentVerdict.model_validate_json(item[BODY]["S"]) if item is not None else None

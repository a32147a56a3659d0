"""The projection table: items `active`, `build-lock`, `generation/{name}` and `lease/{writer id}`."""

from typing import Final

ACTIVE_ID: Final = "active"
LOCK_ID: Final = "build-lock"
GENERATION_PREFIX: Final = "generation/"
LEASE_PREFIX: Final = "lease/"


def build_projection_table_spec(name: str) -> dict[str, object]:
    """Arguments of DynamoDB's CreateTable."""
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }

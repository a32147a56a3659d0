"""The verdict table: current verdicts, written by policy-engine, read by query-api, rebuildable from the log."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.events.decision import RuleVerdict, Verdict
from ami_lineage_contracts.times import UtcDatetime

RESOURCE_KEY: Final = "resource"
BODY: Final = "body"


class CurrentVerdict(BaseModel):
    """What holds for a resource now. `sequence`: the last event of its compliance stream.

    `checkpoint`: the graph that was evaluated held all events recorded up to here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource: str
    status: Verdict
    policy: str
    policy_digest: str
    sequence: int
    checkpoint: UtcDatetime | None = None
    verdicts: tuple[RuleVerdict, ...]


def build_verdict_table_spec(name: str) -> dict[str, Any]:
    """Arguments of DynamoDB CreateTable."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": RESOURCE_KEY, "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": RESOURCE_KEY, "KeyType": "HASH"}],
    }

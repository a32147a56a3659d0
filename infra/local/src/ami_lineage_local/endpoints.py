"""Where the local servers answer, for services and tests."""

from pydantic import BaseModel, ConfigDict

from ami_lineage_local.servers.account import ACCOUNT_ID, REGION, SECRET


class Endpoints(BaseModel):
    """URLs of the local servers; valid as long as the servers run, as a restart keeps the port."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dynamodb: str
    gremlin: str
    events: str
    sqs: str
    aws: str
    """SNS, STS, S3, SSM and the rest."""
    ec2: str
    securityhub: str
    region: str = REGION
    account_id: str = ACCOUNT_ID
    access_key_id: str = ACCOUNT_ID
    """The local endpoints take the account from it."""
    secret_access_key: str = SECRET

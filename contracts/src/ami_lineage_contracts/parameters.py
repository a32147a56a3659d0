"""Names of SSM parameters as references to images write them (AWS_FACTS 1.7)."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from ami_lineage_contracts.stream_ids import named_stream

_ARN_FIELDS: Final = 6
_RESOURCE: Final = "parameter/"


class ParameterName(BaseModel):
    """A parameter, and which of its versions: `selector` is a number, a label, or None for the newest.

    Account and Region are None where the text is no ARN: those of whoever names it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    selector: str | None = None
    region: str | None = None
    account_id: str | None = None

    def to_stream(self, partition: str, region: str, account_id: str) -> str:
        """Stream id of the parameter; the arguments say from where it is named."""
        return named_stream(
            "parameter", partition, self.region or region, self.account_id or account_id, self.name
        )


def parse_parameter_name(text: str) -> ParameterName:
    """Take ``name[:version|:label]`` or ``arn:aws:ssm:region:account:parameter/name[:..]`` apart; total.

    An ARN drops the slash before a name of one level only: ``parameter/golden`` reads as ``golden``, and
    ``parameter/golden/web`` as ``/golden/web``.
    """
    fields = text.split(":", _ARN_FIELDS - 1)
    if len(fields) == _ARN_FIELDS and fields[0] == "arn" and fields[5].startswith(_RESOURCE):
        path, _, selector = fields[5].removeprefix(_RESOURCE).partition(":")
        return ParameterName(
            name=f"/{path}" if "/" in path and not path.startswith("/") else path,
            selector=selector or None,
            region=fields[3] or None,
            account_id=fields[4] or None,
        )
    name, _, selector = text.partition(":")
    return ParameterName(name=name, selector=selector or None)

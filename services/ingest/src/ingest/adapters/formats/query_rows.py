"""Turns rows of Athena and CloudTrail Lake back into CloudTrail records.

Columns have the names of the documented tables in any case (Athena user guide "Query CloudTrail logs";
CloudTrail user guide "Supported SQL schemas for event data stores"). `requestparameters` and
`responseelements` are JSON text in Athena and ``map<string,string>`` in Lake; Lake's `eventjson` is the
record itself and is preferred.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import orjson

from ingest.adapters.formats.query_text import AmbiguousTextError, decode_value, parse_map, parse_row
from ingest.domain.documents import Broken
from ingest.domain.moments import parse_moment
from ingest.errors import ForeignFileError, UnreadableFileError

_RECORD_NAMES: Final = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "annotation",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "serviceEventDetails",
    "addendum",
    "edgeDeviceDetails",
    "insightDetails",
    "eventCategory",
    "tlsDetails",
    "sessionCredentialFromConsole",
]
_INNER_NAMES: Final = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "sessionContext",
    "attributes",
    "creationDate",
    "mfaAuthenticated",
    "sessionIssuer",
    "webIdFederationData",
    "federatedProvider",
    "sourceIdentity",
    "ec2RoleDelivery",
    "ec2IssuedInVpc",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "inScopeOf",
    "sourceArn",
    "sourceAccount",
    "issuerType",
    "credentialsIssuedTo",
    "invokedBy",
    "identityProvider",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
    "reason",
    "updatedFields",
    "originalRequestID",
    "originalEventID",
]
_NAME_OF: Final = {name.lower(): name for name in _RECORD_NAMES}
_INNER_NAME_OF: Final = {name.lower(): name for name in _INNER_NAMES}
_ROWS: Final = frozenset({"useridentity", "tlsdetails", "resources"})
_MAPS: Final = frozenset(
    {
        "requestparameters",
        "responseelements",
        "additionaleventdata",
        "serviceeventdetails",
        "addendum",
        "edgedevicedetails",
        "insightdetails",
    }
)
_WHOLE: Final = "eventjson"
_MARKS: Final = frozenset({"eventid", "eventname"})
_NEVER_NULL: Final = frozenset({"eventid", "eventtime", "eventsource", "eventname", "awsregion"})
_NEEDED: Final = _NEVER_NULL | {
    "useridentity",
    "recipientaccountid",
    "requestparameters",
    "responseelements",
    "errorcode",
}
_ADVICE: Final = "select * (in CloudTrail Lake eventJson is enough) and export again"


def is_row(columns: Iterable[str]) -> bool:
    """Whether these are columns of a query, not the fields of a CloudTrail record."""
    names = frozenset(columns)
    lower = {name.lower() for name in names}
    return _WHOLE in lower or (lower >= _MARKS and "eventID" not in names)


def check_columns(columns: Iterable[str]) -> None:
    """Refuse a result that cannot give whole records.

    Raises:
        ForeignFileError: the columns are not CloudTrail's.
        UnreadableFileError: columns are missing without which a record would be misread.
    """
    lower = {name.strip().lower() for name in columns}
    if _WHOLE in lower:
        return
    if not lower >= _MARKS:
        raise ForeignFileError("a table without the columns of CloudTrail (eventid, eventname, ...)")
    missing = sorted(_NEEDED - lower)
    if missing:
        raise UnreadableFileError(f"the query's result lacks {', '.join(missing)}: {_ADVICE}")


def to_record(row: Mapping[str, object]) -> object:
    """The record of a row, or `Broken`."""
    columns = {name.strip().lower(): value for name, value in row.items()}
    try:
        whole = columns.get(_WHOLE)
        if isinstance(whole, str) and whole.strip():
            return orjson.loads(whole)
        missing = sorted(name for name in _NEVER_NULL if not columns.get(name))
        if missing:
            return Broken(f"the row lacks {', '.join(missing)}: {_ADVICE}", _preview(row))
        if "errorcode" not in columns and not columns.get("responseelements"):
            return Broken(
                f"the row has no errorcode, so a failed call would look done: {_ADVICE}", _preview(row)
            )
        return {
            _NAME_OF[name]: value
            for name, given in columns.items()
            if name in _NAME_OF and (value := _to_value(name, given)) is not None
        }
    except orjson.JSONDecodeError as error:
        return Broken(f"eventjson is no JSON: {error}", _preview(row))
    except AmbiguousTextError as error:
        return Broken(f"{error}: export eventJson, JSON or Parquet instead of this text", _preview(row))


def _to_value(name: str, given: object) -> object:
    if isinstance(given, str) and given.strip() in ("", "null"):
        return None
    if name == "eventtime":
        moment = parse_moment(given)
        return given if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if name in _ROWS:
        return _rename(_read_row(given) if isinstance(given, str) else given)
    if name in _MAPS:
        return _to_map(name, given)
    return given.strip() if isinstance(given, str) else _to_plain(given)


def _read_row(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return parse_row(text)


def _to_map(name: str, given: object) -> object:
    value = given
    if isinstance(given, str):
        try:
            value = orjson.loads(given)
        except orjson.JSONDecodeError:
            value = parse_map(given)
    elif isinstance(given, list | dict):
        pairs = given.items() if isinstance(given, dict) else given  # Parquet gives a map as a list of pairs
        value = {
            str(key): decode_value(str(key), _to_plain(inner)) for key, inner in pairs if inner is not None
        }
    if not isinstance(value, dict):
        return None
    return _rename(value) if name == "addendum" else value


def _rename(value: object) -> object:
    if isinstance(value, dict):
        return {
            _INNER_NAME_OF.get(str(name).lower(), str(name)): _rename(inner)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [_rename(inner) for inner in value]
    return _to_plain(value)


def _to_plain(value: object) -> object:
    """Values of Parquet that JSON does not know."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _preview(row: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value)[:500] for name, value in row.items() if value not in (None, "")}

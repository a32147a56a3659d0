"""Starts ministack so that it takes events with an ``aws.*`` source, as the simulator plays AWS itself.

An event that speaks of a CloudTrail record carries the account and Region of that record: forwarding to the
central bus keeps those of the origin (AWS_FACTS 3.1), and all members put on one bus here.
It also keeps no list of all events ever put: nothing reads it, and it grows without a cap.
Runs in the environment of the local AWS endpoints, not in ours.
"""

import importlib
import json
from typing import Any

# Imported by name: this environment is not the one that is type-checked.
eventbridge: Any = importlib.import_module("ministack.services.eventbridge")
server: Any = importlib.import_module("ministack.app")

_put_events = eventbridge._put_events  # noqa: SLF001 - there is no option for it
_dispatch_event = eventbridge._dispatch_event  # noqa: SLF001 - there is no option for it


def _put_any_source(data: dict[str, Any], allow_aws_source: bool = True) -> Any:  # noqa: ANN401, ARG001 - signature of the original
    return _put_events(data, allow_aws_source=True)


def _dispatch_from_origin(event: dict[str, Any], view: object = None) -> None:  # noqa: ARG001 - rebuilt
    if str(event.get("Source", "")).startswith("aws."):
        detail = _read_detail(event["Detail"])
        event["Account"] = detail.get("recipientAccountId") or event["Account"]
        event["Region"] = detail.get("awsRegion") or event["Region"]
    _dispatch_event(event)


def _read_detail(text: str) -> dict[str, Any]:
    """The detail, or nothing: AWS refuses what is not a JSON object, ministack passes it on."""
    try:
        detail = json.loads(text)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _forget_events() -> list[Any]:
    return []


eventbridge._put_events = _put_any_source  # noqa: SLF001 - see above
eventbridge._dispatch_event = _dispatch_from_origin  # noqa: SLF001 - see above
eventbridge._events_log_list = _forget_events  # noqa: SLF001 - see above
server.main()

"""Starts ministack so that it takes events with an ``aws.*`` source, as the simulator plays AWS itself.

It also keeps no list of all events ever put: nothing reads it, and it grows without a cap.
Runs in the environment of the local AWS endpoints, not in ours.
"""

import importlib
from typing import Any

# Imported by name: this environment is not the one that is type-checked.
eventbridge: Any = importlib.import_module("ministack.services.eventbridge")
server: Any = importlib.import_module("ministack.app")

_put_events = eventbridge._put_events  # noqa: SLF001 - there is no option for it


def _put_any_source(data: dict[str, Any], allow_aws_source: bool = True) -> Any:  # noqa: ANN401, ARG001 - signature of the original
    return _put_events(data, allow_aws_source=True)


def _forget_events() -> list[Any]:
    return []


eventbridge._put_events = _put_any_source  # noqa: SLF001 - see above
eventbridge._events_log_list = _forget_events  # noqa: SLF001 - see above
server.main()

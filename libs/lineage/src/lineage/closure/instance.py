"""Closure of an instance: what it ran when."""

from collections.abc import Collection, Mapping
from datetime import datetime

from lineage.closure.reader import NotReadError, StateReader
from lineage.closure.results import InstanceClosure, Missing, Run
from lineage.closure.walk import Found, walk_root
from lineage.fold import StreamState
from lineage.instance_state import InstanceState
from lineage.root_changes import RootChange


def close_instance(
    stream_id: str, states: Mapping[str, StreamState], *, members: Collection[str] | None = None
) -> InstanceClosure | Missing:
    """Runs of an instance, or the streams without which they cannot be told.

    A stream without events must be given as its empty state (``fold(stream_id, ())``).
    `members`: accounts of the organization, where known; an observed snapshot of another owner is then foreign.
    """
    reader = StateReader(states, members=members)
    missing: set[str] = set()
    try:
        state = reader.get(stream_id, InstanceState)
    except NotReadError as needed:
        return Missing(needed.stream_ids)
    runs = []
    for change, begin, end in _list_intervals(state):
        try:
            runs.append(_build_run(state, change, (begin, end), reader))
        except NotReadError as needed:
            missing |= needed.stream_ids
    if missing:
        return Missing(frozenset(missing))
    return InstanceClosure(
        stream_id=stream_id,
        runs=tuple(runs),
        terminal_reason=runs[-1].reason if runs else "before_recorded_history",
        reads=reader.reads,
    )


def _list_intervals(state: InstanceState) -> list[tuple[RootChange, datetime | None, datetime | None]]:
    """Each root change with the time it lasted; one that lasted no time is left out."""
    intervals = []
    for change, end in state.list_root_intervals():
        begin = state.launched_at if change.kind == "launched" else change.at
        if end is None or begin is None or begin < end:
            intervals.append((change, begin, end))
    return intervals


def _build_run(
    state: InstanceState,
    change: RootChange,
    interval: tuple[datetime | None, datetime | None],
    reader: StateReader,
) -> Run:
    begin, end = interval
    outcome = walk_root(state, change, reader)
    if isinstance(outcome, Found):
        return Run(
            change_id=change.event_id,
            image=outcome.image,
            confidence=outcome.confidence,
            evidence=outcome.evidence,
            valid_from=begin,
            valid_to=end,
        )
    return Run(
        change_id=change.event_id,
        image=None,
        confidence="unknown",
        evidence=(change.event_id,),
        valid_from=begin,
        valid_to=end,
        reason=outcome.reason,
    )

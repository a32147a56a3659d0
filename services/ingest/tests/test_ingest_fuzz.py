"""Whatever becomes of a record on its way, it is recorded, ignored or rejected: no crash, no hang, no bad event.

``AMI_LINEAGE_FUZZ_EXAMPLES`` sets the number of examples, for a long run: 45,000 take about ten minutes.
"""

import copy
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ami_lineage_contracts.envelope import EventEnvelope
from ami_lineage_contracts.events.registry import read_payload
from ami_lineage_contracts.stream_ids import parse_resource_stream
from ingest.domain.normaliser import normalise

EXAMPLES = int(os.environ.get("AMI_LINEAGE_FUZZ_EXAMPLES", "300"))
LONGEST_SECONDS = 10.0
WHOLE_RUN_SECONDS = 120 + EXAMPLES // 10
REAL = Path(__file__).parents[4] / "shared" / "data" / "cloudtrail"
Place = tuple[Any, ...]


def build_case_record(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "eventID": "00000000-0000-4000-8000-000000000001",
        "eventTime": "2026-11-23T12:00:00Z",
        "eventSource": case["source"],
        "eventName": case["operation"],
        "awsRegion": "eu-west-1",
        "recipientAccountId": "012345678901",
        "requestParameters": case["request"],
        "responseElements": case["response"],
        **case.get("more", {}),
    }


SEEDS: list[dict[str, Any]] = [
    *(json.loads(path.read_bytes()) for path in sorted((REAL / "records").rglob("*.json"))),
    *(
        json.loads(path.read_bytes()) | {"time": "2026-11-23T12:00:00Z"}
        for folder in ("ebs-", "ec2-ami", "ec2-instance-")
        for path in sorted((REAL / "eventbridge").glob(f"{folder}*/*.json"))
    ),
    *(
        build_case_record(case)
        for path in sorted((Path(__file__).parent / "operation_cases").glob("*.json"))
        for case in json.loads(path.read_text("utf-8"))
    ),
]

WORDS = st.sampled_from(
    [
        "ami-0a1b2c3d4e5f60718",
        "snap-0a1b2c3d",
        "vol-ffffffff",
        "i-0a1b2c3d",
        "lt-0a1b2c3d",
        "import-ami-0abc",
        "arn:aws:ec2::us-west-2:snapshot/snap-01234567",
        "arn:aws:ssm:us-east-1:111122223333:parameter/a/b:3",
        "arn:aws:imagebuilder:us-east-1:111122223333:image-recipe/a/1.0.0",
        "resolve:ssm:a:b:c",
        "us-gov-west-1",
        "cn-north-1",
        "0",
        "-1",
        "1763899200083",
        "2026-11-23T12:00:00.123456789Z",
        "true",
        "$Latest",
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        "",
        " ",
        "\x00",
        "\ud800",
        "\u202e",
        "٣٤",
        "ä/%2F:\x1f",
    ]
)
SCALARS = (
    WORDS
    | st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=12)
    | st.builds(lambda text, times: text * times, WORDS, st.sampled_from([100, 5000]))
)
KEYS = st.sampled_from(
    ["items", "item", "tag", "content", "key", "Value", "omitted", "ebs", "imageId", "Tag", "instanceIds"]
) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def bury(value: Any, depth: int) -> Any:
    for level in range(depth):
        value = [value] if level % 2 else {"items": value}
    return value


WRAPPINGS = st.sampled_from(
    [
        lambda value: {"items": value},
        lambda value: {"items": [value, value]},
        lambda value: {"item": value},
        lambda value: {"tag": 1, "content": value},
        lambda value: {"AnyRequest": value},
        lambda value: [value],
        lambda value: [value] * 2000,
        lambda value: bury(value, 40),
        lambda value: bury(value, 3000),
        lambda _: {"omitted": True, "originalSize": 1},
        lambda value: unless_deep(json.dumps, value),
        lambda value: unless_deep(str, value),
    ]
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["drop", "replace", "wrap", "rename", "move", "copy"]),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        VALUES,
        WRAPPINGS,
        KEYS,
    ),
    min_size=1,
    max_size=5,
)


def unless_deep(read: Callable[[Any], Any], value: Any) -> Any:
    """What `read` makes of a value; None of one that is deeper than Python recurses."""
    try:
        return read(value)
    except RecursionError:
        return None


def list_places(document: Any) -> list[Place]:
    """All places of a document, without recursion and not into what a change has buried or multiplied."""
    places: list[Place] = []
    waiting: list[tuple[Place, Any]] = [((), document)]
    while waiting and len(places) < 500:
        path, value = waiting.pop()
        if path:
            places.append(path)
        if len(path) > 12:
            continue
        entries = (
            list(value.items())
            if isinstance(value, dict)
            else list(enumerate(value[:20]))
            if isinstance(value, list)
            else []
        )
        waiting.extend(((*path, key), entry) for key, entry in entries)
    return places


def look_up(document: Any, path: Place) -> Any:
    for key in path:
        document = document[key]
    return document


def apply_change(document: dict[str, Any], change: tuple[Any, ...]) -> None:
    kind, first, second, value, wrapping, key = change
    places = list_places(document)
    if not places:
        return
    path = places[first % len(places)]
    holder, name = look_up(document, path[:-1]), path[-1]
    if kind == "drop":
        del holder[name]
    elif kind == "wrap":
        holder[name] = wrapping(holder[name])
    elif kind == "rename" and isinstance(holder, dict):
        holder[key] = holder.pop(name)
    elif kind == "move":
        # A copy cannot become a ring when it is put below itself.
        holder[name] = unless_deep(copy.deepcopy, look_up(document, places[second % len(places)]))
    elif kind == "copy" and isinstance(holder, dict):
        holder[name[0].upper() + name[1:] if name else key] = holder[name]
    else:
        holder[name] = value


@pytest.mark.timeout(WHOLE_RUN_SECONDS)
@settings(
    max_examples=EXAMPLES,
    deadline=timedelta(seconds=LONGEST_SECONDS),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.sampled_from(SEEDS), CHANGES)
def test_a_changed_record_has_one_outcome_and_its_events_are_good(
    seed: dict[str, Any], changes: list[tuple[Any, ...]]
) -> None:
    document = copy.deepcopy(seed)
    for change in changes:
        apply_change(document, change)

    began = time.perf_counter()
    normalised = normalise(document)
    assert time.perf_counter() - began < LONGEST_SECONDS

    outcomes = [bool(normalised.events), normalised.ignored is not None, normalised.rejected is not None]
    assert outcomes.count(True) == 1
    assert len({event.event_id for event in normalised.events}) == len(normalised.events)
    for event in normalised.events[:50]:
        assert EventEnvelope.model_validate_json(event.model_dump_json()) == event
        assert read_payload(event)
        assert parse_resource_stream(event.stream_id).stream_id == event.stream_id
    assert normalise(document) == normalised


@pytest.mark.timeout(WHOLE_RUN_SECONDS)
@settings(max_examples=max(100, EXAMPLES // 10), deadline=timedelta(seconds=LONGEST_SECONDS))
@given(VALUES)
def test_any_json_has_exactly_one_outcome(document: Any) -> None:
    normalised = normalise(document)

    assert (normalised.ignored is None) != (normalised.rejected is None)

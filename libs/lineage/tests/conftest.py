"""A trail of events written down by hand, and what the package makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ami_lineage_contracts.envelope import Actor, EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.stream_ids import (
    NAMED_KINDS,
    account_stream,
    build_resource_stream,
    import_task_stream,
    named_stream,
    stored_object_stream,
)
from lineage import Missing, close_group, close_image, close_instance, fold, project

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ACCOUNT = "111122223333"


class Trail:
    """Events by stream; `at` is in minutes after 10:00, `second` in seconds beside them."""

    def __init__(self) -> None:
        self.events: list[EventEnvelope] = []

    @staticmethod
    def stream(kind: str, resource_id: str, region: str = "us-east-1") -> str:
        kind = kind.replace("_", "-")
        if kind in NAMED_KINDS:
            return named_stream(kind, "aws", region, ACCOUNT, resource_id)
        if kind == "stored-object":
            return stored_object_stream("aws", *resource_id.split("/", 1))
        if kind == "import-task":
            return import_task_stream("aws", region, resource_id)
        if kind == "account":
            return account_stream("aws", resource_id)
        return build_resource_stream(kind, "aws", region, resource_id)

    @staticmethod
    def minute(at: float) -> datetime:
        """The time that `at` means."""
        return START + timedelta(minutes=at)

    def add(
        self, event_type: str, resource_id: str, at: float = 0, region: str = "us-east-1", **data: Any
    ) -> str:
        """Append an event and give its id."""
        meta = {name: data.pop(name) for name in ("record", "normaliser", "schema") if name in data}
        stream_id = self.stream(event_type.partition(".")[0], resource_id, region)
        if event_type.startswith("stored_object."):
            data["region"] = region
        record_id = meta.get("record") or f"record-{len(self.events)}"
        moment = self.minute(at)
        event = EventEnvelope(
            event_id=build_event_id(record_id, event_type, stream_id),
            event_type=event_type,
            schema_version=meta.get("schema", 1),
            stream_id=stream_id,
            occurred_at=moment,
            recorded_at=moment,
            producer="test",
            normaliser_version=meta.get("normaliser", 1),
            source=EventSource(kind="cloudtrail", record_id=record_id),
            actor=Actor(
                arn="arn:aws:sts::1:assumed-role/Build/s", session_issuer_arn="arn:aws:iam::1:role/Build"
            ),
            correlation_id=record_id,
            data=data,
        )
        self.events.append(event)
        return str(event.event_id)

    def fold(self, stream_id: str) -> Any:
        return fold(stream_id, [event for event in self.events if event.stream_id == stream_id])

    def state(self, kind: str, resource_id: str) -> Any:
        return self.fold(self.stream(kind, resource_id))

    def _close(self, stream_id: str, close: Callable[..., Any], **options: Any) -> Any:
        states: dict[str, Any] = {}
        speakers: dict[str, frozenset[str]] = {}
        if close is not close_instance:
            options["speakers"] = speakers
        while isinstance(answer := close(stream_id, states, **options), Missing):
            assert not answer.stream_ids & set(states)
            assert not answer.spoken_of & set(speakers)
            assert answer.stream_ids or answer.spoken_of
            states |= {each: self.fold(each) for each in answer.stream_ids}
            speakers |= {each: self._find_speakers(each) for each in answer.spoken_of}
        return answer

    def _find_speakers(self, vertex: str) -> frozenset[str]:
        streams = {
            event.stream_id for event in self.events if event.event_type.startswith(("image", "launch_t"))
        }
        return frozenset(
            edge.source
            for stream_id in streams
            for edge in project(self.fold(stream_id)).edges
            if edge.label == "SPEAKS_OF" and edge.target == vertex
        )

    def group(self, name: str = "web") -> Any:
        return self._close(self.stream("auto-scaling-group", name), close_group)

    def launches(self, name: str = "web") -> list[tuple[str, float | None, float | None]]:
        """What a group would launch: image ids with the minutes of their times."""
        found = [
            (each.image.rpartition("/")[2], self._count(each.valid_from), self._count(each.valid_to))
            for each in self.group(name).launches
        ]
        return sorted(found, key=lambda each: (each[1] or -1, each[0]))

    def unknowns(self, name: str = "web") -> list[tuple[str, float | None, float | None]]:
        """When it is not known what a group would launch, and why."""
        return [
            (each.reason, self._count(each.valid_from), self._count(each.valid_to))
            for each in self.group(name).unknowns
        ]

    @staticmethod
    def _count(moment: datetime | None) -> float | None:
        return None if moment is None else (moment - START).total_seconds() / 60

    def image(self, image_id: str = "ami-x", **options: Any) -> Any:
        return self._close(self.stream("image", image_id), close_image, **options)

    def instance(self, instance_id: str = "i-1") -> Any:
        return self._close(self.stream("instance", instance_id), close_instance)

    def knowable(self, image_id: str = "ami-x") -> tuple[list[tuple[str, str, str]], str | None]:
        """Parents by image id with method and confidence, and the terminal reason."""
        closure = self.image(image_id)
        parents = [(each.image.rpartition("/")[2], each.method, each.confidence) for each in closure.parents]
        return parents, closure.terminal_reason


@pytest.fixture(scope="session")
def new_trail() -> type[Trail]:
    return Trail


@pytest.fixture
def trail() -> Trail:
    return Trail()

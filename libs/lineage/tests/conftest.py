"""A trail of events written down by hand, and what the package makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ami_lineage_contracts.envelope import Actor, EventEnvelope, EventSource, build_event_id
from ami_lineage_contracts.stream_ids import build_resource_stream
from lineage import Missing, close_image, close_instance, fold

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Trail:
    """Events by stream; `at` is in minutes after 10:00, `second` in seconds beside them."""

    def __init__(self) -> None:
        self.events: list[EventEnvelope] = []

    @staticmethod
    def stream(kind: str, resource_id: str, region: str = "us-east-1") -> str:
        return build_resource_stream(kind, "aws", region, resource_id)

    def add(
        self, event_type: str, resource_id: str, at: float = 0, region: str = "us-east-1", **data: Any
    ) -> str:
        """Append an event and give its id."""
        meta = {name: data.pop(name) for name in ("record", "version", "schema") if name in data}
        stream_id = self.stream(event_type.partition(".")[0], resource_id, region)
        record_id = meta.get("record") or f"record-{len(self.events)}"
        moment = START + timedelta(minutes=at)
        event = EventEnvelope(
            event_id=build_event_id(record_id, event_type, stream_id),
            event_type=event_type,
            schema_version=meta.get("schema", 1),
            stream_id=stream_id,
            occurred_at=moment,
            recorded_at=moment,
            producer="test",
            normaliser_version=meta.get("version", 1),
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
        while isinstance(answer := close(stream_id, states, **options), Missing):
            assert not answer.stream_ids & set(states)
            states |= {each: self.fold(each) for each in answer.stream_ids}
        return answer

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

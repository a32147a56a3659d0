"""An organization's files normalised, folded and closed in this process: the product's pure core without servers."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ami_lineage_contracts.envelope import EventEnvelope
from ingest.adapters.record_files import FileLimits, list_files, read_file
from ingest.domain.normaliser import normalise
from lineage import (
    GroupClosure,
    ImageClosure,
    InstanceClosure,
    Missing,
    StreamState,
    close_group,
    close_image,
    close_instance,
    fold,
    project,
)

LIMITS = FileLimits(file_bytes=1 << 30, unpacked_bytes=1 << 30, document_bytes=1 << 30)
_SPEAKERS = ("image", "launch-template")
Closure = TypeVar("Closure", ImageClosure, InstanceClosure, GroupClosure)


class States(Mapping[str, StreamState]):
    """States of all streams; one that no event touches has its empty state, so that nothing is ever missing."""

    def __init__(self, events: Mapping[str, list[EventEnvelope]]) -> None:
        self._events = events
        self._states: dict[str, StreamState] = {}

    def __getitem__(self, stream_id: str) -> StreamState:
        if stream_id not in self._states:
            self._states[stream_id] = fold(stream_id, self._events.get(stream_id, ()))
        return self._states[stream_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)


class Speakers(Mapping[str, frozenset[str]]):
    """Who speaks of a vertex, as the graph would answer: nobody of most."""

    def __init__(self, states: States) -> None:
        self._speakers: dict[str, set[str]] = defaultdict(set)
        for stream_id in states:
            if stream_id.startswith(_SPEAKERS):
                for edge in project(states[stream_id]).edges:
                    if edge.label == "SPEAKS_OF":
                        self._speakers[edge.target].add(stream_id)

    def __getitem__(self, vertex_id: str) -> frozenset[str]:
        return frozenset(self._speakers.get(vertex_id, ()))

    def __contains__(self, vertex_id: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._speakers)

    def __len__(self) -> int:
        return len(self._speakers)


@dataclass(slots=True)
class Organization:
    """Events by stream, and what became of the records that gave none."""

    events: dict[str, list[EventEnvelope]] = field(default_factory=lambda: defaultdict(list))
    rejected: int = 0
    ignored: int = 0

    def list_streams(self, kind: str) -> list[str]:
        """Streams of a kind that have events."""
        return [stream for stream in self.events if stream.partition("/")[0] == kind]

    def fold_at(self, stream_id: str, moment: datetime) -> StreamState:
        """State of a stream as it was at a time."""
        return fold(stream_id, [each for each in self.events[stream_id] if each.occurred_at <= moment])


def read_organization(folder: Path) -> Organization:
    """Normalise all record files below a folder."""
    found = Organization()
    for top in ("AWSLogs", "EventBridge"):
        for path in list_files(folder / top):
            for record in read_file(path, LIMITS):
                normalised = normalise(record)
                found.rejected += normalised.rejected is not None
                found.ignored += normalised.ignored is not None
                for event in normalised.events:
                    found.events[event.stream_id].append(event)
    return found


def close(
    kind: Callable[..., Closure | Missing], stream_id: str, states: States, speakers: Speakers
) -> Closure:
    """The closure of a stream, over whatever it needs."""
    closed: Any = kind(stream_id, states, speakers=speakers)
    assert not isinstance(closed, Missing), f"{stream_id} misses {closed} although every state can be read"
    return closed


def close_images(states: States, speakers: Speakers, streams: list[str]) -> dict[str, ImageClosure]:
    """Parents of images."""
    return {stream: close(close_image, stream, states, speakers) for stream in streams}


def close_instances(states: States, streams: list[str]) -> dict[str, InstanceClosure]:
    """Runs of instances."""
    closed: dict[str, InstanceClosure] = {}
    for stream in streams:
        closure = close_instance(stream, states)
        assert not isinstance(closure, Missing), stream
        closed[stream] = closure
    return closed


def close_groups(states: States, speakers: Speakers, streams: list[str]) -> dict[str, GroupClosure]:
    """What groups would launch."""
    return {stream: close(close_group, stream, states, speakers) for stream in streams}

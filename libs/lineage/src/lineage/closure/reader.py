"""Reading states while closing: what was read, and what is not there to be read."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from lineage.fold import StreamState

S = TypeVar("S", bound=StreamState)
Speakers = Mapping[str, frozenset[str]]
"""Streams with an edge SPEAKS_OF into a vertex, by that vertex."""


class NotReadError(LookupError):
    """Streams, or the speakers of vertices, are needed that the caller has not given; closing ends with Missing."""

    def __init__(
        self, stream_ids: Collection[str] = frozenset(), spoken_of: Collection[str] = frozenset()
    ) -> None:
        super().__init__(", ".join(sorted({*stream_ids, *spoken_of})))
        self.stream_ids = frozenset(stream_ids)
        self.spoken_of = frozenset(spoken_of)


class StateReader:
    """Gives states by stream and remembers on which streams the answer rests.

    `speakers` None: nobody speaks of anything. `members`: accounts of the organization, where known.
    """

    def __init__(
        self,
        states: Mapping[str, StreamState],
        speakers: Speakers | None = None,
        members: Collection[str] | None = None,
    ) -> None:
        self._states = states
        self._speakers = speakers
        self._members = members
        self._reads: set[str] = set()

    @property
    def reads(self) -> frozenset[str]:
        """Streams on which the answer rests."""
        return frozenset(self._reads)

    def get(self, stream_id: str, kind: type[S]) -> S:
        """State of a stream on which the answer rests.

        Raises:
            NotReadError: the caller has not given the stream.
            TypeError: the caller gave a state of another kind under this name.
        """
        state = self.peek(stream_id, kind)
        self._reads.add(stream_id)
        return state

    def peek(self, stream_id: str, kind: type[S]) -> S:
        """State of a stream that may turn out to have no say; raises as `get`."""
        state = self._states.get(stream_id)
        if state is None:
            raise NotReadError({stream_id})
        if not isinstance(state, kind):
            raise TypeError(f"{stream_id} was given a state of kind {state.kind}; fold it under its own name")
        return state

    def require(self, stream_ids: Collection[str]) -> None:
        """Ask for streams together, so that the caller reads them at once.

        Raises:
            NotReadError: some of them were not given.
        """
        missing = {each for each in stream_ids if each not in self._states}
        if missing:
            raise NotReadError(missing)

    def list_speakers(self, vertex_id: str, kind: str) -> list[str]:
        """Streams of one kind that speak of a vertex, sorted.

        Raises:
            NotReadError: the caller has not said who does.
        """
        if self._speakers is None:
            return []
        if vertex_id not in self._speakers:
            raise NotReadError(spoken_of={vertex_id})
        return sorted(each for each in self._speakers[vertex_id] if each.startswith(f"{kind}/"))

    def is_foreign(self, account_id: str | None) -> bool:
        """Whether an account is known to be none of the organization's."""
        return account_id is not None and self._members is not None and account_id not in self._members

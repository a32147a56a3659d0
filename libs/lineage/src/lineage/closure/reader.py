"""Reading states while closing: what was read, and what is not there to be read."""

from collections.abc import Mapping
from typing import TypeVar

from lineage.fold import StreamState

S = TypeVar("S", bound=StreamState)


class NotReadError(LookupError):
    """A stream is needed that the caller has not given; closing ends with Missing."""

    def __init__(self, stream_id: str) -> None:
        super().__init__(stream_id)
        self.stream_id = stream_id


class StateReader:
    """Gives states by stream and remembers on which streams the answer rests."""

    def __init__(self, states: Mapping[str, StreamState]) -> None:
        self._states = states
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
            raise NotReadError(stream_id)
        if not isinstance(state, kind):
            raise TypeError(f"{stream_id} was given a state of kind {state.kind}; fold it under its own name")
        return state

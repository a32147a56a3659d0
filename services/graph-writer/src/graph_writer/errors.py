"""What can go wrong in graph-writer, by what the caller can do.

GraphWriterError
├── TransientError            try again later; nothing is lost, the log holds it
│   ├── ContendedError        other writers were faster each time
│   ├── NoGenerationError     the graph has no generation to write yet: a rebuild is under way
│   ├── GenerationLostError   the marker is gone: the graph's server came back empty
│   ├── LeaseExpiredError     the lease could not be renewed: do not write
│   └── RebuildRunningError   another builder is at work
└── PermanentError            trying again gives the same
    ├── UndecodableMessageError   not a recorded event and not a hint
    ├── ProjectionFailedError     some streams cannot be projected; the checkpoint waits for them
    ├── UnsettledClosureError     a closure asks again for streams it was given
    └── WriterBehindError         a running writer does not take up a new generation
"""


class GraphWriterError(Exception):
    """Anything graph-writer raises on purpose."""


class TransientError(GraphWriterError):
    """Try again later."""


class ContendedError(TransientError):
    """Other writers were faster in every attempt; the streams are in `stream_ids`."""

    def __init__(self, stream_ids: frozenset[str]) -> None:
        super().__init__(f"{len(stream_ids)} streams did not settle, among them {min(stream_ids)}")
        self.stream_ids = stream_ids


class NoGenerationError(TransientError):
    """No generation can be written yet; wait until the rebuild has finished."""


class GenerationLostError(TransientError):
    """The marker of a generation is gone, so its graph is too; stop writing and rebuild."""

    def __init__(self, generation: str) -> None:
        super().__init__(f"the marker of generation {generation} is missing")
        self.generation = generation


class LeaseExpiredError(TransientError):
    """This writer's lease ran out, so a rebuild no longer counts on it; renew before writing."""


class RebuildRunningError(TransientError):
    """Another builder holds the lock; wait for it or try again when its lock has expired."""


class PermanentError(GraphWriterError):
    """Trying again gives the same."""


class UndecodableMessageError(PermanentError):
    """A message is neither a recorded event nor a hint; the text says why."""


class ProjectionFailedError(PermanentError):
    """Streams cannot be projected; the log says why for each. Mend the code, then catch up again."""

    def __init__(self, stream_ids: frozenset[str]) -> None:
        super().__init__(f"{len(stream_ids)} streams cannot be projected, among them {min(stream_ids)}")
        self.stream_ids = stream_ids


class UnsettledClosureError(PermanentError):
    """Closing this stream asks again for streams that it was given; the rules of closure are broken."""

    def __init__(self, stream_id: str) -> None:
        super().__init__(f"closing {stream_id} asks for streams that it was given")
        self.stream_id = stream_id


class WriterBehindError(PermanentError):
    """A running writer does not write the new generation; stop it, or start it with the same version."""

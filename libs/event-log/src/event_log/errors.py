"""What can go wrong with the log, by what the caller can do.

EventLogError
|-- TransientLogError       try again: nothing is known to be wrong with what was asked
|-- PermanentLogError       trying again gives the same
|   `-- ClockSkewError      our clock and DynamoDB's differ: mend the clock, then go on
`-- SequenceConflictError   somebody else was faster: read the stream again and decide anew
"""


class EventLogError(Exception):
    """Root of this package's errors."""


class TransientLogError(EventLogError):
    """The log did not answer, or asked us to slow down."""


class PermanentLogError(EventLogError):
    """The log refuses this for good."""


class ClockSkewError(PermanentLogError):
    """`recorded_at` would lie: the clock here is `seconds` off DynamoDB's."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the clock is {seconds:.0f} s off DynamoDB's: mend it before anything is recorded")
        self.seconds = seconds


class SequenceConflictError(EventLogError):
    """A decision stream already has an event with this sequence, or lacks the one before."""

    def __init__(self, stream_id: str, expected_sequence: int) -> None:
        super().__init__(f"{stream_id} does not end with sequence {expected_sequence}")
        self.stream_id = stream_id
        self.expected_sequence = expected_sequence

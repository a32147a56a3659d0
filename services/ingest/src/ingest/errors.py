"""What can go wrong in ingest, and what the caller can do.

IngestError
├── UsageError               the command is wrong: change it (exit code 2)
├── UnreadableFileError      this file cannot be read: report it, go on with the next one
├── ForeignFileError         this file holds no CloudTrail: list it as skipped
├── SourceUnavailableError   AWS (source session) did not answer: retry later
│   ├── SourceThrottledError     too many calls: retry more slowly
│   └── SourceRefusedError       AWS refuses these arguments: report it, go on with the rest
│       ├── SourceDeniedError    the permission is missing: grant it, or live with what stays unknown
│       └── SourceLacksCallError this endpoint or account does not offer the call: it stays unasked
├── ForbiddenCallError       a defect: the source session was asked to write
└── LogUnavailableError      the event log does not take the import: retry when it is back (exit code 4)
"""


class IngestError(Exception):
    """Something went wrong in ingest."""


class UsageError(IngestError):
    """The command cannot be carried out as given; the message says what to change."""


class UnreadableFileError(IngestError):
    """A file, or the rest of it, cannot be read; what came before it stands."""


class ForeignFileError(IngestError):
    """A file holds something else than CloudTrail records or EventBridge events."""


class SourceUnavailableError(IngestError):
    """The organization's AWS APIs did not answer; the same question may be asked again."""


class SourceThrottledError(SourceUnavailableError):
    """AWS asks for fewer calls; the same question may be asked again, more slowly."""


class SourceRefusedError(SourceUnavailableError):
    """AWS refuses the call as it was made; asking it again as it was gives the same answer."""


class SourceDeniedError(SourceRefusedError):
    """The caller may not make this call; what it would have told stays unknown."""


class SourceLacksCallError(SourceRefusedError):
    """This endpoint, Region or account does not offer the call."""


class ForbiddenCallError(IngestError):
    """The source session was asked for something else than a read."""


class LogUnavailableError(IngestError):
    """The event log did not take the records; the same import may be started again."""

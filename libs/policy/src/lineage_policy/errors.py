"""What can be wrong with a policy.

PolicyError                 nothing was activated
`-- PolicyDocumentError     the text is refused as a whole; mend the named line and activate again
"""


class PolicyError(Exception):
    """Root of this package's errors."""


class PolicyDocumentError(PolicyError):
    """A policy file is refused: where (line, path) and why."""

    def __init__(self, reason: str, *, path: str = "", line: int | None = None) -> None:
        self.reason = reason
        self.path = path
        self.line = line
        place = ", ".join(part for part in (f"line {line}" if line else "", path) if part)
        super().__init__(f"{place}: {reason}" if place else reason)

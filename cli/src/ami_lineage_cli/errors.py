"""What can go wrong, and the exit code that tells a script.

CliError
|-- UsageError          2: the call is wrong; the message says how to mend it
|-- UnknownError        3: what was asked about is not known
`-- UnavailableError    4: the service or its data cannot be reached
"""

from typing import ClassVar


class CliError(Exception):
    """One sentence for the user, and an exit code."""

    exit_code: ClassVar[int] = 4


class UsageError(CliError):
    """The call is wrong."""

    exit_code = 2


class UnknownError(CliError):
    """Not known to AMI Lineage."""

    exit_code = 3


class UnavailableError(CliError):
    """No service answers, or it cannot answer now; try again or start it."""

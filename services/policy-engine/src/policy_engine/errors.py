"""What can go wrong in policy-engine, by what the caller can do.

PolicyEngineError
|- TransientError              try again later; nothing is lost, the log and the graph hold it
|  |- GraphRebuildingError     no complete generation can be read yet
|  |- VerdictTableError        the verdict table did not answer
|  |- ContendedError           facts or other engines changed in every round
|  `- PolicySupersededError    another text of this policy is in force: leave deciding to its engine
`- PermanentError              trying again gives the same
   |- UndecodableMessageError  not a hint of ours
   |- VerdictTableRefusedError the verdict table refuses the request for good
   `- PolicyFileError          the policy file cannot be read or is wrong: mend it, then start again
"""


class PolicyEngineError(Exception):
    """Anything policy-engine raises on purpose."""


class TransientError(PolicyEngineError):
    """Try again later."""


class GraphRebuildingError(TransientError):
    """No complete generation of the graph can be read; wait until graph-writer has built one."""


class VerdictTableError(TransientError):
    """The verdict table did not answer; ask again."""


class ContendedError(TransientError):
    """Verdicts about these images did not settle: facts or other engines changed in every round."""

    def __init__(self, resources: frozenset[str]) -> None:
        super().__init__(f"{len(resources)} verdicts did not settle, among them {min(resources)}")
        self.resources = resources


class PolicySupersededError(TransientError):
    """Another text of this policy was activated since this engine started; stop it or give it that text."""

    def __init__(self, name: str, digest: str, in_force: str | None) -> None:
        super().__init__(f"policy {name!r}: {in_force} is in force, this engine was started with {digest}")


class PermanentError(PolicyEngineError):
    """Trying again gives the same."""


class UndecodableMessageError(PermanentError):
    """A message is not a hint of graph-writer; the text says why."""


class VerdictTableRefusedError(PermanentError):
    """The verdict table refuses a request for good, such as for want of a permission or of the table."""


class PolicyFileError(PermanentError):
    """A policy file cannot be read, or is refused with line, path and reason."""

"""A policy with the text it was read from."""

from dataclasses import dataclass
from typing import Self

from lineage_policy.document import Policy
from lineage_policy.loading import compute_digest, load_policy


@dataclass(frozen=True, slots=True)
class PolicyText:
    """The text of a policy, what it says, and the digest that verdicts cite."""

    text: str
    policy: Policy
    digest: str

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a policy.

        Raises:
            PolicyDocumentError: the text is refused as a whole.
        """
        return cls(text, load_policy(text), compute_digest(text))

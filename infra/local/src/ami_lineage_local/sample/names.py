"""Ids and names as AWS and a believable organization would give them, all drawn from one seeded source."""

from datetime import UTC, datetime
from random import Random

FAMILIES = (
    "golden-al2023",
    "golden-ubuntu2204",
    "golden-rhel9",
    "golden-win2022",
    "golden-eks",
    "golden-bottlerocket",
)
ARCHITECTURES = ("x86_64", "arm64")
COMPONENTS = ("api", "worker", "gateway", "batch", "cache", "web", "runner", "etl", "bastion", "monitoring")
_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def partition_of(region: str) -> str:
    """The partition of a Region: China's and the US government's are apart from all others."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def iso(seconds: int) -> str:
    """Seconds since the epoch as CloudTrail writes a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Names:
    """Draws ids: `ami-`, `i-`, `snap-` and so on plus 17 hex digits, and UUIDs of version 4."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def resource(self, prefix: str) -> str:
        """An id such as `ami-0` followed by sixteen hex digits."""
        return f"{prefix}-0{self._rng.getrandbits(64):016x}"

    def uuid(self) -> str:
        """A UUID with the bits of version 4, lower case."""
        digits = f"{self._rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def unique_part(self) -> str:
        """The sixteen characters that end the name of a CloudTrail file."""
        return "".join(self._rng.choices(_ALPHANUMERIC, k=16))

    def principal(self, prefix: str) -> str:
        """A unique id such as `AROA` plus sixteen characters."""
        return prefix + "".join(self._rng.choices(_BASE32, k=16))

    def digits(self, count: int) -> str:
        """A decimal string without a leading zero."""
        return str(self._rng.randrange(10 ** (count - 1), 10**count))

    def version(self) -> str:
        """A version such as `1.4.2`."""
        return f"{self._rng.randint(1, 3)}.{self._rng.randint(0, 12)}.{self._rng.randint(0, 9)}"

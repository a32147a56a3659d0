"""In which partition a Region is (AWS General Reference, ARN partitions)."""

from typing import Final

_PREFIXES: Final = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def find_partition(region: str) -> str | None:
    """Partition of a Region; None for an empty name."""
    if not region:
        return None
    return next((name for prefix, name in _PREFIXES.items() if region.startswith(prefix)), "aws")

"""Counts of ingest for Prometheus."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """Records by channel and outcome, in a registry of its own."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._records = Counter(
            "ami_lineage_ingest_records",
            "Records by where they came from and what became of them",
            ("channel", "outcome"),
            registry=self.registry,
        )

    def counter_of(self, channel: str) -> Callable[[str, int], None]:
        """Counts outcomes of one channel: ``bus`` or ``archive``."""

        def count(outcome: str, number: int) -> None:
            self._records.labels(channel, outcome).inc(number)

        return count

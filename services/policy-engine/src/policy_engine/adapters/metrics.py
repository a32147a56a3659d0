"""Counts of policy-engine for Prometheus."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from bus import Message, Outcome


class Metrics:
    """In a registry of its own."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._messages = Counter(
            "ami_lineage_policy_engine_messages",
            "Messages by what became of them",
            ("outcome",),
            registry=self.registry,
        )
        self._caught_up = Gauge(
            "ami_lineage_policy_engine_caught_up_seconds",
            "When the graph's checkpoint was last reached, in seconds since 1970",
            registry=self.registry,
        )
        self._recorded = Counter(
            "ami_lineage_policy_engine_caught_up_decisions",
            "Decisions that a catch-up recorded because no hint had led to them",
            registry=self.registry,
        )

    def count_message(self, _message: Message, outcome: Outcome) -> None:
        """A message was handled."""
        self._messages.labels(outcome.kind).inc()

    def count_catch_up(self, recorded: int) -> None:
        """A catch-up reached the graph's checkpoint."""
        self._recorded.inc(recorded)
        self._caught_up.set_to_current_time()

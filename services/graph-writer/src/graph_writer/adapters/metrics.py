"""Counts and times of graph-writer for Prometheus."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from bus import Message, Outcome


class Metrics:
    """In a registry of its own."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self._messages = Counter(
            "ami_lineage_graph_writer_messages",
            "Messages by what became of them",
            ("outcome",),
            registry=self.registry,
        )
        self._checkpoint = Gauge(
            "ami_lineage_graph_writer_checkpoint_seconds",
            "Time up to which all recorded events are in the graph, in seconds since 1970",
            registry=self.registry,
        )
        self._events = Counter(
            "ami_lineage_graph_writer_caught_up_events",
            "Events that a catch-up read for the first time",
            registry=self.registry,
        )
        self._rebuilds = Counter(
            "ami_lineage_graph_writer_rebuilds", "Generations that this process built", registry=self.registry
        )

    def count_message(self, _message: Message, outcome: Outcome) -> None:
        """A message was handled."""
        self._messages.labels(outcome.kind).inc()

    def count_catch_up(self, events: int, checkpoint: float) -> None:
        """A catch-up reached the end of the log."""
        self._events.inc(events)
        self._checkpoint.set(checkpoint)

    def count_rebuild(self) -> None:
        """A generation was built."""
        self._rebuilds.inc()

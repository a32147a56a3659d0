"""SQS consumer loop, EventBridge publisher, AWS sessions and the life of a service. Knows nothing of images."""

from bus.consuming import QueueConsumer
from bus.errors import BusError, PermanentBusError, TransientBusError
from bus.health import serve_health
from bus.logs import configure_logging
from bus.memory import DeadLetter, InMemoryPublisher, InMemoryQueue
from bus.messages import Message, Outcome, Received, dead, done, retry
from bus.publishing import EventBridgePublisher, EventPublisher
from bus.queues import MessageQueue, SqsQueue
from bus.runtime import run_until_signal
from bus.sessions import PlatformSession
from bus.settings import PlatformSettings

__all__ = [
    "BusError",
    "DeadLetter",
    "EventBridgePublisher",
    "EventPublisher",
    "InMemoryPublisher",
    "InMemoryQueue",
    "Message",
    "MessageQueue",
    "Outcome",
    "PermanentBusError",
    "PlatformSession",
    "PlatformSettings",
    "QueueConsumer",
    "Received",
    "SqsQueue",
    "TransientBusError",
    "configure_logging",
    "dead",
    "done",
    "retry",
    "run_until_signal",
    "serve_health",
]

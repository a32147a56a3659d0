"""What a queue does, and the one in SQS: receive, delete, postpone, bury, send."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from ami_lineage_contracts.topology import Queue
from bus.batches import ENTRIES_AT_ONCE, cut
from bus.calls import ask, ask_once, put_batch
from bus.messages import Received

MAX_DELAY_SECONDS: Final = 900
REASON_CHARACTERS: Final = 1000
NOT_SENDABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that SQS refuses (AWS_FACTS 4.1)."""


class MessageQueue(Protocol):
    """A queue with its dead letters; `SqsQueue` and `InMemoryQueue` keep the same promises.

    Every method may raise TransientBusError and PermanentBusError.
    """

    @property
    def name(self) -> str:
        """Name for logs."""

    async def receive(self, wait_seconds: int) -> list[Received]:
        """Up to ten messages, hidden for a while; after at most so many seconds none."""

    async def delete(self, messages: Sequence[Received]) -> None:
        """Delete what was handled; a message that could not be deleted comes again, which is harmless."""

    async def postpone(self, message: Received, seconds: int) -> None:
        """Show the message again after so many seconds."""

    async def bury(self, message: Received, reason: str, error_type: str = "") -> None:
        """Put the message among the dead letters with the reason, then delete it here."""

    async def send(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        """Send messages, to be shown after so many seconds (at most 900).

        Raises:
            TransientBusError: not all were taken; sending all again is harmless.
        """


def build_dead_letter_attributes(message: Received, reason: str, error_type: str) -> dict[str, str]:
    """Why a message is dead, as attributes of its dead letter; SQS takes no empty ones."""
    return {
        "reason": NOT_SENDABLE.sub("?", reason)[:REASON_CHARACTERS] or "unknown",
        "error_type": NOT_SENDABLE.sub("?", error_type)[:REASON_CHARACTERS] or "unknown",
        "message_id": message.id,
    }


class SqsQueue:
    """A queue over a client whose life belongs to the caller."""

    def __init__(self, client: Any, queue: Queue) -> None:  # noqa: ANN401 - aiobotocore makes its clients at run time
        self._client = client
        self.name: Final = queue.name
        self._dead_letter_name = queue.dead_letter_name
        self._urls: dict[str, str] = {}

    async def receive(self, wait_seconds: int) -> list[Received]:
        """See `MessageQueue.receive`; not repeated on failure, the caller polls anyway."""
        url = await self._get_url(self.name)
        answer = await ask_once(
            lambda: self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=ENTRIES_AT_ONCE,
                WaitTimeSeconds=wait_seconds,
                AttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        )
        return [_to_message(item) for item in answer.get("Messages", ())]

    async def delete(self, messages: Sequence[Received]) -> None:
        """See `MessageQueue.delete`."""
        if not messages:
            return
        url = await self._get_url(self.name)
        entries = [{"Id": str(at), "ReceiptHandle": one.receipt_handle} for at, one in enumerate(messages)]
        await ask(lambda: self._client.delete_message_batch(QueueUrl=url, Entries=entries))

    async def postpone(self, message: Received, seconds: int) -> None:
        """See `MessageQueue.postpone`."""
        url = await self._get_url(self.name)
        await ask(
            lambda: self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message.receipt_handle, VisibilityTimeout=seconds
            )
        )

    async def bury(self, message: Received, reason: str, error_type: str = "") -> None:
        """See `MessageQueue.bury`."""
        url = await self._get_url(self._dead_letter_name)
        attributes = {
            name: {"DataType": "String", "StringValue": text}
            for name, text in build_dead_letter_attributes(message, reason, error_type).items()
        }
        await ask(
            lambda: self._client.send_message(
                QueueUrl=url, MessageBody=message.body, MessageAttributes=attributes
            )
        )
        await self.delete([message])

    async def send(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        """See `MessageQueue.send`."""
        url = await self._get_url(self.name)
        delay = min(delay_seconds, MAX_DELAY_SECONDS)

        async def put(batch: list[dict[str, Any]]) -> Mapping[int, str]:
            entries = [{"Id": str(at), **entry} for at, entry in enumerate(batch)]
            answer = await ask_once(lambda: self._client.send_message_batch(QueueUrl=url, Entries=entries))
            return {int(failed["Id"]): str(failed.get("Code")) for failed in answer.get("Failed", ())}

        for batch in cut(bodies, lambda body: len(body.encode())):
            await put_batch([{"MessageBody": body, "DelaySeconds": delay} for body in batch], put)

    async def _get_url(self, name: str) -> str:
        if name not in self._urls:
            answer = await ask(lambda: self._client.get_queue_url(QueueName=name))
            self._urls[name] = str(answer["QueueUrl"])
        return self._urls[name]


def _to_message(item: Mapping[str, Any]) -> Received:
    system = item.get("Attributes", {})
    sent = system.get("SentTimestamp")
    return Received(
        id=item["MessageId"],
        body=item["Body"],
        receipt_handle=item["ReceiptHandle"],
        receive_count=int(system.get("ApproximateReceiveCount", 1)),
        sent_at=None if sent is None else datetime.fromtimestamp(int(sent) / 1000, UTC),
        attributes={
            name: value["StringValue"]
            for name, value in item.get("MessageAttributes", {}).items()
            if "StringValue" in value
        },
    )

"""One SQS queue and its dead letters: receive, delete, postpone, bury, send."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ami_lineage_contracts.topology import Queue
from bus.calls import ask
from bus.errors import TransientBusError
from bus.messages import Message

BATCH: Final = 10
MAX_DELAY_SECONDS: Final = 900
REASON_BYTES: Final = 1000


class Received(Message):
    """A message with the handle under which it can be deleted."""

    receipt_handle: str


class SqsQueue:
    """A queue over a client whose life belongs to the caller."""

    def __init__(self, client: Any, queue: Queue) -> None:  # noqa: ANN401 - aiobotocore's client
        self._client = client
        self.name: Final = queue.name
        self._dead_letter_name = queue.dead_letter_name
        self._urls: dict[str, str] = {}

    async def receive(self, wait_seconds: int) -> list[Received]:
        """Up to ten messages, after a long poll."""
        url = await self._get_url(self.name)
        answer = await ask(
            lambda: self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=wait_seconds,
                AttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            ),
            attempts=1,
        )
        return [_to_message(item) for item in answer.get("Messages", ())]

    async def delete(self, messages: Sequence[Received]) -> None:
        """Delete what was handled; a message that could not be deleted comes again, which is harmless."""
        if not messages:
            return
        url = await self._get_url(self.name)
        entries = [{"Id": str(at), "ReceiptHandle": one.receipt_handle} for at, one in enumerate(messages)]
        await ask(lambda: self._client.delete_message_batch(QueueUrl=url, Entries=entries))

    async def postpone(self, message: Received, seconds: int) -> None:
        """Show the message again after so many seconds."""
        url = await self._get_url(self.name)
        await ask(
            lambda: self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message.receipt_handle, VisibilityTimeout=seconds
            )
        )

    async def bury(self, message: Received, reason: str) -> None:
        """Put the message among the dead letters with the reason, then delete it here."""
        url = await self._get_url(self._dead_letter_name)
        attributes = {
            "reason": {"DataType": "String", "StringValue": reason[:REASON_BYTES] or "unknown"},
            "message_id": {"DataType": "String", "StringValue": message.id},
        }
        await ask(
            lambda: self._client.send_message(
                QueueUrl=url, MessageBody=message.body, MessageAttributes=attributes
            )
        )
        await self.delete([message])

    async def send(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        """Send messages, to be shown after so many seconds (at most 900).

        Raises:
            TransientBusError: not all were taken; sending all again is harmless.
        """
        url = await self._get_url(self.name)
        for start in range(0, len(bodies), BATCH):
            entries = [
                {"Id": str(at), "MessageBody": body, "DelaySeconds": min(delay_seconds, MAX_DELAY_SECONDS)}
                for at, body in enumerate(bodies[start : start + BATCH])
            ]
            await self._send_batch(url, entries)

    async def _send_batch(self, url: str, entries: list[dict[str, Any]]) -> None:
        answer = await ask(lambda: self._client.send_message_batch(QueueUrl=url, Entries=entries))
        if answer.get("Failed"):
            raise TransientBusError(f"{len(answer['Failed'])} messages were not taken by {self.name}")

    async def _get_url(self, name: str) -> str:
        if name not in self._urls:
            answer = await ask(lambda: self._client.get_queue_url(QueueName=name))
            self._urls[name] = str(answer["QueueUrl"])
        return self._urls[name]


def _to_message(item: dict[str, Any]) -> Received:
    attributes = item.get("Attributes", {})
    sent = attributes.get("SentTimestamp")
    return Received(
        id=item["MessageId"],
        body=item["Body"],
        receipt_handle=item["ReceiptHandle"],
        receive_count=int(attributes.get("ApproximateReceiveCount", 1)),
        sent_at=None if sent is None else datetime.fromtimestamp(int(sent) / 1000, UTC),
    )

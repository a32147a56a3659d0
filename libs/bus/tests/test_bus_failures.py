"""What happens when SQS and EventBridge fail, in whole or in part."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from ami_lineage_contracts.topology import Queue
from bus import EventBridgePublisher, PermanentBusError, SqsQueue, TransientBusError


class FailingEvents:
    """An EventBridge client that takes only some entries, and none while `errors` are left."""

    def __init__(self, refuse: Callable[[int, str], bool], errors: list[Exception] | None = None) -> None:
        self.taken: list[str] = []
        self.sizes: list[int] = []
        self.calls = 0
        self._refuse = refuse
        self._errors = errors or []

    async def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the SDK's name
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        assert len(Entries) <= 10
        self.sizes.append(sum(len(entry["Detail"].encode()) for entry in Entries))
        results: list[dict[str, str]] = []
        for entry in Entries:
            if self._refuse(self.calls, entry["Detail"]):
                results.append({"ErrorCode": "ThrottlingException"})
            else:
                self.taken.append(entry["Detail"])
                results.append({"EventId": "1"})
        return {"Entries": results}


class FailingSqs:
    """An SQS client that takes every message but the first of its first call."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.calls = 0

    async def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 - the SDK's name
        return {"QueueUrl": QueueName}

    async def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the SDK's names
        assert QueueUrl == "q"
        self.calls += 1
        failed = Entries[:1] if self.calls == 1 else []
        self.taken += [entry["MessageBody"] for entry in Entries if entry not in failed]
        return {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in failed]}


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutEvents")


async def test_only_the_entries_that_were_not_taken_are_put_again(build_event: Any) -> None:
    client = FailingEvents(lambda call, detail: call == 1 and "ami-2" in detail)
    await EventBridgePublisher(client, "recorded").publish([build_event(number) for number in range(4)])
    assert client.calls == 2
    assert sorted(client.taken) == sorted(build_event(number).model_dump_json() for number in range(4))


async def test_entries_that_are_never_taken_are_an_error_that_may_pass(build_event: Any) -> None:
    client = FailingEvents(lambda _call, _detail: True)
    with pytest.raises(TransientBusError, match="ThrottlingException"):
        await EventBridgePublisher(client, "recorded").publish([build_event()])
    assert client.calls == 3


async def test_no_call_is_larger_than_the_bus_takes(build_event: Any) -> None:
    client = FailingEvents(lambda _call, _detail: False)
    sizes = (400_000, 400_000, 1_000_000, 400_000, *[10] * 12)
    events = [build_event(number, {"tags": {"k": "x" * size}}) for number, size in enumerate(sizes)]
    with pytest.raises(PermanentBusError, match=str(events[2].event_id)):
        await EventBridgePublisher(client, "recorded").publish(events)
    assert max(client.sizes) <= 1_000_000
    assert client.taken == [event.model_dump_json() for event in events if event is not events[2]]


async def test_a_bus_that_does_not_answer_is_asked_again(build_event: Any) -> None:
    client = FailingEvents(lambda _call, _detail: False, [EndpointConnectionError(endpoint_url="http://x")])
    await EventBridgePublisher(client, "recorded").publish([build_event()])
    assert len(client.taken) == 1


@pytest.mark.parametrize("error", [client_error("ResourceNotFoundException"), NoCredentialsError()])
async def test_what_can_never_work_is_not_tried_again(build_event: Any, error: Exception) -> None:
    client = FailingEvents(lambda _call, _detail: False, [error])
    with pytest.raises(PermanentBusError):
        await EventBridgePublisher(client, "recorded").publish([build_event()])
    assert client.calls == 1


async def test_only_messages_that_were_not_taken_are_sent_again() -> None:
    client = FailingSqs()
    await SqsQueue(client, Queue(name="q")).send([f"m{number}" for number in range(12)])
    assert sorted(client.taken) == sorted(f"m{number}" for number in range(12))

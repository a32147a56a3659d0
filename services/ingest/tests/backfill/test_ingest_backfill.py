"""Backfill tells what the log lacks, once, whatever refuses to answer."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from ami_lineage_contracts.events.registry import read_payload
from event_log import TransientLogError
from ingest.application.backfill.advising import judge
from ingest.application.backfill.questions import ASSUME_ROLE, HOME_QUESTIONS, PLACE_QUESTIONS
from ingest.errors import LogUnavailableError

ACTIONS = sorted({question.action for question in (*PLACE_QUESTIONS, *HOME_QUESTIONS)} | {ASSUME_ROLE})
MEMBER, HOME = "222222222222", "111111111111"


async def test_a_first_run_tells_everything_once_and_a_second_nothing(desk: Any) -> None:
    first = await desk.run()
    told = [event.event_id for event in await desk.read() if not event.event_type.startswith("coverage.")]
    second = await desk.run()
    again = [event.event_id for event in await desk.read() if not event.event_type.startswith("coverage.")]

    assert first.complete
    assert first.unknown_share == 0
    assert (first.events, second.events) == (len(told), 0)
    assert told == again
    assert Counter(event.event_type for event in await desk.read())["coverage.scan_completed"] == 4


async def test_every_event_is_one_that_readers_understand(desk: Any) -> None:
    await desk.run()

    events = await desk.read()
    assert {type(read_payload(event)).__name__ for event in events} >= {
        "AccountObserved",
        "AutoScalingGroupObserved",
        "ImageImported",
        "ImageObserved",
        "ImageRecipeObserved",
        "ImageStored",
        "ImportTaskObserved",
        "InstanceObserved",
        "LaunchConfigurationObserved",
        "LaunchTemplateObserved",
        "ParameterObserved",
        "ScanCompleted",
        "SnapshotObserved",
        "StoredObjectWritten",
        "VolumeObserved",
    }


async def test_a_change_gives_one_observation(desk: Any) -> None:
    await desk.run()
    desk.cloud.answers[MEMBER]["ec2:DescribeImages"]["Images"][0]["State"] = "disabled"

    changed = await desk.run()

    assert changed.events == 1
    assert (await desk.read("image.observed"))[-1].data["state"] == "disabled"


async def test_an_account_carries_its_path_and_owner(desk: Any) -> None:
    await desk.run()

    accounts = {event.stream_id: event.data for event in await desk.read("account.observed")}
    assert accounts[f"account/aws/{MEMBER}"] == {
        "name": "shop",
        "email": "shop@example.com",
        "status": "ACTIVE",
        "path": ["Shops"],
        "owner": "team",
        "tags": {"Owner": "team"},
    }


async def test_images_of_others_are_seen_in_full_and_dead_ones_in_part(desk: Any) -> None:
    await desk.run()

    images = {event.stream_id[-6:]: event.data for event in await desk.read("image.observed")}
    assert images["ami-0d"]["owner_account_id"] == HOME
    assert images["ami-0f"] == {"owner_account_id": MEMBER, "state": "deregistered"}
    assert images["ami-09"]["state"] == "deregistered"


async def test_an_image_carries_ancestry_and_sharing(desk: Any) -> None:
    await desk.run()

    (image,) = [
        event.data for event in await desk.read("image.observed") if event.stream_id.endswith("ami-0a")
    ]
    assert [step["image_id"] for step in image["ancestry"]] == ["ami-0a", "ami-0e"]
    assert image["shared_with"] == [{"kind": "account", "value": HOME}]


async def test_ancestry_is_asked_for_once_for_it_never_changes(desk: Any) -> None:
    await desk.run()
    asked = Counter(desk.cloud.asked)[f"{MEMBER} ec2:GetImageAncestry"]
    await desk.run()

    assert asked == 3
    assert Counter(desk.cloud.asked)[f"{MEMBER} ec2:GetImageAncestry"] == 3


async def test_what_a_reference_resolves_to_is_read_without_its_version(desk: Any) -> None:
    await desk.run()

    (parameter,) = await desk.read("parameter.observed")
    assert parameter.stream_id == f"parameter/aws/us-east-1/{MEMBER}/%2Fgolden%2Fweb"
    assert parameter.data == {
        "owner_account_id": MEMBER,
        "image_id": "ami-0a",
        "version": 2,
        "labels": ["prod"],
    }


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_denied_permission_is_unknown_and_granting_it_brings_what_was_promised(
    desk: Any, action: str
) -> None:
    desk.cloud.denied = {f"{MEMBER} {action}" if action == ASSUME_ROLE else action}
    denied = await desk.run()
    desk.cloud.denied = set()
    granted = await desk.run()

    (advice,) = denied.advice
    assert (advice.action, bool(advice.loses)) == (action, True)
    assert denied.unknown_share > 0
    assert not denied.complete
    assert denied.unknown_share - advice.share == pytest.approx(granted.unknown_share)
    if action not in {question.action for question in HOME_QUESTIONS}:
        scans = [event for event in await desk.read("coverage.scan_completed") if "denied" in event.data]
        assert {each for event in scans for each in event.data["denied"]} == {action}


@pytest.mark.parametrize("action", ACTIONS)
async def test_preflight_promises_the_same(desk: Any, action: str) -> None:
    desk.cloud.denied = {f"{MEMBER} {action}" if action == ASSUME_ROLE else action}

    before = judge(await desk.probe())
    desk.cloud.denied = set()
    after = judge(await desk.probe())

    (advice,) = before.advice
    assert advice.action == action
    assert before.unknown_share - advice.share == pytest.approx(after.unknown_share)
    assert await desk.read() == []


async def test_without_any_permission_all_is_unknown_and_nothing_breaks(desk: Any) -> None:
    desk.cloud.denied = set(ACTIONS)

    summary = await desk.run(accounts=[HOME, MEMBER])

    assert summary.unknown_share == 1
    assert judge(await desk.probe()).unknown_share == 1
    assert {event.event_type for event in await desk.read()} == {"coverage.scan_completed"}


async def test_a_broken_account_never_stops_the_rest(desk: Any) -> None:
    desk.cloud.broken = {f"{HOME} {action}" for action in ACTIONS if action.startswith(("ec2", "ssm"))}

    summary = await desk.run(regions=["us-east-1"])

    assert summary.resources["instance"] == 1
    assert any(note.startswith(f"{HOME}/us-east-1: ec2:DescribeImages") for note in summary.failed)
    failed = [event.data.get("failed") for event in await desk.read("coverage.scan_completed")]
    assert sum(each is not None for each in failed) == 1


async def test_accounts_without_a_role_to_take_are_reported_and_not_read_as_our_own(desk: Any) -> None:
    summary = await desk.run(has_role=False)

    assert any("give --role" in note for note in summary.failed)
    assert not [each for each in desk.cloud.asked if each.startswith(MEMBER)]


async def test_a_call_that_does_not_exist_is_no_unanswered_question(desk: Any) -> None:
    desk.cloud.lacking = {"ec2:GetImageAncestry"}

    summary = await desk.run()

    assert (summary.lacking, summary.unknown_share) == (("ec2:GetImageAncestry",), 0)


async def test_an_interrupted_run_goes_on_where_it_ended(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    append, calls = desk.log.append, 0

    async def fail_late(entries: Any) -> Any:
        nonlocal calls
        calls += 1
        if any(event.event_type == "volume.observed" for entry in entries for event in entry.events):
            raise TransientLogError("gone")
        return await append(entries)

    monkeypatch.setattr(desk.log, "append", fail_late)
    with pytest.raises(LogUnavailableError):
        await desk.run()
    monkeypatch.setattr(desk.log, "append", append)
    desk.cloud.asked.clear()
    resumed = await desk.run(resume=True)

    assert f"{MEMBER} ec2:GetImageAncestry" not in desk.cloud.asked
    assert f"{MEMBER} ec2:DescribeVolumes" in desk.cloud.asked
    assert resumed.resources["image"] == 6
    scans = await desk.read("coverage.scan_completed")
    assert {event.occurred_at for event in scans} == {resumed.started_at}


async def test_what_came_to_be_unseen_after_coverage_began_is_a_gap_until_it_is_told(desk: Any) -> None:
    await desk.run()
    made = (desk.now + timedelta(hours=1)).isoformat()
    images = desk.cloud.answers[MEMBER]["ec2:DescribeImages"]["Images"]
    images.append({**images[0], "ImageId": "ami-0abc", "CreationDate": made})
    desk.now += timedelta(hours=5)

    found = await desk.run()
    again = await desk.run()

    (gap,) = await desk.read("coverage.gap_detected")
    assert (found.gaps_detected, again.gaps_detected) == (1, 0)
    assert gap.data["resources"] == ["image/aws/us-east-1/ami-0abc"]
    assert "no recorded event made it" in gap.data["reason"]


async def test_a_gap_is_closed_when_the_missing_event_arrives(desk: Any) -> None:
    await desk.run()
    made = desk.now + timedelta(hours=1)
    images = desk.cloud.answers[MEMBER]["ec2:DescribeImages"]["Images"]
    images.append({**images[0], "ImageId": "ami-0abc", "CreationDate": made.isoformat()})
    desk.now += timedelta(hours=5)
    await desk.run()
    still_open = await desk.run()
    await desk.tell("image.registered", "image/aws/us-east-1/ami-0abc", made)

    assert still_open.gaps_closed == 0
    assert (await desk.run()).gaps_closed == 1
    assert (await desk.run()).gaps_closed == 0


async def test_what_is_older_than_coverage_or_still_under_way_is_no_gap(desk: Any) -> None:
    await desk.run()
    began = desk.now
    images = desk.cloud.answers[MEMBER]["ec2:DescribeImages"]["Images"]
    for name, made in (("ami-01", began - timedelta(days=1)), ("ami-02", began + timedelta(minutes=50))):
        images.append({**images[0], "ImageId": name, "CreationDate": made.isoformat()})

    assert (await desk.run()).gaps_detected == 0


async def test_the_confirmed_change_of_a_template_is_told_once(desk: Any) -> None:
    await desk.run()
    stream = "launch-template/aws/us-east-1/lt-0a"
    await desk.tell(
        "launch_template.default_version_changed", stream, desk.now + timedelta(minutes=1), version=1
    )

    assert ((await desk.run()).events, (await desk.run()).events) == (1, 0)


async def test_what_is_gone_is_not_seen_and_never_deleted(desk: Any) -> None:
    await desk.run()
    instances = desk.cloud.answers[MEMBER]["ec2:DescribeInstances"]
    reservations, instances["Reservations"] = instances["Reservations"], []

    found = await desk.run()
    again = await desk.run()

    (gap,) = await desk.read("coverage.gap_detected")
    assert (found.gaps_detected, again.gaps_detected) == (1, 0)
    assert gap.data["resources"] == ["instance/aws/us-east-1/i-0a"]
    assert "not seen in scan" in gap.data["reason"]
    assert [event.event_type for event in await desk.read("instance.")] == ["instance.observed"]

    instances["Reservations"] = reservations
    reservations[0]["Instances"][0]["State"] = {"Name": "stopped"}
    assert (await desk.run()).gaps_closed == 1
    assert (await desk.read("coverage.gap_closed"))[0].causation_id == str(gap.event_id)


async def test_a_scan_that_was_refused_says_nothing_about_what_is_gone(desk: Any) -> None:
    await desk.run()
    desk.cloud.denied = {"ec2:DescribeInstances"}

    assert (await desk.run()).gaps_detected == 0

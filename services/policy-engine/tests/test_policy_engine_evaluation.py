import asyncio
import random
from collections.abc import Awaitable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from policy_engine_world import GOLDEN, OTHER_POLICY, POLICY, build_hint, build_world, image

from ami_lineage_contracts.stream_ids import compliance_stream, policy_stream
from bus import Message
from lineage_policy.facts import ImageFacts
from policy_engine.adapters.memory_table import InMemoryVerdictTable
from policy_engine.bootstrap import PolicyEngine
from policy_engine.domain.decisions import decide
from policy_engine.domain.policies import PolicyText
from policy_engine.errors import ContendedError, PolicySupersededError


async def test_a_hint_leads_to_a_recorded_published_and_held_verdict() -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("golden", owner=GOLDEN)
    await world.put_image("app", "golden")

    (outcome,) = await engine.live.handle([build_hint("app")])

    assert outcome.kind == "done"
    assert await world.read_statuses("app") == ["PASS"]
    assert await world.find_status("app") == "PASS"
    (published,) = world.publisher.events
    assert (published.stream_id, published.sequence) == (compliance_stream(image("app")), 1)
    assert published.correlation_id == "from-the-hint"
    assert published.recorded_at == world.clock()


async def test_a_repeated_hint_records_and_publishes_nothing_new() -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("app")

    for _ in range(3):
        await engine.live.handle([build_hint("app"), build_hint("app")])

    assert await world.read_statuses("app") == ["UNKNOWN"]
    assert len(world.publisher.events) == 1


async def test_a_changed_ancestor_changes_the_verdict_of_a_descendant() -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("root", owner=GOLDEN)
    await world.put_image("middle", "root")
    await world.put_image("leaf", "middle")
    await engine.live.handle([build_hint("leaf")])

    await world.put_image("root", owner="999999999999", terminal_reason="external_import")
    await engine.live.handle([build_hint("root")])

    first, second = await world.read_changes("leaf")
    assert (first.status, second.status, second.previous_status) == ("PASS", "FAIL", "PASS")
    assert await world.find_status("leaf") == "FAIL"


@pytest.mark.parametrize("bulk_threshold", [1, 1000])
async def test_image_by_image_and_in_bulk_the_verdicts_are_the_same(bulk_threshold: int) -> None:
    world = await build_world(bulk_threshold=bulk_threshold)
    await world.put_image("golden", owner=GOLDEN)
    await world.put_image("app", "golden")
    await world.put_image("bare", "golden", tags={})
    await world.put_image("stray")

    await world.start()
    await world.put_image("app", "stray")
    engine = await world.start()
    await engine.live.handle([build_hint("golden", "app")])
    await engine.catch_up.run()

    assert await world.read_statuses("app") == ["PASS", "UNKNOWN"]
    assert await world.read_statuses("bare") == ["FAIL"]
    assert await world.read_statuses("golden") == ["PASS"]
    assert await world.read_statuses("stray") == ["UNKNOWN"]


async def test_an_image_that_only_others_name_is_unknown_also_when_it_is_approved() -> None:
    world = await build_world()
    await world.put_image("app", "elsewhere")

    await world.start(
        "name: house\nrules:\n"
        "  - {id: lineage, kind: lineage_verification, parameters: {approved_images: [ami-elsewhere]}}\n"
    )

    assert await world.find_status("app") == "PASS"
    assert await world.find_status("elsewhere") == "UNKNOWN"


async def test_missing_tags_are_unknown_unless_the_graph_says_that_all_are_known() -> None:
    world = await build_world()
    await world.put_image("golden", owner=GOLDEN)
    await world.put_image("copied", "golden", tags={}, tags_complete=False)

    await world.start()

    assert await world.find_status("copied") == "UNKNOWN"


async def test_an_image_that_the_graph_does_not_have_is_not_decided_about() -> None:
    world = await build_world()
    engine = await world.start()

    (outcome,) = await engine.live.handle([build_hint("forged")])

    assert outcome.kind == "done"
    assert await world.read_statuses("forged") == []


async def test_evidence_in_another_order_is_no_change() -> None:
    world = await build_world()
    await world.put_image("a", owner=GOLDEN)
    await world.put_image("b", owner=GOLDEN)
    await world.put_image("app", "a", "b")
    engine = await world.start()
    held = (await world.verdicts.find_verdicts([image("app")]))[image("app")]
    policy = PolicyText.from_text(POLICY)
    facts = (await engine.facts.gather("g1", [image("app")])).build_facts(image("app"))
    assert facts is not None

    def edges(*evidence: str) -> ImageFacts:
        lineage = facts.lineage.model_copy(
            update={
                "edges": tuple(one.model_copy(update={"evidence": evidence}) for one in facts.lineage.edges)
            }
        )
        return facts.model_copy(update={"lineage": lineage})

    known = decide(policy, edges("x", "y"), held)
    assert known is not None
    previous = held.model_copy(update={"verdicts": known.verdicts})

    assert decide(policy, edges("y", "x"), previous) is None
    assert decide(policy, edges("y", "z"), previous) is not None


async def test_another_policy_evaluates_every_image_again_and_cites_its_digest() -> None:
    world = await build_world()
    await world.put_image("golden", owner=GOLDEN, recorded=False)
    await world.put_image("app", "golden", recorded=False)
    await world.start()

    await world.start()
    assert await world.read_statuses("app") == ["PASS"]
    await world.start(OTHER_POLICY)

    first, second = await world.read_changes("app")
    assert (first.status, second.status) == ("PASS", "FAIL")
    assert first.policy_digest != second.policy_digest
    activations = await world.log.read_stream(policy_stream("house"))
    assert [event.data["digest"] for event in activations] == [first.policy_digest, second.policy_digest]
    assert activations[0].data["document"] == POLICY


async def test_an_engine_with_another_text_of_the_policy_leaves_the_verdicts_alone() -> None:
    world = await build_world()
    old = await world.start()
    await world.start(OTHER_POLICY)
    await world.put_image("app", recorded=True)

    with pytest.raises(PolicySupersededError):
        await old.catch_up.run()
    assert await world.read_statuses("app") == []


@pytest.mark.parametrize("seed", range(20))
async def test_engines_at_once_double_nothing_and_agree_with_the_graph_in_the_end(seed: int) -> None:
    chance = random.Random(seed)
    world = await build_world(bulk_threshold=chance.choice([2, 1000]))
    engines = [world.build_engine(chance=chance) for _ in range(3)]
    for engine in engines:
        await engine.in_force.activate("test")
    names = [f"n{number}" for number in range(12)]
    for number, name in enumerate(names):
        await world.put_image(name, *names[max(0, number - 1) : number], recorded=False)
    await _settle(engines, [build_hint(*names)] * 3)
    assert [await world.read_statuses(name) for name in names] == [["UNKNOWN"]] * len(names)

    async def approve() -> None:
        await world.put_image("n0", owner=GOLDEN, recorded=False)
        await engines[0].live.handle([build_hint("n0")])

    await _settle(engines, [build_hint(*names)] * 3, approve())
    if world.bulk_threshold < len(names):
        await engines[0].catch_up.run()  # the handler has asked for everything

    for name in names:
        statuses = await world.read_statuses(name)
        assert statuses[-1] == "PASS"
        assert all(before != after for before, after in pairwise(statuses)), statuses
        assert await world.find_status(name) == "PASS"


async def _settle(
    engines: Sequence[PolicyEngine], hints: Sequence[Message], *others: Awaitable[None]
) -> None:
    await asyncio.gather(
        *(engine.live.handle([hint]) for engine, hint in zip(engines, hints, strict=True)),
        *(engine.catch_up.run() for engine in engines),
        *others,
    )


async def test_a_lost_table_is_filled_from_the_log_and_doubles_no_event() -> None:
    world = await build_world()
    await world.put_image("golden", owner=GOLDEN)
    await world.put_image("app", "golden")
    await world.start()
    world.clock.move(hours=1)
    published = len(world.publisher.events)

    world.verdicts = InMemoryVerdictTable()
    await world.start()

    assert await world.read_statuses("app") == ["PASS"]
    assert await world.find_status("app") == "PASS"
    assert len(world.publisher.events) == published


async def test_what_a_crash_left_between_log_and_table_is_made_good() -> None:
    world = await build_world()
    await world.put_image("app")
    engine = await world.start()
    await world.put_image("app", owner=GOLDEN)
    before = world.verdicts
    world.verdicts = InMemoryVerdictTable()
    await (await world.start()).live.handle([build_hint("app")])
    assert await world.read_statuses("app") == ["UNKNOWN", "PASS"]
    world.verdicts = before
    published = len(world.publisher.events)
    assert await world.find_status("app") == "UNKNOWN"

    await engine.live.handle([build_hint("app")])

    assert await world.read_statuses("app") == ["UNKNOWN", "PASS"]
    assert await world.find_status("app") == "PASS"
    assert len(world.publisher.events) == published + 1


async def test_verdicts_that_never_settle_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await build_world()
    engine = await world.start()
    await world.put_image("app")
    await world.reach_checkpoint()
    append = world.log.append

    async def append_and_flip(*arguments: Any) -> Any:
        outcome = await append(*arguments)
        owner = GOLDEN if outcome.events[0].data["status"] == "UNKNOWN" else "444455556666"
        await world.put_image("app", owner=owner, recorded=False)
        return outcome

    monkeypatch.setattr(world.log, "append", append_and_flip)

    with pytest.raises(ContendedError):
        await engine.catch_up.run()

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from graph_writer_events import event, registered_chain, stream, wide_story
from graph_writer_world import append, digest_of_graph, digest_of_log, log_of

from ami_lineage_contracts.hints import GraphProjected
from bus import InMemoryPublisher
from event_log import InMemoryEventLog
from graph_store import InMemoryGraphStore
from graph_store.generations import InMemoryGenerationRegistry
from graph_writer.adapters.metrics import Metrics
from graph_writer.application.batches import BatchProjector
from graph_writer.application.catch_up import CatchUp
from graph_writer.application.following import Follower
from graph_writer.application.gate import WriterGate
from graph_writer.application.log_delta import SETTLE, read_clock
from graph_writer.application.markers import read_checkpoint
from graph_writer.application.notifying import Notifier
from graph_writer.application.projector import Projector
from graph_writer.application.rebuild import Rebuilder
from graph_writer.application.verification import Verifier
from graph_writer.errors import GenerationLostError, NoGenerationError, RebuildRunningError
from lineage import FOLD_VERSION


@dataclass
class Writer:
    """One graph-writer over shared stores."""

    log: InMemoryEventLog
    graph: InMemoryGraphStore
    registry: InMemoryGenerationRegistry
    name: str = "one"
    bulk_threshold: int = 1_000
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)

    def __post_init__(self) -> None:
        self.projector = Projector(self.log, self.graph)
        self.notifier = Notifier(self.publisher)
        self.gate = WriterGate(self.registry, self.graph, self.name)
        self.batches = BatchProjector(self.gate, self.projector)
        self.catch_up = CatchUp(
            self.log,
            self.graph,
            self.gate,
            self.batches,
            self.notifier,
            chunk=3,
            bulk_threshold=self.bulk_threshold,
        )
        self.rebuilder = Rebuilder(
            self.log,
            self.graph,
            self.registry,
            self.projector,
            self.notifier,
            builder_id=self.name,
            members=None,
            chunk=2,
        )
        self.verifier = Verifier(self.log, self.graph, self.registry, None, self.catch_up.run)

    @property
    def hints(self) -> list[GraphProjected]:
        return [hint for _, hint in self.publisher.hints if isinstance(hint, GraphProjected)]

    @asynccontextmanager
    async def renewing(self) -> AsyncIterator[None]:
        """The lease is kept for the block."""
        ended = asyncio.Event()
        renewal = asyncio.create_task(self.gate.run(ended))
        await self.gate.renew()
        yield
        ended.set()
        await renewal


@pytest.fixture
async def writer() -> Writer:
    return Writer(await log_of(registered_chain()), InMemoryGraphStore(), InMemoryGenerationRegistry())


async def test_a_rebuild_gives_the_graph_of_the_log_and_becomes_active(writer: Writer) -> None:
    report = await writer.rebuilder.rebuild()

    active = await writer.registry.find_active()
    assert active is not None
    assert active.generation == report.generation
    assert report.events == len(registered_chain())
    assert await digest_of_graph(writer.graph, report.generation) == await digest_of_log(writer.log)
    assert [hint.everything for hint in writer.hints] == [True]


async def test_a_rebuild_closes_what_has_no_events_of_its_own() -> None:
    writer = Writer(await log_of(wide_story()), InMemoryGraphStore(), InMemoryGenerationRegistry())

    report = await writer.rebuilder.rebuild()

    assert await digest_of_graph(writer.graph, report.generation) == await digest_of_log(writer.log)
    ancestor = stream("image", 7)
    found = await writer.graph.find_vertices(report.generation, [ancestor])
    assert (found[ancestor].properties["placeholder"], found[ancestor].properties["confidence"]) == (
        True,
        "native",
    )
    graph = InMemoryGraphStore()
    await Projector(writer.log, graph).project("live", {one.stream_id for one in wide_story()})
    assert await digest_of_graph(graph, "live") == await digest_of_log(writer.log)


async def test_a_rebuild_removes_the_generation_it_replaces(writer: Writer) -> None:
    first = await writer.rebuilder.rebuild()
    second = await writer.rebuilder.rebuild()

    assert [one.name for one in await writer.registry.list_generations()] == [second.generation]
    assert (await digest_of_graph(writer.graph, first.generation)).vertices == 0


async def test_the_events_that_a_rebuild_scanned_are_not_projected_again(writer: Writer) -> None:
    report = await writer.rebuilder.rebuild()
    writer.catch_up.adopt(report.generation, report.cursor)
    await writer.gate.renew()

    assert (await writer.catch_up.run()).events == 0


async def test_a_writer_that_runs_beside_a_rebuild_writes_both_generations(writer: Writer) -> None:
    first = await writer.rebuilder.rebuild()
    other = Writer(writer.log, writer.graph, writer.registry, name="other")
    late = [event(stream("image", number), "image.created", 90 + number) for number in range(10, 30)]

    async def write() -> None:
        for one in late:
            await append(writer.log, [one])
            await other.batches.project([one.stream_id])
            await asyncio.sleep(0.05)

    async with other.renewing():
        _, second = await asyncio.gather(write(), writer.rebuilder.rebuild())

        assert second.generation != first.generation
        assert await digest_of_graph(writer.graph, second.generation) == await digest_of_log(writer.log)


async def test_only_one_builder_works_at_a_time(writer: Writer) -> None:
    other = Writer(writer.log, writer.graph, writer.registry, name="other")

    results = await asyncio.gather(
        writer.rebuilder.rebuild(), other.rebuilder.rebuild(), return_exceptions=True
    )

    assert sorted(isinstance(one, RebuildRunningError) for one in results) == [False, True]


async def test_what_a_crashed_builder_left_is_removed_by_the_next(writer: Writer) -> None:
    await writer.registry.create_generation("left-behind", 1)
    await writer.registry.mark_catching_up("left-behind")

    report = await writer.rebuilder.rebuild()

    assert [one.name for one in await writer.registry.list_generations()] == [report.generation]


async def test_a_graph_that_came_back_empty_is_not_written_and_is_rebuilt(writer: Writer) -> None:
    first = await writer.rebuilder.rebuild()
    await writer.gate.renew()
    await writer.graph.drop_generation(first.generation)
    await writer.graph.drop_generation(f"{first.generation}.anchor")

    with pytest.raises(GenerationLostError):
        await writer.batches.project([stream("image", 1)])
    second = await writer.rebuilder.ensure_active()

    assert second is not None
    assert await digest_of_graph(writer.graph, second.generation) == await digest_of_log(writer.log)


async def test_a_graph_that_is_there_is_not_rebuilt(writer: Writer) -> None:
    await writer.rebuilder.rebuild()

    assert await writer.rebuilder.ensure_active() is None


async def test_a_graph_that_is_lost_while_it_is_loaded_never_becomes_active(writer: Writer) -> None:
    load = writer.graph.load

    async def load_and_lose(generation: str, vertices: object, edges: object) -> None:
        await load(generation, vertices, edges)  # type: ignore[arg-type]  # - handed on as given
        await writer.graph.drop_generation(f"{generation}.anchor")

    writer.graph.load = load_and_lose  # type: ignore[method-assign]  # - the server restarts empty here

    with pytest.raises(GenerationLostError):
        await writer.rebuilder.rebuild()
    assert await writer.registry.find_active() is None
    assert await writer.registry.list_generations() == ()


async def test_no_batch_runs_before_there_is_a_generation(writer: Writer) -> None:
    await writer.gate.renew()

    with pytest.raises(NoGenerationError):
        await writer.batches.project([stream("image", 1)])


async def test_the_lease_names_a_new_generation_only_after_the_batches_that_do_not_write_it(
    writer: Writer,
) -> None:
    first = await writer.rebuilder.rebuild()
    await writer.gate.renew()
    async with writer.gate.batch():
        await writer.registry.create_generation("next", FOLD_VERSION)
        await writer.registry.mark_catching_up("next")
        await writer.gate.renew()
        during = await writer.registry.list_leases()
    await writer.gate.renew()
    after = await writer.registry.list_leases()

    assert [lease.generations for lease in during] == [{first.generation}]
    assert [lease.generations for lease in after] == [{first.generation, "next"}]


async def test_a_catch_up_brings_what_no_message_named_and_advances_the_checkpoint(writer: Writer) -> None:
    report = await writer.rebuilder.rebuild()
    await writer.gate.renew()
    before = read_clock()
    await append(writer.log, [event(stream("image", 9), "image.created", 99)])

    await writer.catch_up.run()

    assert await digest_of_graph(writer.graph, report.generation) == await digest_of_log(writer.log)
    assert await read_checkpoint(writer.graph, report.generation) >= before - SETTLE
    assert stream("image", 9) in writer.hints[-1].stream_ids


async def test_an_idle_catch_up_advances_the_checkpoint_and_says_nothing(writer: Writer) -> None:
    report = await writer.rebuilder.rebuild()
    writer.catch_up.adopt(report.generation, report.cursor)
    await writer.gate.renew()
    told = len(writer.hints)
    await asyncio.sleep(0.01)

    await writer.catch_up.run()

    assert await read_checkpoint(writer.graph, report.generation) > report.checkpoint
    assert len(writer.hints) == told


async def test_much_news_beside_a_small_graph_asks_for_a_rebuild() -> None:
    writer = Writer(InMemoryEventLog(), InMemoryGraphStore(), InMemoryGenerationRegistry(), bulk_threshold=5)
    await writer.rebuilder.rebuild()
    await writer.gate.renew()
    await append(writer.log, registered_chain())

    caught_up = await writer.catch_up.run()

    assert caught_up.wants_rebuild
    assert (await writer.catch_up.run(may_rebuild=False)).streams == 6


async def test_verification_agrees_after_catching_up_and_names_what_differs(writer: Writer) -> None:
    report = await writer.rebuilder.rebuild()
    await append(writer.log, [event(stream("image", 9), "image.created", 99)])
    await writer.gate.renew()

    agreed = await writer.verifier.verify()
    world = writer.graph._worlds[report.generation]
    world.drop_edge(next(edge for edge in world.edges if edge.startswith("DERIVED_FROM")))
    differing = await writer.verifier.verify()

    assert agreed.consistent
    assert agreed.events == len(registered_chain()) + 1
    assert agreed.differing_buckets == ()
    assert not differing.consistent
    assert len(differing.differing_buckets) == 1
    assert differing.digest != agreed.digest


async def test_verification_is_not_misled_by_what_changes_while_it_reads(writer: Writer) -> None:
    await writer.rebuilder.rebuild()
    await writer.gate.renew()
    scan, numbers = writer.log.scan, iter(range(100, 1000))

    async def scan_and_go_on() -> AsyncIterator[object]:
        async for one in scan():
            yield one
        new = event(stream("image", next(numbers)), "image.created", 99)
        await append(writer.log, [new])
        await writer.batches.project([new.stream_id])

    writer.log.scan = scan_and_go_on  # type: ignore[method-assign, assignment]  # - a live system

    assert (await writer.verifier.verify()).consistent


async def test_a_follower_builds_what_is_missing_and_catches_up_when_woken(writer: Writer) -> None:
    metrics = Metrics()
    follower = Follower(writer.gate, writer.catch_up, writer.rebuilder, metrics, seconds=60)
    following = asyncio.create_task(follower.run())
    async with asyncio.timeout(10), writer.renewing():
        await follower.ready.wait()
        await append(writer.log, [event(stream("image", 9), "image.created", 99)])
        follower.wake()
        for _ in range(500):
            await asyncio.sleep(0.01)
            if stream("image", 9) in {one for hint in writer.hints for one in hint.stream_ids}:
                break
        follower.stop()
        await following

    assert (await writer.verifier.verify()).consistent
    assert stream("image", 9) in {one for hint in writer.hints for one in hint.stream_ids}
    assert metrics.registry.get_sample_value("ami_lineage_graph_writer_rebuilds_total") == 1
    assert metrics.registry.get_sample_value("ami_lineage_graph_writer_caught_up_events_total") == 1

import pytest
from gremlin_python.process.anonymous_traversal import traversal
from gremlin_python.process.graph_traversal import GraphTraversal, __
from gremlin_python.process.traversal import Cardinality, Direction, Merge, P, T
from gremlin_python.structure.graph import Graph

from graph_store import ClosureWrite, Edge, StreamFacts, Vertex, build_edge_id
from graph_store.gremlin.batches import cut_by_records
from graph_store.gremlin.settings import GremlinSettings
from graph_store.gremlin.writing import (
    build_closures_query,
    build_facts_query,
    estimate_closure_records,
    estimate_fact_records,
)
from graph_store.neptune_safety import MAX_STEPS, count_steps, find_violations

g = traversal().with_graph(Graph())
SINGLE = Cardinality.single


@pytest.mark.parametrize(
    ("unsafe", "says"),
    [
        (g.V("a").property("name", "x"), "without cardinality single"),
        (g.V("a").property(Cardinality.set_, "name", "x"), "without cardinality single"),
        (g.V("a").property(SINGLE, "name", ["x"]), "holds a list"),
        (g.V("a").property(SINGLE, "name", None), "holds a NoneType"),
        (g.V("a").property(SINGLE, "name", "x\x00"), "null character"),
        (g.E("a").property(SINGLE, "name", "x"), "takes no cardinality"),
        (g.V("a").out_e("X").in_v().property("name", "x"), "without cardinality single"),
        (g.V("a").side_effect(__.property("name", "x")), "without cardinality single"),
        (g.V("a").coalesce(__.out(), __.identity()).property("name", "x"), "without cardinality single"),
        (g.V(1), "takes ids as text"),
        (g.V("a", 2), "takes ids as text"),
        (g.V().has_id(P.within([1, "a"])), "takes ids as text"),
        (g.merge_v({T.id: 5}), "takes ids as text"),
        (g.merge_v({"name": "x"}), "matches by id alone"),
        (g.merge_v({T.id: "a"}).option(Merge.on_create, {"name": "x"}), "an option sets properties"),
        (g.V("a").repeat(__.out().dedup()), "without times"),
        (g.V("a").repeat(__.out()).times(3), "guard against cycles"),
        (g.V("a").union(__.repeat(__.out()).times(3)), "guard against cycles"),
        (g.V().program("x"), "not supported"),
        (g.V("a").filter_(lambda: "it"), "lambda"),
        (g.V(*map(str, range(3))).union(*[__.constant(1)] * (MAX_STEPS + 1)), "steps in one request"),
    ],
)
def test_what_neptune_refuses_or_does_differently_is_found(unsafe: GraphTraversal, says: str) -> None:
    assert any(says in violation for violation in find_violations(unsafe.bytecode))


@pytest.mark.parametrize(
    "safe",
    [
        g.merge_v({T.id: "a"}).option(Merge.on_create, {T.label: "Image"}).property(SINGLE, "name", "x"),
        g.merge_e({T.id: "e"})
        .option(Merge.on_create, {T.label: "X", Direction.OUT: "a", Direction.IN: "b"})
        .property("name", "x"),
        g.V("a")
        .coalesce(__.out_e("X"), __.add_e("X").to(__.V("b")).property(T.id, "e"))
        .property("name", "x"),
        g.V("a").emit().repeat(__.out().dedup()).times(3),
        g.V("a").repeat(__.out().simple_path()).times(3),
    ],
)
def test_what_neptune_takes_is_accepted(safe: GraphTraversal) -> None:
    assert find_violations(safe.bytecode) == ()


def test_requests_at_neptunes_bounds_hold_its_bounds_for_any_streams() -> None:
    """The largest batches that the settings for Neptune allow, of streams with many properties and edges."""
    records = GremlinSettings.for_neptune("wss://cluster:8182/gremlin").write_records
    properties = {f"property_{number}": "x" for number in range(25)}

    def build_edges(label: str, number: int) -> tuple[Edge, ...]:
        ends = [f"snapshot/aws/us-east-1/snap-{number}-{i}" for i in range(number % 4)]
        return tuple(
            Edge(
                build_edge_id(label, f"image/aws/r/ami-{number}", end),
                label,
                f"image/aws/r/ami-{number}",
                end,
                {"a": 1},
            )
            for end in ends
        )

    facts = [
        StreamFacts(Vertex(f"image/aws/r/ami-{n}", "Image", properties), build_edges("BACKED_BY", n), 1, "h")
        for n in range(60)
    ]
    closures = [
        ClosureWrite(f"image/aws/r/ami-{n}", 0, {}, build_edges("DERIVED_FROM", n)) for n in range(60)
    ]
    queries = [
        *(
            build_facts_query(g, "g1", batch)
            for batch in cut_by_records(facts, estimate_fact_records, records)
        ),
        *(
            build_closures_query(g, "g1", batch)
            for batch in cut_by_records(closures, estimate_closure_records, records)
        ),
    ]
    assert len(queries) > 4
    assert max(count_steps(query.bytecode) for query in queries) > MAX_STEPS / 10
    assert {violation for query in queries for violation in find_violations(query.bytecode)} == set()

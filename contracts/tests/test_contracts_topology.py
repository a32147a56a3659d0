from ami_lineage_contracts.topology import build_topology


def test_every_rule_leads_from_a_declared_bus_to_a_declared_queue() -> None:
    topology = build_topology("-x")

    assert {rule.bus for rule in topology.rules} <= set(topology.buses)
    assert {rule.queue for rule in topology.rules} <= {queue.name for queue in topology.queues}


def test_two_suffixes_share_no_name() -> None:
    first, second = build_topology("-a").model_dump(), build_topology("-b").model_dump()

    for name in ("central_bus", "event_table", "verdict_table", "projection_table", "ingest_queue"):
        assert first[name] != second[name]

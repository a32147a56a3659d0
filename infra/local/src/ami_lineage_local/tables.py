"""How each table of the topology is made: whoever owns a table says it."""

from ami_lineage_contracts.topology import Topology
from ami_lineage_contracts.verdicts import build_verdict_table_spec
from ami_lineage_local.topology import TableSpec
from event_log.table import build_table_spec
from graph_store.generations import build_projection_table_spec


def table_specs(topology: Topology) -> tuple[TableSpec, ...]:
    """Arguments of CreateTable for every table."""
    return (
        build_table_spec(topology.event_table),
        build_projection_table_spec(topology.projection_table),
        build_verdict_table_spec(topology.verdict_table),
    )

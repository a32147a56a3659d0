"""`topology`: declares what the platform needs on servers that somebody else runs, such as docker-compose."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from ami_lineage_contracts.topology import build_topology
from ami_lineage_local.errors import ServerNotReadyError
from ami_lineage_local.settings import TopologySettings
from ami_lineage_local.tables import table_specs
from ami_lineage_local.topology import declare_messaging, declare_tables


def declare_everything(settings: TopologySettings, note: Callable[[str], None]) -> None:
    """Tables, buses, queues and rules, in the account and Region of the local platform.

    Raises:
        ServerNotReadyError: an endpoint does not answer, or refuses.
    """
    topology = build_topology(settings.topology_suffix)
    tables = table_specs(topology)
    try:
        declare_tables(settings.dynamodb_endpoint, tables)
        declare_messaging(settings.events_endpoint, topology, settings.sqs_endpoint)
    except (BotoCoreError, ClientError) as error:
        raise ServerNotReadyError(f"Not declared, start it again when the servers answer: {error}") from error
    note(f"Declared {len(tables)} tables, {len(topology.buses)} buses and {len(topology.queues)} queues.")

"""Opening a store."""

from graph_store.gremlin.client import GremlinClient, Observer, observe_nothing
from graph_store.gremlin.pool import ConnectionPool, HandshakeHeaders, build_no_headers
from graph_store.gremlin.reads import GremlinGraphStore
from graph_store.gremlin.settings import GremlinSettings


def open_gremlin_store(
    settings: GremlinSettings,
    headers: HandshakeHeaders = build_no_headers,
    observer: Observer = observe_nothing,
) -> GremlinGraphStore:
    """A store that connects when it is first used; close it at the end."""
    return GremlinGraphStore(GremlinClient(settings, ConnectionPool(settings, headers), observer))

"""The lineage graph behind Gremlin: connection, upserts, traversals, digest."""

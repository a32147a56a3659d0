"""Projects the event log into the lineage graph."""

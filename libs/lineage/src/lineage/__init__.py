"""Pure lineage: fold streams of events to state, close the gaps AWS leaves."""

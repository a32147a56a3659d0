"""The fake graph: the same promises as the Gremlin store, proven by the same conformance suite."""

"""Where answers come from: graph, log, verdicts, credentials."""

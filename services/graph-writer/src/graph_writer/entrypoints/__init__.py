"""Where graph-writer starts: the service and its one-shot commands."""

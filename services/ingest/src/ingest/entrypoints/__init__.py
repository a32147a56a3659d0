"""How ingest is started: the verbs `import` and `serve`, and the page for health and metrics."""

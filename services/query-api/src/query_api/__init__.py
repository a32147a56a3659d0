"""Serves lineage over HTTP and as a web page."""

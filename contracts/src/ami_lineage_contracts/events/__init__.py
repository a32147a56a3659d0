"""Payloads of all events, by stream, and the registry that names them."""

"""Errors of the graph.

GraphStoreError
|- TransientGraphError    retry later: connection lost, conflict of transactions, timeout, throttled
|- PermanentGraphError    give up: the request is wrong, or the server refuses it for good
|  `- InvalidElementError the caller built an element that the graph does not accept
|- GraphNotReadyError     the generation has no marker: rebuild it (writers) or answer 503 (readers)
`- GenerationConflictError somebody else changed the registry of generations: read it again
"""


class GraphStoreError(Exception):
    """Any failure of the graph or of its registry of generations."""


class TransientGraphError(GraphStoreError):
    """The same request may succeed later."""


class PermanentGraphError(GraphStoreError):
    """The same request will fail again."""


class InvalidElementError(PermanentGraphError):
    """An element breaks a rule of the graph; the message names the element and the rule."""


class GraphNotReadyError(GraphStoreError):
    """The graph does not hold the generation: it has to be rebuilt from the log."""


class GenerationConflictError(GraphStoreError):
    """The registry changed between reading and writing: read again and decide again."""

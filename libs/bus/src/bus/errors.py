"""What can go wrong between services, by what the caller can do.

BusError
|-- TransientBusError    try again: the bus or queue did not answer
`-- PermanentBusError    trying again gives the same: no such queue, too large, no permission
"""


class BusError(Exception):
    """Root of this package's errors."""


class TransientBusError(BusError):
    """The bus or the queue did not answer, or not in full."""


class PermanentBusError(BusError):
    """The bus or the queue refuses this for good."""

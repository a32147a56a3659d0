"""What can go wrong when one machine runs everything.

LocalPlatformError
|- AlreadyRunningError      another instance holds the data folder: use it or stop it
|- SetupError               a tool could not be fetched or is not the pinned one: run setup again
|- ServerNotReadyError      a server or service did not come up: read its log
|- ChildKeepsDyingError     a server or service fell too often: read its log
|- NotLoopbackError         a server listens beyond this machine: a defect, stopped at once
|- MixedDataError           demo data and own data would mix: take another data folder
"""


class LocalPlatformError(Exception):
    """Any failure of the local platform; its text says what to do."""


class AlreadyRunningError(LocalPlatformError):
    """Another instance holds the lock of the data folder."""


class SetupError(LocalPlatformError):
    """A pinned download failed or does not match its sum."""


class ServerNotReadyError(LocalPlatformError):
    """A child did not become ready in time."""


class ChildKeepsDyingError(LocalPlatformError):
    """A child died so often that starting it again is no help."""


class NotLoopbackError(LocalPlatformError):
    """A child listens on an address that other machines can reach."""


class MixedDataError(LocalPlatformError):
    """The data folder holds the other kind of data (demo or own)."""

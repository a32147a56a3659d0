"""What can go wrong when one machine runs everything.

LocalPlatformError
|- AlreadyRunningError      another instance holds the data folder: use it or stop it
|- SetupError               a tool could not be fetched or is not the pinned one: run setup again
|- ServerNotReadyError      a server or service did not come up: read its log
|- ChildKeepsDyingError     a server or service fell too often: read its log
|- NotLoopbackError         a server listens beyond this machine: a defect, stopped at once
`- UsageError               what was asked for cannot be done: ask otherwise
   |- MixedDataError        demo data and own data would mix: take another data folder
   |- UnusableFolderError    the data folder cannot be made or written: name another
   |- NoDataError           the data folder holds nothing yet: import first, or name another
   |- NoSuchCommandError    the command of `exec` cannot be run: name one that can
"""

from pathlib import Path


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


class UsageError(LocalPlatformError):
    """The caller asked for what cannot be done; nothing was changed."""


class MixedDataError(UsageError):
    """The data folder holds the other kind of data (demo or own)."""


class UnusableFolderError(UsageError):
    """The data folder cannot be made, or not be written."""

    def __init__(self, folder: Path, cause: OSError) -> None:
        super().__init__(
            f"{folder} cannot be the data folder ({cause.strerror}): name another with --data-dir "
            "or AMI_LINEAGE_DATA_DIR."
        )


class NoDataError(UsageError):
    """The data folder holds no data yet."""


class NoSuchCommandError(UsageError):
    """The command cannot be run."""

"""Keeps a second instance out of a data folder: two servers on the same files would destroy them."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from ami_lineage_local.errors import AlreadyRunningError, UnusableFolderError


def is_locked(data_dir: Path) -> bool:
    """Whether an instance uses the folder now."""
    try:
        descriptor = os.open(data_dir / "lock", os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


class DataLock:
    """Context manager around an advisory lock that the kernel releases when the holder dies."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Takes the lock.

        Raises:
            AlreadyRunningError: another instance holds it.
            UnusableFolderError: the folder cannot be made or written.
        """
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UnusableFolderError(self._data_dir, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise AlreadyRunningError(
                f"Another instance (process {holder}) already uses {self._data_dir}: "
                "use it, stop it, or name another folder with --data-dir."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

"""History in files on this machine."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ami_lineage_contracts.events.coverage import CaptureSource
from ingest.adapters.checkpoint import find_stamp
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.record_files import list_files, read_file
from ingest.adapters.trail_layout import is_wanted
from ingest.application.reading import to_printable
from ingest.application.selection import Selection
from ingest.application.sources import Documents, Scan, Unit


class FileSource:
    """All files below some paths; those in a copy of CloudTrail's bucket are chosen by their path."""

    def __init__(
        self,
        roots: Sequence[Path],
        limits: FileLimits,
        selection: Selection,
        capture: CaptureSource = "import",
    ) -> None:
        self._roots = roots
        self._limits = limits
        self._selection = selection
        self._capture = capture
        self._paths: dict[str, Path] = {}

    @property
    def capture(self) -> CaptureSource:
        """The kind of capture."""
        return self._capture

    @property
    def parallel(self) -> int:
        """Opening a file costs nothing."""
        return 1

    def list_units(self) -> Iterator[Unit]:
        """The files in the order of their names."""
        for root in self._roots:
            for path in list_files(root):
                if not is_wanted(path.as_posix(), self._selection):
                    continue
                stamp = find_stamp(path)
                name = to_printable(path)
                self._paths = {name: path}
                size, changed = stamp or (0, 0)
                yield Unit(name, f"{size}:{changed}", size)

    def open(self, unit: Unit) -> Documents:
        """The records of a file.

        Raises:
            ForeignFileError: it holds something else.
            UnreadableFileError: it cannot be read to its end.
        """
        return read_file(self._paths[unit.name], self._limits)

    def list_scans(self) -> Sequence[Scan]:
        """Only the records tell what was covered."""
        return ()

"""Reads the committed lists: one ``group:artifact:packaging[:classifier]:version sha256`` a line.

The lists were made with Maven's ``dependency:list`` for each server named in the file name; each sum was
taken from the download after comparing it with the published SHA-1.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from ami_lineage_local.errors import SetupError

LOCKS: Final = ("gremlin-server", "dynamodb-local")
_PARTS_WITH_CLASSIFIER: Final = 5


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned file of a Maven repository."""

    group: str
    artifact: str
    packaging: str
    classifier: str
    version: str
    sha256: str

    @classmethod
    def from_line(cls, line: str) -> "Jar":
        """Reads a line of a lock file."""
        coordinate, sha256 = line.split()
        parts = coordinate.split(":")
        classifier = parts.pop(3) if len(parts) == _PARTS_WITH_CLASSIFIER else ""
        group, artifact, packaging, version = parts
        return cls(group, artifact, packaging, classifier, version, sha256)

    @property
    def relative_path(self) -> Path:
        """Place in a folder laid out as a Maven repository."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        name = f"{self.artifact}-{self.version}{suffix}.{self.packaging}"
        return Path(*self.group.split("."), self.artifact, self.version, name)

    def is_intact(self, folder: Path) -> bool:
        """Whether the file is there with the pinned sum."""
        path = folder / self.relative_path
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256


def load_lock(name: str) -> tuple[Jar, ...]:
    """The jars of one server, in the order of its class path."""
    text = resources.files(__package__).joinpath(f"{name}.lock").read_text(encoding="utf-8")
    return tuple(Jar.from_line(line) for line in text.splitlines() if line)


def class_path(name: str, folder: Path) -> str:
    """Value of Java's ``-cp`` for one server."""
    return ":".join(str(folder / jar.relative_path) for jar in load_lock(name))


def are_there(jars: Iterable[Jar], folder: Path) -> bool:
    """Whether all files exist; their sums were checked when they came."""
    return all((folder / jar.relative_path).is_file() for jar in jars)


def require_jars(folder: Path) -> None:
    """Raises SetupError when a jar is missing: the caller must not download behind the user's back."""
    if not are_there((jar for name in LOCKS for jar in load_lock(name)), folder):
        raise SetupError(f"The servers are not in {folder}: run `make setup` (or `ami-lineage-local setup`).")

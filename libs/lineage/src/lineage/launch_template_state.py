"""State of a launch template stream."""

from dataclasses import dataclass, replace
from datetime import datetime

from ami_lineage_contracts.events.payload import ImageReference, Payload
from ami_lineage_contracts.events.reference import (
    LaunchTemplateCreated,
    LaunchTemplateDefaultVersionChanged,
    LaunchTemplateDeleted,
    LaunchTemplateObserved,
    LaunchTemplateVersionCreated,
    LaunchTemplateVersionsDeleted,
    TemplateVersion,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.order import Arranged, Entry
from lineage.slots import is_settled
from lineage.spans import Span, Timeline
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionState:
    """A version of a template. `known` False: which image it names is not known; else `image` None: it names none.

    `inherits`: the version from which it takes what it does not name.
    """

    number: int
    event_id: str
    image: ImageReference | None = None
    known: bool = False
    inherits: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchTemplateState(StreamSummary):
    """A launch template as its events tell it.

    `defaults` and `latests`: which version ``$Default`` and ``$Latest`` meant when; None where it is not known.
    `known_names`: every account and name (``account/name``) that any event gave it; more events never take one away.
    """

    versions: tuple[VersionState, ...] = ()
    defaults: tuple[Span[int | None], ...] = ()
    latests: tuple[Span[int | None], ...] = ()
    known_names: tuple[str, ...] = ()
    deleted_at: datetime | None = None

    def find_version(self, number: int) -> VersionState | None:
        """The version of this number, where any event spoke of it."""
        return next((each for each in self.versions if each.number == number), None)


def fold_launch_template(stream_id: str, ref: ResourceRef, arranged: Arranged) -> LaunchTemplateState:
    """State of a launch template after its events."""
    fold = _TemplateFold()
    for entry in arranged.entries:
        fold.apply(entry)
    fields = fold.gathering.build(stream_id, ref, arranged)
    fields["name"] = fold.name
    return LaunchTemplateState(
        **fields,
        versions=tuple(_resolve(fold.versions, number) for number in sorted(fold.versions)),
        defaults=fold.defaults.list_spans(),
        latests=fold.latests.list_spans(),
        known_names=tuple(sorted(f"{owner}/{name}" for owner in fold.owners for name in fold.names)),
        deleted_at=fold.deleted_at,
    )


def _resolve(versions: dict[int, VersionState], number: int) -> VersionState:
    """The version with the image that it takes from the version it was made of, at whatever distance."""
    own = here = versions[number]
    visited = {number}
    while here.image is None and here.inherits is not None:
        source = versions.get(here.inherits)
        if source is None or source.number in visited:
            return replace(own, known=False)
        visited.add(source.number)
        here = source
    return replace(own, image=here.image, known=own.known and here.known)


class _TemplateFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.versions: dict[int, VersionState] = {}
        self.defaults: Timeline[int | None] = Timeline()
        self.latests: Timeline[int | None] = Timeline()
        self.owners: set[str] = set()
        self.names: set[str] = set()
        self.name: str | None = None
        self.deleted_at: datetime | None = None

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, LaunchTemplateCreated):
            self.gathering.begin(entry, payload.owner_account_id, payload.tags, "active", all_tags=True)
            self._add(payload.version, entry, entry.at, hollow=payload.incomplete)
            first = payload.version.number if payload.version is not None else 1
            self.defaults.set(first, entry)
            self._count(entry)
        elif isinstance(payload, LaunchTemplateVersionCreated):
            self._add(
                payload.version, entry, entry.at, hollow=payload.incomplete, source=payload.source_version
            )
            if payload.version is None:
                self.latests.set(None, entry)
            else:
                self._count(entry)
        elif isinstance(payload, LaunchTemplateVersionsDeleted):
            for number in payload.versions:
                held = self.versions.get(number) or VersionState(number=number, event_id=entry.event_id)
                self.versions[number] = replace(held, valid_to=entry.at)
            if self.latests.current is not None:
                self._count(entry)
        elif isinstance(payload, LaunchTemplateDefaultVersionChanged):
            self.defaults.set(payload.version, entry)
        elif isinstance(payload, LaunchTemplateDeleted):
            self.gathering.state.set("deleted", entry)
            self.deleted_at = self.deleted_at or entry.at
            self.defaults.end(entry)
            self.latests.end(entry)
        elif isinstance(payload, LaunchTemplateObserved):
            self._observe(payload, entry)
        else:
            self.gathering.retag(payload, entry)
        self._name(payload)
        uncertain = self.gathering.uncertain
        (uncertain.add if self.defaults.uncertain else uncertain.discard)("default_version")

    def _name(self, payload: Payload) -> None:
        if isinstance(payload, LaunchTemplateCreated | LaunchTemplateVersionCreated | LaunchTemplateObserved):
            if payload.name:
                self.names.add(payload.name)
                self.name = self.name or payload.name
            if not isinstance(payload, LaunchTemplateVersionCreated) and payload.owner_account_id:
                self.owners.add(payload.owner_account_id)

    def _add(
        self,
        version: TemplateVersion | None,
        entry: Entry,
        since: datetime | None,
        *,
        hollow: bool = False,
        source: str | None = None,
    ) -> None:
        if version is None:
            return
        held = self.versions.get(version.number)
        if held is not None and held.known:
            return
        inherits, known = self._find_source(source)
        self.versions[version.number] = VersionState(
            number=version.number,
            event_id=entry.event_id,
            image=version.image,
            known=version.image is not None or (known and not hollow),
            inherits=inherits if version.image is None else None,
            valid_from=since if held is None else (held.valid_from or since),
            valid_to=held.valid_to if held is not None else None,
        )

    def _find_source(self, source: str | None) -> tuple[int | None, bool]:
        """Number of the version that another was made of; the flag is False where it cannot be told."""
        if not source:
            return None, True
        if source.isdecimal():
            return int(source), True
        line = {"$Default": self.defaults, "$Latest": self.latests}.get(source)
        current = line.current if line is not None else None
        number = current.value if current is not None else None
        return number, number is not None

    def _count(self, entry: Entry) -> None:
        """``$Latest`` is the highest version that is not deleted."""
        alive = [each.number for each in self.versions.values() if each.valid_to is None]
        self.latests.set(max(alive, default=None), entry)

    def _observe(self, payload: LaunchTemplateObserved, entry: Entry) -> None:
        self.gathering.observe(entry, payload.owner_account_id, "active", payload.tags)
        if self.deleted_at is not None:
            if not is_settled(self.deleted_at, entry.at):
                return
            self.deleted_at = None
        for version in payload.versions:
            self._add(version, entry, None, hollow=payload.incomplete)
        if payload.default_version is not None:
            self.defaults.observe(payload.default_version, entry)
        if payload.latest_version is not None:
            self.versions.setdefault(
                payload.latest_version, VersionState(number=payload.latest_version, event_id=entry.event_id)
            )
            self.latests.observe(payload.latest_version, entry)

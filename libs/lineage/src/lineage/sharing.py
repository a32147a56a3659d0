"""With whom an image or a snapshot is shared."""

from collections.abc import Iterable
from typing import Final

from ami_lineage_contracts.events.image import ImageLaunchPermissionChanged
from ami_lineage_contracts.events.payload import Principal
from ami_lineage_contracts.events.storage import SnapshotSharingChanged
from lineage.order import Entry
from lineage.slots import SlotMap

EVERYBODY: Final = Principal(kind="group", value="all")
_GRANTED: Final = "granted"


class Sharing:
    """Permissions to launch, or to make volumes. `known`: who is not named has none, so that "not public" can be said."""

    def __init__(self) -> None:
        self.known = False
        self._granted: SlotMap[Principal, str] = SlotMap()

    def begin(self) -> None:
        """A new image is private; copies do not take permissions along (AWS_FACTS 1.1)."""
        self.known = True

    def change(self, payload: ImageLaunchPermissionChanged | SnapshotSharingChanged, entry: Entry) -> None:
        """Permissions were added, removed or reset."""
        added = set(payload.added)
        if payload.reset:
            self.revoke_all(entry, keep=added)
        for principal in set(payload.removed) - added:
            self._granted.get_slot(principal).set(None, entry)
        for principal in added:
            self._granted.get_slot(principal).set(_GRANTED, entry)

    def revoke_all(self, entry: Entry, keep: set[Principal] | None = None) -> None:
        """All permissions are gone, as after a reset or DisableImage (AWS_FACTS 1.5)."""
        self.known = True
        for principal in self._granted.keys():  # noqa: SIM118 - no dict: its keys are a method's answer
            if principal not in (keep or ()):
                self._granted.get_slot(principal).set(None, entry)

    def observe_public(self, entry: Entry, *, public: bool) -> None:
        """DescribeImages said whether everybody may launch the image."""
        self._granted.get_slot(EVERYBODY).observe(_GRANTED if public else None, entry)

    def observe_all(self, principals: Iterable[Principal], entry: Entry) -> None:
        """The owner saw all permissions there are (DescribeImageAttribute, DescribeSnapshotAttribute)."""
        self.known = True
        self._granted.observe_all(dict.fromkeys(principals, _GRANTED), entry)

    @property
    def uncertain(self) -> bool:
        """Whether a permission was given and taken within one second."""
        return self._granted.uncertain

    def list_principals(self) -> tuple[Principal, ...]:
        """Who may launch the image besides its owner, sorted."""
        return tuple(sorted(self._granted.to_dict(), key=lambda each: (each.kind, each.value)))

    def find_public(self) -> bool | None:
        """Whether everybody may launch the image; None is not known."""
        if EVERYBODY in self._granted.to_dict():
            return True
        return False if self.known or EVERYBODY in self._granted.keys() else None  # noqa: SIM118 - as above

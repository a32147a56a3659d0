"""With whom a call shares an image or a snapshot, in either of the two forms that EC2 takes (AWS_FACTS 1.5)."""

from dataclasses import dataclass
from typing import Final, Literal

from ami_lineage_contracts.events.payload import Principal
from ingest.domain.decoding import Fields, to_account_id, to_text

PrincipalKind = Literal["account", "group", "organization", "organizational_unit"]

_PRINCIPALS: Final[tuple[tuple[PrincipalKind, tuple[str, ...]], ...]] = (
    ("account", ("userId",)),
    ("group", ("group",)),
    ("organization", ("organizationArn",)),
    ("organizational_unit", ("organizationalUnitArn",)),
)
# Of the older form: operationType and one list for each kind of principal.
_PRINCIPAL_LISTS: Final[tuple[tuple[PrincipalKind, tuple[str, ...]], ...]] = (
    ("account", ("userIdsSet", "userIdSet", "userIds", "userId")),
    ("group", ("groupsSet", "groupSet", "groupNames", "userGroupSet", "userGroups", "userGroup")),
    ("organization", ("organizationArnSet", "organizationArns", "organizationArn")),
    ("organizational_unit", ("organizationalUnitArnSet", "organizationalUnitArns", "organizationalUnitArn")),
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """`complete`: all that the call names was understood; `concerned`: it is about sharing at all."""

    added: tuple[Principal, ...]
    removed: tuple[Principal, ...]
    complete: bool

    @property
    def concerned(self) -> bool:
        """Whether the call is about sharing; also when its principals could not be read."""
        return bool(self.added or self.removed or not self.complete)


def read_attribute(request: Fields) -> str:
    """Name of the attribute that a call sets, spelt one way: ``launchpermission``."""
    return (request.text("attributeType", "attribute") or "").lower().replace("_", "")


def read_sharing(request: Fields, permission_name: str) -> Sharing:
    """Who comes and who goes; `permission_name` is ``launchPermission`` or ``createVolumePermission``."""
    permission = request.child(permission_name)
    added, understood = _read_principals(permission.children("add"))
    removed, all_understood = _read_principals(permission.children("remove"))
    listed = tuple(
        _build_principal(kind, text)
        for kind, names in _PRINCIPAL_LISTS
        for member in request.members(*names)
        if (text := _read_principal_text(member)) is not None
    )
    if request.text("operationType") == "remove":
        removed += listed
    else:
        added += listed
    named = read_attribute(request) == permission_name.lower()
    complete = understood and all_understood and bool(added or removed or not (named or permission))
    return Sharing(added=added, removed=removed, complete=complete)


def _read_principals(entries: list[Fields]) -> tuple[tuple[Principal, ...], bool]:
    principals = [
        _build_principal(kind, text)
        for entry in entries
        for kind, names in _PRINCIPALS
        if (text := entry.text(*names)) is not None
    ]
    return tuple(principals), len(principals) >= len(entries)


def _build_principal(kind: PrincipalKind, text: str) -> Principal:
    return Principal(kind=kind, value=(to_account_id(text) or text) if kind == "account" else text)


def _read_principal_text(member: object) -> str | None:
    if isinstance(member, dict) and "content" not in member:
        return Fields(member).text("userId", "group", "organizationArn", "organizationalUnitArn")
    return to_text(member)

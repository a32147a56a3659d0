"""Which accounts there are, whose they are, and where in the organization (organizations:ListAccounts)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ingest.application.backfill import questions
from ingest.application.backfill.place import Reading
from ingest.domain.decoding import Fields, JsonObject

_ACTIVE: Final = "ACTIVE"
_UNIT: Final = "ORGANIZATIONAL_UNIT"
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class Accounts:
    """`ids`: to be scanned, the caller's own first. `skipped`: those that are not active."""

    ids: tuple[str, ...]
    skipped: tuple[str, ...] = ()


async def read_accounts(reading: Reading, given: Collection[str]) -> Accounts:
    """The accounts to scan: the given ones, else the organization's active ones, else the caller's.

    Whatever Organizations tells of them is recorded; when it may not be asked, the given list still counts.
    """
    parents: dict[str, str | None] = {}
    names: dict[str, str] = {}
    active: list[str] = []
    skipped: list[str] = []
    async for page in reading.pages(questions.ACCOUNTS):
        described = []
        for entry in page:
            fields = Fields(entry)
            account_id = fields.account("id")
            if account_id is None or (given and account_id not in given):
                continue
            is_active = fields.text("state", "status") == _ACTIVE
            (active if is_active else skipped).append(account_id)
            path = await _find_path(reading, account_id, parents, names)
            described.append({**entry, **await _find_tags(reading, account_id), "Path": path})
        await reading.record("account", described)
    own = [reading.account_id] if not given or reading.account_id in given else []
    wanted = sorted(given) if given else sorted(active)
    ids = [*own, *(account_id for account_id in wanted if account_id != reading.account_id)]
    return Accounts(tuple(each for each in ids if each not in skipped), tuple(skipped))


async def _find_path(
    reading: Reading, account_id: str, parents: dict[str, str | None], names: dict[str, str]
) -> list[str]:
    """Names of the organizational units from the root down; what may not be asked is left out."""
    path: list[str] = []
    current = account_id
    for _ in range(_DEEPEST):
        if current not in parents:
            parents[current] = await _find_parent(reading, current)
        unit_id = parents[current]
        if unit_id is None:
            break
        if unit_id not in names:
            names[unit_id] = await _find_name(reading, unit_id)
        path.insert(0, names[unit_id])
        current = unit_id
    return path


async def _find_parent(reading: Reading, child_id: str) -> str | None:
    """The unit above an account or unit; None below the root."""
    answer = await reading.ask(questions.PARENTS, ChildId=child_id)
    found = Fields(answer or {}).children("parents")
    return found[0].text("id") if found and found[0].text("type") == _UNIT else None


async def _find_name(reading: Reading, unit_id: str) -> str:
    answer: JsonObject | None = await reading.ask(questions.UNIT, OrganizationalUnitId=unit_id)
    name = Fields(answer or {}).child("organizationalUnit").wording("name")
    return name or unit_id


async def _find_tags(reading: Reading, account_id: str) -> dict[str, object]:
    answer = await reading.ask(questions.ACCOUNT_TAGS, ResourceId=account_id)
    return {} if answer is None else {"Tags": answer.get("Tags", [])}

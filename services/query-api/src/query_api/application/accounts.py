"""Accounts: the name and the owner with which a row can be acted on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ami_lineage_contracts.stream_ids import account_stream
from graph_store.models import Vertex
from query_api.application.answers import InstanceRow, Node
from query_api.application.ports import GraphReader

DEFAULT_PARTITION = "aws"


@dataclass(frozen=True)
class AccountFacts:
    """What Organizations, or a file, said of an account."""

    name: str | None = None
    owner: str | None = None


NOBODY = AccountFacts()


@dataclass(frozen=True)
class Accounts:
    """Accounts by id."""

    by_id: Mapping[str, AccountFacts] = field(default_factory=dict)

    def get_facts(self, account_id: str | None) -> AccountFacts:
        """Facts of an account; empty ones when nothing was observed of it."""
        return self.by_id.get(account_id or "", NOBODY)


Row = TypeVar("Row", Node, InstanceRow)


class AccountDirectory:
    """Reads accounts from the graph."""

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph

    async def load(self, vertices: Iterable[Vertex]) -> Accounts:
        """The accounts to which these vertices belong."""
        wanted = {
            account_stream(str(vertex.properties.get("partition") or DEFAULT_PARTITION), str(account)): str(
                account
            )
            for vertex in vertices
            if (account := vertex.properties.get("account_id"))
        }
        if not wanted:
            return Accounts()
        found = await self._graph.find_vertices(sorted(wanted))
        return Accounts({wanted[key]: to_facts(vertex) for key, vertex in found.items()})


def name_account(row: Row, accounts: Accounts) -> Row:
    """The row with the name and the owner of its account."""
    facts = accounts.get_facts(row.account_id)
    if facts is NOBODY:
        return row
    return row.model_copy(update={"account_name": facts.name, "owner": facts.owner})


def to_facts(vertex: Vertex) -> AccountFacts:
    """Facts of an account's vertex."""
    name, owner = vertex.properties.get("name"), vertex.properties.get("owner")
    return AccountFacts(str(name) if name else None, str(owner) if owner else None)

"""Security context: all that decides whether an image may be used."""

import asyncio
from typing import Final

from graph_store.read_models import Direction, Subgraph
from query_api.application.accounts import name_account
from query_api.application.answers import Unknown
from query_api.application.context_answers import (
    Compliance,
    LineageSummary,
    SecurityContextAnswer,
    SourceValidation,
    Usage,
    Vulnerabilities,
)
from query_api.application.images import ImageFinder
from query_api.application.ports import GraphReader, VerdictReader
from query_api.application.surroundings import Surroundings
from query_api.application.views import find_unknowns, find_weakest, to_node

CHILDREN_LIMIT: Final = 200
ANCESTOR_DEPTH: Final = 100
ANCESTOR_LIMIT: Final = 1000


class ContextService:
    """Answers with the security context."""

    def __init__(
        self, graph: GraphReader, verdicts: VerdictReader, finder: ImageFinder, surroundings: Surroundings
    ) -> None:
        self._graph = graph
        self._verdicts = verdicts
        self._finder = finder
        self._surroundings = surroundings

    async def answer(self, name: str, *, include_compliance: bool) -> SecurityContextAnswer:
        """The context; verdicts only when they are asked for."""
        image = await self._finder.get_image(name)
        ancestors, children, users, compliance = await asyncio.gather(
            self._graph.load_lineage(image.id, Direction.ANCESTORS, ANCESTOR_DEPTH, ANCESTOR_LIMIT),
            self._graph.load_lineage(image.id, Direction.DESCENDANTS, 1, CHILDREN_LIMIT),
            self._graph.count_neighbours([image.id], ["RUNS"], outgoing=False),
            self.find_compliance(image.id),
        )
        nodes = [to_node(node.vertex, node.depth) for node in ancestors.nodes]
        unknowns = find_unknowns(nodes)
        unknowns.append(
            Unknown(subject=image.id, reason="not_scanned", detail="No vulnerability scan is recorded.")
        )
        if include_compliance and compliance.policy_digest is None:
            unknowns.append(
                Unknown(subject=image.id, reason="not_evaluated", detail="No policy was evaluated for it.")
            )
        around = await self._surroundings.load([node.vertex for node in ancestors.nodes])
        return SecurityContextAnswer(
            image=name_account(to_node(image, 0), around.accounts),
            source_validation=SourceValidation(),
            compliance=compliance if include_compliance else None,
            vulnerabilities=Vulnerabilities(),
            lineage=_summarise(image.id, ancestors, children),
            usage=Usage(instances=users),
            coverage=around.coverage,
            unknowns=tuple(unknowns),
        )

    async def find_compliance(self, stream_id: str) -> Compliance:
        """Current verdicts; UNKNOWN when the image was not evaluated."""
        current = await self._verdicts.find_verdict(stream_id)
        if current is None:
            return Compliance()
        checkpoint = current.checkpoint
        return Compliance(
            status=current.status,
            policy=current.policy,
            policy_digest=current.policy_digest,
            checkpoint=checkpoint.isoformat().replace("+00:00", "Z") if checkpoint else None,
            verdicts=current.verdicts,
        )


def _summarise(image: str, ancestors: Subgraph, children: Subgraph) -> LineageSummary:
    """Parents, children, and the root when there is exactly one."""
    with_parent = frozenset(edge.source for edge in ancestors.edges)
    parents = frozenset(edge.target for edge in ancestors.edges if edge.source == image)
    roots = [node.vertex for node in ancestors.nodes if node.vertex.id not in with_parent]
    root = roots[0] if len(roots) == 1 and not ancestors.truncated else None
    reason = root.properties.get("terminal_reason") if root is not None else None
    return LineageSummary(
        parents=tuple(to_node(node.vertex, 1) for node in ancestors.nodes if node.vertex.id in parents),
        children=tuple(to_node(node.vertex, 1) for node in children.nodes if node.vertex.id != image),
        children_truncated=children.truncated,
        root=root.id if root is not None else None,
        confidence=find_weakest(
            str(edge.properties.get("confidence", "unknown")) for edge in ancestors.edges
        ),
        terminal_reason=str(reason) if reason else None,
    )

"""The whole at a glance, and generations."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from ami_lineage_contracts.times import to_key_time
from graph_store.read_models import UNKNOWN, SearchFilters
from query_api.application.platform_answers import (
    EndCount,
    GenerationsAnswer,
    GenerationView,
    LabelledCount,
    OverviewAnswer,
)
from query_api.application.ports import GraphReader
from query_api.application.views import to_node

RECENT: Final = 12
TOP: Final = 50


class OverviewService:
    """Answers questions about the whole."""

    def __init__(self, graph: GraphReader, now: Callable[[], datetime]) -> None:
        self._graph = graph
        self._now = now

    async def answer(self) -> OverviewAnswer:
        """Counts, ends of chains, recent images, lag."""
        state = await self._graph.get_state()
        counts = await self._graph.count()
        labels = await self._graph.count_labels()
        recent = await self._graph.search(SearchFilters(), RECENT)
        lag = (self._now() - datetime.fromisoformat(state.checkpoint)).total_seconds()
        ends = {key: value for key, value in counts.images_by_terminal_reason.items() if key != UNKNOWN}
        return OverviewAnswer(
            counts={
                "images": counts.images,
                "instances": counts.instances,
                "snapshots": labels.get("Snapshot", 0),
                "volumes": labels.get("Volume", 0),
                "accounts": sum(1 for account in counts.images_by_account if account != UNKNOWN),
                "regions": sum(1 for region in counts.images_by_region if region != UNKNOWN),
                "images_without_known_parent": sum(ends.values()),
                "images_of_unknown_origin": counts.unknown_parents,
            },
            images_by_state=_to_labelled(counts.images_by_state),
            images_by_account=_to_labelled(counts.images_by_account),
            images_by_region=_to_labelled(counts.images_by_region),
            images_by_method=_to_labelled(counts.images_by_method),
            images_by_confidence=_to_labelled(counts.images_by_confidence),
            instances_by_state=_to_labelled(counts.instances_by_state),
            ends=tuple(EndCount(terminal_reason=row.label, images=row.count) for row in _to_labelled(ends)),
            recent=tuple(to_node(image) for image in recent.vertices),
            generation=state.generation,
            checkpoint=state.checkpoint,
            checkpoint_lag_seconds=round(max(0.0, lag), 3),
        )

    async def check_ready(self) -> None:
        """Do nothing when the graph can answer.

        Raises:
            GraphRebuildingError: there is no complete generation.
        """
        await self._graph.get_state()

    async def list_generations(self) -> GenerationsAnswer:
        """The active generation and its checkpoint, and the others."""
        state = await self._graph.get_state()
        return GenerationsAnswer(
            active=state.generation,
            checkpoint=state.checkpoint,
            generations=tuple(
                GenerationView(
                    name=row.name,
                    state=row.state.value,
                    fold_version=row.fold_version,
                    created_at=to_key_time(row.created_at),
                )
                for row in await self._graph.list_generations()
            ),
        )


def _to_labelled(counts: Mapping[str, int]) -> tuple[LabelledCount, ...]:
    """The largest first; what is not known stands last."""
    rows = sorted(counts.items(), key=lambda row: (row[0] == UNKNOWN, -row[1], row[0]))
    return tuple(LabelledCount(label=label, count=count) for label, count in rows[:TOP])

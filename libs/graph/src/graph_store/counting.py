"""Counts for the overview from counted combinations of values (pure)."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from graph_store.models import Scalar
from graph_store.read_models import UNKNOWN, GraphCounts

COUNTED: Final = ("state", "account_id", "region", "method", "confidence", "terminal_reason")
"""Properties whose combinations a store counts per label, in this order."""

UNPROVEN_ENDS: Final = frozenset({UNKNOWN, "before_recorded_history", "missing_event"})


def build_counts(combinations: Mapping[tuple[Scalar | None, ...], int]) -> GraphCounts:
    """Counts from combinations (label, *COUNTED); None and "unknown" are the same."""
    images: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    instances: Counter[str] = Counter()
    unknown_parents = 0
    for (label, *values), number in combinations.items():
        named = dict(
            zip(COUNTED, (UNKNOWN if value is None else str(value) for value in values), strict=True)
        )
        if label == "Instance":
            instances[named["state"]] += number
        if label == "Image":
            for name, value in named.items():
                images[name][value] += number
            if named["confidence"] == UNKNOWN and named["terminal_reason"] in UNPROVEN_ENDS:
                unknown_parents += number
    return GraphCounts(
        images=images["state"].total(),
        instances=instances.total(),
        images_by_state=dict(images["state"]),
        images_by_account=dict(images["account_id"]),
        images_by_region=dict(images["region"]),
        images_by_method=dict(images["method"]),
        images_by_confidence=dict(images["confidence"]),
        images_by_terminal_reason=dict(images["terminal_reason"]),
        instances_by_state=dict(instances),
        unknown_parents=unknown_parents,
    )

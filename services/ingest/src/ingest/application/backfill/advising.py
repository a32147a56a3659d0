"""What to grant, and by how much each grant lowers the share of questions that had no answer."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.application.backfill.outcomes import Advice, PlaceOutcome
from ingest.application.backfill.questions import (
    ASSUME_ROLE,
    HOME_QUESTIONS,
    LOSES,
    PLACE_QUESTIONS,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`unknown_share`: of all questions in all accounts and Regions, those without an answer."""

    unknown_share: float
    advice: tuple[Advice, ...]


def judge(places: Sequence[PlaceOutcome]) -> Judgement:
    """The unknown share of a run or a preflight, and what lowers it.

    An account that could not be reached leaves all its questions unanswered, a refused list those about its
    members. A call that does not exist somewhere is no question there.
    """
    total = unanswered = 0
    lost: Counter[str] = Counter()
    denied_in: dict[str, list[str]] = defaultdict(list)
    for place in places:
        causes = dict(_find_causes(place))
        total += len(causes)
        unanswered += sum(cause is not None for cause in causes.values())
        lost.update(cause for cause in causes.values() if cause is not None)
        for action in place.denied:
            denied_in[action].append(place.name)
    advice = [
        Advice(
            action=action,
            places=tuple(sorted(names)),
            loses=LOSES.get(action, "what only this call tells"),
            share=lost[action] / total if total else 0.0,
        )
        for action, names in denied_in.items()
    ]
    return Judgement(
        unknown_share=unanswered / total if total else 1.0,
        advice=tuple(sorted(advice, key=lambda each: (-each.share, each.action))),
    )


def _find_causes(place: PlaceOutcome) -> Iterator[tuple[str, str | None]]:
    """Each question of a place, and the action for want of which it has no answer; None: it has one."""
    causes: dict[str, str | None] = {}
    for question in HOME_QUESTIONS if place.home else PLACE_QUESTIONS:
        if not place.reached:
            causes[question.action] = ASSUME_ROLE
        elif question.action in place.unanswered:
            causes[question.action] = question.action
        elif question.action in place.asked:
            causes[question.action] = None
        elif question.after and question.action not in place.lacking:
            causes[question.action] = causes.get(question.after)
    yield from causes.items()

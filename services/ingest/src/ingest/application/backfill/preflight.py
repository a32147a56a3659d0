"""Asks for next to nothing everywhere, to say which permission is missing and what the answers lose by it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from ingest.application.backfill.outcomes import PlaceOutcome
from ingest.application.backfill.ports import OpenPlace, PlaceReader
from ingest.application.backfill.questions import ASSUME_ROLE, HOME_QUESTIONS, PLACE_QUESTIONS, Question
from ingest.errors import (
    SourceDeniedError,
    SourceLacksCallError,
    SourceRefusedError,
    SourceUnavailableError,
)

_AT_ONCE: Final = 4


async def probe_places(
    open_place: OpenPlace, home: tuple[str, str], places: Sequence[tuple[str, str]]
) -> list[PlaceOutcome]:
    """What each account and Region would answer; writes nothing anywhere."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def probe(
        account_id: str, region: str, questions: Sequence[Question], *, is_home: bool
    ) -> PlaceOutcome:
        async with slots, open_place(account_id, region) as reader:
            return await _probe_place(reader, account_id, region, questions, is_home=is_home)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(probe(*home, HOME_QUESTIONS, is_home=True))]
        tasks += [group.create_task(probe(*place, PLACE_QUESTIONS, is_home=False)) for place in places]
    return [task.result() for task in tasks]


async def _probe_place(
    reader: PlaceReader, account_id: str, region: str, questions: Sequence[Question], *, is_home: bool
) -> PlaceOutcome:
    place = PlaceOutcome(account_id=account_id, region=region, home=is_home)
    try:
        await reader.reach()
    except SourceDeniedError:
        return place.model_copy(update={"reached": False, "denied": (ASSUME_ROLE,)})
    except SourceUnavailableError as error:
        return place.model_copy(update={"reached": False, "failed": (f"{ASSUME_ROLE}: {error}",)})
    denied, lacking, failed = [], [], []
    for question in questions:
        try:
            await reader.probe(question)
        except SourceDeniedError:
            denied.append(question.action)
        except SourceLacksCallError:
            lacking.append(question.action)
        except SourceRefusedError:
            continue  # the caller may ask; only what the probe names does not exist
        except SourceUnavailableError as error:
            failed.append(f"{question.action}: {error}")
    return place.model_copy(
        update={
            "asked": tuple(question.action for question in questions),
            "denied": tuple(denied),
            "lacking": tuple(lacking),
            "failed": tuple(failed),
        }
    )

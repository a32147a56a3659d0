"""Describes resources of the organization by their ids, for the observer (DESIGN 6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ingest.adapters.source_place import SourcePlace
from ingest.application.backfill import questions
from ingest.application.backfill.flattening import flatten_page
from ingest.application.backfill.questions import Question

PlaceOpener = Callable[[str | None, str], SourcePlace]

# Filters instead of ids: one id that is gone would make the whole call fail (InvalidAMIID.NotFound).
_CALLS: Final[Mapping[str, tuple[Question, str]]] = {
    "image": (questions.IMAGES_BY_ID, "image-id"),
    "instance": (replace(questions.INSTANCES, arguments={}), "instance-id"),
    "volume": (replace(questions.VOLUMES, arguments={}), "volume-id"),
    "snapshot": (replace(questions.SNAPSHOTS, arguments={}), "snapshot-id"),
}


class Ec2Describer:
    """`open_place` gives the account (None: the session's own) and Region that are asked."""

    def __init__(self, open_place: PlaceOpener) -> None:
        self._open_place = open_place

    async def describe(
        self, account_id: str | None, kind: str, region: str, resource_ids: Sequence[str]
    ) -> list[dict[str, object]]:
        """Those of the resources that are visible; an instance carries the owner of its reservation.

        Raises:
            SourceUnavailableError: EC2 did not answer, or not to us.
        """
        async with self._open_place(account_id, region) as place:
            if kind == "parameter":
                answer = await place.ask(questions.PARAMETERS, Names=list(resource_ids))
                found = answer.get(questions.PARAMETERS.member)
                return [dict(entry) for entry in found] if isinstance(found, list) else []
            question, name = _CALLS[kind]
            wanted = [{"Name": name, "Values": list(resource_ids)}]
            pages = place.list_pages(question, Filters=wanted)
            return [entry async for page in pages for entry in flatten_page(question.member, page)]

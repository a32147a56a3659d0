"""Members of an answer as one object a resource."""

from collections.abc import Iterable, Iterator

from ingest.domain.decoding import JsonObject


def flatten_page(member: str, page: Iterable[JsonObject]) -> Iterator[dict[str, object]]:
    """Each resource of a page; an instance carries the owner that stands on its reservation."""
    for entry in page:
        instances = entry.get("Instances")
        if member == "Reservations" and isinstance(instances, list):
            for instance in instances:
                yield {**instance, "OwnerId": entry.get("OwnerId")}
        else:
            yield dict(entry)

"""A blast radius as CSV: one row for each image, instance, group, reference, launch and exposure."""

from collections.abc import Iterator
from typing import Final

from query_api.application.answers import InstanceRow
from query_api.application.impact_answers import GroupRow, ImpactAnswer, Launch, ReferrerRow
from query_api.domain.csv_cells import to_csv

HEADER: Final = (
    "section", "id", "name", "account_id", "account_name", "owner", "region", "state", "image", "launched_from",
    "since", "until", "because", "launched_by", "private_ip", "public_ip", "auto_scaling_group",
)  # fmt: skip


def to_impact_csv(answer: ImpactAnswer) -> str:
    """All rows of a page; what is not known is an empty cell, and unknowns have rows of their own."""
    return to_csv(HEADER, _list_rows(answer))


def _list_rows(answer: ImpactAnswer) -> Iterator[tuple[object, ...]]:
    affected = answer.affected
    for image in affected.images:
        place = (image.account_id, image.account_name, image.owner, image.region, image.state)
        yield _fill("image", image.id, image.name, *place)
    for row in affected.instances:
        yield _of_instance("instance", row, row.runs, row.since, None, None)
    for group in affected.auto_scaling_groups:
        yield _of_place("auto_scaling_group", group.id, group)
    referrers = (*affected.launch_templates, *affected.parameters, *affected.other_references)
    for referrer in referrers:
        yield _of_place(referrer.kind, referrer.id, referrer)
    for launch in answer.latent:
        yield (*_of_place("latent", launch.group, launch)[:8], launch.image, None, launch.since, *[None] * 6)
    for each in answer.exposure:
        yield _of_instance("exposure", each.instance, each.image, each.ran_from, each.ran_to, each.because)
    for unknown in answer.unknowns:
        yield (*_fill("unknown", unknown.subject)[:12], unknown.reason, *[None] * 4)


def _of_instance(
    section: str,
    row: InstanceRow,
    image: str | None,
    since: str | None,
    until: str | None,
    because: str | None,
) -> tuple[object, ...]:
    return (
        section, row.instance_id, row.name, row.account_id, row.account_name, row.owner, row.region, row.state, image,
        row.launched_from, since, until, because, row.launched_by, row.private_ip, row.public_ip,
        row.auto_scaling_group,
    )  # fmt: skip


def _of_place(section: str, subject: str, row: GroupRow | ReferrerRow | Launch) -> tuple[object, ...]:
    return _fill(section, subject, row.name, row.account_id, row.account_name, row.owner, row.region)


def _fill(*cells: object) -> tuple[object, ...]:
    return (*cells, *[None] * (len(HEADER) - len(cells)))

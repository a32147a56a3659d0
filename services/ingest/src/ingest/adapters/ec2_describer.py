"""Describes resources of the organization: the source session, read only (DESIGN 2.7)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import SourceUnavailableError

# Filters instead of ids: one id that is gone would make the whole call fail (InvalidAMIID.NotFound).
_CALLS: Final[Mapping[str, tuple[str, str, str]]] = {
    "image": ("describe_images", "image-id", "Images"),
    "instance": ("describe_instances", "instance-id", "Reservations"),
    "volume": ("describe_volumes", "volume-id", "Volumes"),
    "snapshot": ("describe_snapshots", "snapshot-id", "Snapshots"),
}
# Without these an inventory "deletes" images (AWS_FACTS 0.13).
_MORE: Final[Mapping[str, Mapping[str, bool]]] = {
    "image": {"IncludeDeprecated": True, "IncludeDisabled": True}
}


class Ec2Describer:
    """`endpoint_url` is set in local mode only; `client_options` carries credentials where there are some."""

    def __init__(
        self,
        session: AioSession,
        endpoint_url: str | None,
        client_options: Mapping[str, str],
    ) -> None:
        self._session = session
        self._endpoint_url = endpoint_url
        self._client_options = client_options

    async def describe(self, kind: str, region: str, resource_ids: Sequence[str]) -> list[dict[str, object]]:
        """Those of the resources that are visible; an instance carries the owner of its reservation.

        Raises:
            SourceUnavailableError: EC2 did not answer, or not to us.
        """
        operation, name, member = _CALLS[kind]
        arguments: dict[str, Any] = {"Filters": [{"Name": name, "Values": list(resource_ids)}]}
        arguments.update(_MORE.get(kind, {}))
        try:
            async with self._session.create_client(
                "ec2", region_name=region, endpoint_url=self._endpoint_url, **self._client_options
            ) as client:
                pages = client.get_paginator(operation).paginate(**arguments)
                return [entry async for entry in _read_entries(pages, member)]
        except (BotoCoreError, ClientError) as error:
            raise SourceUnavailableError(f"{operation} in {region}: {error}") from error


async def _read_entries(pages: Any, member: str) -> AsyncIterator[dict[str, object]]:  # noqa: ANN401 - botocore
    async for page in pages:
        for entry in page[member]:
            if member != "Reservations":
                yield entry
                continue
            for instance in entry["Instances"]:
                yield {**instance, "OwnerId": entry.get("OwnerId")}

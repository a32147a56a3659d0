"""Readings of what EC2 and EBS hold: images, instances, snapshots, volumes, imports, stored images."""

import asyncio
from collections.abc import Sequence
from typing import Final

from ingest.application.backfill import questions
from ingest.application.backfill.flattening import flatten_page
from ingest.application.backfill.place import Reading
from ingest.domain.decoding import Fields, JsonObject
from ingest.domain.observations_ancestry import needs_ancestry
from ingest.domain.observations_difference import Histories
from ingest.domain.observations_sighting import Sighting

_AT_ONCE: Final = 5
_IDS_A_CALL: Final = 100


async def read_images(reading: Reading) -> None:
    """Own images, deprecated and disabled too, with their sharing, and their ancestry where it is unknown."""

    async def add_ancestry(content: JsonObject, histories: Histories, sighting: Sighting) -> JsonObject:
        if not needs_ancestry(histories.get(sighting.stream_id, ())):
            return content
        answer = await reading.ask(questions.ANCESTRY, ImageId=content["ImageId"])
        return content if answer is None else {**content, **_only(answer, "ImageAncestryEntries")}

    async for page in reading.pages(questions.IMAGES):
        for start in range(0, len(page), _AT_ONCE):
            chunk = page[start : start + _AT_ONCE]
            shared = await asyncio.gather(*(_add_permissions(reading, content) for content in chunk))
            await reading.record("image", shared, add_ancestry)


async def read_instances(reading: Reading) -> None:
    """Instances, and the images of others, or no longer there, that they run."""
    used: set[str] = set()
    async for page in reading.pages(questions.INSTANCES):
        instances = list(flatten_page(questions.INSTANCES.member, page))
        used.update(image_id for each in instances if (image_id := Fields(each).text("imageId")))
        await reading.record("instance", instances)
    known: dict[str, JsonObject] = {}
    async for page in reading.pages(questions.INSTANCE_IMAGES):
        for entry in page:
            content = Fields(entry).child("imageMetadata")
            image_id = content.text("imageId")
            if image_id:
                known[image_id] = dict(_to_object(entry, "ImageMetadata"))
    wanted = sorted(used | known.keys())
    for start in range(0, len(wanted), _IDS_A_CALL):
        await _read_used_images(reading, wanted[start : start + _IDS_A_CALL], known)


async def read_snapshots(reading: Reading) -> None:
    """Own snapshots."""
    async for page in reading.pages(questions.SNAPSHOTS):
        await reading.record("snapshot", page)


async def read_volumes(reading: Reading) -> None:
    """Volumes; their answer does not name the account."""
    async for page in reading.pages(questions.VOLUMES):
        await reading.record("volume", [{**entry, "OwnerId": reading.account_id} for entry in page])


async def read_imports(reading: Reading) -> None:
    """Imports of images and snapshots, after the images that they made."""
    for question in (questions.IMAGE_IMPORTS, questions.SNAPSHOT_IMPORTS):
        async for page in reading.pages(question):
            await reading.record("import-task", page)


async def read_stored_images(reading: Reading) -> None:
    """Objects in S3 that hold images."""
    async for page in reading.pages(questions.STORE_TASKS):
        await reading.record_stored(page)


async def read_recycle_bin(reading: Reading) -> None:
    """Images that are deregistered and could still come back."""
    async for page in reading.pages(questions.RECYCLE_BIN):
        binned = [
            {
                **_only(entry, "ImageId", "Name", "Description"),
                "State": "deregistered",
                "OwnerId": reading.account_id,
            }
            for entry in page
        ]
        await reading.record("image", binned)


async def _add_permissions(reading: Reading, content: JsonObject) -> JsonObject:
    answer = await reading.ask(questions.LAUNCH_PERMISSIONS, ImageId=content["ImageId"])
    return content if answer is None else {**content, **_only(answer, "LaunchPermissions")}


async def _read_used_images(reading: Reading, image_ids: Sequence[str], known: dict[str, JsonObject]) -> None:
    wanted = [{"Name": "image-id", "Values": list(image_ids)}]
    visible: set[str] = set()
    question = questions.IMAGES_BY_ID
    async for page in reading.pages(question, Filters=wanted):
        others = [entry for entry in page if Fields(entry).account("ownerId") != reading.account_id]
        visible.update(image_id for entry in page if (image_id := Fields(entry).text("imageId")))
        await reading.record("image", others)
    rest = [known[image_id] for image_id in image_ids if image_id in known and image_id not in visible]
    await reading.record("image", rest)


def _to_object(entry: JsonObject, name: str) -> JsonObject:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _only(answer: JsonObject, *names: str) -> dict[str, object]:
    return {name: answer[name] for name in names if name in answer}

"""Images that leave EC2 for S3 and come back, and images that come from outside."""

from dataclasses import dataclass

from ami_lineage_local.sample.cloud.image_records import Recipe, descend, forget, give_tags, new_image
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import BEFORE_HISTORY, EXTERNAL_IMPORT, Image, Origin, Parent, Snapshot


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An object of S3 that holds an image."""

    bucket: str
    key: str
    image: Image


def store_image(stage: Stage, desk: Desk, image: Image) -> StoredImage:
    """CreateStoreImageTask: the object's key is the image's id."""
    stored = StoredImage(f"images-{desk.account_id}-{desk.region}", f"{image.image_id}.bin", image)
    image.stored_in.append((stored.bucket, stored.key))
    request = {"imageId": image.image_id, "bucket": stored.bucket}
    desk.call(stage, "CreateStoreImageTask", request, {"objectKey": stored.key})
    return stored


def restore_image(
    stage: Stage, desk: Desk, stored: StoredImage, recipe: Recipe, *, known: Parent | str
) -> Image:
    """CreateRestoreImageTask; `known` is the parent that the records prove, or why there is none."""
    image = new_image(stage, desk, recipe, "restore_image", stored.image.root_device)
    request: Json = {"bucket": stored.bucket, "objectKey": stored.key, "name": recipe.name}
    give_tags(request, image, recipe)
    desk.call(stage, "CreateRestoreImageTask", request, {"imageId": image.image_id})
    descend(image, stored.image)
    if isinstance(known, Parent):
        image.known_parents = (known,)
    else:
        image.terminal_reason = known
    return image


def import_image(
    stage: Stage, desk: Desk, recipe: Recipe, *, snapshot: Snapshot | None = None, end_seen: bool = True
) -> Image:
    """ImportImage, of a disk in S3 or a snapshot; `end_seen` says whether the record names the image."""
    image = new_image(stage, desk, recipe, "import_image", "/dev/sda1")
    image.name = None
    task = stage.names.resource("import-ami")
    disk: Json = {"format": "VMDK", "description": "root"}
    if snapshot is None:
        disk["userBucket"] = {"s3Bucket": f"vm-exports-{desk.account_id}", "s3Key": f"{recipe.name}.vmdk"}
    else:
        disk = {"snapshotId": snapshot.snapshot_id, "description": "root"}
    request: Json = {
        "description": f"import of {recipe.name}",
        "architecture": "x86_64",
        "diskContainer": {"items": [disk]},
        "platform": "Linux",
    }
    response: Json = {"importTaskId": task, "status": "active", "progress": "1", "statusMessage": "pending"}
    if end_seen:
        response["imageId"] = image.image_id
    desk.call(stage, "ImportImage", request, response)
    image.description = request["description"] if end_seen else None
    if not end_seen:
        forget(image)
        image.terminal_reason = BEFORE_HISTORY
    elif snapshot is None:
        image.terminal_reason = EXTERNAL_IMPORT
    if snapshot is not None:
        descend(image, snapshot.actual)
        if end_seen and snapshot.known.image is not None:
            image.known_parents = (Parent(snapshot.known.image, "import_image", "reconstructed"),)
        elif end_seen:
            image.terminal_reason = snapshot.known.reason
    return image


def import_snapshot(stage: Stage, desk: Desk, *, end_seen: bool) -> Snapshot:
    """ImportSnapshot of a disk in S3; `end_seen` says whether the record names the snapshot."""
    snapshot_id = stage.names.resource("snap")
    bucket = {"s3Bucket": f"vm-exports-{desk.account_id}", "s3Key": "disk.raw"}
    container = {"format": "RAW", "description": "disk", "userBucket": bucket}
    request: Json = {"description": "imported disk", "diskContainer": container}
    detail: Json = {"description": "imported disk", "format": "RAW", "status": "active", "userBucket": bucket}
    if end_seen:
        detail["snapshotId"] = snapshot_id
    response = {"importTaskId": stage.names.resource("import-snap"), "snapshotTaskDetail": detail}
    desk.call(stage, "ImportSnapshot", request, response)
    reason = EXTERNAL_IMPORT if end_seen else BEFORE_HISTORY
    return Snapshot(snapshot_id, desk.region, desk.account_id, 8, None, Origin.lost(reason))

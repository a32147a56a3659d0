"""Making and ending images."""

from ami_lineage_local.sample.cloud import notices
from ami_lineage_local.sample.cloud.image_records import TOLD, Recipe, descend, forget, give_tags, new_image
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    BEFORE_HISTORY,
    EXTERNAL_IMPORT,
    MISSING_EVENT,
    Image,
    Instance,
    Parent,
    Snapshot,
)


def create_image(stage: Stage, desk: Desk, instance: Instance, recipe: Recipe) -> Image:
    """CreateImage: the parent is what the instance's root runs now."""
    image = new_image(stage, desk, recipe, "create_image", instance.root_device)
    request: Json = {
        "instanceId": instance.instance_id,
        "name": recipe.name,
        "description": f"built from {instance.image.image_id}",
        "noReboot": False,
        "blockDeviceMapping": {
            "items": [
                {
                    "deviceName": instance.root_device,
                    "ebs": {"volumeSize": instance.root.size, "deleteOnTermination": True},
                }
            ]
        },
    }
    image.description = request["description"]
    give_tags(request, image, recipe)
    desk.call(stage, "CreateImage", request, {"imageId": image.image_id})
    descend(image, instance.root.actual)
    if instance.known.image is not None:
        image.known_parents = (Parent(instance.known.image, "create_image", instance.confidence),)
    else:
        image.terminal_reason = instance.known.reason
    return image


def copy_image(stage: Stage, desk: Desk, source: Image, recipe: Recipe, *, corrected: bool = False) -> Image:
    """CopyImage, recorded in the destination Region and the copier's account; perhaps only by a correction."""
    image = new_image(stage, desk, recipe, "copy_image", source.root_device)
    request: Json = {
        "sourceRegion": source.region,
        "sourceImageId": source.image_id,
        "name": recipe.name,
        "description": f"copy of {source.image_id} from {source.region}",
        "encrypted": False,
        "clientToken": stage.names.uuid(),
    }
    image.description = request["description"]
    give_tags(request, image, recipe)
    call = desk.corrected_call if corrected else desk.call
    call(stage, "CopyImage", request, {"imageId": image.image_id})
    descend(image, source)
    image.known_parents = (Parent(source, "copy_image", "recorded"),)
    return image


def register_image(
    stage: Stage, desk: Desk, snapshots: list[Snapshot], recipe: Recipe, *, described: Image | None = None
) -> Image:
    """RegisterImage from snapshots, the root first; further volumes may add further parents.

    `described` is the image that the root's description names, which counts where no record proves anything.
    """
    image = new_image(stage, desk, recipe, "register_snapshot", "/dev/xvda")
    devices = [image.root_device, *(f"/dev/sd{letter}" for letter in "fghij")]
    mapping = [
        {
            "deviceName": device,
            "ebs": {
                "snapshotId": snapshot.snapshot_id,
                "volumeSize": snapshot.size,
                "deleteOnTermination": True,
                "volumeType": "gp3",
            },
        }
        for device, snapshot in zip(devices, snapshots, strict=False)
    ]
    stage.rng.shuffle(mapping)  # the root is named by rootDeviceName, not by its place
    request: Json = {
        "name": recipe.name,
        "architecture": "x86_64",
        "rootDeviceName": image.root_device,
        "blockDeviceMapping": {"items": mapping},
        "sriovNetSupport": "simple",
        "enaSupport": True,
    }
    give_tags(request, image, recipe)
    desk.call(stage, "RegisterImage", request, {"imageId": image.image_id})
    descend(image, *(snapshot.actual for snapshot in snapshots))
    found = dict.fromkeys(each.known.image for each in snapshots if each.known.image is not None)
    image.known_parents = tuple(Parent(parent, "register_snapshot", "reconstructed") for parent in found)
    if not found and described is not None:
        image.known_parents = (Parent(described, "snapshot_description", "inferred"),)
    elif not found:
        image.terminal_reason = snapshots[0].known.reason
    return image


def register_manifest(stage: Stage, desk: Desk, recipe: Recipe) -> Image:
    """RegisterImage of an image whose bytes lie in S3: it comes from outside."""
    image = new_image(stage, desk, recipe, "register_manifest", "/dev/sda1")
    request: Json = {
        "name": recipe.name,
        "imageLocation": f"images-{desk.account_id}/{recipe.name}/image.manifest.xml",
        "architecture": "x86_64",
        "virtualizationType": "hvm",
    }
    give_tags(request, image, recipe)
    desk.call(stage, "RegisterImage", request, {"imageId": image.image_id})
    image.terminal_reason = EXTERNAL_IMPORT
    return image


def create_image_half_recorded(stage: Stage, desk: Desk, instance: Instance, recipe: Recipe) -> Image:
    """CreateImage whose parameters were too large: the record has the image and not its instance."""
    image = new_image(stage, desk, recipe, "create_image", instance.root_device)
    desk.half_call(stage, "CreateImage", {"imageId": image.image_id})
    image.name = None
    descend(image, instance.root.actual)
    image.terminal_reason = MISSING_EVENT
    return image


def hollow_image(stage: Stage, desk: Desk, operation: str, source: Image, recipe: Recipe) -> Image:
    """An image whose creation is in the trail, but without its parameters and its id."""
    method = {"CreateImage": "create_image", "CopyImage": "copy_image", "RegisterImage": "register_snapshot"}
    image = new_image(stage, desk, recipe, method[operation], source.root_device)
    forget(image)
    image.terminal_reason = BEFORE_HISTORY
    desk.hollow_call(stage, operation)
    descend(image, source)
    return image


def deregister_image(stage: Stage, desk: Desk, image: Image, *, with_snapshots: bool = False) -> None:
    """Deregister; instances that run the image keep running."""
    request: Json = {"imageId": image.image_id}
    if with_snapshots:
        request["deleteAssociatedSnapshots"] = True
    desk.call(stage, "DeregisterImage", request, {"_return": True})
    image.state = "deregistered"
    image.tell(image.state, stage.now)
    if stage.rng.random() < TOLD:
        stage.start(notices.tell_state(stage, image, "deregistered"), 2)

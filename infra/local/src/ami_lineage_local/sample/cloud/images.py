"""Making and ending images."""

from dataclasses import dataclass

from ami_lineage_local.sample.cloud.stage import Desk, Stage, tag_specifications
from ami_lineage_local.sample.recorder import Json
from ami_lineage_local.sample.world import (
    BEFORE_HISTORY,
    EXTERNAL_IMPORT,
    Image,
    Instance,
    Parent,
    Snapshot,
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the maker of an image decides: its name, tags given at creation, and why the sample has it."""

    name: str
    scenario: str
    tags: tuple[tuple[str, str], ...] = ()


def create_image(stage: Stage, desk: Desk, instance: Instance, recipe: Recipe) -> Image:
    """CreateImage: the parent is what the instance's root runs now."""
    image = _new_image(stage, desk, recipe, "create_image", instance.root_device)
    request: Json = {
        "instanceId": instance.instance_id,
        "name": recipe.name,
        "description": f"built from {instance.image.name}"[:255],
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
    _give_tags(request, image, recipe)
    desk.call(stage, "CreateImage", request, {"imageId": image.image_id})
    _descend(image, instance.root.actual)
    if instance.known.image is not None:
        image.known_parents = (Parent(instance.known.image, "create_image", instance.confidence),)
    else:
        image.terminal_reason = instance.known.reason
    return image


def copy_image(stage: Stage, desk: Desk, source: Image, recipe: Recipe) -> Image:
    """CopyImage, recorded in the destination Region and the copier's account."""
    image = _new_image(stage, desk, recipe, "copy_image", source.root_device)
    request: Json = {
        "sourceRegion": source.region,
        "sourceImageId": source.image_id,
        "name": recipe.name,
        "description": f"copy of {source.image_id} from {source.region}",
        "encrypted": False,
        "clientToken": stage.names.uuid(),
    }
    _give_tags(request, image, recipe)
    desk.call(stage, "CopyImage", request, {"imageId": image.image_id})
    _descend(image, source)
    image.known_parents = (Parent(source, "copy_image", "recorded"),)
    return image


def register_image(stage: Stage, desk: Desk, snapshots: list[Snapshot], recipe: Recipe) -> Image:
    """RegisterImage from snapshots, the root first; further volumes may add further parents."""
    image = _new_image(stage, desk, recipe, "register_snapshot", "/dev/xvda")
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
    _give_tags(request, image, recipe)
    desk.call(stage, "RegisterImage", request, {"imageId": image.image_id})
    _descend(image, *(snapshot.actual for snapshot in snapshots))
    found = dict.fromkeys(each.known.image for each in snapshots if each.known.image is not None)
    image.known_parents = tuple(Parent(parent, "register_snapshot", "reconstructed") for parent in found)
    if not found:
        image.terminal_reason = snapshots[0].known.reason
    return image


def register_manifest(stage: Stage, desk: Desk, recipe: Recipe) -> Image:
    """RegisterImage of an image whose bytes lie in S3: it comes from outside."""
    image = _new_image(stage, desk, recipe, "register_manifest", "/dev/sda1")
    request: Json = {
        "name": recipe.name,
        "imageLocation": f"images-{desk.account_id}/{recipe.name}/image.manifest.xml",
        "architecture": "x86_64",
        "virtualizationType": "hvm",
    }
    _give_tags(request, image, recipe)
    desk.call(stage, "RegisterImage", request, {"imageId": image.image_id})
    image.terminal_reason = EXTERNAL_IMPORT
    return image


def hollow_image(stage: Stage, desk: Desk, operation: str, source: Image, recipe: Recipe) -> Image:
    """An image whose creation is in the trail, but without its parameters and its id."""
    method = {"CreateImage": "create_image", "CopyImage": "copy_image", "RegisterImage": "register_snapshot"}
    image = _new_image(stage, desk, recipe, method[operation], source.root_device)
    image.recorded = False
    image.terminal_reason = BEFORE_HISTORY
    desk.hollow_call(stage, operation)
    _descend(image, source)
    return image


def public_image(stage: Stage, region: str) -> Image:
    """A publisher's image that no record of the organization creates."""
    publisher, name, root_device = stage.rng.choice(_PUBLIC)
    image = Image(
        image_id=stage.names.resource("ami"),
        region=region,
        account_id=publisher,
        name=name,
        method=None,
        scenario="public_root",
        root_device=root_device,
        recorded=False,
        terminal_reason=BEFORE_HISTORY,
    )
    stage.world.images.append(image)
    return image


def deregister_image(stage: Stage, desk: Desk, image: Image, *, with_snapshots: bool = False) -> None:
    """Deregister; instances that run the image keep running."""
    request: Json = {"imageId": image.image_id}
    if with_snapshots:
        request["deleteAssociatedSnapshots"] = True
    desk.call(stage, "DeregisterImage", request, {"_return": True})
    image.state = "deregistered"


_PUBLIC = (
    ("137112412989", "al2023-ami-2023.9.20261027.0-kernel-6.1-x86_64", "/dev/xvda"),
    ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-jammy-22.04-amd64-server-20261015", "/dev/sda1"),
    ("309956199498", "RHEL-9.6.0_HVM-20261002-x86_64-0-Hourly2-GP3", "/dev/sda1"),
    ("801119661308", "Windows_Server-2022-English-Full-Base-2026.10.14", "/dev/sda1"),
)


def _new_image(stage: Stage, desk: Desk, recipe: Recipe, method: str, root_device: str) -> Image:
    image = Image(
        image_id=stage.names.resource("ami"),
        region=desk.region,
        account_id=desk.account_id,
        name=recipe.name,
        method=method,
        scenario=recipe.scenario,
        root_device=root_device,
        recorded=True,
        created_at=stage.now,
        created_by=desk.caller.arn,
    )
    stage.world.images.append(image)
    return image


def _give_tags(request: Json, image: Image, recipe: Recipe) -> None:
    """Tags of the image itself; those of its snapshots go beside them and are not the image's."""
    if recipe.tags:
        image.tags = dict(recipe.tags)
        request["tagSpecificationSet"] = tag_specifications(
            ("snapshot", {"CreatedFor": recipe.name}), ("image", image.tags)
        )


def _descend(image: Image, *parents: Image | None) -> None:
    image.actual_parents = tuple(dict.fromkeys(parent for parent in parents if parent is not None))
    image.depth = max((parent.depth + 1 for parent in image.actual_parents), default=0)

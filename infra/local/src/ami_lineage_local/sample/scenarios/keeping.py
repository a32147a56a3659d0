"""What owners and recipients do to an image that is there: disable, deprecate, protect, mark, recover, give back."""

from ami_lineage_local.sample.cloud import lifecycle, notices
from ami_lineage_local.sample.cloud.attributes import (
    cancel_permission,
    require_imds,
    reset_permissions,
    share,
    share_for_a_moment,
)
from ami_lineage_local.sample.cloud.images import deregister_image
from ami_lineage_local.sample.cloud.moving import store_image
from ami_lineage_local.sample.cloud.stage import Desk, Stage
from ami_lineage_local.sample.simulation import Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

_DAY = 86_400
_STRANGER = "888877776666"


def disable(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Disabled for good; it was shared before."""
    desk = tree.owner_desk(image)
    share(stage, desk, image, ("account", _STRANGER))
    yield stage.pause()
    lifecycle.disable(stage, desk, image)


def disable_and_enable(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Disabled and enabled again: the sharing does not come back."""
    desk = tree.owner_desk(image)
    share(stage, desk, image, ("account", _STRANGER))
    yield stage.pause()
    lifecycle.disable(stage, desk, image)
    yield stage.pause()
    lifecycle.enable(stage, desk, image)


def recover(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Deregistered by mistake and brought back from the recycle bin."""
    desk = tree.owner_desk(image)
    deregister_image(stage, desk, image)
    yield stage.pause()
    lifecycle.recover(stage, desk, image)


def deprecate(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Deprecated from a day to come."""
    lifecycle.deprecate(stage, tree.owner_desk(image), image, stage.now + 30 * _DAY)
    yield stage.pause()


def deprecate_and_cancel(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Deprecated, then not."""
    desk = tree.owner_desk(image)
    lifecycle.deprecate(stage, desk, image, stage.now + 90 * _DAY)
    yield stage.pause()
    lifecycle.cancel_deprecation(stage, desk, image)


def protect(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Protected from being deregistered."""
    lifecycle.protect(stage, tree.owner_desk(image), image)
    yield stage.pause()


def protect_and_release(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Protected, then not."""
    desk = tree.owner_desk(image)
    lifecycle.protect(stage, desk, image)
    yield stage.pause()
    lifecycle.unprotect(stage, desk, image)


def watermark(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Marked twice; one mark is taken off again."""
    desk = tree.owner_desk(image)
    lifecycle.attach_watermark(stage, desk, image, "approved")
    yield stage.pause()
    second = lifecycle.attach_watermark(stage, desk, image, "beta")
    yield stage.pause()
    lifecycle.detach_watermark(stage, desk, image, second)


def cancelled_by_recipient(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """A team is given the image and gives it up."""
    teams = [each.account_id for each in stage.organization.teams if each.account_id != image.account_id]
    taker = stage.rng.choice(teams or [stage.organization.golden.account_id])
    if ("account", taker) not in image.shared_with:
        share(stage, tree.owner_desk(image), image, ("account", taker))
        yield stage.pause()
    person = Desk(taker, image.region, stage.callers.person(taker, stage.now))
    cancel_permission(stage, person, image)
    yield stage.pause()


def reset_sharing(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Shared with a stranger; then all permissions are reset."""
    desk = tree.owner_desk(image)
    share(stage, desk, image, ("account", _STRANGER))
    yield stage.pause()
    reset_permissions(stage, desk, image)


def share_within_a_second(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Shared with a stranger and taken back in one second: nobody can tell how it ended."""
    share_for_a_moment(stage, tree.owner_desk(image), image, ("account", "777766665555"))
    yield stage.pause()


def metadata_service(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """An attribute that has no meaning for lineage changes."""
    require_imds(stage, tree.owner_desk(image), image)
    yield stage.pause()


def store(stage: Stage, tree: Tree, image: Image) -> Work[None]:
    """Stored in S3 and never restored."""
    store_image(stage, tree.owner_desk(image), image)
    yield stage.pause()


def fail(stage: Stage, _: Tree, image: Image) -> Work[None]:
    """EC2 says that a new image failed, unless it has said already that it is available."""
    if image.known_state == "pending":
        image.state = "failed"
        yield from notices.tell_state(stage, image, "failed", "The snapshot is damaged")
        stage.world.mechanisms["failed_image"] += 1
    yield stage.pause()

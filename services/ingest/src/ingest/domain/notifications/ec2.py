"""State changes of images and instances, as EC2 tells them."""

from typing import Final

from ami_lineage_contracts.events.image import ImageStateChanged
from ami_lineage_contracts.events.instance import InstanceStateChanged
from ingest.domain.call import Fact, find_id
from ingest.domain.notifications.notification import Notice, Notification


def read_image_state(event: Notification) -> list[Fact]:
    """EC2 AMI State Change."""
    image_id, state = find_id("image", event.detail, "imageId"), event.detail.text("state")
    if image_id is None or state is None:
        return []
    changed = ImageStateChanged(state=state, reason=event.detail.text("errorMessage"))
    return [Fact("image.state_changed", event.stream("image", image_id), changed)]


def read_instance_state(event: Notification) -> list[Fact]:
    """EC2 Instance State-change Notification."""
    instance_id = find_id("instance", event.detail, "instance-id", "instance_id", "instanceId")
    state = event.detail.text("state")
    if instance_id is None or state is None:
        return []
    changed = InstanceStateChanged(state=state)
    return [Fact("instance.state_changed", event.stream("instance", instance_id), changed)]


EC2_NOTICES: Final = (
    Notice("aws.ec2", "EC2 AMI State Change", read_image_state),
    Notice("aws.ec2", "EC2 Instance State-change Notification", read_instance_state),
)

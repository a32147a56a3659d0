"""Events of an instance stream."""

from typing import Literal

from pydantic import Field

from ami_lineage_contracts.events.payload import Attachment, ImageReference, Payload, TemplateReference
from ami_lineage_contracts.times import UtcDatetime


class InstanceLaunched(Payload):
    """RunInstances gave this instance; read from the response, never from the request (AWS_FACTS 2.3)."""

    owner_account_id: str | None = None
    image_id: str | None = None
    instance_type: str | None = None
    launched_at: UtcDatetime | None = None
    state: str | None = None
    availability_zone: str | None = None
    subnet_id: str | None = None
    vpc_id: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None
    root_device_name: str | None = None
    root_device_type: str | None = None
    instance_profile: str | None = None
    launch_template_id: str | None = None
    launch_template_version: str | None = None
    auto_scaling_group: str | None = None
    reservation_id: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)


class InstanceFleetLaunched(Payload):
    """A fleet or a Spot request answered with this instance; its launch itself is told by RunInstances."""

    operation: Literal["create_fleet", "request_spot_instances"]
    owner_account_id: str | None = None
    fleet_id: str | None = None
    template: TemplateReference | None = None
    image: ImageReference | None = None
    instance_type: str | None = None


class InstanceGroupChanged(Payload):
    """The instance came to an auto scaling group (its name), or left its group (None)."""

    auto_scaling_group: str | None = None


class InstanceRootVolumeReplaced(Payload):
    """CreateReplaceRootVolumeTask was accepted.

    With `image_id` the instance runs that image from here on (AWS_FACTS 1.7); with `snapshot_id` or `volume_id`
    what these hold; with none its root is as it was launched.
    """

    task_id: str | None = None
    image_id: str | None = None
    snapshot_id: str | None = None
    volume_id: str | None = None


class InstanceStateChanged(Payload):
    """The instance went to another state (Start, Stop, Terminate, or EC2's notification)."""

    state: str
    previous_state: str | None = None


class InstanceVolumeAttached(Payload):
    """A volume came to the instance; the same fact stands on the volume's stream."""

    volume_id: str
    device_name: str | None = None


class InstanceVolumeDetached(Payload):
    """A volume left the instance; the same fact stands on the volume's stream."""

    volume_id: str
    device_name: str | None = None


class InstanceObserved(Payload):
    """What DescribeInstances said. `root_volume_id` is the volume at the root device at that time."""

    owner_account_id: str | None = None
    image_id: str | None = None
    state: str | None = None
    instance_type: str | None = None
    launched_at: UtcDatetime | None = None
    availability_zone: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None
    root_device_name: str | None = None
    root_volume_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    instance_profile: str | None = None
    launch_template_id: str | None = None
    launch_template_version: str | None = None
    auto_scaling_group: str | None = None
    tags: dict[str, str] | None = None

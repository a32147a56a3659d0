"""Fleets and Spot requests: what their answers name; the launches themselves come as RunInstances (AWS_FACTS 2.3)."""

from ami_lineage_contracts.events.instance import InstanceFleetLaunched
from ingest.domain.call import Call, Fact, find_id, find_kind
from ingest.domain.decoding import Fields, to_text
from ingest.domain.operations.references import find_image_reference, find_template_reference


def create_fleet(call: Call) -> list[Fact]:
    """CreateFleet: the instances that an instant fleet answers with."""
    fleet_id = call.response.text("fleetId")
    facts: list[Fact] = []
    for entry in _read_fleet_entries(call):
        chosen = entry.child("launchTemplateAndOverrides")
        overrides = chosen.child("overrides")
        launched = InstanceFleetLaunched(
            operation="create_fleet",
            owner_account_id=call.account_id,
            fleet_id=fleet_id,
            template=find_template_reference(chosen.child("launchTemplateSpecification")),
            image=find_image_reference(overrides.text("imageId"), call),
            instance_type=entry.text("instanceType") or overrides.text("instanceType"),
        )
        facts.extend(
            Fact("instance.fleet_launched", call.stream("instance", instance_id), launched)
            for instance_id in _read_instance_ids(entry)
        )
    return facts


def request_spot_instances(call: Call) -> list[Fact]:
    """RequestSpotInstances: the instances of requests that are fulfilled already."""
    facts: list[Fact] = []
    for entry in call.response.children("spotInstanceRequestSet", "spotInstanceRequests"):
        instance_id = find_id("instance", entry, "instanceId")
        if instance_id is None:
            continue
        specification = entry.child("launchSpecification") or call.request.child("launchSpecification")
        launched = InstanceFleetLaunched(
            operation="request_spot_instances",
            owner_account_id=call.account_id,
            image=find_image_reference(specification.text("imageId"), call),
            instance_type=specification.text("instanceType"),
        )
        facts.append(Fact("instance.fleet_launched", call.stream("instance", instance_id), launched))
    return facts


def request_spot_fleet(_call: Call) -> list[Fact]:
    """RequestSpotFleet: its answer is the id of the request alone (botocore: ec2)."""
    return []


def find_later_launch(call: Call) -> str | None:
    """Why an answer without instances is passed over."""
    named = call.response.children("spotInstanceRequestSet", "spotInstanceRequests")
    if any(find_id("instance", entry, "instanceId") for entry in named):
        return None
    if any(_read_instance_ids(entry) for entry in _read_fleet_entries(call)):
        return None
    return f"{call.operation} without instances in its answer: launches come as RunInstances"


def read_fleet_images(request: Fields) -> list[str]:
    """Images that a request for a fleet or for Spot instances names itself."""
    configuration = request.child("spotFleetRequestConfig") or request
    templates = configuration.children("launchTemplateConfigs", "launchTemplateConfigSet")
    places = [
        configuration.child("launchSpecification"),
        *configuration.children("launchSpecifications", "launchSpecificationsSet"),
        *(override for template in templates for override in template.children("overrides", "overridesSet")),
    ]
    found = (find_id("image", place, "imageId") for place in places)
    return list(dict.fromkeys(image_id for image_id in found if image_id is not None))


def _read_fleet_entries(call: Call) -> list[Fields]:
    return call.response.children("fleetInstanceSet", "instances")


def _read_instance_ids(entry: Fields) -> list[str]:
    found = (to_text(member) for member in entry.members("instanceIds", "instanceIdSet"))
    return [each for each in found if each is not None and find_kind(each) == "instance"]

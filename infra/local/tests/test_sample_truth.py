"""A reader that knows only the rules walks the records and must arrive at the truth that the generator wrote."""

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ami_lineage_local.sample import generate

Json = dict[str, Any]
USUAL_ROOTS = ("/dev/xvda", "/dev/sda1")
LATER = "9999"


def plain(value: Any) -> Any:
    """Either encoding as lowerCamel dictionaries, lists, and text."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return "true" if value is True else "false" if value is False else str(value)
    for key in ("items", "item", "content"):
        if key in value:
            inner = value[key]
            return plain(inner) if key == "content" else [plain(each) for each in as_list(inner)]
    return {key[0].lower() + key[1:]: plain(each) for key, each in value.items() if key != "tag"}


def as_list(value: Any) -> list[Any]:
    if value in (None, "", {}):
        return []
    return value if isinstance(value, list) else [value]


def body(part: Json | None, suffix: str) -> Json:
    if part and len(part) == 1 and next(iter(part)).endswith(suffix):
        part = next(iter(part.values()))
    found = plain(part or {})
    assert isinstance(found, dict)
    return found


class Reader:
    """Folds the successful EC2 records of a trail."""

    def __init__(self, folder: Path) -> None:
        self.launches: dict[str, Json] = {}
        self.states: dict[str, str] = {}
        self.images: dict[str, Json] = {}
        self.snapshots: dict[str, Json] = {}
        self.volumes: dict[str, str | None] = {}
        self.attachments: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        self.tags: dict[str, dict[str, str]] = defaultdict(dict)
        self.shares: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.gone: set[str] = set()
        records: dict[str, Json] = {}
        for path in folder.rglob("*.json.gz"):
            for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
                records[record["eventID"]] = record
        for record in sorted(records.values(), key=lambda each: each["eventTime"]):
            if record["eventSource"] == "ec2.amazonaws.com" and record.get("responseElements"):
                handler = getattr(self, f"on_{record['eventName']}", None)
                if handler:
                    request = body(record["requestParameters"], "Request")
                    handler(record, request, body(record["responseElements"], "Response"))

    def on_RunInstances(self, record: Json, _: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        for each in as_list(response["instancesSet"]):
            self.launches[each["instanceId"]] = {"region": record["awsRegion"], **each}
            self.states[each["instanceId"]] = "running"

    def on_TerminateInstances(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        for each in as_list(response["instancesSet"]):
            self.states[each["instanceId"]] = "terminated"

    def on_StopInstances(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        for each in as_list(response["instancesSet"]):
            self.states[each["instanceId"]] = "stopped"

    def _image(self, record: Json, request: Json, response: Json) -> None:
        image_id = response["imageId"]
        self.images[image_id] = {"record": record, "request": request}
        for each in as_list(request.get("tagSpecificationSet", request.get("tagSpecification"))):
            if each["resourceType"] == "image":
                for tag in as_list(each.get("tags", each.get("tag"))):
                    self.tags[image_id][tag["key"]] = tag["value"]

    on_CreateImage = on_CopyImage = on_RegisterImage = _image  # noqa: N815 - the operations' names

    def on_DeregisterImage(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        self.gone.add(request["imageId"])

    def on_CreateTags(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        for resource, tag in self._tagging(request):
            self.tags[resource][tag["key"]] = tag["value"]

    def on_DeleteTags(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        for resource, tag in self._tagging(request):
            if tag.get("value", self.tags[resource].get(tag["key"])) == self.tags[resource].get(tag["key"]):
                self.tags[resource].pop(tag["key"], None)

    @staticmethod
    def _tagging(request: Json) -> list[tuple[str, Json]]:
        resources = as_list(request.get("resourcesSet", request.get("resourceId")))
        tags = as_list(request.get("tagSet", request.get("tagList", request.get("tag"))))
        ids = [each["resourceId"] if isinstance(each, dict) else each for each in resources]
        return [(resource, tag) for resource in ids for tag in tags]

    def on_ModifyImageAttribute(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        kinds = {
            "userId": "account",
            "group": "group",
            "organizationArn": "organization",
            "organizationalUnitArn": "organizational_unit",
        }
        permission = request.get("launchPermission", {})
        held = self.shares[request["imageId"]]
        for each in as_list(permission.get("add")):
            ((key, value),) = each.items()
            if (kinds[key], value) not in held:
                held.append((kinds[key], value))
        for each in as_list(permission.get("remove")):
            ((key, value),) = each.items()
            held.remove((kinds[key], value))

    def on_CreateVolume(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.volumes[response["volumeId"]] = response.get("snapshotId")

    def on_AttachVolume(self, record: Json, request: Json, _: Json) -> None:  # noqa: N802 - the operation's name
        entry = (record["eventTime"], request["device"], request["volumeId"])
        self.attachments[request["instanceId"]].append(entry)

    def on_CreateSnapshot(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.snapshots[response["snapshotId"]] = {"volume": response["volumeId"]}

    def on_CopySnapshot(self, _: Json, request: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.snapshots[response["snapshotId"]] = {"copy": request["sourceSnapshotId"]}

    def on_CreateSnapshots(self, record: Json, request: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        made = as_list(response["snapshotSet"])
        for each in made:
            self.snapshots[each["snapshotId"]] = {
                "volume": each["volumeId"],
                "instance": request["instanceSpecification"]["instanceId"],
                "alone": len(made) == 1,
                "at": record["eventTime"],
            }

    def root_of(self, instance: str, at: str) -> str | None:
        """The volume that was put at the root device by hand, if any."""
        named = self.launches.get(instance, {}).get("rootDeviceName")
        devices = (named,) if named else USUAL_ROOTS
        swaps = [
            volume for when, device, volume in self.attachments[instance] if when <= at and device in devices
        ]
        return swaps[-1] if swaps else None

    def runs(self, instance: str, at: str) -> tuple[str | None, str]:
        """The image that an instance runs, and the confidence or the reason why it is not known."""
        if instance not in self.launches:
            return None, "before_recorded_history"
        root = self.root_of(instance, at)
        if root is not None:
            image, reason = self.walk_volume(root)
            return image, "reconstructed" if image else reason
        launch = self.launches[instance]
        return f"image/aws/{launch['region']}/{launch['imageId']}", "recorded"

    def walk_volume(self, volume: str) -> tuple[str | None, str]:
        if volume not in self.volumes:
            return None, "missing_event"
        source = self.volumes[volume]
        return self.walk_snapshot(source) if source else (None, "direct_block_write")

    def walk_snapshot(self, snapshot: str) -> tuple[str | None, str]:
        fact = self.snapshots.get(snapshot)
        if fact is None:
            return None, "before_recorded_history"
        if "copy" in fact:
            return self.walk_snapshot(fact["copy"])
        instance = fact.get("instance")
        if instance and (fact["alone"] or self.root_of(instance, fact["at"]) == fact["volume"]):
            return self.runs(instance, fact["at"])
        return self.walk_volume(fact["volume"])

    def knowable(self, image_id: str) -> Json:
        """The parents of an image, or the reason why there is none."""
        if image_id not in self.images:
            return {"parents": [], "terminal_reason": "before_recorded_history"}
        record, request = self.images[image_id]["record"], self.images[image_id]["request"]
        if record["eventName"] == "CopyImage":
            parent = f"image/aws/{request['sourceRegion']}/{request['sourceImageId']}"
            return _known([(parent, "copy_image", "recorded")], None)
        if record["eventName"] == "CreateImage":
            image, outcome = self.runs(request["instanceId"], record["eventTime"])
            return _known([(image, "create_image", outcome)] if image else [], outcome)
        disks = as_list(request.get("blockDeviceMapping"))
        if not disks:
            return _known([], "external_import")
        walks = {each["deviceName"]: self.walk_snapshot(each["ebs"]["snapshotId"]) for each in disks}
        found = [(image, "register_snapshot", "reconstructed") for image, _ in walks.values() if image]
        return _known(found, walks[request["rootDeviceName"]][1])


def _known(parents: list[tuple[str, str, str]], reason: str | None) -> Json:
    entries = [
        {"image": image, "method": method, "confidence": how} for image, method, how in sorted(set(parents))
    ]
    return {"parents": entries, "terminal_reason": None if entries else reason}


@pytest.fixture(scope="module", params=[7, 8])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Json, Reader]:
    out = tmp_path_factory.mktemp("sample")
    generate(out, accounts=12, images=300, days=90, seed=request.param)
    return json.loads((out / "truth.json").read_text()), Reader(out)


def test_records_alone_lead_to_exactly_the_knowable_parents(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for stream_id, image in truth["images"].items():
        expected = image["knowable"]
        expected["parents"].sort(key=lambda each: each["image"])
        assert reader.knowable(image["image_id"]) == expected, (stream_id, image["scenario"])


def test_records_alone_tell_what_every_instance_runs(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for instance in truth["instances"].values():
        assert reader.runs(instance["instance_id"], LATER)[0] == instance["knowable_runs"]
        if instance["recorded"]:
            launch = reader.launches[instance["instance_id"]]
            assert instance["launched_from"] == f"image/aws/{instance['region']}/{launch['imageId']}"
            assert reader.states[instance["instance_id"]] == instance["state"]
    assert set(reader.launches) == {
        each["instance_id"] for each in truth["instances"].values() if each["recorded"]
    }


def test_tags_sharing_state_and_names_of_images_are_those_of_the_records(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    recorded = {each["image_id"]: each for each in truth["images"].values() if each["recorded"]}
    assert set(reader.images) == set(recorded)
    for image_id, image in recorded.items():
        record, request = reader.images[image_id]["record"], reader.images[image_id]["request"]
        assert image["name"] == request["name"]
        assert image["created_at"] == record["eventTime"]
        assert image["created_by"] == record["userIdentity"]["arn"]
        assert image["account_id"] == record["recipientAccountId"]
        assert image["tags"] == reader.tags[image_id]
        shared = sorted((each["kind"], each["value"]) for each in image["shared_with"])
        assert shared == sorted(reader.shares[image_id])
        assert image["public"] == (("group", "all") in shared)
        assert (image["state"] == "deregistered") == (image_id in reader.gone)


def test_every_parent_is_in_the_truth_and_no_image_descends_from_itself(sample: tuple[Json, Reader]) -> None:
    truth, _ = sample
    images = truth["images"]

    def depth(stream_id: str, below: tuple[str, ...] = ()) -> int:
        assert stream_id not in below
        parents = images[stream_id]["actual_parents"]
        return max((depth(each, (*below, stream_id)) + 1 for each in parents), default=0)

    depths = [depth(stream_id) for stream_id in images]
    assert 5 <= max(depths) <= 8
    for image in images.values():
        known = image["knowable"]
        assert all(each["image"] in images for each in known["parents"])
        assert bool(known["parents"]) != bool(known["terminal_reason"])
        # What can be proven is true: the records never prove a parent that is none.
        assert {each["image"] for each in known["parents"]} <= set(image["actual_parents"])
    for instance in truth["instances"].values():
        assert instance["launched_from"] in images
        assert instance["knowable_runs"] in (None, instance["actual_runs"])

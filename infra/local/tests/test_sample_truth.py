"""A reader that knows only the rules walks the records and must arrive at the truth that the generator wrote."""

import gzip
import json
import re
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


def partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def image_stream(region: str, image_id: str) -> str:
    return f"image/{partition(region)}/{region}/{image_id}"


class Reader:
    """Folds the successful EC2 records of a trail, and what EC2 tells beside it."""

    def __init__(self, folder: Path) -> None:
        self.launches: dict[str, Json] = {}
        self.states: dict[str, str] = {}
        self.images: dict[str, Json] = {}
        self.snapshots: dict[str, Json] = {}
        self.volumes: dict[str, str | None] = {}
        self.roots: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
        self.root_volumes: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        self.fleets: dict[str, Json] = {}
        self.stored: dict[tuple[str, str], str] = {}
        self.told_snapshots: dict[str, Json] = {}
        self.told_states: dict[str, str] = {}
        self.tags: dict[str, dict[str, str]] = defaultdict(dict)
        self.shares: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.gone: set[str] = set()
        self.ended: dict[str, str] = {}
        records: dict[str, Json] = {}
        for path in folder.rglob("*.json.gz"):
            for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
                original = record.get("addendum", {}).get("originalEventID", record["eventID"])
                if original not in records or "addendum" in record:
                    records[original] = record
        notices = [
            json.loads(line)
            for path in folder.rglob("*.jsonl.gz")
            for line in gzip.decompress(path.read_bytes()).splitlines()
        ]
        timed = [(each["eventTime"], each) for each in records.values()]
        timed += [(each["time"], each) for each in notices]
        for _, record in sorted(timed, key=lambda each: each[0]):
            if "detail-type" in record:
                self.on_notice(record)
            elif record["eventSource"] in ("ec2.amazonaws.com", "ebs.amazonaws.com") and record.get(
                "responseElements"
            ):
                handler = getattr(self, f"on_{record['eventName']}", None)
                if handler:
                    request = body(record["requestParameters"], "Request")
                    handler(record, request, body(record["responseElements"], "Response"))

    def on_notice(self, notice: Json) -> None:
        detail = notice["detail"]
        if "instance-id" in detail:
            self.states[detail["instance-id"]] = detail["state"]
            if detail["state"] == "terminated":
                self.ended.setdefault(detail["instance-id"], notice["time"])
        elif detail.get("event") in ("createSnapshot", "copySnapshot") and detail["result"] == "succeeded":
            source = detail["source"].rpartition("/")[2]
            kind = "volume" if source.startswith("vol-") else "copy"
            self.told_snapshots[detail["snapshot_id"].rpartition("/")[2]] = {kind: source}

    def on_RunInstances(self, record: Json, _: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        for each in as_list(response["instancesSet"]):
            self.launches[each["instanceId"]] = {"region": record["awsRegion"], **each}
            self.states[each["instanceId"]] = "pending"

    def _change(self, record: Json, _: Json, response: Json) -> None:
        for each in as_list(response["instancesSet"]):
            self.states[each["instanceId"]] = each["currentState"]["name"]
            if record["eventName"] == "TerminateInstances":
                self.ended[each["instanceId"]] = record["eventTime"]

    on_StartInstances = on_StopInstances = on_TerminateInstances = _change  # noqa: N815 - the operations' names

    def on_CreateFleet(self, record: Json, _: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        for entry in as_list(response["fleetInstanceSet"]):
            image_id = entry["launchTemplateAndOverrides"]["overrides"].get("imageId")
            for instance_id in as_list(entry["instanceIds"]):
                self.fleets[instance_id] = {"region": record["awsRegion"], "imageId": image_id}

    def on_CreateReplaceRootVolumeTask(self, record: Json, request: Json, _: Json) -> None:  # noqa: N802 - the operation's name
        kinds = [(kind, request[kind]) for kind in ("imageId", "snapshotId", "volumeId") if kind in request]
        self.roots[request["instanceId"]].append((record["eventTime"], *(kinds or [("launch", None)])[0]))

    def on_CreateStoreImageTask(self, record: Json, request: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        stream = image_stream(record["awsRegion"], request["imageId"])
        self.stored[request["bucket"], response["objectKey"]] = stream

    def on_StartSnapshot(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.snapshots[response["snapshotId"]] = {"reason": "direct_block_write"}

    def on_ImportSnapshot(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        snapshot_id = response["snapshotTaskDetail"].get("snapshotId")
        if snapshot_id:
            self.snapshots[snapshot_id] = {"reason": "external_import"}

    def on_ImportImage(self, record: Json, request: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        if "imageId" in response:
            self._image(record, request, response)

    def _image(self, record: Json, request: Json, response: Json) -> None:
        image_id = response["imageId"]
        self.images[image_id] = {"record": record, "request": request}
        for each in as_list(request.get("tagSpecificationSet", request.get("tagSpecification"))):
            if each["resourceType"] == "image":
                for tag in as_list(each.get("tags", each.get("tag"))):
                    self.tags[image_id][tag["key"]] = tag["value"]

    on_CreateImage = on_CopyImage = on_RegisterImage = on_CreateRestoreImageTask = _image  # noqa: N815 - the operations' names

    def on_DeregisterImage(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        self.gone.add(request["imageId"])

    def on_RestoreImageFromRecycleBin(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        self.gone.discard(request["imageId"])

    def on_DisableImage(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        self.shares[request["imageId"]].clear()

    def on_ResetImageAttribute(self, _: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        self.shares[request["imageId"]].clear()

    def on_CancelImageLaunchPermission(self, record: Json, request: Json, __: Json) -> None:  # noqa: N802 - the operation's name
        self.shares[request["imageId"]].remove(("account", record["recipientAccountId"]))

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
            if (kinds[key], value) in held:
                held.remove((kinds[key], value))

    def on_CreateVolume(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.volumes[response["volumeId"]] = response.get("snapshotId")

    def on_AttachVolume(self, record: Json, request: Json, _: Json) -> None:  # noqa: N802 - the operation's name
        if request["device"] in self.root_devices(request["instanceId"]):
            change = (record["eventTime"], "volumeId", request["volumeId"])
            self.roots[request["instanceId"]].append(change)
            self.root_volumes[request["instanceId"]].append((record["eventTime"], request["volumeId"]))

    def on_DetachVolume(self, record: Json, request: Json, _: Json) -> None:  # noqa: N802 - the operation's name
        if request["device"] in self.root_devices(request["instanceId"]):
            self.roots[request["instanceId"]].append((record["eventTime"], "nothing", None))

    def root_devices(self, instance: str) -> tuple[str, ...]:
        named = self.launches.get(instance, {}).get("rootDeviceName")
        return (named,) if named else USUAL_ROOTS

    def on_CreateSnapshot(self, _: Json, __: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.snapshots[response["snapshotId"]] = {"volume": response["volumeId"]}

    def on_CopySnapshot(self, _: Json, request: Json, response: Json) -> None:  # noqa: N802 - the operation's name
        self.snapshots[response["snapshotId"]] = {
            "copy": request["sourceSnapshotId"],
            "description": request.get("description", ""),
        }

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
        swaps = [volume for when, volume in self.root_volumes[instance] if when <= at]
        return swaps[-1] if swaps else None

    def launched(self, instance: str) -> tuple[str | None, str]:
        launch = self.launches.get(instance) or self.fleets.get(instance)
        if launch is None:
            return None, "before_recorded_history"
        if launch["imageId"] is None:
            return None, "missing_event"
        return image_stream(launch["region"], launch["imageId"]), "recorded"

    def runs(self, instance: str, at: str) -> tuple[str | None, str]:
        """The image that an instance runs, and the confidence or the reason why it is not known."""
        changes = [(kind, value) for when, kind, value in self.roots[instance] if when <= at]
        kind, value = changes[-1] if changes else ("launch", None)
        if kind == "launch" or value is None:
            return self.launched(instance) if kind == "launch" else (None, "missing_event")
        if kind == "imageId":
            return image_stream(self.launches[instance]["region"], value), "recorded"
        image, reason = self.walk_volume(value) if kind == "volumeId" else self.walk_snapshot(value)
        return image, "reconstructed" if image else reason

    def walk_volume(self, volume: str) -> tuple[str | None, str]:
        if volume not in self.volumes:
            return None, "missing_event"
        source = self.volumes[volume]
        return self.walk_snapshot(source) if source else (None, "direct_block_write")

    def walk_snapshot(self, snapshot: str) -> tuple[str | None, str]:
        fact = self.snapshots.get(snapshot) or self.told_snapshots.get(snapshot)
        if fact is None:
            return None, "before_recorded_history"
        if "reason" in fact:
            return None, fact["reason"]
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
        if not request:
            return _known([], "missing_event")
        if record["eventName"] == "CopyImage":
            parent = image_stream(request["sourceRegion"], request["sourceImageId"])
            return _known([(parent, "copy_image", "recorded")], None)
        if record["eventName"] == "CreateRestoreImageTask":
            return self.restored(record["awsRegion"], request)
        if record["eventName"] == "ImportImage":
            (disk,) = as_list(request["diskContainer"])
            image, reason = None, "external_import"
            if "snapshotId" in disk:
                image, reason = self.walk_snapshot(disk["snapshotId"])
            return _known([(image, "import_image", "reconstructed")] if image else [], reason)
        if record["eventName"] == "CreateImage":
            image, outcome = self.runs(request["instanceId"], record["eventTime"])
            return _known([(image, "create_image", outcome)] if image else [], outcome)
        disks = as_list(request.get("blockDeviceMapping"))
        if not disks:
            return _known([], "external_import")
        walks = {each["deviceName"]: self.walk_snapshot(each["ebs"]["snapshotId"]) for each in disks}
        found = [(image, "register_snapshot", "reconstructed") for image, _ in walks.values() if image]
        if not found:
            found = [each for disk in disks if (each := self.described(record, disk["ebs"]["snapshotId"]))]
        return _known(found, walks[request["rootDeviceName"]][1])

    def described(self, record: Json, snapshot: str) -> tuple[str, str, str] | None:
        """By what AWS writes into descriptions, where the image that it names is recorded here."""
        text = self.snapshots.get(snapshot, {}).get("description", "")
        named = re.fullmatch(r"Created by CreateImage\(i-[0-9a-f]+\) for (ami-[0-9a-f]+)", text)
        if not named or named[1] not in self.images:
            return None
        return image_stream(record["awsRegion"], named[1]), "snapshot_description", "inferred"

    def restored(self, region: str, request: Json) -> Json:
        """By the record of the storing; failing that, by the name of the object."""
        written = self.stored.get((request["bucket"], request["objectKey"]))
        if written:
            return _known([(written, "restore_image", "reconstructed")], None)
        stem = request["objectKey"].removesuffix(".bin")
        if not stem.startswith("ami-"):
            return _known([], "before_recorded_history")
        made = self.images.get(stem)
        if made and partition(made["record"]["awsRegion"]) == partition(region):
            return _known([(image_stream(region, stem), "restore_image", "inferred")], None)
        return _known([], "before_recorded_history")


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
        expected = {key: image["knowable"][key] for key in ("parents", "terminal_reason")}
        expected["parents"].sort(key=lambda each: each["image"])
        assert reader.knowable(image["image_id"]) == expected, (stream_id, image["scenario"])


def test_records_alone_tell_what_every_instance_runs(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for instance in truth["instances"].values():
        assert reader.runs(instance["instance_id"], LATER)[0] == instance["knowable_runs"]
        if instance["recorded"]:
            launch = reader.launches[instance["instance_id"]]
            assert instance["launched_from"] == image_stream(instance["region"], launch["imageId"])
            assert reader.states[instance["instance_id"]] == instance["knowable_state"]


def test_records_alone_tell_what_every_instance_ran_when(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    for instance in truth["instances"].values():
        for run in instance["runs"]:
            image, how = reader.runs(instance["instance_id"], run["from"])
            assert image == run["knowable"]
            assert how == (run["confidence"] or run["reason"])
            assert image in (None, run["actual"])
        begins = [run["from"] for run in instance["runs"]]
        assert begins == sorted(set(begins))
        if instance["runs"] and instance["knowable_state"] in ("shutting-down", "terminated"):
            assert instance["runs"][-1]["to"] == reader.ended[instance["instance_id"]]


def test_an_instance_is_launched_once(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    assert set(reader.launches) & set(reader.fleets)
    assert set(reader.fleets) - set(reader.launches)
    recorded = {each["instance_id"] for each in truth["instances"].values() if each["recorded"]}
    assert set(reader.launches) == recorded


def test_tags_sharing_state_and_names_of_images_are_those_of_the_records(sample: tuple[Json, Reader]) -> None:
    truth, reader = sample
    recorded = {each["image_id"]: each for each in truth["images"].values() if each["recorded"]}
    assert set(reader.images) == set(recorded)
    for image_id, image in recorded.items():
        record, request = reader.images[image_id]["record"], reader.images[image_id]["request"]
        assert image["name"] == request.get("name")
        assert image["created_at"] == record["eventTime"]
        assert image["created_by"] == record["userIdentity"]["arn"]
        assert image["account_id"] == record["recipientAccountId"]
        assert image["tags"] == reader.tags[image_id]
        disputed = {(each["kind"], each["value"]) for each in image["disputed"]}
        shared = {(each["kind"], each["value"]) for each in image["shared_with"]} - disputed
        assert shared == set(reader.shares[image_id]) - disputed
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

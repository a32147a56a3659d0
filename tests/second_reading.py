"""What the records of a trail say, read by a few lines that share no code with the product or the generator."""

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

Json = dict[str, Any]
USUAL_ROOTS = ("/dev/xvda", "/dev/sda1")


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


class Trail:
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

"""The parents and runs that the records of a trail prove: a second opinion, which knows only the rules."""

import re
from typing import Any

from second_reading import Trail, as_list, image_stream, partition

Json = dict[str, Any]


class Reader(Trail):
    """Walks through what the trail says."""

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

    def knowable(self, image_id: str) -> Json:  # noqa: PLR0911 - one way each to come into being
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
            return self.imported(request)
        if record["eventName"] == "CreateImage":
            image, outcome = self.runs(request["instanceId"], record["eventTime"])
            return _known([(image, "create_image", outcome)] if image else [], outcome)
        return self.registered(record, request)

    def imported(self, request: Json) -> Json:
        """From outside, or from what a snapshot holds."""
        (disk,) = as_list(request["diskContainer"])
        image, reason = None, "external_import"
        if "snapshotId" in disk:
            image, reason = self.walk_snapshot(disk["snapshotId"])
        return _known([(image, "import_image", "reconstructed")] if image else [], reason)

    def registered(self, record: Json, request: Json) -> Json:
        """From a manifest, or from what the snapshots hold."""
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

"""Why a record of an operation that is not in the registry gives no event.

A write that names images, snapshots or volumes is never dropped in silence: unless it is known to change nothing
that is kept here, it is ignored as not understood, with the ids, and counted apart.
"""

import re
from typing import Final

from ingest.domain.decoding import JsonObject, walk_texts
from ingest.domain.operations.operation import (
    AUTO_SCALING,
    EBS,
    EC2,
    IMAGE_BUILDER,
    SOURCES,
)
from ingest.domain.outcome import Normalised, ignore, reject
from ingest.domain.registry import OPERATION_NAMES

_NAMED_IDS: Final = re.compile(r"(?<![0-9A-Za-z-])(?:ami|snap|vol)-[0-9a-f]{4,17}(?![0-9A-Za-z])")
_READS: Final = ("Describe", "Get", "List", "Search", "Lookup")
_MOST_IDS: Final = 20
_OPERATION_NAME: Final = re.compile(r"[A-Za-z0-9]{1,100}", re.ASCII)
_EVENT_SOURCE: Final = re.compile(r"[a-z0-9.-]{1,60}\.amazonaws\.com", re.ASCII)

KNOWN_UNCONCERNED: Final = {
    (EC2, "ExportImage"): "writes a disk file outside EC2 and changes nothing in it",
    (EC2, "CreateInstanceExportTask"): "writes a disk file outside EC2 and changes nothing in it",
    (EC2, "LockSnapshot"): "keeps a snapshot from being deleted",
    (EC2, "UnlockSnapshot"): "lets a snapshot be deleted",
    (EC2, "ModifySnapshotTier"): "moves a snapshot to the archive",
    (EC2, "RestoreSnapshotTier"): "moves a snapshot out of the archive",
    (EC2, "EnableFastSnapshotRestores"): "changes how fast a volume of a snapshot is",
    (EC2, "DisableFastSnapshotRestores"): "changes how fast a volume of a snapshot is",
    (EC2, "EnableFastLaunch"): "changes how fast an image launches",
    (EC2, "DisableFastLaunch"): "changes how fast an image launches",
    (EC2, "ModifyVolume"): "changes the size and speed of a volume",
    (EC2, "ModifyVolumeAttribute"): "changes how a volume does input and output",
    (EC2, "EnableVolumeIO"): "changes how a volume does input and output",
    (EC2, "CreateImageUsageReport"): "asks who uses an image",
    (EC2, "DeleteImageUsageReport"): "asks who uses an image",
    (EC2, "ReplaceImageInstanceTypeSpecification"): "says for which instance types an image is meant",
    (EBS, "CompleteSnapshot"): "ends what StartSnapshot began",
    (EBS, "PutSnapshotBlock"): "writes what StartSnapshot began",
    (IMAGE_BUILDER, "CreateImage"): "builds an image that comes by CreateImage and CopyImage of EC2",
    (AUTO_SCALING, "TerminateInstanceInAutoScalingGroup"): "ends an instance by TerminateInstances of EC2",
}
"""Why each of these changes nothing that is kept here."""


def pass_over(record: JsonObject, source: object, name: object) -> Normalised:
    """The outcome of a record that the registry does not know."""
    if not isinstance(source, str) or not isinstance(name, str):
        return _pass_over_nameless(record)
    if source not in SOURCES:
        return ignore(_name_other_service(source, name))
    if record.get("readOnly") in (True, "true") or name.startswith(_READS):
        return ignore("a read")
    reason = KNOWN_UNCONCERNED.get((source, name))
    if reason is not None:
        return ignore(f"{_name_operation(source, name)}: {reason}")
    ids = find_named_ids(record)
    if ids:
        return ignore(f"not understood yet: {_name_operation(source, name)}", ids)
    return ignore("another EC2 operation" if source == EC2 else f"another operation of {source}")


def find_named_ids(record: JsonObject) -> tuple[str, ...]:
    """Images, snapshots and volumes that a record names anywhere."""
    found = {resource_id for text in walk_texts(record) for resource_id in _NAMED_IDS.findall(text)}
    return tuple(sorted(found)[:_MOST_IDS])


def _name_operation(source: str, name: str) -> str:
    plain = name if _OPERATION_NAME.fullmatch(name) else "an operation with an odd name"
    return plain if source == EC2 else f"{plain} of {source}"


def _name_other_service(source: str, name: str) -> str:
    if name in OPERATION_NAMES and _EVENT_SOURCE.fullmatch(source):
        return f"{name} of {source}"
    return "another service"


def _pass_over_nameless(record: JsonObject) -> Normalised:
    if "insightDetails" in record or record.get("eventCategory") == "Insight":
        return ignore("a CloudTrail Insights event")
    return reject("no CloudTrail record: eventSource or eventName is missing")

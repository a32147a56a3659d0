"""Writes what is really true, and what of it the records can prove."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.world import Image, Instance, World

Json = dict[str, Any]


def write_truth(path: Path, parameters: Mapping[str, Any], counts: Mapping[str, int], world: World) -> None:
    """Write the truth entry by entry, so that it is never held as one text."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f'{{"seed":{parameters["seed"]},\n"parameters":{json.dumps(parameters)},\n')
        stream.write(f'"counts":{json.dumps(counts)},\n"images":{{')
        stream.writelines(_entries((image.stream_id, _image(image)) for image in world.images))
        stream.write('},\n"instances":{')
        stream.writelines(_entries((each.stream_id, _instance(each)) for each in world.instances))
        stream.write("}}\n")


def _entries(pairs: Iterable[tuple[str, Json]]) -> Iterable[str]:
    separator = "\n"
    for key, value in pairs:
        yield f"{separator}{json.dumps(key)}:{json.dumps(value)}"
        separator = ",\n"


def _image(image: Image) -> Json:
    return {
        "image_id": image.image_id,
        "region": image.region,
        "account_id": image.account_id,
        "name": image.name,
        "method": image.method,
        "scenario": image.scenario,
        "recorded": image.recorded,
        "created_at": None if image.created_at is None else iso(image.created_at),
        "created_by": image.created_by,
        "state": image.state,
        "tags": image.tags,
        "public": ("group", "all") in image.shared_with,
        "shared_with": [{"kind": kind, "value": value} for kind, value in image.shared_with],
        "actual_parents": [parent.stream_id for parent in image.actual_parents],
        "knowable": {
            "parents": [
                {"image": each.image.stream_id, "method": each.method, "confidence": each.confidence}
                for each in image.known_parents
            ],
            "terminal_reason": image.terminal_reason,
        },
    }


def _instance(instance: Instance) -> Json:
    return {
        "instance_id": instance.instance_id,
        "account_id": instance.account_id,
        "region": instance.region,
        "recorded": instance.recorded,
        "launched_from": instance.image.stream_id,
        "launched_at": iso(instance.launched_at),
        "state": instance.state,
        "knowable_runs": None if instance.known.image is None else instance.known.image.stream_id,
        "actual_runs": None if instance.root.actual is None else instance.root.actual.stream_id,
    }

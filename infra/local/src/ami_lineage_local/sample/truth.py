"""Writes what is really true, and what of it the records can prove: one JSON document, one entry a line."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from ami_lineage_local.sample.impact import list_impacts
from ami_lineage_local.sample.moments import Moments, describe_keeping
from ami_lineage_local.sample.names import iso
from ami_lineage_local.sample.references import Group, Parameter, Template
from ami_lineage_local.sample.world import Image, Instance, Snapshot, World

Json = dict[str, Any]


def write_truth(
    path: Path,
    parameters: Mapping[str, Any],
    counts: Mapping[str, int],
    operations: Counter[str],
    world: World,
    moments: Moments,
    rng: Random,
) -> None:
    """Write the truth entry by entry, so that it is never held as one text."""
    end = int(datetime.fromisoformat(parameters["end"]).timestamp())
    head = {
        "seed": parameters["seed"],
        "parameters": parameters,
        "counts": counts,
        "mechanisms": dict(sorted(world.mechanisms.items())),
        "operations": dict(sorted(operations.items())),
    }
    parts = (
        ("images", ((image.stream_id, _image(image)) for image in world.images)),
        ("instances", ((each.stream_id, _instance(each)) for each in world.instances)),
        ("groups", ((each.stream_id, _group(each)) for each in world.groups)),
        ("templates", ((each.stream_id, _template(each)) for each in world.templates)),
        ("ssm_parameters", ((each.stream_id, _parameter(each)) for each in world.parameters)),
        ("recipes", ((each.stream_id, {"parent": each.parent.stream_id}) for each in world.recipes)),
        ("snapshots", ((each.stream_id, _snapshot(each)) for each in world.snapshots)),
        ("impact", list_impacts(world, rng, end)),
    )
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("{")
        stream.writelines(f"{json.dumps(key)}:{json.dumps(value)},\n" for key, value in head.items())
        for name, pairs in parts:
            stream.write(f'"{name}":{{')
            stream.writelines(_entries(pairs))
            stream.write("},\n")
        stream.write('"moments":[')
        stream.write(",\n".join(json.dumps(each) for each in moments.seen))
        stream.write("]}\n")


def _entries(pairs: Iterable[tuple[str, Json]]) -> Iterable[str]:
    separator = "\n"
    for key, value in pairs:
        yield f"{separator}{json.dumps(key)}:{json.dumps(value)}"
        separator = ",\n"


def _image(image: Image) -> Json:
    keeping = describe_keeping(image)
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
        **keeping,
        "state": image.state,
        "stored_in": [{"bucket": bucket, "key": key} for bucket, key in image.stored_in],
        "actual_parents": [parent.stream_id for parent in image.actual_parents],
        "knowable": {
            "parents": [
                {"image": each.image.stream_id, "method": each.method, "confidence": each.confidence}
                for each in image.known_parents
            ],
            "terminal_reason": image.terminal_reason,
            "state": image.known_state,
        },
    }


def _instance(instance: Instance) -> Json:
    known = instance.runs[0].known.image if instance.runs else None
    return {
        "instance_id": instance.instance_id,
        "account_id": instance.account_id,
        "region": instance.region,
        "recorded": instance.recorded,
        "launched_from": instance.image.stream_id,
        "launched_at": iso(instance.launched_at),
        "auto_scaling_group": instance.group,
        "state": instance.state,
        "knowable_state": instance.known_state,
        "knowable_launched_from": None if known is None else known.stream_id,
        "knowable_runs": None if instance.known.image is None else instance.known.image.stream_id,
        "actual_runs": None if instance.root.actual is None else instance.root.actual.stream_id,
        "runs": [
            {
                "knowable": None if run.known.image is None else run.known.image.stream_id,
                "confidence": None if run.known.image is None else run.confidence,
                "reason": run.known.reason,
                "actual": None if run.actual is None else run.actual.stream_id,
                "from": iso(run.since),
                "to": None if run.until is None else iso(run.until),
            }
            for run in instance.runs
            if run.until is None or run.since < run.until
        ],
    }


def _group(group: Group) -> Json:
    means = group.means()
    known = {each.known_image.stream_id for each in means if each.known_image is not None}
    actual = {each.actual.stream_id for each in means if each.actual is not None}
    return {
        "name": group.name,
        "region": group.region,
        "account_id": group.account_id,
        "scenario": group.scenario,
        "deleted": group.deleted,
        "max_size": group.max_size,
        "actual_launches": sorted(actual),
        "knowable": {"launches": sorted(known), "unknown": any(not each.known for each in means)},
    }


def _template(template: Template) -> Json:
    return {
        "name": template.name,
        "default": template.default,
        "latest": template.latest,
        "versions": {
            number: f"parameter {source.name}"
            if isinstance(source, Parameter)
            else source and source.stream_id
            for number, source in template.versions.items()
        },
    }


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "actual_value": parameter.image.stream_id,
        "knowable_value": None,
        "version": 1,
        "labels": {"stable": 1},
    }


def _snapshot(snapshot: Snapshot) -> Json:
    return {
        "knowable_state": snapshot.known_state,
        "shared_with": sorted(snapshot.shared_with),
        "used_by": sorted(snapshot.used_by),
    }

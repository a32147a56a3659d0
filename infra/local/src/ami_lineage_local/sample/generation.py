"""Makes a sample: an organization, its trail, and the truth about it."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict

from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.errors import SampleParametersError
from ami_lineage_local.sample.growth import Growth
from ami_lineage_local.sample.identity import Callers
from ami_lineage_local.sample.moments import Moments
from ami_lineage_local.sample.names import Names
from ami_lineage_local.sample.organization import build_organization, write_organization
from ami_lineage_local.sample.recorder import Recorder
from ami_lineage_local.sample.simulation import Simulation
from ami_lineage_local.sample.truth import write_truth
from ami_lineage_local.sample.world import World
from ami_lineage_local.sample.writer import ArchiveWriter

DEFAULT_END = datetime(2026, 11, 20, tzinfo=UTC)
_DAY = 86_400
_MOMENTS = (0.31, 0.57, 0.83)


class SampleSummary(BaseModel):
    """What was written where; records = relevant + notices + noise + duplicates.

    `relevant` are calls of the operations about images, snapshots, volumes and instances, including `failed` and
    `hollow` ones; `images` also counts those that are only referred to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    out: Path
    files: int
    records: int
    relevant: int
    noise: int
    failed: int
    hollow: int
    partial: int
    corrections: int
    notices: int
    wrapped: int
    duplicates: int
    accounts: int
    images: int
    images_recorded: int
    instances: int
    instances_recorded: int
    groups: int


def generate(
    out: Path, *, accounts: int, images: int, days: int, seed: int, end: datetime | None = None
) -> SampleSummary:
    """Write a trail of `days` days before `end`, in which exactly `images` images are made, and its truth.

    The same arguments give the same bytes. Raises SampleParametersError for a number out of range, an `end`
    without a time zone, or a folder that already holds a sample.
    """
    last = DEFAULT_END if end is None else end
    _check(out, images, days, last)
    rng = Random(seed)  # noqa: S311 - a sample must be repeatable, not secret
    names = Names(rng)
    organization = build_organization(rng, names, accounts)
    out.mkdir(parents=True, exist_ok=True)
    write_organization(organization, out / "organization.csv")

    writer = ArchiveWriter(out, rng, names)
    recorder = Recorder(rng, names, writer)
    start = int(last.timestamp()) - days * _DAY
    callers = Callers(names, {account.account_id: name for name, account in organization.apart.items()})
    stage = Stage(rng, names, organization, callers, recorder, World(), now=start)
    simulation = Simulation(stage, end=int(last.timestamp()))
    stage.start = simulation.start
    moments = Moments(stage.world, rng)
    for share in _MOMENTS:
        simulation.watch(start + int(days * _DAY * share), moments.look)
    Growth(stage, simulation, days * _DAY).plant(images)
    simulation.run()
    writer.close()

    world = stage.world
    counts = recorder.counts.model_dump() | {
        "files": writer.files,
        "accounts": accounts,
        "images": len(world.images),
        "images_recorded": sum(image.recorded for image in world.images),
        "instances": len(world.instances),
        "instances_recorded": sum(instance.recorded for instance in world.instances),
        "groups": len(world.groups),
    }
    parameters = {"accounts": accounts, "images": images, "days": days, "seed": seed, "end": last.isoformat()}
    write_truth(out / "truth.json", parameters, counts, recorder.operations, world, moments, rng)
    return SampleSummary(out=out, **counts)


def _check(out: Path, images: int, days: int, end: datetime) -> None:
    if images < 1:
        raise SampleParametersError(f"images is {images}; give at least 1")
    if days < 1:
        raise SampleParametersError(f"days is {days}; give at least 1")
    if end.tzinfo is None:
        raise SampleParametersError("end has no time zone; give one, for example 2026-11-20T00:00:00Z")
    if (out / "AWSLogs").exists() or (out / "truth.json").exists():
        raise SampleParametersError(f"{out} already holds a sample; name an empty folder or remove it")

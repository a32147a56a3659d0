"""What is written where, how much of it, and that it repeats."""

import ast
import csv
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import ami_lineage_local.sample
from ami_lineage_local.sample import SampleParametersError, SampleSummary, generate

Json = dict[str, Any]
NAME = re.compile(r"(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8})T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz")


EVENT_NAME = re.compile(r"(\d{12})_EventBridge_([a-z0-9-]+)_(\d{8})T\d{4}Z_[A-Za-z0-9]{16}\.jsonl\.gz")


def notices(out: Path) -> list[tuple[Path, Json]]:
    return [
        (path, json.loads(line))
        for path in sorted(out.rglob("*.jsonl.gz"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]


def trail(out: Path) -> list[tuple[Path, Json]]:
    return [
        (path, record)
        for path in sorted(out.rglob("*.json.gz"))
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]


def digests(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


class Sample:
    def __init__(self, out: Path, summary: SampleSummary) -> None:
        self.out = out
        self.summary = summary
        self.truth: Json = json.loads((out / "truth.json").read_text())
        self.trail = trail(out)
        self.records = [record for _, record in self.trail]
        self.notices = notices(out)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    out = tmp_path_factory.mktemp("sample")
    return Sample(out, generate(out, accounts=12, images=300, days=90, seed=7))


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        generate(tmp_path / folder, accounts=5, images=40, days=10, seed=seed)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a") != digests(tmp_path / "c")


def test_files_lie_where_an_organization_trail_puts_them(sample: Sample) -> None:
    accounts = {row["account_id"] for row in organization(sample.out)}
    for path, record in sample.trail:
        named = NAME.fullmatch(path.name)
        assert named, path.name
        account_id, region, day = named.groups()
        folder = f"AWSLogs/o-exampleorgid/{account_id}/CloudTrail/{region}/{day[:4]}/{day[4:6]}/{day[6:]}"
        assert path.parent == sample.out / folder
        assert (record["recipientAccountId"], record["awsRegion"]) == (account_id, region)
        assert record["eventTime"].startswith(f"{day[:4]}-{day[4:6]}-{day[6:]}T")
        assert account_id in accounts
    for path, event in sample.notices:
        named = EVENT_NAME.fullmatch(path.name)
        assert named, path.name
        account_id, region, day = named.groups()
        assert path.parent == sample.out / f"EventBridge/{account_id}/{region}/{day[:4]}/{day[4:6]}/{day[6:]}"
        assert (event["account"], event["region"]) == (account_id, region)
        assert event["time"].startswith(f"{day[:4]}-{day[4:6]}-{day[6:]}T")
        assert account_id in accounts
    assert len({path for path, _ in (*sample.trail, *sample.notices)}) == sample.summary.files


def organization(out: Path) -> list[dict[str, str]]:
    with (out / "organization.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_organization_has_named_accounts_with_owners(sample: Sample) -> None:
    rows = organization(sample.out)
    assert len(rows) == 12 + 2, "and one account in each other partition"
    assert list(rows[0]) == ["account_id", "name", "ou_path", "owner", "contact"]
    assert len({row["name"] for row in rows}) == 14
    assert all(
        re.fullmatch(r"[0-9]{12}", row["account_id"]) and row["ou_path"].startswith(("Root/", "Apart/"))
        for row in rows
    )
    assert any(row["account_id"].startswith("0") for row in rows)
    assert all("@" in row["contact"] and row["owner"] for row in rows)


def test_counts_are_those_of_the_files(sample: Sample) -> None:
    counts = sample.truth["counts"]
    ids = Counter(record["eventID"] for record in sample.records)
    assert counts["records"] == len(sample.records) + len(sample.notices) == sample.summary.records
    parts = ("relevant", "notices", "noise", "duplicates")
    assert counts["records"] == sum(counts[part] for part in parts)
    assert counts["notices"] == len(sample.notices) > 0
    assert counts["corrections"] == sum("addendum" in record for record in sample.records) > 0
    assert counts["duplicates"] == len(sample.records) - len(ids) > 0
    assert counts["failed"] == sum("errorCode" in record for record in sample.records) > 0
    assert 0.5 < counts["noise"] / counts["records"] < 0.65
    assert counts["images"] == len(sample.truth["images"])
    assert counts["instances"] == len(sample.truth["instances"])
    assert counts["groups"] == len(sample.truth["groups"])
    assert sum(image["created_at"] is not None for image in sample.truth["images"].values()) == 300
    assert sample.truth["parameters"]["seed"] == sample.truth["seed"] == 7


def test_a_repeated_record_lies_in_two_files(sample: Sample) -> None:
    files: dict[str, set[Path]] = {}
    for path, record in sample.trail:
        files.setdefault(record["eventID"], set()).add(path)
    repeated = [event_id for event_id, n in Counter(r["eventID"] for r in sample.records).items() if n > 1]
    assert all(len(files[event_id]) == 2 for event_id in repeated)


@pytest.mark.parametrize("days", [1, 90])
def test_nothing_happens_outside_the_days(tmp_path: Path, days: int) -> None:
    end = datetime(2026, 3, 1, tzinfo=UTC)
    summary = generate(tmp_path / "s", accounts=3, images=60, days=days, seed=5, end=end)
    times = [datetime.fromisoformat(record["eventTime"]) for _, record in trail(tmp_path / "s")]
    times += [datetime.fromisoformat(event["time"]) for _, event in notices(tmp_path / "s")]
    assert all((end - each).total_seconds() <= days * 86_400 and each < end for each in times)
    truth = json.loads((tmp_path / "s" / "truth.json").read_text())
    assert sum(image["created_at"] is not None for image in truth["images"].values()) == 60
    assert summary.records == len(times)


@pytest.mark.parametrize("images", [1, 2, 3, 16, 33])
def test_exactly_as_many_images_are_made_as_asked(tmp_path: Path, images: int) -> None:
    generate(tmp_path / "s", accounts=3, images=images, days=1, seed=images)
    truth = json.loads((tmp_path / "s" / "truth.json").read_text())
    assert sum(image["created_at"] is not None for image in truth["images"].values()) == images


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"accounts": 2}, "accounts"),
        ({"images": 0}, "images"),
        ({"days": 0}, "days"),
        ({"end": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "end"),
    ],
)
def test_arguments_out_of_range_are_refused_by_name(tmp_path: Path, wrong: Json, named: str) -> None:
    arguments: Json = {"accounts": 3, "images": 1, "days": 1, "seed": 0} | wrong
    with pytest.raises(SampleParametersError, match=named):
        generate(tmp_path / "s", **arguments)
    assert not (tmp_path / "s").exists()


def test_a_folder_that_holds_a_sample_is_refused(tmp_path: Path) -> None:
    generate(tmp_path, accounts=3, images=1, days=1, seed=0)
    with pytest.raises(SampleParametersError, match="already holds a sample"):
        generate(tmp_path, accounts=3, images=1, days=1, seed=0)


def test_the_generator_shares_no_code_with_the_product() -> None:
    folder = Path(ami_lineage_local.sample.__file__).parent
    allowed = {"pydantic", "ami_lineage_local"} | sys.stdlib_module_names
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                assert module.partition(".")[0] in allowed, path
                assert not module.startswith("ami_lineage_local") or ".sample" in module, path


def test_two_thousand_images_take_less_than_fifteen_seconds_of_computing(tmp_path: Path) -> None:
    """Linear in the images: 20,000 take two and a half minutes at most."""
    started = time.process_time()
    generate(tmp_path / "s", accounts=20, images=2000, days=60, seed=1)
    assert time.process_time() - started < 15

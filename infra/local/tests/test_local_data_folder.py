"""What other programs read in a data folder."""

import json
import stat
from pathlib import Path

import pytest

from ami_lineage_contracts.topology import build_topology
from ami_lineage_local.endpoints import Endpoints
from ami_lineage_local.errors import LocalPlatformError, MixedDataError, UnusableFolderError
from ami_lineage_local.processes.data_lock import DataLock, is_locked
from ami_lineage_local.system.folder import DataFolder, PublishedEndpoints

ENDPOINTS = Endpoints(
    dynamodb="http://127.0.0.1:1",
    gremlin="ws://127.0.0.1:2/gremlin",
    events="http://127.0.0.1:3",
    sqs="http://127.0.0.1:3",
    aws="http://127.0.0.1:3",
    ec2="http://127.0.0.1:4",
    securityhub="http://127.0.0.1:4",
)
PUBLISHED = PublishedEndpoints.from_parts("http://127.0.0.1:5", ENDPOINTS, build_topology(), {"ingest": 7})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_published_endpoints_have_exactly_the_promised_keys(tmp_path: Path) -> None:
    DataFolder(tmp_path).publish(PUBLISHED)
    document = json.loads((tmp_path / "endpoints.json").read_text())
    assert set(document) == {
        *("api", "dynamodb", "gremlin", "events", "sqs", "ec2", "securityhub"),
        *("central_bus", "recorded_bus", "event_table", "pids"),
    }
    assert document["pids"] == {"ingest": 7}
    assert (tmp_path / "endpoint").read_text() == "http://127.0.0.1:5"


def test_published_endpoints_lead_back_to_the_servers(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.publish(PUBLISHED)
    assert folder.get_published().to_endpoints() == ENDPOINTS


def test_after_the_end_nobody_is_sent_to_a_dead_address(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.publish(PUBLISHED)
    folder.withdraw()
    assert not (tmp_path / "endpoint").exists()
    with pytest.raises(LocalPlatformError, match="still starting"):
        folder.get_published()


def test_only_its_user_reads_the_folder_and_the_key(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make_private()
    folder.keep_api_key("aml_key")
    assert (mode(folder.path), mode(folder.api_key)) == (0o700, 0o600)


def test_demo_and_own_data_never_share_a_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.claim("demo")
    folder.claim("demo")
    with pytest.raises(MixedDataError, match="holds the demo"):
        folder.claim("own")


def test_a_lock_is_seen_while_it_is_held_and_not_after(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with DataLock(tmp_path):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_folder_that_cannot_be_one_is_named_with_what_to_do(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("here already")
    path = tmp_path / "file" / below
    folder = DataFolder(path)

    assert folder.find_kind() is None
    assert not is_locked(path)
    with pytest.raises(UnusableFolderError, match="name another with --data-dir"):
        folder.make_private()
    with pytest.raises(UnusableFolderError, match="name another with --data-dir"), DataLock(path):
        pass

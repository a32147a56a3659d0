"""The demo's policy fits the demo's organization."""

import csv
from pathlib import Path

from ami_lineage_local.sample import generate
from ami_lineage_local.system.demo import ACCOUNTS, DAYS, IMAGES, POLICY_FILE, SEED
from lineage_policy.document import LineageVerificationRule, RequiredTagsRule
from lineage_policy.loading import load_policy


def test_the_policy_approves_the_account_that_bakes_the_golden_images(tmp_path: Path) -> None:
    generate(tmp_path, accounts=ACCOUNTS, images=IMAGES, days=DAYS, seed=SEED)
    with (tmp_path / "organization.csv").open(encoding="utf-8", newline="") as stream:
        (golden,) = [row["account_id"] for row in csv.DictReader(stream) if row["name"] == "golden-images"]

    tags, lineage = load_policy(POLICY_FILE.read_text(encoding="utf-8")).rules

    assert isinstance(tags, RequiredTagsRule)
    assert isinstance(lineage, LineageVerificationRule)
    assert lineage.parameters.approved_owners == (golden,)

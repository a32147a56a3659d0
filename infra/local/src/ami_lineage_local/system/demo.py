"""The demo organization: generated and imported once per data folder."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ami_lineage_local.processes.orphans import write_atomically
from ami_lineage_local.sample import generate
from ami_lineage_local.system.folder import DataFolder
from ami_lineage_local.system.services import INGEST, run_script

BANNER: Final = "Demo: a generated organization. Nothing on this page is real."
POLICY_FILE: Final = Path(__file__).with_name("demo_policy.yaml")
DEMO_VARIABLES: Final = {"AMI_LINEAGE_BANNER": BANNER, "AMI_LINEAGE_POLICY_FILE": str(POLICY_FILE)}
ACCOUNTS: Final = 12
IMAGES: Final = 300
DAYS: Final = 90
SEED: Final = 7


def import_demo(folder: DataFolder, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Brings the sample into the log unless that was done; an interrupted import is simply done again.

    The services need not run: graph-writer builds its graph from the log when it starts.

    Raises:
        LocalPlatformError: the import failed.
    """
    if folder.sample_imported.exists():
        return
    say("Making the demo organization (once, takes about a minute) ...")
    shutil.rmtree(folder.sample, ignore_errors=True)
    generate(folder.sample, accounts=ACCOUNTS, images=IMAGES, days=DAYS, seed=SEED)
    say("Importing its records ...")
    summary = run_script(INGEST, ("import", str(folder.sample), "--json"), environment)
    write_atomically(folder.sample_imported, summary.encode())

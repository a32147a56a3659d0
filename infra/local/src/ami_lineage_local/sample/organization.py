"""The accounts: one golden-image pipeline, a security account, a sandbox and application teams."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ami_lineage_local.sample.errors import SampleParametersError
from ami_lineage_local.sample.names import Names

ORGANIZATION_ID = "o-exampleorgid"
REGIONS = ("us-east-1", "eu-west-1", "us-west-2")
OTHER_PARTITIONS = {
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
FEWEST_ACCOUNTS = 3
MOST_ACCOUNTS = 5_000
_TEAMS = (
    "payments",
    "search",
    "checkout",
    "identity",
    "data-platform",
    "mobile",
    "logistics",
    "pricing",
    "ml",
    "crm",
)
_STAGES = ("prod", "staging", "dev")
_PEOPLE = (
    "Maria Keller",
    "Tom Okafor",
    "Lin Zhang",
    "Ana Souza",
    "Jonas Berg",
    "Priya Nair",
    "Sam Doyle",
    "Elif Kaya",
)


@dataclass(frozen=True, slots=True)
class Account:
    """A member account with its owner and the path of its organizational unit."""

    account_id: str
    name: str
    ou_path: str
    owner: str
    contact: str


@dataclass(frozen=True, slots=True)
class Organization:
    """All accounts; the first bakes golden images, the last is the sandbox."""

    accounts: tuple[Account, ...]
    management_account_id: str
    apart: Mapping[str, Account]
    """The account in each other partition; no organization reaches across partitions."""

    @property
    def golden(self) -> Account:
        """The account of the golden-image pipeline."""
        return self.accounts[0]

    @property
    def teams(self) -> tuple[Account, ...]:
        """The accounts of the application teams and the sandbox."""
        return self.accounts[2:]

    @property
    def arn(self) -> str:
        """The ARN by which an image is shared with the whole organization."""
        return f"arn:aws:organizations::{self.management_account_id}:organization/{ORGANIZATION_ID}"

    @property
    def workloads_arn(self) -> str:
        """The ARN of the organizational unit that holds the teams."""
        return f"arn:aws:organizations::{self.management_account_id}:ou/{ORGANIZATION_ID}/ou-ex4m-workload"


def build_organization(rng: Random, names: Names, count: int) -> Organization:
    """Name `count` accounts; raises SampleParametersError when there are too few or too many."""
    if not FEWEST_ACCOUNTS <= count <= MOST_ACCOUNTS:
        raise SampleParametersError(
            f"accounts is {count}; give a number from {FEWEST_ACCOUNTS} to {MOST_ACCOUNTS}: "
            "one bakes golden images, one is for security, the others belong to teams"
        )
    accounts = [
        _account(rng, names.digits(12), "golden-images", "Root/Infrastructure"),
        _account(rng, names.digits(12), "security-tooling", "Root/Security"),
    ]
    for number in range(count - 3):
        team = _TEAMS[number // len(_STAGES) % len(_TEAMS)]
        block = number // (len(_TEAMS) * len(_STAGES))
        name = f"{team}-{_STAGES[number % len(_STAGES)]}" + (f"-{block + 1}" if block else "")
        accounts.append(_account(rng, names.digits(12), name, f"Root/Workloads/{team}"))
    # A leading zero, so that a reader that takes account ids for numbers is found out.
    accounts.append(_account(rng, "0" + names.digits(11), "sandbox", "Root/Sandbox"))
    management_account_id = names.digits(12)
    apart = {
        partition: _account(rng, names.digits(12), f"{partition}-workloads", f"Apart/{partition}")
        for partition in OTHER_PARTITIONS
    }
    return Organization(tuple(accounts), management_account_id, apart)


def write_organization(organization: Organization, path: Path) -> None:
    """Write the accounts as CSV with the columns account_id, name, ou_path, owner, contact."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(("account_id", "name", "ou_path", "owner", "contact"))
        for account in (*organization.accounts, *organization.apart.values()):
            rows.writerow((account.account_id, account.name, account.ou_path, account.owner, account.contact))


def _account(rng: Random, account_id: str, name: str, ou_path: str) -> Account:
    owner = rng.choice(_PEOPLE)
    contact = f"{owner.lower().replace(' ', '.')}@example.com"
    return Account(account_id, name, ou_path, owner, contact)

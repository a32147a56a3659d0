"""Who makes the calls: pipelines, persons, IAM users and service-linked roles (AWS_FACTS 2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ami_lineage_local.sample.names import Names, iso

_DAY = 86_400
_AUTO_SCALING = "autoscaling.amazonaws.com"
_BACKUP = "backup.amazonaws.com"
_TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.72.1"
_AGENTS = {
    "image-pipeline": "APN/1.0 HashiCorp/1.0 packer/1.11.2 (+https://www.packer.io/) aws-sdk-go/1.55.5 (go1.22.6; linux; amd64)",
    "deployer": _TERRAFORM,
    "EC2ImageBuilder": "imagebuilder.amazonaws.com",
    "Administrator": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The part of a record that says who called from where; `through_tls` is False for AWS services."""

    identity: Mapping[str, Any]
    arn: str
    source_ip: str
    user_agent: str
    through_tls: bool


class Callers:
    """Gives the callers of an account; a role keeps its session for a day."""

    def __init__(self, names: Names, partitions: Mapping[str, str] | None = None) -> None:
        """`partitions` names the accounts that are in another partition than `aws`."""
        self._names = names
        self._partitions = partitions or {}
        self._roles: dict[tuple[str, str], str] = {}
        self._sessions: dict[tuple[str, str], tuple[int, Caller]] = {}
        self._users: dict[tuple[str, str], Caller] = {}

    def pipeline(self, account_id: str, now: int) -> Caller:
        """The role that bakes images; a person's name travels as source identity on even days."""
        person = "maria.keller" if now // _DAY % 2 == 0 else None
        return self._role(account_id, "image-pipeline", now, f"build-{now // _DAY}", person)

    def builder(self, account_id: str, now: int) -> Caller:
        """The role that EC2 Image Builder and its like assume."""
        return self._role(account_id, "EC2ImageBuilder", now, "ImageBuilder", None)

    def deployer(self, account_id: str, now: int) -> Caller:
        """The role of a team's own deployments."""
        return self._role(account_id, "deployer", now, f"ci-{now // _DAY}", None)

    def person(self, account_id: str, now: int) -> Caller:
        """An administrator who came through the console."""
        return self._role(account_id, "Administrator", now, "tom.okafor@example.com", "tom.okafor")

    def user(self, account_id: str) -> Caller:
        """An IAM user with a long-lived key."""
        key = (account_id, "ops")
        if key not in self._users:
            arn = f"arn:{self._partition(account_id)}:iam::{account_id}:user/ops"
            identity = {
                "type": "IAMUser",
                "principalId": self._names.principal("AIDA"),
                "arn": arn,
                "accountId": account_id,
                "accessKeyId": self._names.principal("AKIA"),
                "userName": "ops",
            }
            agent = "aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.11.9"
            self._users[key] = Caller(identity, arn, "198.51.100.24", agent, through_tls=True)
        return self._users[key]

    def auto_scaling(self, account_id: str, now: int) -> Caller:
        """The service-linked role of Auto Scaling."""
        return self._linked(account_id, now, "AWSServiceRoleForAutoScaling", _AUTO_SCALING)

    def spot(self, account_id: str, now: int) -> Caller:
        """The service-linked role of Spot."""
        return self._linked(account_id, now, "AWSServiceRoleForEC2Spot", "spot.amazonaws.com")

    def fleet(self, account_id: str, now: int) -> Caller:
        """The service-linked role of EC2 Fleet."""
        return self._linked(account_id, now, "AWSServiceRoleForEC2Fleet", "ec2fleet.amazonaws.com")

    def backup(self, account_id: str, now: int) -> Caller:
        """The role with which AWS Backup makes images."""
        role = "AWSBackupDefaultServiceRole"
        return self._role(account_id, role, now, "AWSBackup-1", None, path="service-role/", service=_BACKUP)

    def lifecycle_manager(self, account_id: str, now: int) -> Caller:
        """The role with which Data Lifecycle Manager makes images."""
        role = "AWSDataLifecycleManagerDefaultRoleForAMIManagement"
        path = "service-role/"
        return self._role(account_id, role, now, "dlm-1", None, path=path, service="dlm.amazonaws.com")

    def image_builder(self, account_id: str, now: int) -> Caller:
        """The service-linked role of EC2 Image Builder."""
        return self._linked(account_id, now, "AWSServiceRoleForImageBuilder", "imagebuilder.amazonaws.com")

    def _linked(self, account_id: str, now: int, role: str, service: str) -> Caller:
        path = f"aws-service-role/{service}/"
        return self._role(
            account_id, role, now, role.removeprefix("AWSServiceRoleFor"), None, path=path, service=service
        )

    def _partition(self, account_id: str) -> str:
        return self._partitions.get(account_id, "aws")

    def _role(
        self,
        account_id: str,
        role: str,
        now: int,
        session: str,
        source_identity: str | None,
        *,
        path: str = "",
        service: str | None = None,
    ) -> Caller:
        key = (account_id, role)
        day = now // _DAY
        known = self._sessions.get(key)
        if known is not None and known[0] == day:
            return known[1]
        partition = self._partition(account_id)
        if key not in self._roles:
            self._roles[key] = self._names.principal("AROA")
        context: dict[str, Any] = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": self._roles[key],
                "arn": f"arn:{partition}:iam::{account_id}:role/{path}{role}",
                "accountId": account_id,
                "userName": role,
            },
            "attributes": {
                "creationDate": iso(now - 2),
                "mfaAuthenticated": "true" if role == "Administrator" else "false",
            },
        }
        if source_identity is not None:
            context["sourceIdentity"] = source_identity
        arn = f"arn:{partition}:sts::{account_id}:assumed-role/{role}/{session}"
        identity: dict[str, Any] = {
            "type": "AssumedRole",
            "principalId": f"{self._roles[key]}:{session}",
            "arn": arn,
            "accountId": account_id,
            "accessKeyId": self._names.principal("ASIA"),
            "sessionContext": context,
        }
        if service is not None:
            identity["invokedBy"] = service
        caller = Caller(
            identity, arn, service or "203.0.113.77", service or _AGENTS[role], through_tls=service is None
        )
        self._sessions[key] = (day, caller)
        return caller

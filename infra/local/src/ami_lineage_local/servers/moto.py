"""moto: EC2 images and Security Hub, which ministack lacks. Its state lives in memory."""

from typing import Final

from ami_lineage_local.checkout import SERVERS_PYTHON
from ami_lineage_local.processes.child import ChildPlan, ChildSpec
from ami_lineage_local.processes.ports import LOOPBACK
from ami_lineage_local.servers.account import ACCOUNT_ID, ask, server_environment

NAME: Final = "moto"
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def moto_url(port: int) -> str:
    """Where clients connect."""
    return f"http://{LOOPBACK}:{port}"


def plan_moto() -> ChildPlan:
    """The moto server, without the public images that it would invent."""

    def build(port: int) -> ChildSpec:
        return ChildSpec(
            argv=(
                str(SERVERS_PYTHON),
                str(SERVERS_PYTHON.with_name("moto_server")),
                "-H",
                LOOPBACK,
                "-p",
                str(port),
            ),
            environment=server_environment(
                {"MOTO_ACCOUNT_ID": ACCOUNT_ID, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
            ),
            probe=lambda: ask("ec2", port, _FORM, "Action=DescribeImages&Version=2016-11-15"),
        )

    return ChildPlan(name=NAME, build=build)

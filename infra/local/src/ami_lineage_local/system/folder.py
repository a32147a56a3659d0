"""Files of a data folder that other programs read: address, key, endpoints, and which kind of data it holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ami_lineage_contracts.topology import Topology
from ami_lineage_local.endpoints import Endpoints
from ami_lineage_local.errors import LocalPlatformError, MixedDataError, UnusableFolderError
from ami_lineage_local.processes.orphans import write_atomically

Kind = Literal["demo", "own"]
_NAMES: Final[Mapping[Kind, str]] = {"demo": "the demo", "own": "your own data"}
_PRIVATE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700


class PublishedEndpoints(BaseModel):
    """``endpoints.json``: what runs now and where. Kept up to date over restarts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api: str
    dynamodb: str
    gremlin: str
    events: str
    sqs: str
    ec2: str
    securityhub: str
    central_bus: str
    recorded_bus: str
    event_table: str
    pids: Mapping[str, int]

    @classmethod
    def from_parts(
        cls, api: str, endpoints: Endpoints, topology: Topology, pids: Mapping[str, int]
    ) -> "PublishedEndpoints":
        """Puts together what the parts know."""
        return cls(
            api=api,
            dynamodb=endpoints.dynamodb,
            gremlin=endpoints.gremlin,
            events=endpoints.events,
            sqs=endpoints.sqs,
            ec2=endpoints.ec2,
            securityhub=endpoints.securityhub,
            central_bus=topology.central_bus,
            recorded_bus=topology.recorded_bus,
            event_table=topology.event_table,
            pids=dict(pids),
        )

    def to_endpoints(self) -> Endpoints:
        """Where the servers answer."""
        return Endpoints(
            dynamodb=self.dynamodb,
            gremlin=self.gremlin,
            events=self.events,
            sqs=self.sqs,
            aws=self.events,
            ec2=self.ec2,
            securityhub=self.securityhub,
        )


class DataFolder:
    """The files beside the servers' own folders."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self.api_key: Final = path / "api-key"
        self.keys_db: Final = path / "api-keys.sqlite3"
        self.sample: Final = path / "sample"
        self.sample_imported: Final = path / "sample-imported"

    def claim(self, kind: Kind) -> None:
        """Says once what kind of data the folder holds; for whoever has its lock.

        Raises:
            MixedDataError: it holds the other kind.
        """
        self.require_kind(kind)
        if self.find_kind() is None:
            self.make_private()
            write_atomically(self.path / "kind", kind.encode())

    def require_kind(self, kind: Kind) -> None:
        """Passes when the folder is new or holds this kind of data.

        Raises:
            MixedDataError: it holds the other kind.
        """
        present = self.find_kind()
        if present is not None and present != kind:
            wanted, holds = _NAMES[kind], _NAMES[present]
            raise MixedDataError(
                f"{self.path} holds {holds} and the two never mix: name another folder for {wanted} "
                "with --data-dir or AMI_LINEAGE_DATA_DIR."
            )

    def make_private(self) -> None:
        """Makes the folder; only its user may read it, as it holds keys and account data.

        Raises:
            UnusableFolderError: it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(_PRIVATE_FOLDER)
        except OSError as error:
            raise UnusableFolderError(self.path, error) from error

    def find_kind(self) -> Kind | None:
        """The kind of data; None for a new folder."""
        try:
            text = (self.path / "kind").read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return "demo" if text == "demo" else "own"

    def publish(self, published: PublishedEndpoints) -> None:
        """Lets other programs find us."""
        write_atomically(self.path / "endpoints.json", published.model_dump_json(indent=2).encode(), _PRIVATE)
        write_atomically(self.path / "endpoint", published.api.encode())

    def withdraw(self) -> None:
        """Takes the addresses back: nothing answers there any more."""
        (self.path / "endpoint").unlink(missing_ok=True)
        (self.path / "endpoints.json").unlink(missing_ok=True)

    def get_published(self) -> PublishedEndpoints:
        """What the running instance published.

        Raises:
            LocalPlatformError: it is still starting, or is no platform but a single command.
        """
        try:
            return PublishedEndpoints.model_validate_json((self.path / "endpoints.json").read_bytes())
        except (FileNotFoundError, ValidationError) as error:
            raise LocalPlatformError(
                f"The instance on {self.path} is still starting, or runs a single command: try again when it "
                "says `ready` or has ended."
            ) from error

    def keep_api_key(self, key: str) -> None:
        """Stores the key for programs of this user only."""
        write_atomically(self.api_key, key.encode(), _PRIVATE)

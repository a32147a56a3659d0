"""Where the API is and who we are: options and variables first, then the files that a local platform writes."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ami_lineage_cli.errors import UnavailableError


class CliSettings(BaseSettings):
    """Read from ``AMI_LINEAGE_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", extra="ignore")

    url: str | None = None
    api_key: SecretStr | None = None
    data_dir: Path | None = None
    state_dir: Path = Path(".ami-lineage")

    @property
    def own_data(self) -> Path:
        """Data folder of a local platform on the user's own data."""
        return self.data_dir or self.state_dir / "data"

    @property
    def data_folders(self) -> tuple[Path, ...]:
        """Where a local platform may have left its address: own data before the demo."""
        if self.data_dir is not None:
            return (self.data_dir,)
        return (self.state_dir / "data", self.state_dir / "demo")


class Connection(BaseModel):
    """A base URL and the key for it."""

    model_config = ConfigDict(frozen=True)

    url: str
    api_key: SecretStr | None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def find_connection(settings: CliSettings) -> Connection | None:
    """The API that answers for these settings, or None when no local platform has left its address."""
    if settings.url is not None:
        return Connection(url=settings.url.rstrip("/"), api_key=settings.api_key)
    for folder in settings.data_folders:
        url = _read(folder / "endpoint")
        key = _read(folder / "api-key")
        if url is not None:
            return Connection(
                url=url, api_key=settings.api_key or (SecretStr(key) if key is not None else None)
            )
    return None


def get_running_folder(settings: CliSettings) -> Path:
    """Data folder of the local platform that runs.

    Raises:
        UnavailableError: none runs.
    """
    for folder in settings.data_folders:
        if _read(folder / "endpoint") is not None:
            return folder
    raise UnavailableError("No AMI Lineage runs on this machine: start one with `ami-lineage up`.")


def get_connection(settings: CliSettings) -> Connection:
    """Like `find_connection`.

    Raises:
        UnavailableError: no address is known.
    """
    connection = find_connection(settings)
    if connection is None:
        raise UnavailableError(
            "No running AMI Lineage was found: start one with `ami-lineage up`, "
            "or name yours with --url and AMI_LINEAGE_API_KEY."
        )
    return connection

"""Settings of query-api; every variable begins with ``AMI_LINEAGE_``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class QueryApiSettings(BaseSettings):
    """Where to listen, whom to trust, what to read."""

    model_config = SettingsConfigDict(env_prefix="AMI_LINEAGE_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    data_dir: Path = Path(".data")
    keys_db: Path | None = None
    """SQLite file of keys and sessions; the secret that keys its hashes lies beside it."""
    banner: str = ""
    """A sentence shown on every page, such as the notice of the demo."""
    allowed_hosts: str = "127.0.0.1,localhost,::1"
    """Host names, separated by commas, under which the service may be called."""
    rate_per_second: float = Field(default=300.0, gt=0)
    rate_burst: int = Field(default=1200, ge=1)
    session_hours: int = Field(default=12, ge=1, le=168)
    login_code_minutes: int = Field(default=15, ge=1, le=1440)
    secure_cookies: bool = False
    """True where browsers reach the service over TLS."""
    gremlin_endpoint: str = "ws://127.0.0.1:8182/gremlin"
    graph_connections: int = Field(default=8, ge=1, le=64)
    graph_timeout_seconds: float = Field(default=30.0, gt=0)
    graph_attempts: int = Field(default=3, ge=1)
    topology_suffix: str = ""
    log_level: str = "INFO"

    @property
    def keys_path(self) -> Path:
        """The SQLite file of keys and sessions."""
        return self.keys_db or self.data_dir / "api-keys.sqlite3"

    @property
    def secret_path(self) -> Path:
        """The secret beside the keys."""
        return self.keys_path.with_name(f"{self.keys_path.name}.secret")

    @property
    def host_names(self) -> frozenset[str]:
        """Allowed host names, without port, in lower case."""
        return frozenset(name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip())

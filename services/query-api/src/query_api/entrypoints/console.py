"""The console: serve, and hand out keys and login links."""

import asyncio
import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Final

import typer

from query_api.adapters.credentials import CredentialStore
from query_api.adapters.secrets import derive_key, load_secret
from query_api.domain.principals import Scope, UnknownScopeError, parse_scopes
from query_api.settings import QueryApiSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
key_app = typer.Typer(no_args_is_help=True, help="API keys; only their keyed hashes are stored.")
app.add_typer(key_app, name="key")

Owner = Annotated[str, typer.Option(help="The person or machine that it belongs to.")]
Scopes = Annotated[list[str], typer.Option("--scope", help="read, decide or admin; may be repeated.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
USAGE_ERROR: Final = 2
UNAVAILABLE: Final = 4


@contextmanager
def open_credentials(settings: QueryApiSettings) -> Iterator[CredentialStore]:
    """The credentials of these settings."""
    store = CredentialStore(settings.keys_path, derive_key(load_secret(settings.secret_path), "credentials"))
    try:
        yield store
    finally:
        store.close()


@app.command()
def serve() -> None:
    """Answer HTTP until SIGTERM or Ctrl-C."""
    from query_api.entrypoints.serving import serve_until_signal  # noqa: PLC0415 - keys need no server

    settings = QueryApiSettings()
    with open_credentials(settings) as credentials:
        asyncio.run(serve_until_signal(settings, credentials, load_secret(settings.secret_path)))


@key_app.command("create")
def create_key(
    owner: Owner = "",
    scope: Scopes = ["read"],  # noqa: B006 - typer copies its defaults
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; never by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""
    name = owner or getpass.getuser()
    with open_credentials(QueryApiSettings()) as store:
        issued = store.create_key(name, _read_scopes(scope), timedelta(days=days) if days else None)
    answer = {
        "id": issued.id,
        "key": issued.secret,
        "owner": name,
        "scopes": sorted(set(scope)),
        "expires_at": issued.expires_at,
    }
    typer.echo(json.dumps(answer) if as_json else issued.secret)


@key_app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Keys with owner, scopes and dates; never the keys themselves."""
    with open_credentials(QueryApiSettings()) as store:
        records = store.list_keys()
    if as_json:
        typer.echo(json.dumps([asdict(record) for record in records]))
        return
    for record in records:
        state = "revoked" if record.revoked_at else f"expires {record.expires_at or 'never'}"
        typer.echo(f"{record.id}  {record.owner}  {','.join(record.scopes)}  {state}")


@key_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="As `key list` prints it.")]) -> None:
    """Make a key invalid from now on."""
    with open_credentials(QueryApiSettings()) as store:
        revoked = store.revoke_key(key_id)
    if not revoked:
        typer.echo(f"There is no valid key {key_id}: see `key list`.", err=True)
        raise typer.Exit(1)


@app.command("login-link")
def make_login_link(
    owner: Owner = "",
    scope: Scopes = ["read"],  # noqa: B006 - typer copies its defaults
    base_url: Annotated[str, typer.Option(help="Where browsers reach the service.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print a link that logs one browser in, once and soon."""
    settings = QueryApiSettings()
    if not settings.keys_path.exists():
        typer.echo(
            f"No service keeps its sessions in {settings.keys_path}: set AMI_LINEAGE_DATA_DIR or "
            "AMI_LINEAGE_KEYS_DB to those of the service, or use `ami-lineage login` on this machine.",
            err=True,
        )
        raise typer.Exit(UNAVAILABLE)
    valid_for = timedelta(minutes=settings.login_code_minutes)
    with open_credentials(settings) as store:
        issued = store.create_login_code(owner or getpass.getuser(), _read_scopes(scope), valid_for)
    base = base_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    url = f"{base}/login?code={issued.secret}"
    typer.echo(json.dumps({"url": url, "expires_at": issued.expires_at}) if as_json else url)


def _read_scopes(values: list[str]) -> frozenset[Scope]:
    try:
        return parse_scopes(values)
    except UnknownScopeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE_ERROR) from error

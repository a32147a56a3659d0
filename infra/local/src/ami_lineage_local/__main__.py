"""Command line of the local platform: ``ami-lineage-local setup | up``."""

import sys

import typer

from ami_lineage_local.errors import LocalPlatformError
from ami_lineage_local.jars.download import ensure_jars
from ami_lineage_local.settings import ToolSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _root() -> None:
    """AMI Lineage on one machine."""


@app.command()
def setup() -> None:
    """Fetch the Java servers (pinned, checked by sum); nothing when they are there."""
    fetched = ensure_jars(ToolSettings().jars_dir)
    if fetched:
        typer.echo(f"{fetched} files fetched and verified.")


def main() -> None:
    """Entry point: errors in one sentence, exit code 4 when a server or its data are not available."""
    try:
        app()
    except LocalPlatformError as error:
        typer.echo(str(error), err=True)
        sys.exit(4)


if __name__ == "__main__":
    main()

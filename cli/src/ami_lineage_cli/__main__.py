"""The command ``ami-lineage``."""

import sys
from collections.abc import Callable

import typer

from ami_lineage_cli.commands import backfill, impact, platform, queries
from ami_lineage_cli.errors import CliError


def build_app() -> typer.Typer:
    """All verbs."""
    app = typer.Typer(
        name="ami-lineage",
        help="The provable history of every Amazon Machine Image in your organization.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    verbs: tuple[tuple[str, Callable[..., None]], ...] = (
        ("up", platform.up),
        ("login", platform.login),
        ("status", queries.status),
        ("sample", platform.sample),
        ("import", platform.import_),
        ("lookup", platform.lookup),
        ("backfill", backfill.backfill),
        ("lineage", queries.lineage),
        ("provenance", queries.provenance),
        ("history", queries.history),
        ("diff", impact.diff),
        ("impact", impact.impact),
        ("usage", impact.usage),
        ("coverage", impact.coverage),
        ("search", queries.search),
        ("overview", queries.overview),
        ("rebuild", platform.rebuild),
        ("verify", platform.verify),
    )
    for name, verb in verbs:
        app.command(name=name)(verb)
    return app


def main() -> None:
    """Run the command; errors are one sentence on stderr."""
    try:
        build_app()()
    except CliError as error:
        sys.stderr.write(f"ami-lineage: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()

"""Options that several verbs take."""

from pathlib import Path
from typing import Annotated

import typer

from ami_lineage_cli.output import OutputFormat
from ami_lineage_cli.settings import CliSettings

Output = Annotated[
    OutputFormat, typer.Option("--output", "-o", help="How to print the answer.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Short for --output json.")]
Url = Annotated[str | None, typer.Option("--url", help="Base URL of the API; else AMI_LINEAGE_URL.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Data folder of the platform; else AMI_LINEAGE_DATA_DIR.")
]
Image = Annotated[str, typer.Argument(help="An image id, region/id, ARN or stream id.")]

AsOf = Annotated[
    str | None, typer.Option(help="As it was then, by all that is known now: a day or a moment in UTC.")
]
KnownAt = Annotated[
    str | None,
    typer.Option(help="As it was known then: only what was recorded by this day or moment in UTC."),
]


def to_format(output: OutputFormat, as_json: bool) -> OutputFormat:
    """The format asked for; ``--json`` wins."""
    return OutputFormat.JSON if as_json else output


def load_settings(url: str | None = None, data_dir: Path | None = None) -> CliSettings:
    """Settings from the variables, overridden by options."""
    settings = CliSettings()
    changes: dict[str, object] = {}
    if url is not None:
        changes["url"] = url
    if data_dir is not None:
        changes["data_dir"] = data_dir
    return settings.model_copy(update=changes)

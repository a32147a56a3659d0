"""Builds the sources that a command line names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.adapters.file_source import FileSource
from ingest.adapters.formats.limits import FileLimits
from ingest.adapters.history_session import HistorySession
from ingest.adapters.lookup_source import KEPT, LookupSource
from ingest.adapters.s3_source import SCHEME, S3Source, parse_location
from ingest.application.selection import Selection
from ingest.application.sources import RecordSource
from ingest.errors import UsageError
from ingest.settings import HistorySettings


def build_import_sources(
    places: Sequence[str], limits: FileLimits, selection: Selection, settings: HistorySettings
) -> list[RecordSource]:
    """One source for all files, and one for each S3 prefix.

    Raises:
        UsageError: a path does not exist, or a bucket is not named.
        SourceUnavailableError: the role's account cannot be found out.
    """
    sources: list[RecordSource] = []
    roots = _find_roots([Path(place) for place in places if not place.startswith(SCHEME)])
    if roots:
        sources.append(FileSource(roots, limits, selection))
    locations = [place for place in places if place.startswith(SCHEME)]
    if locations:
        session = HistorySession(settings)
        client = session.client("s3", role_arn=_find_role(session, settings.role))
        sources += [
            S3Source(client, parse_location(place, settings.bucket_owner), limits, selection)
            for place in locations
        ]
    return sources


def build_lookup_sources(selection: Selection, settings: HistorySettings) -> list[RecordSource]:
    """The accounts and Regions of the selection; without accounts, the session's own.

    Raises:
        UsageError: no Region is named, or other accounts without a role to reach them.
        SourceUnavailableError: there are no credentials, or STS does not answer.
    """
    if not selection.regions:
        raise UsageError("name the Regions to look into: --regions us-east-1,eu-west-1")
    session = HistorySession(settings)
    own = session.get_account_id()
    others = sorted(selection.accounts - {own})
    if others and settings.role is None:
        raise UsageError(
            f"{others[0]} is not the session's own account {own}: name the role to assume with --role"
        )
    now = datetime.now(UTC)
    since = max(selection.since or now - KEPT, now - KEPT)
    until = min(selection.until or now, now)
    if since >= until:
        raise UsageError("nothing to look up: CloudTrail keeps 90 days, and --since must be before --until")

    def ask(account_id: str, region: str) -> object:
        role = None if account_id == own and settings.role is None else settings.role
        return session.client("cloudtrail", region, _find_role(session, role, account_id))

    accounts = sorted(selection.accounts) or [own]
    pairs = [(account, region) for account in accounts for region in sorted(selection.regions)]
    return [LookupSource(ask, pairs, since, until)]


def _find_role(session: HistorySession, role: str | None, account_id: str | None = None) -> str | None:
    """The ARN of a role that is named by its ARN or its name."""
    if role is None or role.startswith("arn:"):
        return role
    return f"arn:{session.partition}:iam::{account_id or session.get_account_id()}:role/{role}"


def _find_roots(paths: Sequence[Path]) -> list[Path]:
    """The given paths; a link that somebody names is followed, links below it are not."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist: give a file, a folder or s3://bucket/prefix")
    return [path.resolve() for path in paths]

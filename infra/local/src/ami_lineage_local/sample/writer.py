"""Writes records into files as CloudTrail delivers them to S3, holding back at most one part per account and Region."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from ami_lineage_local.sample.names import Names, iso
from ami_lineage_local.sample.organization import ORGANIZATION_ID

_DAY = 86_400
_DELIVERY = 300
_RECORDS_PER_FILE = 500
_COMPRESSION = 4

Place = tuple[str, str]


class ArchiveWriter:
    """Files of one day at a time under `AWSLogs/o-.../ACCOUNT/CloudTrail/REGION/YYYY/MM/DD`."""

    def __init__(self, out: Path, rng: Random, names: Names) -> None:
        self._out = out
        self._rng = rng
        self._names = names
        self._day = -1
        self._records: dict[Place, list[bytes]] = {}
        self._again: dict[Place, list[bytes]] = {}
        self.files = 0

    def write(self, place: Place, moment: int, record: Mapping[str, Any], *, twice: bool = False) -> None:
        """Add a record of the day of `moment`; `twice` delivers it again in another file."""
        if moment // _DAY != self._day:
            self.close()
            self._day = moment // _DAY
        line = json.dumps(record, separators=(",", ":")).encode()
        part = self._records.setdefault(place, [])
        part.append(line)
        if twice:
            self._again.setdefault(place, []).append(line)
        if len(part) >= _RECORDS_PER_FILE:
            self._write_file(place, moment, self._records.pop(place))

    def close(self) -> None:
        """Write what is held back; the archive is complete after it."""
        midnight = (self._day + 1) * _DAY - 1
        for held in (self._records, self._again):
            for place, lines in held.items():
                self._write_file(place, midnight, lines)
            held.clear()

    def _write_file(self, place: Place, moment: int, lines: list[bytes]) -> None:
        account_id, region = place
        self._rng.shuffle(lines)  # a log file is "not an ordered stack trace" (AWS_FACTS 2.1)
        year, month, day = iso(moment)[:10].split("-")
        folder = (
            self._out / "AWSLogs" / ORGANIZATION_ID / account_id / "CloudTrail" / region / year / month / day
        )
        folder.mkdir(parents=True, exist_ok=True)
        stamp = iso(moment // _DELIVERY * _DELIVERY).replace("-", "").replace(":", "")[:13] + "Z"
        name = f"{account_id}_CloudTrail_{region}_{stamp}_{self._names.unique_part()}.json.gz"
        body = b'{"Records":[' + b",".join(lines) + b"]}"
        (folder / name).write_bytes(gzip.compress(body, _COMPRESSION, mtime=0))
        self.files += 1

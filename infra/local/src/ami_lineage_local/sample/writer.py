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
_COMPRESSION = 1
_TRAIL = "AWSLogs"
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

Place = tuple[str, str]
Shelf = tuple[str, Place]


class ArchiveWriter:
    """Files of one day at a time under `AWSLogs/o-.../ACCOUNT/CloudTrail/REGION/YYYY/MM/DD`.

    Events of EC2 itself lie beside them, one a line, as a rule of EventBridge delivers them through Firehose:
    `EventBridge/ACCOUNT/REGION/YYYY/MM/DD`.
    """

    def __init__(self, out: Path, rng: Random, names: Names) -> None:
        self._out = out
        self._rng = rng
        self._names = names
        self._day = -1
        self._records: dict[Shelf, list[bytes]] = {}
        self._again: dict[Shelf, list[bytes]] = {}
        self._folders: set[Path] = set()
        self.files = 0

    def write(
        self,
        place: Place,
        moment: int,
        record: Mapping[str, Any],
        *,
        twice: bool = False,
        folder: str = _TRAIL,
    ) -> None:
        """Add a record of the day of `moment`; `twice` delivers it again in another file."""
        if moment // _DAY != self._day:
            self.close()
            self._folders.clear()
            self._day = moment // _DAY
        line = _encode(record).encode()
        shelf = (folder, place)
        part = self._records.setdefault(shelf, [])
        part.append(line)
        if twice:
            self._again.setdefault(shelf, []).append(line)
        if len(part) >= _RECORDS_PER_FILE:
            self._write_file(shelf, moment, self._records.pop(shelf))

    def close(self) -> None:
        """Write what is held back; the archive is complete after it."""
        midnight = (self._day + 1) * _DAY - 1
        for held in (self._records, self._again):
            for shelf, lines in held.items():
                self._write_file(shelf, midnight, lines)
            held.clear()

    def _write_file(self, shelf: Shelf, moment: int, lines: list[bytes]) -> None:
        kind, (account_id, region) = shelf
        self._rng.shuffle(lines)  # a log file is "not an ordered stack trace" (AWS_FACTS 2.1)
        trail = kind == _TRAIL
        year, month, day = iso(moment)[:10].split("-")
        top = (
            self._out / kind / ORGANIZATION_ID / account_id / "CloudTrail"
            if trail
            else self._out / kind / account_id
        )
        folder = top / region / year / month / day
        if folder not in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        stamp = iso(moment // _DELIVERY * _DELIVERY).replace("-", "").replace(":", "")[:13] + "Z"
        source, ending = ("CloudTrail", "json.gz") if trail else ("EventBridge", "jsonl.gz")
        name = f"{account_id}_{source}_{region}_{stamp}_{self._names.unique_part()}.{ending}"
        body = b'{"Records":[' + b",".join(lines) + b"]}" if trail else b"\n".join(lines) + b"\n"
        (folder / name).write_bytes(gzip.compress(body, _COMPRESSION, mtime=0))
        self.files += 1

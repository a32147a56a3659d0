"""What the product makes of a generated organization beside the truth about it, and how they differ by mechanism."""

import json
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from closed_organization import (
    Organization,
    Speakers,
    States,
    close_groups,
    close_images,
    close_instances,
    read_organization,
)

from lineage import GroupClosure, ImageClosure, InstanceClosure

Json = dict[str, Any]


class Known:
    """What the product makes of one organization's records, beside the truth about it."""

    def __init__(self, folder: Path) -> None:
        self.truth: Json = json.loads((folder / "truth.json").read_text())
        self.organization: Organization = read_organization(folder)
        self.states = States(self.organization.events)
        speakers = Speakers(self.states)
        self.images: dict[str, ImageClosure] = close_images(
            self.states,
            speakers,
            list(dict.fromkeys([*self.organization.list_streams("image"), *self.mentioned()])),
        )
        self.instances: dict[str, InstanceClosure] = close_instances(
            self.states,
            list(dict.fromkeys([*self.organization.list_streams("instance"), *self.truth["instances"]])),
        )
        self.groups: dict[str, GroupClosure] = close_groups(
            self.states, speakers, self.organization.list_streams("auto-scaling-group")
        )

    def mentioned(self) -> list[str]:
        """Images that a record makes or names; a hollow record names nothing."""
        return [
            key for key, image in self.truth["images"].items() if image["recorded"] or image["method"] is None
        ]


class Differences:
    """Differences by mechanism, so that a failure says which way of the world is misunderstood."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[object]] = defaultdict(list)

    def compare(self, mechanism: str, name: str, given: object, expected: object) -> None:
        if given != expected:
            self.counts[mechanism] += 1
            if len(self.examples[mechanism]) < 2:
                self.examples[mechanism].append({"of": name, "given": given, "knowable": expected})

    def check(self) -> None:
        lines = [
            f"{mechanism}: {count} differ, as {self.examples[mechanism]}"
            for mechanism, count in self.counts.most_common()
        ]
        assert not lines, "\n" + "\n".join(lines)


def moment(text: str | None) -> datetime | None:
    """A time of the truth."""
    return None if text is None else datetime.fromisoformat(text)

"""What AWS writes into descriptions of snapshots: conventions, and anybody may write the same (AWS_FACTS 1.6)."""

import re
from dataclasses import dataclass
from typing import Final, Literal

_CREATED: Final = re.compile(r"Created by CreateImage\((i-[0-9a-f]+)\) for (ami-[0-9a-f]+)")
_COPIED: Final = re.compile(
    r"Copied for DestinationAmi (ami-[0-9a-f]+) from SourceAmi (ami-[0-9a-f]+) for SourceSnapshot snap-[0-9a-f]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The image whose snapshot it is said to be, and what that image is said to come from."""

    image_id: str
    instance_id: str | None = None
    source_image_id: str | None = None

    def list_named(self) -> list[tuple[Literal["image", "instance"], str]]:
        """Kinds and ids of what is named."""
        named: list[tuple[Literal["image", "instance"], str]] = [("image", self.image_id)]
        if self.instance_id is not None:
            named.append(("instance", self.instance_id))
        if self.source_image_id is not None:
            named.append(("image", self.source_image_id))
        return named


def parse_description(text: str | None) -> Described | None:
    """What a description says; None where it follows no convention."""
    if text is None:
        return None
    if (created := _CREATED.search(text)) is not None:
        return Described(instance_id=created[1], image_id=created[2])
    if (copied := _COPIED.search(text)) is not None:
        return Described(image_id=copied[1], source_image_id=copied[2])
    return None

"""Along which fact edges a change of one stream reaches what was closed over it (ADR 2).

A walk begins at the streams that changed. Images are its ends: a closure reads of an image its own stream alone,
so that only an image that itself changed is left again, by one step: over its snapshots to the images that have
them too, to the images of which its observation speaks, and to what names it.
"""

from typing import Final

DEPENDENT_IN: Final = (
    "BACKED_BY",
    "SNAPSHOT_OF",
    "COPIED_FROM",
    "RESTORED_FROM",
    "IMPORTED_FROM",
    "ROOT_OF",
    "ATTACHED_TO",
    "REFERENCES",
    "NAMES",
)
"""Against these edges: who rests on a snapshot, a volume, an instance, a template, a parameter, a name."""
DEPENDENT_OUT: Final = ("ROOT_OF", "ATTACHED_TO", "SPEAKS_OF")
"""Along these edges: the instance whose disk a volume is, the name that a template has."""
START_OUT: Final = ("BACKED_BY", "SPEAKS_OF")
"""Along these edges from what changed itself."""
START_IN: Final = ("NAMES",)
"""Against these edges to an image that changed itself."""

"""Graph vocabulary: labels, and the words with which an edge says how it is known (DESIGN 6)."""

from typing import Final, Literal

VertexLabel = Literal[
    "Image",
    "Instance",
    "Snapshot",
    "Volume",
    "LaunchTemplate",
    "AutoScalingGroup",
    "LaunchConfiguration",
    "ImageRecipe",
    "Parameter",
    "Account",
    "External",  # a stored image in S3, an import task
]
EdgeLabel = Literal[
    "LAUNCHED_FROM",  # instance -> image
    "BACKED_BY",  # image -> snapshot, with device_name
    "SNAPSHOT_OF",  # snapshot -> volume; snapshot or image -> instance
    "COPIED_FROM",  # image -> image; snapshot -> snapshot; volume -> volume
    "RESTORED_FROM",  # volume, or root of instance -> snapshot; image -> stored object -> image that was stored
    "IMPORTED_FROM",  # image or snapshot -> import task; import task -> snapshot
    "ATTACHED_TO",  # volume -> instance, with device_name and times
    "ROOT_OF",  # volume -> instance, with times
    "REFERENCES",  # what would launch an image -> image, parameter, template or configuration, with times
    "NAMES",  # named without proof: in a description, by an object's key, as the name of a template
    "SPEAKS_OF",  # observed image -> ancestor of which AWS said more; template -> its name
    "DERIVED_FROM",  # image -> image: closed over the facts
    "RUNS",  # instance -> image: effective image, with times
    "WOULD_LAUNCH",  # auto scaling group -> image: what the next scale-out starts, with times
]
FACT_EDGES: Final = (
    "LAUNCHED_FROM",
    "BACKED_BY",
    "SNAPSHOT_OF",
    "COPIED_FROM",
    "RESTORED_FROM",
    "IMPORTED_FROM",
    "ATTACHED_TO",
    "ROOT_OF",
    "REFERENCES",
    "NAMES",
    "SPEAKS_OF",
)
DERIVED_EDGES: Final = ("DERIVED_FROM", "RUNS", "WOULD_LAUNCH")

Method = Literal[
    "create_image",
    "copy_image",
    "restore_image",
    "register_snapshot",
    "import_image",
    "observed_ancestry",
    "snapshot_description",
    "attestation",
]
Confidence = Literal["native", "recorded", "attested", "reconstructed", "inferred", "unknown"]
CONFIDENCE_ORDER: Final[tuple[Confidence, ...]] = (
    "unknown",
    "inferred",
    "reconstructed",
    "attested",
    "recorded",
    "native",
)
"""From the weakest to the strongest."""

TerminalReason = Literal[
    "external_import",
    "direct_block_write",
    "before_recorded_history",
    "foreign_account",
    "other_partition",
    "public_root",
    "missing_event",
]

LABEL_OF_KIND: Final[dict[str, VertexLabel]] = {
    "image": "Image",
    "instance": "Instance",
    "snapshot": "Snapshot",
    "volume": "Volume",
    "launch-template": "LaunchTemplate",
    "auto-scaling-group": "AutoScalingGroup",
    "launch-configuration": "LaunchConfiguration",
    "image-recipe": "ImageRecipe",
    "parameter": "Parameter",
    "account": "Account",
    "stored-object": "External",
    "import-task": "External",
}
KIND_OF_LABEL: Final = {label: kind.replace("-", "_") for kind, label in LABEL_OF_KIND.items()} | {
    "External": "external"
}
"""Label of a vertex to the `kind` of a node in the API."""

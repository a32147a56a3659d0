"""Every operation that is understood: one list for normalising, rule patterns, documentation and tests."""

from typing import Final

from ingest.domain.operations.operation import Operation
from ingest.domain.operations.table_images import IMAGE_OPERATIONS
from ingest.domain.operations.table_instances import INSTANCE_OPERATIONS
from ingest.domain.operations.table_references import REFERENCE_OPERATIONS
from ingest.domain.operations.table_storage import STORAGE_OPERATIONS

OPERATIONS: Final[tuple[Operation, ...]] = (
    *IMAGE_OPERATIONS,
    *STORAGE_OPERATIONS,
    *INSTANCE_OPERATIONS,
    *REFERENCE_OPERATIONS,
)

OPERATION_OF: Final = {(each.event_source, each.event_name): each for each in OPERATIONS}
OPERATION_NAMES: Final = frozenset(each.event_name for each in OPERATIONS)

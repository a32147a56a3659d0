"""A simulated AWS organization that writes CloudTrail records and independently knows the truth about them."""

from ami_lineage_local.sample.errors import SampleParametersError
from ami_lineage_local.sample.generation import SampleSummary, generate

__all__ = ["SampleParametersError", "SampleSummary", "generate"]

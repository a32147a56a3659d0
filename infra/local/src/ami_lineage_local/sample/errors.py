"""Errors of the sample generator.

SampleParametersError: the arguments make no organization; change them and try again.
"""


class SampleParametersError(ValueError):
    """An argument of `generate` is out of range; the text says which and what is allowed."""

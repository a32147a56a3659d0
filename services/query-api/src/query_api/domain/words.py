"""Words for people: what the vocabulary of the graph means."""

from typing import Final

TERMINAL_REASONS: Final = {
    "external_import": "It was imported from outside AWS, or registered from a manifest in S3.",
    "direct_block_write": "Its volume was created blank, so the content was written block by block.",
    "before_recorded_history": "It was made before the recorded history begins.",
    "foreign_account": "It belongs to an account outside the organization.",
    "other_partition": "It comes from another AWS partition.",
    "public_root": "It is a public image of AWS or of a marketplace vendor.",
    "missing_event": "An event that would say where it came from is missing.",
}
NOT_RECORDED: Final = "Why the chain ends here is not recorded."
CONFIDENCES: Final = {
    "native": "AWS itself states the source.",
    "recorded": "The event that made it names the source.",
    "attested": "A verified, signed statement names the source.",
    "reconstructed": "A complete chain of recorded events leads to the source.",
    "inferred": "Derived by convention or elimination, not proven.",
    "unknown": "Not known.",
}


def to_words(value: str | None) -> str:
    """``create_image`` as ``create image``; nothing as ``unknown``."""
    return value.replace("_", " ").replace("-", " ") if value else "unknown"


def explain_end(reason: str | None) -> str:
    """A sentence that says why a chain ends."""
    return TERMINAL_REASONS.get(reason or "", NOT_RECORDED)


LAUNCH_UNKNOWNS: Final = {
    "settings_unseen": "its settings are not recorded",
    "name_unresolved": "it names a template by a name that no recorded template has",
    "template_unseen": "its launch template is not recorded",
    "version_unseen": "the version of its template is not recorded",
    "template_deleted": "its launch template was deleted",
    "parameter_unseen": "the parameter that names the image is not recorded",
    "parameter_hidden": "the value of the parameter that names the image is hidden",
    "parameter_deleted": "the parameter that names the image was deleted",
    "configuration_unseen": "its launch configuration is not recorded",
    "instance_unseen": "the instance from which it took its settings is not recorded",
    "no_image": "one of its ways names no image",
}


def explain_launch(reasons: str | None) -> str:
    """Half sentences that say why what a group would start is not known."""
    return "; ".join(LAUNCH_UNKNOWNS.get(each, each) for each in (reasons or "").split(",")) + "."

"""From what a call says that an auto scaling group launches (AWS_FACTS 1.7)."""

from ami_lineage_contracts.events.reference import GroupLaunch, LaunchOverride
from ingest.domain.call import Call, find_id, find_name
from ingest.domain.decoding import Fields
from ingest.domain.operations.references import find_image_reference, find_template_reference


def read_group_launch(settings: Fields, call: Call) -> tuple[GroupLaunch | None, bool]:
    """The launch that the settings name, and whether it was understood; None when they name none.

    One that was understood in part is None too: a template or an image that is missing in it would read as a
    statement of its own.
    """
    mixed = settings.child("mixedInstancesPolicy").child("launchTemplate")
    specification = mixed.child("launchTemplateSpecification") or settings.child("launchTemplate")
    launch = GroupLaunch(
        template=find_template_reference(specification),
        configuration_name=find_name(settings, "launchConfigurationName"),
        overrides=tuple(_read_override(entry, call) for entry in mixed.children("overrides")),
        from_instance=find_id("instance", settings, "instanceId"),
    )
    named = bool(mixed or settings.child("launchTemplate"))
    if launch == _NOTHING:
        return None, not named
    understood = all(
        override.image is not None or entry.text("imageId") is None
        for override, entry in zip(launch.overrides, mixed.children("overrides"), strict=True)
    )
    return (launch, True) if understood and (launch.template is not None or not named) else (None, False)


def _read_override(entry: Fields, call: Call) -> LaunchOverride:
    return LaunchOverride(
        instance_type=entry.text("instanceType"),
        image=find_image_reference(entry.text("imageId"), call),
        template=find_template_reference(entry.child("launchTemplateSpecification")),
    )


_NOTHING = GroupLaunch()

"""State of what never changes once it is made: launch configurations and image recipes."""

from dataclasses import dataclass

from ami_lineage_contracts.events.payload import ImageReference
from ami_lineage_contracts.events.reference import (
    ImageRecipeCreated,
    ImageRecipeDeleted,
    LaunchConfigurationCreated,
    LaunchConfigurationDeleted,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.lives import Lives
from lineage.order import Arranged, Entry
from lineage.spans import Span, Timeline
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a configuration or recipe names; `known` False: the records do not say."""

    image: ImageReference | None
    from_instance: str | None = None
    parent_arn: str | None = None
    version: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedState(StreamSummary):
    """A launch configuration or an image recipe: one content for each life of its name."""

    contents: tuple[Span[Content], ...] = ()


def fold_fixed(stream_id: str, ref: ResourceRef, arranged: Arranged) -> FixedState:
    """State of a launch configuration or an image recipe after its events."""
    fold = _FixedFold()
    for entry in arranged.entries:
        fold.apply(entry)
    fields = fold.gathering.build(stream_id, ref, arranged)
    fields["owner_account_id"] = fields["owner_account_id"] or ref.account_id
    fields["name"] = ref.resource_id
    return FixedState(**fields, contents=fold.contents.list_spans())


class _FixedFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.lives = Lives(self.gathering)
        self.contents: Timeline[Content] = Timeline()

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, ImageRecipeCreated | LaunchConfigurationCreated):
            content = _build_content(payload)
            # The observed payloads are the created ones by another name, so their types tell them apart.
            if type(payload) in (ImageRecipeCreated, LaunchConfigurationCreated):
                self.lives.begin(entry, payload.owner_account_id)
                self.contents.end(entry)
                self.contents.set(content, entry)
            else:
                self.lives.observe(entry, payload.owner_account_id)
                if content.known:
                    self._see(content, entry)
        elif isinstance(payload, ImageRecipeDeleted | LaunchConfigurationDeleted):
            if self.lives.end(entry):
                self.contents.end(entry)
        else:
            self.gathering.retag(payload, entry)

    def _see(self, content: Content, entry: Entry) -> None:
        """What is fixed was the same since it was made: an observation fills what the record left out."""
        current = self.contents.current
        if current is not None and not current.value.known:
            self.contents.fill(content, entry)
        else:
            self.contents.observe(content, entry)


def _build_content(payload: ImageRecipeCreated | LaunchConfigurationCreated) -> Content:
    recipe = payload if isinstance(payload, ImageRecipeCreated) else None
    from_instance = payload.from_instance if isinstance(payload, LaunchConfigurationCreated) else None
    parent_arn = recipe.parent_arn if recipe is not None else None
    named = payload.image is not None or from_instance is not None or parent_arn is not None
    return Content(
        image=payload.image,
        from_instance=from_instance or None,
        parent_arn=parent_arn or None,
        version=recipe.version if recipe is not None else None,
        known=named or not payload.incomplete,
    )

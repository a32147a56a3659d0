"""What the folds of all kinds gather alike: state, tags, owner, and who made the resource when."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from ami_lineage_contracts.events.payload import Payload, Tagged, Untagged
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.order import Arranged, Entry
from lineage.slots import Slot, SlotMap


class SummaryFields(TypedDict):
    """Arguments of StreamSummary."""

    stream_id: str
    kind: str
    partition: str
    region: str | None
    resource_id: str
    event_count: int
    event_hash: str
    ignored_count: int
    first_event_at: datetime | None
    last_event_at: datetime | None
    created_at: datetime | None
    created_by: str | None
    owner_account_id: str | None
    state: str | None
    name: str | None
    tags: Mapping[str, str]
    tags_complete: bool
    uncertain: tuple[str, ...]


class Gathering:
    """Filled entry by entry in fold order, then turned into the fields of the summary."""

    def __init__(self) -> None:
        self.state: Slot[str] = Slot()
        self.tags: SlotMap[str, str] = SlotMap()
        self.tags_complete = False
        self.uncertain: set[str] = set()
        self.making: Entry | None = None
        self.owner: str | None = None
        self.observed_owner: str | None = None
        self.observed_created_at: datetime | None = None

    def begin(
        self, entry: Entry, owner: str | None, tags: Mapping[str, str], state: str, *, all_tags: bool
    ) -> None:
        """The resource came into being; of several such events a complete one counts, then the first."""
        if self.making is None or (self.making.payload.incomplete and not entry.payload.incomplete):
            self.making = entry
            self.owner = owner or self.owner
        self.tags_complete = self.tags_complete or (all_tags and not entry.payload.incomplete)
        for key, value in tags.items():
            self.tags.get_slot(key).set(value, entry)
        if self.state.value is None:
            self.state.set(state, entry)

    def begin_again(self) -> None:
        """The name was used before: what is gathered from now on is of a new life."""
        self.state = Slot()
        self.tags = SlotMap()
        self.tags_complete = False
        self.making = None

    def observe(
        self, entry: Entry, owner: str | None, state: str | None, tags: Mapping[str, str] | None
    ) -> None:
        """The resource was looked at; None was not seen."""
        self.observed_owner = owner or self.observed_owner
        if state is not None:
            self.state.observe(state, entry)
        if tags is not None:
            self.tags.observe_all(tags, entry)
            self.tags_complete = True

    def retag(self, payload: Payload, entry: Entry) -> None:
        """Apply Tagged and Untagged; other payloads change nothing."""
        if isinstance(payload, Tagged):
            for key, value in payload.tags.items():
                self.tags.get_slot(key).set(value, entry)
        elif isinstance(payload, Untagged):
            for key, condition in payload.tags.items():
                slot = self.tags.get_slot(key)
                gone = condition is None or slot.value == condition
                # A condition that fails is set again all the same, so that a tag of this second is uncertain.
                slot.set(None if gone else slot.value, entry)

    def list_uncertain(self) -> tuple[str, ...]:
        """Names of the uncertain attributes, sorted."""
        found = set(self.uncertain)
        if self.state.uncertain:
            found.add("state")
        if self.tags.uncertain:
            found.add("tags")
        return tuple(sorted(found))

    def build(self, stream_id: str, ref: ResourceRef, arranged: Arranged) -> SummaryFields:
        """Fields of the summary; the name is the tag Name, what has a name of its own replaces it."""
        actor = self.making.actor if self.making is not None else None
        tags = self.tags.to_dict()
        return SummaryFields(
            stream_id=stream_id,
            kind=ref.kind,
            partition=ref.partition,
            region=ref.region,
            resource_id=ref.resource_id,
            event_count=arranged.event_count,
            event_hash=arranged.event_hash,
            ignored_count=arranged.ignored_count,
            first_event_at=arranged.first_event_at,
            last_event_at=arranged.last_event_at,
            created_at=self.making.at if self.making is not None else self.observed_created_at,
            created_by=(actor.session_issuer_arn or actor.arn) if actor is not None else None,
            owner_account_id=self.owner or self.observed_owner,
            state=self.state.value,
            name=tags.get("Name"),
            tags=dict(sorted(tags.items())),
            tags_complete=self.tags_complete,
            uncertain=self.list_uncertain(),
        )

"""State of an SSM parameter stream: which image its versions and labels meant when."""

from dataclasses import dataclass, replace

from ami_lineage_contracts.events.reference import (
    ParameterDeleted,
    ParameterLabelled,
    ParameterObserved,
    ParameterSet,
    ParameterUnlabelled,
)
from ami_lineage_contracts.stream_ids import ResourceRef
from lineage.gathering import Gathering
from lineage.lives import Lives
from lineage.order import Arranged, Entry
from lineage.spans import Span, Timeline
from lineage.summary import StreamSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValue:
    """One version. `known` False: its value is hidden; else `image_id` None: it is no image id.

    `key` tells versions of all lives of the name apart. `evidence`: what set it, then what revealed it.
    """

    key: str
    number: int | None
    evidence: tuple[str, ...]
    image_id: str | None = None
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterState(StreamSummary):
    """A parameter as its events tell it. `currents` and `labels` give keys of `values`; None is not known."""

    values: tuple[ParameterValue, ...] = ()
    currents: tuple[Span[str | None], ...] = ()
    labels: tuple[tuple[str, tuple[Span[str | None], ...]], ...] = ()
    version: int | None = None

    def find_value(self, key: str | None) -> ParameterValue | None:
        """The value of a key."""
        return next((each for each in self.values if each.key == key), None)

    def find_labels(self, label: str) -> tuple[Span[str | None], ...]:
        """Which versions a label meant when."""
        return next((spans for name, spans in self.labels if name == label), ())


def fold_parameter(stream_id: str, ref: ResourceRef, arranged: Arranged) -> ParameterState:
    """State of a parameter after its events."""
    fold = _ParameterFold()
    for entry in arranged.entries:
        fold.apply(entry)
    fields = fold.gathering.build(stream_id, ref, arranged)
    fields["owner_account_id"] = fields["owner_account_id"] or ref.account_id
    fields["name"] = ref.resource_id
    current = fold.currents.current
    value = fold.values.get(current.value or "") if current is not None else None
    return ParameterState(
        **fields,
        values=tuple(fold.values.values()),
        currents=fold.currents.list_spans(),
        labels=tuple((name, fold.labels[name].list_spans()) for name in sorted(fold.labels)),
        version=value.number if value is not None else None,
    )


class _ParameterFold:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.lives = Lives(self.gathering)
        self.life = 0
        self.alive = False
        self.values: dict[str, ParameterValue] = {}
        self.currents: Timeline[str | None] = Timeline()
        self.labels: dict[str, Timeline[str | None]] = {}

    def apply(self, entry: Entry) -> None:
        payload = entry.payload
        if isinstance(payload, ParameterSet):
            self._set(payload, entry)
        elif isinstance(payload, ParameterLabelled):
            self.lives.touch(entry)
            self.alive = True
            key = None if payload.version is None else self._see(payload.version, entry)
            for label in payload.labels:
                self.labels.setdefault(label, Timeline()).set(key, entry)
        elif isinstance(payload, ParameterUnlabelled):
            for label in payload.labels:
                self.labels.setdefault(label, Timeline()).end(entry)
        elif isinstance(payload, ParameterDeleted):
            self.lives.end(entry)
            self.alive = False
            for line in self._list_lines():
                line.end(entry)
        elif isinstance(payload, ParameterObserved):
            self._observe(payload, entry)
        else:
            self.gathering.retag(payload, entry)
        uncertain = self.gathering.uncertain
        (uncertain.add if any(line.uncertain for line in self._list_lines()) else uncertain.discard)(
            "version"
        )

    def _list_lines(self) -> list[Timeline[str | None]]:
        return [self.currents, *self.labels.values()]

    def _set(self, payload: ParameterSet, entry: Entry) -> None:
        """A new version; the first of a life makes the parameter."""
        if not self.alive:
            self.life += 1
            self.alive = True
            self.lives.begin(entry, payload.owner_account_id)
        key = self._get_key(payload.version, entry)
        known = payload.image_id is not None or not payload.incomplete
        held = self.values.get(key)
        if held is None or not held.known:
            evidence = (entry.event_id,) if held is None else (*held.evidence, entry.event_id)
            self.values[key] = ParameterValue(
                key=key, number=payload.version, evidence=evidence, image_id=payload.image_id, known=known
            )
        self.currents.set(key, entry)

    def _see(self, number: int, entry: Entry) -> str:
        """A version that is spoken of exists, whatever it holds."""
        key = self._get_key(number, entry)
        self.values.setdefault(key, ParameterValue(key=key, number=number, evidence=(entry.event_id,)))
        return key

    def _get_key(self, number: int | None, entry: Entry) -> str:
        return f"{self.life}:{entry.event_id if number is None else number}"

    def _observe(self, payload: ParameterObserved, entry: Entry) -> None:
        """What was read reveals a value that CloudTrail hid."""
        self.lives.observe(entry, payload.owner_account_id)
        if self.gathering.state.value == "deleted":
            return  # too soon after the deletion to speak of another life
        if not self.alive:
            self.life += 1
            self.alive = True
        current = self.currents.current
        if payload.version is not None:
            key = self._see(payload.version, entry)
        elif current is not None and current.value is not None and not self.values[current.value].known:
            key = current.value
        else:
            key = self._get_key(None, entry)
            self.values[key] = ParameterValue(key=key, number=None, evidence=(entry.event_id,))
        held = self.values[key]
        if not held.known and (payload.image_id is not None or not payload.incomplete):
            evidence = tuple(dict.fromkeys((*held.evidence, entry.event_id)))
            self.values[key] = replace(held, image_id=payload.image_id, known=True, evidence=evidence)
        if not self._repeats(current, key):
            self.currents.observe(key, entry)
        for label in payload.labels:
            self.labels.setdefault(label, Timeline()).observe(key, entry)

    def _repeats(self, current: Span[str | None] | None, key: str) -> bool:
        """Whether an observation without a version saw what is current anyway."""
        if current is None or current.value is None or self.values[key].number is not None:
            return False
        held, seen = self.values[current.value], self.values[key]
        return held.known and held.image_id == seen.image_id

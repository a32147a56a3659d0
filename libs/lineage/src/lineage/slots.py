"""Attributes that events set and observations confirm: the rules of DESIGN 5 about who may override whom."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from lineage.order import CHANGE, Entry

SETTLING: Final = timedelta(minutes=5)
"""Describe answers lag behind: an observation never overrides an event of this time before it."""

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def is_settled(event_at: datetime, observed_at: datetime) -> bool:
    """Whether an observation is late enough to speak about what an event set."""
    return observed_at - event_at > SETTLING


class Slot(Generic[T]):
    """One attribute; None until something sets it. `uncertain`: two events of one second contradict."""

    __slots__ = ("_at", "_by_change", "_by_observation", "uncertain", "value")

    def __init__(self) -> None:
        self.value: T | None = None
        self.uncertain = False
        self._at: datetime | None = None
        self._by_change = False
        self._by_observation = False

    def set(self, value: T | None, entry: Entry) -> None:
        """An event says that the attribute is `value` from now on."""
        contradicts = (
            self._at is not None
            and self._by_change
            and entry.rank == CHANGE
            and _second(self._at) == _second(entry.at)
        )
        self.uncertain = contradicts and (self.uncertain or value != self.value)
        self.value = value
        self._at = entry.at
        self._by_change = entry.rank == CHANGE
        self._by_observation = False

    def observe(self, value: T | None, entry: Entry) -> None:
        """An observation saw `value`; it counts unless an event set the attribute shortly before."""
        if self._at is not None and not self._by_observation and not is_settled(self._at, entry.at):
            return
        self.value = value
        self.uncertain = False
        self._at = entry.at
        self._by_change = False
        self._by_observation = True


class SlotMap(Generic[K, T]):
    """Attributes by key, such as tags; a key without a value is one that was removed."""

    __slots__ = ("_slots",)

    def __init__(self) -> None:
        self._slots: dict[K, Slot[T]] = {}

    def get_slot(self, key: K) -> Slot[T]:
        """Slot of a key, made on first use."""
        return self._slots.setdefault(key, Slot())

    def keys(self) -> Iterable[K]:
        """Keys that anything ever spoke of."""
        return tuple(self._slots)

    def observe_all(self, values: Mapping[K, T], entry: Entry) -> None:
        """An observation saw all values there are: other keys are gone."""
        for key in {**self._slots, **values}:
            self.get_slot(key).observe(values.get(key), entry)

    def to_dict(self) -> dict[K, T]:
        """Keys that have a value."""
        return {key: slot.value for key, slot in self._slots.items() if slot.value is not None}

    @property
    def uncertain(self) -> bool:
        """Whether any value is uncertain."""
        return any(slot.uncertain for slot in self._slots.values())


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)

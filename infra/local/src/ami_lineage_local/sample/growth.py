"""Lets trees grow: a golden image first, then the decks in turn, until the tree has all its images."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from ami_lineage_local.sample.cloud.image_records import public_image
from ami_lineage_local.sample.cloud.stage import Stage
from ami_lineage_local.sample.organization import REGIONS
from ami_lineage_local.sample.scenarios.baking import golden
from ami_lineage_local.sample.scenarios.catalogue import COMMON, FLEETS, TREATMENTS, UNUSUAL
from ami_lineage_local.sample.simulation import Simulation, Work
from ami_lineage_local.sample.tree import Tree
from ami_lineage_local.sample.world import Image

Card = TypeVar("Card")
_SMALLEST_TREE, _LARGEST_TREE = 8, 15
_STEPS_PER_UNUSUAL = 2
_IMAGES_PER_TREATMENT = 2
_FLEET_CHANCE = 0.6
_LONGEST_START = 0.2
_SHARE_OF_GAPS = 0.8


def _deal(rng: Random, cards: Sequence[Card]) -> Iterator[Card]:
    """Cards without end; each occurs once before any occurs again."""
    while True:
        deck = list(cards)
        rng.shuffle(deck)
        yield from deck


class Growth:
    """Plants trees and deals them their scenarios."""

    def __init__(self, stage: Stage, simulation: Simulation, seconds: int) -> None:
        self._stage = stage
        self._simulation = simulation
        self._seconds = seconds
        self._common = _deal(stage.rng, COMMON)
        self._unusual = _deal(stage.rng, UNUSUAL)
        self._treatments = _deal(stage.rng, TREATMENTS)
        self._fleets = _deal(stage.rng, FLEETS)
        self._steps = 0
        self._kept = 0

    def plant(self, images: int) -> None:
        """Queue trees that make exactly `images` images together."""
        number = 0
        while images > 0:
            budget = min(images, self._stage.rng.randint(_SMALLEST_TREE, _LARGEST_TREE))
            delay = self._stage.rng.randint(0, int(self._seconds * _LONGEST_START))
            self._simulation.start(self._grow(number, budget, self._seconds - delay), delay)
            images -= budget
            number += 1

    def _grow(self, number: int, budget: int, seconds: int) -> Work[None]:
        stage = self._stage
        region = stage.rng.choice(REGIONS)
        tree = Tree(stage, number, public_image(stage, region), budget)
        last = stage.now + int(seconds * _SHARE_OF_GAPS)
        yield from golden(stage, tree)
        yield from self._treat_new(tree, 0)
        while tree.left > 0:
            yield self._gap(last, tree.left)
            seen = len(tree.images)
            self._steps += 1
            deck = self._unusual if self._steps % _STEPS_PER_UNUSUAL == 0 else self._common
            card = next(deck)
            yield from card(stage, tree)
            stage.world.mechanisms[card.__name__] += 1
            yield from self._treat_new(tree, seen)

    def _gap(self, last: int, left: int) -> int:
        """Spread what is left to do over what is left of the time."""
        share = max(last - self._stage.now, 0) // (left + 1)
        return self._stage.rng.randint(share // 4, share) + self._stage.pause()

    def _treat_new(self, tree: Tree, seen: int) -> Work[None]:
        """Fleets start from new images; every second recorded one is shared, tagged, retired and so on."""
        stage = self._stage
        for image in tree.images[seen:]:
            if image.partition != "aws":
                continue
            if stage.rng.random() < _FLEET_CHANCE:
                self._simulation.start(self._use(tree, image), stage.pause(60, 7200))
            if not image.recorded:
                continue
            self._kept += 1
            if self._kept % _IMAGES_PER_TREATMENT == 0:
                yield stage.pause()
                card = next(self._treatments)
                yield from card(stage, tree, image)
                stage.world.mechanisms[card.__name__] += 1

    def _use(self, tree: Tree, image: Image) -> Work[None]:
        """The next fleet of the deck, if the image can still be launched."""
        if image.state == "available":
            card = next(self._fleets)
            yield from card(self._stage, tree, image)
            self._stage.world.mechanisms[card.__name__] += 1

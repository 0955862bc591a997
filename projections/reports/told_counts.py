"""Counts and figures of places as a reader is told them: exactly, or as ``disclosure`` allows."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.reports.counted_people import NOBODY, CountedPeople
from projections.reports.disclosure import Block, is_whole
from projections.reports.duty_results import DutyLoad, LateFigure
from projections.reports.people_blocks import is_thin
from projections.reports.proportions import WITHHELD, Proportion, Waits
from projections.reports.reader_reach import Holds


@dataclass(frozen=True)
class Told:
    """Counts of places. ``blocks``: None where they are exact; else figures must be made of whole ones.

    ``counts``: an array for each place, to be added up over places. ``people``: the places in which anybody counts.
    ``closed``: the people of cases that are closed to the reader. They can list the others, and so know what is left: it must
    not be ``is_thin``.
    """

    counts: Mapping[Place, Array]
    blocks: Sequence[Block] | None = None
    people: Collection[Place] = ()
    closed: CountedPeople = NOBODY

    @property
    def exact(self) -> bool:
        return self.blocks is None

    @cached_property
    def _block_of(self) -> Mapping[Place, Block]:
        return {place: block for block in self.blocks or () for place in block}

    def at(self, holds: Holds) -> Array | None:
        """The counts of these places together; None where they are withheld or no place has any."""
        return self.of(list(filter(holds, self.counts)))

    def of(self, places: Sequence[Place]) -> Array | None:
        """The same for some of the places that have counts."""
        if not self.exact and not self._may_be_told(places):
            return None
        return np.sum([self.counts[place] for place in places], axis=0) if places else None

    def _may_be_told(self, places: Sequence[Place]) -> bool:
        if not is_whole(self._block_of, {place for place in places if place in self.people}):
            return False
        return not len(self.closed) or not is_thin(self.closed.at({*places}.__contains__))

    def figure(self, holds: Holds) -> Proportion:
        """``held`` and ``n`` of these places together, of an array that begins with these two.

        What is not exact is withheld where it is rounded away.
        """
        return self.proportion(self.at(holds))

    def figure_of(self, places: Sequence[Place]) -> Proportion:
        """The same for some of the places that have counts."""
        return self.proportion(self.of(places))

    def proportion(self, counts: Array | None) -> Proportion:
        """The figure of what ``at`` and ``of`` give."""
        if counts is None:
            return Proportion() if self.exact else WITHHELD
        held, n = counts[:2].tolist()
        if self.exact:
            return Proportion(held, n)
        return Proportion(min(max(held, 0), n), n) if n > 0 else WITHHELD

    def places(self) -> Iterable[Place]:
        """The places of which figures may be told."""
        return self.counts if self.blocks is None else [place for block in self.blocks for place in block]


class WaitFigure(NamedTuple):
    """Waits of some duties in working days. ``n``: how many; ``waiting``: not met by the day. The rest: None where not reached."""

    n: int = 0
    waiting: int = 0
    median: int | None = None
    ninetieth: int | None = None
    withheld: bool = False


@dataclass(frozen=True)
class ToldWaits:
    """Waits of places: ``of`` some of them. ``days``: how many duties took each number of working days; None: not met."""

    told: Told
    days: Mapping[Place, Counter[int | None]]

    def of(self, holds: Holds) -> WaitFigure:
        figure = self.told.figure(holds)
        if figure.withheld:
            return WaitFigure(withheld=True)
        days: Counter[int | None] = Counter()
        for place, some in self.days.items():
            if holds(place):
                days.update(some)
        waits = Waits.of(days)
        return WaitFigure(figure.n, figure.n - figure.held, waits.median, waits.ninetieth)


@dataclass(frozen=True)
class ToldLoads:
    """Loads of ``places``: ``of`` some of them, or None where it is withheld."""

    places: Collection[Place]
    of: Callable[[Holds], DutyLoad | None]


@dataclass(frozen=True)
class ToldLates:
    """Entries recorded on the cases of ``places``: ``of`` some of them, or None where it is withheld."""

    places: Collection[Place]
    of: Callable[[Holds], LateFigure | None]

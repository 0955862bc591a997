"""Counts and figures of places as a reader is told them: exactly, or as ``disclosure`` allows."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.reports.disclosure import Block, Counted, is_thin, is_whole
from projections.reports.duty_results import DutyLoad, LateFigure
from projections.reports.proportions import WITHHELD, Proportion, Waits
from projections.reports.reader_reach import Holds


class Told(NamedTuple):
    """Counts of places. ``blocks``: None where they are exact; else figures must be made of whole ones.

    ``counts``: an array for each place, to be added up over places. ``people``: the places in which anybody counts.
    ``closed``: by place and clause what counts of cases that are closed to the reader. They can list the others, and so know
    what is left: it must not be ``is_thin``.
    """

    counts: Mapping[Place, Array]
    blocks: Sequence[Block] | None = None
    people: Collection[Place] = ()
    closed: Mapping[Place, Mapping[str, Counted]] = {}

    @property
    def exact(self) -> bool:
        return self.blocks is None

    def at(self, holds: Holds) -> Array | None:
        """The counts of these places together; None where they are withheld or no place has any."""
        if self.blocks is not None and not self._may_be_told(self.blocks, holds):
            return None
        found = [counts for place, counts in self.counts.items() if holds(place)]
        return np.sum(found, axis=0) if found else None

    def _may_be_told(self, blocks: Sequence[Block], holds: Holds) -> bool:
        if not is_whole(blocks, {place for place in self.people if holds(place)}):
            return False
        return not is_thin(of for place, groups in self.closed.items() if holds(place) for of in groups.values())

    def figure(self, holds: Holds) -> Proportion:
        """``held`` and ``n`` of these places together, of an array that begins with these two.

        What is not exact is withheld where it is rounded away.
        """
        counts = self.at(holds)
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

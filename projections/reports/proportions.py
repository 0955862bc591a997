"""Proportions: so many of so many, with interval and change; waits; and the scope (place) of a figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal, NamedTuple

from projections.ledger.ledger import Place
from projections.scoring.scores import Interval, wilson

Level = Literal["area", "division", "team", "officer"]
LEVELS: tuple[Level, ...] = ("area", "division", "team", "officer")


class Proportion(NamedTuple):
    """``held`` of ``n``: duties met of those that fell due, or cases sufficient of those that count.

    ``withheld``: the reader is not told it (``disclosure``); it holds no number then.
    """

    held: int = 0
    n: int = 0
    withheld: bool = False

    def __add__(self, other: object) -> "Proportion":
        if not isinstance(other, Proportion):
            return NotImplemented
        return Proportion(self.held + other.held, self.n + other.n)

    def less(self, other: "Proportion") -> "Proportion":
        """The rest without another proportion that is part of this one."""
        return Proportion(self.held - other.held, self.n - other.n)

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.held, self.n) if self.n else None

    @property
    def score(self) -> Fraction | None:
        """Per cent; None where nothing counts."""
        return Fraction(100 * self.held, self.n) if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval, in per cent."""
        return wilson(self.held, self.n)


WITHHELD = Proportion(withheld=True)


def total(figures: Iterable[Proportion]) -> Proportion:
    held = n = 0
    for figure in figures:
        held, n = held + figure.held, n + figure.n
    return Proportion(held, n)


class Waits(NamedTuple):
    """``ended``: pairs of a number of working days and how many waits ended after it, ascending. ``waiting``: not ended yet."""

    ended: tuple[tuple[int, int], ...] = ()
    waiting: int = 0

    @property
    def n(self) -> int:
        return sum(count for _, count in self.ended) + self.waiting

    def quantile(self, share: Fraction) -> int | None:
        """The working days within which this share of all waits had ended; None where fewer had ended, or there are none."""
        wanted, seen = ceil(share * self.n), 0
        for days, count in self.ended:
            seen += count
            if seen >= max(wanted, 1):
                return days
        return None

    @property
    def median(self) -> int | None:
        return self.quantile(Fraction(1, 2))

    @property
    def ninetieth(self) -> int | None:
        return self.quantile(Fraction(9, 10))

    @property
    def longest(self) -> int | None:
        """The longest wait that has ended; None: none has."""
        return self.ended[-1][0] if self.ended else None

    @classmethod
    def of(cls, days: Mapping[int | None, int]) -> "Waits":
        """From the number of waits of each length; None: not ended."""
        ended = sorted((d, count) for d, count in days.items() if d is not None)
        return cls(tuple(ended), days.get(None, 0))


class ScopeParts(NamedTuple):
    """The parts of a place at one level, in order."""

    level: Level
    scopes: list["Scope"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The place of a figure: one area, division, team or officer. Without a level: all that the reader answers for."""

    level: Level | None = None
    name: str = ""

    def holds(self, place: Place) -> bool:
        return self.level is None or getattr(place, self.level) == self.name

    @property
    def spelled(self) -> str:
        """``team:Gloucester``, as an address carries it; empty for everything."""
        return f"{self.level}:{self.name}" if self.level else ""

    @classmethod
    def read(cls, text: str) -> "Scope":
        """The scope from its text. ``ValueError``: it is not written as in ``spelled``."""
        if not text:
            return cls()
        level, colon, name = text.partition(":")
        if level not in LEVELS or not colon or not name:
            raise ValueError(f"'{text}' names no level and place; write it like team:Gloucester")
        return cls(level, name)

    def parts(self, places: Iterable[Place]) -> ScopeParts | None:
        """The parts at the next lower level at which these places differ, in order; None for an officer."""
        held = [place for place in places if self.holds(place)]
        below = LEVELS if self.level is None else LEVELS[LEVELS.index(self.level) + 1 :]
        for level in below:
            names = sorted({getattr(place, level) for place in held})
            if len(names) > 1 or (names and level == "officer"):
                return ScopeParts(level, [Scope(level, name) for name in names])
        return None

"""Figures: so many of so many, with interval and change, and the places that they are for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal, NamedTuple

from projections.ledger.ledger import Place
from projections.scoring.finding_text import exceeds_chance
from projections.scoring.scores import Interval, wilson

Level = Literal["area", "division", "team", "officer"]
LEVELS: tuple[Level, ...] = ("area", "division", "team", "officer")


class Proportion(NamedTuple):
    """``held`` of ``n``: duties met of those that fell due, cases sufficient of those that count."""

    held: int = 0
    n: int = 0

    def __add__(self, other: object) -> "Proportion":
        if not isinstance(other, Proportion):
            return NotImplemented
        return Proportion(self.held + other.held, self.n + other.n)

    def less(self, other: "Proportion") -> "Proportion":
        """What is left without another figure that is part of this one."""
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


def total(figures: Iterable[Proportion]) -> Proportion:
    held = n = 0
    for figure in figures:
        held, n = held + figure.held, n + figure.n
    return Proportion(held, n)


class ProportionChange(NamedTuple):
    """From one figure to another: points of per cent, and whether that is more than chance gives (see ``findings``)."""

    points: Fraction
    beyond_chance: bool


def change(before: Proportion, now: Proportion) -> ProportionChange | None:
    """None where one of the two has nothing to count."""
    if before.score is None or now.score is None:
        return None
    return ProportionChange(now.score - before.score, bool(exceeds_chance(before, now)))


class Waits(NamedTuple):
    """How many waits ended after each number of working days, in order; ``waiting``: how many had not ended by the day."""

    ended: tuple[tuple[int, int], ...] = ()
    waiting: int = 0

    @property
    def n(self) -> int:
        return sum(count for _, count in self.ended) + self.waiting

    def quantile(self, share: Fraction) -> int | None:
        """The wait within which that share of all had ended; None where it had not for so many, or there are none."""
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
        """Of those that have ended."""
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
    """Whose figures: one area, division, team or officer; without a level, everything that the reader answers for."""

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
        """``ValueError`` where it is not so spelled."""
        if not text:
            return cls()
        level, colon, name = text.partition(":")
        if level not in LEVELS or not colon or not name:
            raise ValueError(f"'{text}' names no level and place; write it like team:Gloucester")
        return cls(level, name)

    def parts(self, places: Iterable[Place]) -> ScopeParts | None:
        """The next level down at which these places differ, and its parts in order; None for an officer."""
        held = [place for place in places if self.holds(place)]
        below = LEVELS if self.level is None else LEVELS[LEVELS.index(self.level) + 1 :]
        for level in below:
            names = sorted({getattr(place, level) for place in held})
            if len(names) > 1 or (names and level == "officer"):
                return ScopeParts(level, [Scope(level, name) for name in names])
        return None

"""A scale of days: the x coordinates of days, in CSS pixels, and the ticks of months and years."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

FITS = 802
"""The width in CSS pixels that a page shows without scrolling."""

NARROWEST, WIDEST, LONGEST = 2.2, 4.5, 4_000
"""The least and the greatest width of a day (at 2.2 a year is 803 wide), and the greatest width of a scale.

A scale of more than about five years has narrower days, so as to keep within it.
"""

SHORTEST_DAYS = 180
"""The fewest days of a scale, so that labels have room."""

APART = 64
"""The least distance between two labels of months, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A vertical line on a day. ``anchor``: which end of its label is at the line (``start`` or ``end``)."""

    x: float
    label: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Scale:
    """The days from ``first`` to ``last``, both included, and more if these are few. ``left``: the x of the first."""

    first: date
    last: date
    left: float

    @property
    def days(self) -> int:
        return max((self.last - self.first).days + 1, SHORTEST_DAYS)

    @property
    def a_day(self) -> float:
        return min(max(FITS / self.days, NARROWEST), WIDEST, LONGEST / self.days)

    @property
    def right(self) -> float:
        """The x at which the scale ends."""
        return round(self.left + self.days * self.a_day, 1)

    def x(self, day: date) -> float:
        """The x at which a day begins."""
        return round(self.left + (day - self.first).days * self.a_day, 1)

    def middle(self, day: date) -> float:
        return round(self.x(day) + self.a_day / 2, 1)

    def months(self) -> Iterator[Tick]:
        """A tick on the first day of each month, quarter, half year or year, whichever leaves room for the labels.

        Labels are like ``Dec 2004``, ``Jan 2005``, ``Feb``: the first has its year, and each where the year changes. A
        label that would run beyond the end is empty.
        """
        step = next((months for months in (1, 3, 6) if months * 30 * self.a_day >= APART), 12)
        month = self.first.replace(day=1) + relativedelta(months=0 if self.first.day == 1 else 1)
        named: int | None = None
        while (x := self.x(month)) < self.right:
            if (month.month - 1) % step == 0:
                label = f"{month:%b %Y}" if named is None or named < month.year else f"{month:%b}"
                yield Tick(x, label if x + APART <= self.right else "")
                named = month.year
            month += relativedelta(months=1)

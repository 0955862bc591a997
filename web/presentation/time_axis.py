"""A scale of days: where a day stands on a line, in CSS pixels, and where its months and years begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

FITS = 802
"""The width that a page shows without scrolling."""

NARROWEST, WIDEST, LONGEST = 2.2, 4.5, 4_000
"""Width of a day: at 2.2 a year is 803 wide. Only what would be longer than LONGEST (five years) is drawn closer."""

SHORTEST_DAYS = 180
"""What is shorter is drawn on a line of so many days, so that its labels have room."""

APART = 64
"""The least distance between two labels of months."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line on a day; ``anchor`` says which end of its label stands there (``start`` or ``end``)."""

    x: float
    label: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Scale:
    """The days from ``first`` to ``last``, both included, and those that fill a short line; ``left``: where it begins."""

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
        """Where the line ends."""
        return round(self.left + self.days * self.a_day, 1)

    def x(self, day: date) -> float:
        """Where the day begins."""
        return round(self.left + (day - self.first).days * self.a_day, 1)

    def middle(self, day: date) -> float:
        return round(self.x(day) + self.a_day / 2, 1)

    def months(self) -> Iterator[Tick]:
        """The first of each month, quarter, half or whole year, as far apart as labels need: ``Dec 2004``, ``Jan 2005``,
        ``Feb``. The year stands where it changes and at the first; a label that would run off the end is empty.
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

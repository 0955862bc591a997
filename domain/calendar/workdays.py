"""Working days of England and Wales, and the lengths of time that standards are written in.

A working day is a Monday to Friday that is no bank holiday of England and Wales. The library ``holidays`` gives these,
single ones such as the Golden Jubilee of June 2002 included. "Within n working days of X" counts X as day 0.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from dateutil.relativedelta import relativedelta

from domain.cache_folder import kept

FIRST_YEAR, LAST_YEAR = 1900, 2110
"""Entries are dated 1900 to 2100; what falls due after them may lie in the years to 2110."""

ONE_DAY = timedelta(days=1)

Unit = Literal["working day", "day", "week", "month", "hour"]

LONGEST: dict[str, int] = {"working day": 2_530, "day": 3_652, "week": 521, "month": 120, "hour": 87_648}
"""Ten years in each unit: what falls due so long after the last day of entries still has its day here."""


@cache
def working_days() -> list[date]:
    """Every working day; kept between runs for as long as the library is the same, since importing that takes long."""
    numbers = kept("working-days", _library(), _find_working_days, dump=array.tobytes, load=_numbers)
    return list(map(date.fromordinal, numbers))


def _find_working_days() -> "array[int]":
    from holidays import country_holidays

    closed = country_holidays("GB", subdiv="ENG", years=range(FIRST_YEAR, LAST_YEAR + 1))
    first, after = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR + 1, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, after))
    return array("i", (day.toordinal() for day in days if day.weekday() < 5 and day not in closed))


def _numbers(content: bytes) -> "array[int]":
    numbers = array("i")
    numbers.frombytes(content)
    return numbers


def _library() -> str:
    """The version of ``holidays`` that is installed, as the name of its folder of facts says; it need not be imported."""
    found = find_spec("holidays")
    assert found is not None
    assert found.origin is not None
    return ", ".join(sorted(path.name for path in Path(found.origin).parents[1].glob("holidays-*.dist-info")))


def is_working_day(day: date) -> bool:
    days = working_days()
    return days[bisect_left(days, day)] == day


@lru_cache(maxsize=65_536)
def add_working_days(start: date, count: int) -> date:
    """The ``count``-th working day after ``start``, or before it if negative; 0 gives ``start``, working day or not."""
    if count == 0:
        return start
    days = working_days()
    at = bisect_right(days, start) + count - 1 if count > 0 else bisect_left(days, start) + count
    return days[at]


def working_days_between(start: date, end: date) -> int:
    """The number of working days after ``start`` up to and including ``end``; negative where ``end`` is earlier."""
    days = working_days()
    return bisect_right(days, end) - bisect_right(days, start)


def working_days_within(begins: date, ends: date) -> int:
    """The number of working days from ``begins`` up to, not including, ``ends``; 0 where ``ends`` is earlier."""
    days = working_days()
    return max(0, bisect_left(days, ends) - bisect_left(days, begins))


def list_working_days(begins: date, ends: date) -> list[date]:
    """The working days from ``begins`` up to, not including, ``ends``."""
    days = working_days()
    return days[bisect_left(days, begins) : bisect_left(days, ends)]


def on_or_after(day: date) -> date:
    """The day, or where it is no working day, the next one."""
    days = working_days()
    return days[bisect_left(days, day)]


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time as a standard writes it, such as 15 working days or 16 weeks."""

    count: int
    unit: Unit

    def after(self, start: date, times: int = 1) -> date:
        """The day that lies ``times`` this length after ``start``, which is day 0.

        A month keeps the day of the month; hours are rounded up to whole days.
        """
        return _after(start, self.count * times, self.unit)

    def before_anniversary(self, start: date) -> date:
        """The last day of the time of this length that begins with ``start``: 9 May for a year from 10 May.

        A year from 29 February ends with 28 February.
        """
        after = self.after(start)
        cut_short = self.unit == "month" and after.day != start.day
        return after if cut_short else after - timedelta(days=1)

    def __str__(self) -> str:
        if self.count == 0:
            return "the same day"
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


@lru_cache(maxsize=65_536)
def _after(start: date, count: int, unit: Unit) -> date:
    match unit:
        case "working day":
            return add_working_days(start, count)
        case "day":
            return start + timedelta(days=count)
        case "week":
            return start + timedelta(weeks=count)
        case "month":
            return start + relativedelta(months=count)
        case "hour":
            return start + timedelta(days=-(-count // 24))


def read_length(text: str) -> Length:
    """A length from its words, such as ``"15 working days"`` or ``"same day"``; ``ValueError`` for others."""
    if text.strip() in ("same day", "the same day"):
        return Length(0, "day")
    found = re.fullmatch(r"([0-9]{1,4}) (working day|day|week|month|hour)s?", text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not a length of time; write it like '15 working days', '16 weeks', '12 months'")
    if int(found[1]) > LONGEST[found[2]]:
        raise ValueError(f"'{text}' is more than ten years, for which no standard lets anything wait")
    return Length(int(found[1]), found[2])  # type: ignore[arg-type]

"""Days as whole numbers, and the lengths of time that clauses allow. A day is its proleptic ordinal, as in ``datetime``."""

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple, get_args

import numpy as np

from domain.calendar.workdays import FIRST_YEAR, LAST_YEAR, Length, Unit, is_working_day
from projections.compiled.compiling import Array, compiled

NEVER = 1 << 30
"""In place of a day or a recording: none (yet). Later than any."""

ALWAYS = -NEVER
"""In place of a day: earlier than any."""

WORKING_DAY, DAY, WEEK, MONTH, HOUR = range(5)
_UNITS: tuple[Unit, ...] = ("working day", "day", "week", "month", "hour")
assert set(_UNITS) == set(get_args(Unit))


class Calendar(NamedTuple):
    """Working days and months, by day from ``first`` on; see ``after``."""

    first: int
    worked: Array  # how many working days there are up to and with each day
    working: Array  # the working days
    month: Array  # months since the first, by day
    of_month: Array  # the day of the month, from 0, by day
    months: Array  # the first day of each month


@cache
def calendar() -> Calendar:
    """The years that ``domain.calendar.workdays`` knows."""
    days = [
        date(FIRST_YEAR, 1, 1) + timedelta(n) for n in range((date(LAST_YEAR + 1, 1, 1) - date(FIRST_YEAR, 1, 1)).days)
    ]
    working = [is_working_day(day) for day in days[:-7]] + [False] * 7
    first = days[0].toordinal()
    return Calendar(
        first,
        np.cumsum(working).astype(np.int64),
        (np.flatnonzero(working) + first).astype(np.int64),
        np.array([(day.year - FIRST_YEAR) * 12 + day.month - 1 for day in days], np.int64),
        np.array([day.day - 1 for day in days], np.int64),
        np.array([day.toordinal() for day in days if day.day == 1] + [days[-1].toordinal() + 1], np.int64),
    )


def length(of: Length | None) -> tuple[int, int]:
    """A length as count and unit; none at all as a count of ``NEVER``."""
    return (NEVER, DAY) if of is None else (of.count, _UNITS.index(of.unit))


@compiled
def after(c: Calendar, start: int, count: int, unit: int) -> int:
    """The last day of a length from ``start``, which is day 0; as ``Length.after``."""
    if unit == WORKING_DAY:
        return start if count == 0 else c.working[c.worked[start - c.first] + count - 1]
    if unit == DAY:
        return start + count
    if unit == WEEK:
        return start + 7 * count
    if unit == MONTH:
        month = c.month[start - c.first] + count
        return min(c.months[month] + c.of_month[start - c.first], c.months[month + 1] - 1)
    return start - (-count // 24)

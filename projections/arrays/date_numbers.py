"""Days and instants as numbers, for arrays.

A day is the number of days since 1 January 1900 in 16 bits; ``NEVER``: none. An instant is microseconds since 1970 (UTC) in
64 bits. Its day is the day in Europe/London. Entries are dated from 1900 on. A day after ``LAST`` (in 2079) is stored as
``BEYOND``, the day after ``LAST``; the state of a duty on a day up to ``LAST`` is not affected.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.calendar.london_time import LONDON
from domain.calendar.workdays import LAST_YEAR, working_days

Days = NDArray[np.uint16]
Instants = NDArray[np.int64]
Array = NDArray[Any]

NEVER = 65_535
BEYOND = NEVER - 1
FIRST = date(1900, 1, 1)
LAST = FIRST + timedelta(days=BEYOND - 1)
STILL_KNOWN = np.iinfo(np.int64).max
"""The number that stands for *still known* as the end of a span of knowledge."""

_FIRST = FIRST.toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND
_DAYS_TO_1970 = (_EPOCH.date() - FIRST).days


def day_number(day: date | None) -> int:
    """The number of a day; ``NEVER`` for None."""
    return NEVER if day is None else min(max(day.toordinal() - _FIRST, 0), BEYOND)


def day_read(day: date) -> np.uint16:
    """The number of a day as at which rows are read; ``ValueError`` where it is not from ``FIRST`` to ``LAST``."""
    if not FIRST <= day <= LAST:
        raise ValueError(f"{day} is not between {FIRST} and {LAST}: the columns hold no other days")
    return np.uint16(day.toordinal() - _FIRST)


def day_of(number: int) -> date | None:
    """The day of a number; None for ``NEVER``."""
    return None if number == NEVER else date_of(number)


def date_of(number: int) -> date:
    """The day of a number that is not ``NEVER``."""
    return date.fromordinal(_FIRST + int(number))


def month_numbers(days: Array) -> Array:
    """For each day (a number) its month, counted from January 1970."""
    months: Array = (np.datetime64(FIRST) + days.astype(np.int64)).astype("M8[M]").astype(np.int64)
    return months


def month_number(day: date) -> int:
    """The same for one day."""
    return 12 * (day.year - 1970) + day.month - 1


def instant_number(instant: datetime | None) -> int:
    """The number of an aware instant; ``STILL_KNOWN`` for None."""
    return int(STILL_KNOWN) if instant is None else (instant - _EPOCH) // _MICROSECOND


def instant_of(number: int) -> datetime | None:
    """The instant of a number, in UTC; None for ``STILL_KNOWN``."""
    return None if number == STILL_KNOWN else _EPOCH + int(number) * _MICROSECOND


def days_fallen_on(instants: Instants) -> Days:
    """The number of the day in London on which each instant falls; ``NEVER`` for ``STILL_KNOWN``."""
    still_known = instants == STILL_KNOWN
    found = days_in_london(np.where(still_known, 0, instants)).clip(0, BEYOND)
    found[still_known] = NEVER
    return found.astype(np.uint16)


def days_in_london(instants: Instants) -> Instants:
    """The day in London of each instant, in days since 1 January 1900; up to ``LAST_YEAR`` of the working-day calendar."""
    ahead = _ahead()
    day = (instants // _DAY + _DAYS_TO_1970).clip(0, len(ahead) - 1)
    found: Instants = (instants + ahead[day]) // _DAY + _DAYS_TO_1970
    return found


@cache
def working_days_before() -> NDArray[np.int32]:
    """Working days from ``FIRST`` to each day, by day number. The difference of two is the working days between them."""
    worked = np.zeros(BEYOND + 1, np.int32)
    numbers = (day.toordinal() - _FIRST for day in working_days())
    worked[[number for number in numbers if 0 < number <= BEYOND]] = 1
    found: NDArray[np.int32] = np.cumsum(worked, dtype=np.int32)
    return found


@lru_cache(1024)
def day_begun(instant: int) -> np.uint16 | None:
    """The number of the day that begins in London exactly at this instant; None: none does, or it is out of range."""
    at = (_EPOCH + instant * _MICROSECOND).astimezone(LONDON)
    return np.uint16(day_number(at.date())) if at.time() == datetime.min.time() and FIRST < at.date() <= LAST else None


@cache
def _ahead() -> Instants:
    """Microseconds by which London is ahead of UTC at 23:00 UTC of each day. Its clocks change early in the morning."""
    count = (date(LAST_YEAR + 1, 1, 1) - FIRST).days
    found = np.empty(count, np.int64)
    for first in range(0, count, 7):  # the clocks never change twice in a week
        last = min(first + 7, count) - 1
        begins, ends = _ahead_on(first), _ahead_on(last)
        found[first : last + 1] = begins if begins == ends else [_ahead_on(n) for n in range(first, last + 1)]
    return found


def tables_of_days() -> None:
    """Work out the tables that are kept from then on, before a page asks for them."""
    working_days_before()
    _ahead()


def _ahead_on(number: int) -> int:
    day = FIRST + timedelta(days=number)
    local = datetime(day.year, day.month, day.day, 23, tzinfo=UTC).astimezone(LONDON)
    return (local.utcoffset() or timedelta()) // _MICROSECOND

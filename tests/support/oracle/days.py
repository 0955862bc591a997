"""Days of the oracle: bank holidays of England and Wales typed in from the gazetted lists, and plain walking."""

from calendar import monthrange
from datetime import date, timedelta

CLOSED_IN = {
    2002: "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26",
    2003: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2004: "01-01 04-09 04-12 05-03 05-31 08-30 12-27 12-28",
    2005: "01-03 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2006: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2007: "01-01 04-06 04-09 05-07 05-28 08-27 12-25 12-26",
    2008: "01-01 03-21 03-24 05-05 05-26 08-25 12-25 12-26",
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
}
CLOSED = {date.fromisoformat(f"{year}-{day}") for year, days in CLOSED_IN.items() for day in days.split(" ")}
ONE = timedelta(days=1)
NEW_STANDARDS = date(2005, 4, 4)
"""The first day of the standards of 2005, for all cases however old."""


def is_open(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def working_days_after(day: date, count: int) -> date:
    """Walk forward a day at a time, counting only days on which offices are open."""
    while count:
        day += ONE
        if is_open(day):
            count -= 1
    return day


def days_from(first: date, until: date) -> list[date]:
    """Every day from ``first`` up to, not including, ``until``."""
    return [first + timedelta(days=number) for number in range((until - first).days)]


def open_days(first: date, until: date) -> int:
    return sum(is_open(day) for day in days_from(first, until))


def next_open(day: date) -> date:
    """The day itself, or the next working day where offices are closed on it."""
    while not is_open(day):
        day += ONE
    return day


def months_after(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_of_months(day: date, count: int) -> date:
    """The last day of so many months that begin with ``day``: 10 May to 9 May, 29 February to 28 February."""
    after = months_after(day, count)
    return after - ONE if after.day == day.day else after

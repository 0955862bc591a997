"""Days in Europe/London, and the day on which an instant falls."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""The time zone in which every day of the program begins and ends."""

_NONE, _TWO_HOURS = timedelta(0), timedelta(hours=2)


def day_of(at: datetime) -> date:
    """The day in London on which this instant (with its offset) falls.

    Since 1848 London has been 0 to 2 hours ahead of UTC (2 in the summers of the Second World War). An instant with an
    offset in that range and an hour from 2 to 21 therefore falls on the day that is written. Most instants are such,
    and no time zone need be computed for them.
    """
    if 2 <= at.hour < 22 and at.year >= 1848:
        offset = at.utcoffset()
        if offset is not None and _NONE <= offset <= _TWO_HOURS:
            return at.date()
    return at.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """The first instant of this day in London, in UTC."""
    return datetime.combine(day, datetime.min.time(), LONDON).astimezone(UTC)

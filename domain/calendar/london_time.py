"""A day is a day in Europe/London: which one an instant falls on."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""A day is a day in Europe/London."""

_NONE, _TWO_HOURS = timedelta(0), timedelta(hours=2)


def day_of(at: datetime) -> date:
    """The day in London on which this instant (with its offset) falls.

    Since 1848 London has been nought to two hours ahead of UTC (two in the summers of the war). An instant written with
    an offset in that range and an hour from two to twenty-one is therefore on the day that it says, whatever the season.
    """
    if 2 <= at.hour < 22 and at.year >= 1848:
        offset = at.utcoffset()
        if offset is not None and _NONE <= offset <= _TWO_HOURS:
            return at.date()
    return at.astimezone(LONDON).date()

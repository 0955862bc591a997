"""Whose clock a time is of: a demonstration stands on a day of the past, and what is stored there is stored today."""

from datetime import datetime

from domain.calendar.london_time import day_of
from web.site import clock


def whose_clock(at: datetime) -> str:
    """What follows a time of the machine's clock; empty where that is not after the day that the site takes for today."""
    return " (this computer's clock)" if day_of(at) > clock.today() else ""


def clocks_differ() -> bool:
    """Whether the site takes an earlier day for today than the machine's clock says."""
    return clock.today() < clock.day()

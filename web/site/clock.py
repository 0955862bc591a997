"""What time it is for the pages of an app, so that a test, a demonstration or an audit can set it.

``domain`` and ``projections`` are given their dates; they never ask what day it is.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import current_app, has_app_context

from domain.calendar.london_time import LONDON, day_of
from web.site import system_clock


def now() -> datetime:
    """The present instant, in UTC."""
    return system_clock.now()


def day() -> date:
    """The machine's own date in Europe/London, whatever ``TODAY`` says: accounts and addresses end by it."""
    return day_of(now())


def today() -> date:
    """Today's date in Europe/London, or the date that the app's ``TODAY`` gives."""
    return _set_day() or day_of(now())


def recording_time() -> datetime:
    """The ``recorded_at`` of an entry made by hand: now, or this time of day on the day that ``TODAY`` gives."""
    day = _set_day()
    local = now().astimezone(LONDON)
    return now() if day is None else datetime.combine(day, local.time(), LONDON).astimezone(UTC)


def _set_day() -> date | None:
    if not has_app_context():
        return None
    fixed: Callable[[], date] | None = current_app.config.get("TODAY")
    return None if fixed is None else fixed()

"""The one place where the web reads a clock, so that a test, a demonstration or an audit can set it.

Rules below this layer are handed their dates; nothing in ``domain`` or ``projections`` asks what day it is.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import current_app, has_app_context

from domain.calendar.london_time import LONDON


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Europe/London, or what the app's ``TODAY`` says it is."""
    return _set_day() or now().astimezone(LONDON).date()


def recording_time() -> datetime:
    """The instant that an entry made by hand carries: now; on a set day, this time of that day."""
    day = _set_day()
    local = now().astimezone(LONDON)
    return now() if day is None else datetime.combine(day, local.time(), LONDON).astimezone(UTC)


def _set_day() -> date | None:
    if not has_app_context():
        return None
    fixed: Callable[[], date] | None = current_app.config.get("TODAY")
    return None if fixed is None else fixed()

"""The one place where the web reads a clock, so that a test, a demonstration or an audit can set it.

Rules below this layer are handed their dates; nothing in ``domain`` or ``projections`` asks what day it is.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import current_app, has_app_context

from domain.case import LONDON


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Europe/London, or what the app's ``TODAY`` says it is."""
    if has_app_context():
        fixed: Callable[[], date] | None = current_app.config.get("TODAY")
        if fixed is not None:
            return fixed()
    return now().astimezone(LONDON).date()

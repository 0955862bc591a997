"""The machine's clock: the one place where it is read. Commands ask it; pages ask ``web.site.clock``, which may be set."""

from datetime import UTC, date, datetime

from domain.calendar.london_time import LONDON


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Europe/London."""
    return now().astimezone(LONDON).date()

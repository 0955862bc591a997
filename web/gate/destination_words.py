"""What is said of a destination, on its page and at the shell."""

from datetime import datetime

from domain.calendar.london_time import LONDON, day_of
from domain.destinations.destination_rules import Destination
from web.presentation.formatting import short_date


def state_words(one: Destination, now: datetime) -> str:
    """What becomes of deliveries to it now, in words."""
    match one.state(now, day_of(now)):
        case "written in":
            return "gets nothing: it was written into the database by somebody, not registered"
        case "ended":
            return "ended: its last day has passed"
        case "stopped":
            assert one.stopped_at is not None
            return f"stopped {_instant(one.stopped_at)} by {one.stopped_by}: {one.stopped_for}"
        case "waits":
            assert one.next_try is not None
            return f"failed {one.failures} times in a row, tried again {_instant(one.next_try)}"
        case _:
            return "open" if not one.failures else f"open, failed {one.failures} times in a row"


def _instant(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{short_date(local.date())} {local:%H:%M}"

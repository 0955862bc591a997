"""What is said of a destination, on its page and at the shell."""

from datetime import datetime

from domain.accounts.roles import Account
from domain.calendar.london_time import LONDON, day_of
from domain.destinations.destination_rules import Destination
from web.gate.gate import BY_ITSELF
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
            return f"failed {_times(one.failures)}, tried again {_instant(one.next_try)}"
        case _:
            return "open" if not one.failures else f"open, failed {_times(one.failures)}"


def halted(one: Destination, account: Account | None, now: datetime) -> str:
    """Why nothing is delivered to it though two people meant it to be, in words; empty where nothing is amiss.

    ``account``: its subscriber's. What a person has stopped is as somebody meant it.
    """
    state = one.state(now, day_of(now))
    if state == "written in" or (state == "stopped" and one.stopped_by == BY_ITSELF.username):
        return state_words(one, now)
    if state == "stopped" or state == "ended" or one.wanted.kind == "mail":
        return ""
    if account is None or not account.is_open(day_of(now)):
        return f"the account {one.wanted.subscriber} is closed, or its last day has passed"
    return ""


def _times(failures: int) -> str:
    return "once" if failures == 1 else f"{failures} times in a row"


def _instant(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{short_date(local.date())} {local:%H:%M}"

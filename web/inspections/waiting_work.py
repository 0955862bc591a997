"""What waits for the reader in inspections besides reading: those that they run, and requests to confirm."""

from typing import NamedTuple

from web.services import current_cases, current_inspections
from web.site import access_control, clock, two_people


class WaitingWork(NamedTuple):
    """``running``: name and title of each inspection that the reader runs and that is not published yet, the latest first.

    ``requests``: how many requests they may confirm as the second person.
    """

    running: list[tuple[str, str]]
    requests: int


def waiting_work() -> WaitingWork:
    """What waits for the person signed in."""
    book, who = current_cases.repository(), access_control.account()
    running = [
        (name, opened.title)
        for name, opened in current_inspections.inspections().items()
        if book.inspection(name).published is None and current_inspections.runs(name)
    ]
    waiting = access_control.register().requests.still_open(clock.now())
    return WaitingWork(running, sum(two_people.may_be_confirmed(one, who) for one in waiting))

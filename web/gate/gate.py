"""The gate: everything that is pushed out of the building passes ``Gate.out``, webhooks and the mails of the digest alike.

It lets something out to a destination that is registered and open, to an account that is open, once its line stands in
the access log; and it notes what became of it. Whatever comes between, the same is sent again rather than lost.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.accounts.access_lines import Actor
from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.calendar.london_time import day_of
from domain.destinations.destination_rules import Destination, wait_after
from web.site import system_clock

BY_ITSELF = Actor("caseaudit")
"""Who is on record as having stopped a destination that failed for a day."""


class Shut(Exception):
    """Nothing goes out to this destination; the text says why."""


class Handed(NamedTuple):
    """What became of what was handed over. ``said``: the receiver's answer, or why it was not reached.

    ``wait``: how long the receiver asks to be left alone. ``gone``: it wants nothing ever again.
    """

    taken: bool
    said: str
    wait: timedelta | None = None
    gone: bool = False


class Gate:
    """The gate of one database."""

    def __init__(self, register: AccountRegister, clock: Callable[[], datetime] = system_clock.now):
        self.register, self._clock = register, clock
        self.destinations = register.destinations

    def check_open(self, number: int) -> Destination:
        """The destination of this number as it is now; ``Shut`` where nothing goes out to it."""
        found = self.destinations.destination(number)
        state = found.state(now := self._clock(), day_of(now))
        if state not in ("open", "waits"):
            raise Shut(f"destination {number} ({found.wanted.address}) is {_WORDS.get(state, state)}")
        return found

    def out(
        self, number: int, who: Account, cases: Collection[str], *, events: int, what: str, hand_over: Callable[[], Handed],
    ) -> tuple[Destination, int, Handed]:  # fmt: skip
        """Hand something over for an account. ``Shut``; ``LogUnavailable`` where no line can be written: nothing is handed over.

        ``cases``: those that it is about. Returns the destination, the number of the delivery and what became of it, which
        ``taken`` or ``failed`` is to be told.
        """
        found = self.check_open(number)
        if not who.is_open(day_of(self._clock())):
            raise Shut(f"the account {who.username} is closed, or its last day has passed")
        self.register.log.add(
            self._clock(), who, "delivered", references=cases, route="deliver", selection=f"destination {number}",
            purpose="operation", detail=f"{what} to destination {number}, {found.wanted.address}: {found.wanted.purpose}",
        )  # fmt: skip
        delivery = self.destinations.begin(number, self._clock(), events=events, cases=len(set(cases)))
        return found, delivery, hand_over()

    def taken(self, found: Destination, delivery: int, said: str, position: int, hash_: str) -> None:
        """Note that a delivery was taken, and up to where in the record everything was given."""
        self.destinations.delivered(found, delivery, said, position, hash_)

    def failed(self, found: Destination, delivery: int, handed: Handed) -> bool:
        """Note that a delivery was not taken; whether that stopped the destination: after a day of failures, or as it is gone."""
        now = self._clock()
        self.destinations.failed(found, delivery, handed.said, now, now + wait_after(found.failures + 1, handed.wait))
        if handed.gone:
            self.stop(found, f"its receiver wants nothing any more ({handed.said})")
        elif found.gives_up(now):
            since = found.failing_since
            assert since is not None
            self.stop(found, f"failed since {since:%-d %B %Y %H:%M} UTC, last: {handed.said}")
        return handed.gone or found.gives_up(now)

    def stop(self, found: Destination, reason: str) -> None:
        """Stop a destination by itself; a line of the access log says so."""
        now = self._clock()
        self.destinations.stop(found.number, by=BY_ITSELF.username, at=now, reason=reason)
        self.register.log.add(
            now, BY_ITSELF, "destination changed", route="deliver", purpose="operation",
            detail=f"destination {found.number} stopped: {reason}",
        )  # fmt: skip


_WORDS = {
    "written in": "written into the database by somebody: register it anew",
    "ended": "over: its last day has passed",
    "stopped": "stopped",
}

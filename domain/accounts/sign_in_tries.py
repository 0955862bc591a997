"""Tries to sign in: counted before anything is checked, and delayed once there were many. Nobody is locked out for good.

A try is counted for each of its subjects: the account, whether there is one or not; the client's network address; a browser in
which the account has signed in before. Each delay is at most ``LONGEST_DELAY`` after the try before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

import sqlalchemy as sa

from domain.store.engines import insert_into

FREE_OF_ONE, FREE_FROM_ONE_PLACE = 5, 50
"""Tries without a delay: for one account, and from one network address."""

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=15), timedelta(minutes=5)
"""The delay after the last free try; it doubles with each further try, up to the longest."""

FORGOTTEN = timedelta(hours=24)
"""Tries are forgotten after a day without one."""

tables = sa.MetaData()

_tries = sa.Table(
    "sign_in_tries",
    tables,
    sa.Column("subject", sa.String(100), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a try is counted for: ``key``, and how many tries it has before it must wait."""

    key: str
    free: int = FREE_OF_ONE


def client(address: str) -> Subject:
    """The network address of a client: of IPv6 its network of 64 bits, as one line has."""
    try:
        found = ip_address(address)
    except ValueError:
        return Subject(f"client {address}"[:100], FREE_FROM_ONE_PLACE)
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64)
    return Subject(f"client {found}", FREE_FROM_ONE_PLACE)


def delay(tries: int, free: int) -> timedelta:
    """How long to wait after this many tries, of which some are free."""
    over = tries - free
    return timedelta() if over < 0 else min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(over, 20))


class SignInTries:
    """The tries of one database."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine

    def take(self, subjects: Sequence[Subject], now: datetime) -> timedelta:
        """Count one try for all subjects; no time. Where one of them must wait, count none; the time to wait.

        Atomic: of many tries at once no more are counted than are free. Callers name subjects in one order.
        """
        with self.engine.begin() as c:
            held = [self._locked(c, subject, now) for subject in subjects]
            wait = max(at + delay(tries, s.free) - now for s, (tries, at) in zip(subjects, held, strict=True))
            for subject, (tries, at) in zip(subjects, held, strict=True):
                counted, when = (tries, at) if wait > timedelta() else (tries + 1, now)
                values = {"tries": counted, "at": _text(when)}
                c.execute(sa.update(_tries).where(_tries.c.subject == subject.key).values(values))
        return max(wait, timedelta())

    def waiting(self, subjects: Sequence[Subject], now: datetime) -> list[Subject]:
        """Those of these subjects that must wait now."""
        with self.engine.connect() as c:
            rows = {
                row.subject: row for row in c.execute(sa.select(_tries).where(_tries.c.at > _text(now - FORGOTTEN)))
            }
        held = ((subject, rows[subject.key]) for subject in subjects if subject.key in rows)
        return [one for one, row in held if datetime.fromisoformat(row.at) + delay(row.tries, one.free) > now]

    def succeeded(self, subjects: Sequence[Subject], now: datetime) -> None:
        """Forget the tries of an account that signed in; a client has this one try back. Forget what is old."""
        with self.engine.begin() as c:
            for subject in subjects:
                same = _tries.c.subject == subject.key
                if subject.free == FREE_OF_ONE:
                    c.execute(sa.delete(_tries).where(same))
                else:
                    c.execute(sa.update(_tries).where(same, _tries.c.tries > 0).values(tries=_tries.c.tries - 1))
        with self.engine.begin() as c:
            old = sa.select(_tries.c.subject).where(_tries.c.at < _text(now - FORGOTTEN))
            c.execute(sa.delete(_tries).where(_tries.c.subject.in_(old.with_for_update(skip_locked=True))))

    def _locked(self, c: sa.Connection, subject: Subject, now: datetime) -> tuple[int, datetime]:
        """The tries so far and the time of the last, locked until the transaction ends.

        A time in the future, from before the clock was set back, counts as now.
        """
        counted = insert_into(c, _tries).values(subject=subject.key, tries=0, at=_text(now))
        locked = counted.on_conflict_do_update(index_elements=["subject"], set_={"subject": subject.key})
        tries, at = c.execute(locked.returning(_tries.c.tries, _tries.c.at)).one()
        last = min(datetime.fromisoformat(at), now)
        return (0, now) if now - last >= FORGOTTEN else (tries, last)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

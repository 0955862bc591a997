"""The access log: who signed in, opened which case, searched for what, downloaded what, and when.

Append-only: database triggers refuse to change or delete a line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa

from domain.accounts.roles import Account
from domain.store.database import Kind, guards

Action = Literal[
    "signed in", "sign-in failed", "signed out", "viewed", "refused", "searched", "downloaded", "calendar", "recorded",
    "imported", "account made", "account changed", "password changed",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = get_args(Action)

WINDOW = timedelta(minutes=15)
TRIES_OF_ONE, TRIES_FROM_ONE_PLACE = 5, 50
"""Failed sign-ins allowed within the window: as one account, and from one network address."""

_log = sa.Table(
    "access_log",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("username", sa.String(100), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("reference", sa.String(40)),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("address", sa.String(60), nullable=False),
    sa.Index("access_log_reference", "reference"),
    sa.Index("access_log_username", "username", "action"),
    sa.Index("access_log_address", "address", "action"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the log. ``at``: UTC; ``reference``: the case it is about, if any; ``address``: the IP address."""

    at: datetime
    username: str
    name: str
    action: Action
    reference: str | None
    detail: str
    address: str


class AccessLog:
    """The log in one database."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine

    def prepare(self, kind: Kind) -> None:
        """Create the table, its indexes and the triggers that refuse changes."""
        with self.engine.begin() as c:
            c.execute(sa.schema.CreateTable(_log, if_not_exists=True))
            for index in _log.indexes:
                c.execute(sa.schema.CreateIndex(index, if_not_exists=True))
            for guard in guards(kind, "access_log", "the access log is never changed"):
                c.execute(sa.text(guard))

    def add(
        self, at: datetime, who: Account | str, action: Action, *,
        references: Iterable[str] = (), detail: str = "", address: str = "",
    ) -> None:  # fmt: skip
        """Add one line, or one line for each case in ``references``: all of them or none.

        ``at``: UTC. ``who``: an account, or the user name as typed where no account has it. Longer values are cut: that
        user name to 100 characters, ``detail`` to 2,000, ``address`` to 60.
        """
        username, name = (who.username, who.name) if isinstance(who, Account) else (who[:100], "")
        row = {
            "at": at.isoformat(timespec="seconds"), "username": username, "name": name, "action": action,
            "reference": None, "detail": detail[:2000], "address": address[:60],
        }  # fmt: skip
        rows = [row | {"reference": reference} for reference in references] or [row]
        with self.engine.begin() as c:
            c.execute(sa.insert(_log), rows)

    def count(self, *, person: str = "", staff: str = "", action: str = "") -> int:
        """The number of lines that ``lines`` gives for the same filters."""
        with self.engine.connect() as c:
            return int(c.execute(sa.select(sa.func.count()).where(*_asked(c, person, staff, action))).scalar_one())

    def lines(
        self, *, person: str = "", staff: str = "", action: str = "", limit: int | None = None, offset: int = 0
    ) -> Iterator[Seen]:
        """The lines that pass every filter given, latest first; ``limit`` None: all of them.

        ``person``: a CRN or a case reference; ``staff``: a user name or the name of a member of staff.
        """
        with self.engine.connect() as c:
            asked = _asked(c, person, staff, action)
            query = sa.select(_log).where(*asked).order_by(_log.c.id.desc()).limit(limit).offset(offset)
            for row in c.execute(query).mappings():
                yield _seen(row)

    def has_failed_often(self, username: str, address: str, now: datetime) -> bool:
        """Whether sign-ins as this user name, or from this network address, have failed too often within ``WINDOW``."""
        since = now - WINDOW
        return (
            self.failures_of(username, since) >= TRIES_OF_ONE
            or self.failures_from(address, since) >= TRIES_FROM_ONE_PLACE
        )

    def failures_of(self, username: str, since: datetime) -> int:
        """The number of failed sign-ins with this user name since this time and since its last successful sign-in."""
        last = sa.select(sa.func.max(_log.c.id)).where(_log.c.username == username, _log.c.action == "signed in")
        return self._failures(
            since, _log.c.username == username, _log.c.id > sa.func.coalesce(last.scalar_subquery(), 0)
        )

    def failures_from(self, address: str, since: datetime) -> int:
        """The number of failed sign-ins from this IP address since this time."""
        return self._failures(since, _log.c.address == address)

    def _failures(self, since: datetime, *asked: sa.ColumnElement[bool]) -> int:
        late = _log.c.at >= since.isoformat(timespec="seconds")
        query = sa.select(sa.func.count()).where(_log.c.action == "sign-in failed", late, *asked)
        with self.engine.connect() as c:
            return int(c.execute(query).scalar_one())


def _asked(c: sa.Connection, person: str, staff: str, action: str) -> list[sa.ColumnElement[bool]]:
    asked: list[sa.ColumnElement[bool]] = [_log.c.id > 0]
    if person:
        asked.append(sa.or_(_log.c.reference == person, _log.c.reference.startswith(f"{person}/", autoescape=True)))
    if staff:
        names = c.execute(sa.select(_log.c.name).distinct()).scalars()  # SQL ignores case for A to Z only
        same = [name for name in names if name.casefold() == staff.casefold()]
        asked.append(sa.or_(_log.c.username == staff, _log.c.name.in_(same)))
    if action:
        asked.append(_log.c.action == action)
    return asked


def _seen(row: Any) -> Seen:
    values = {name: row[name] for name in ("username", "name", "action", "reference", "detail", "address")}
    return Seen(at=datetime.fromisoformat(row["at"]), **values)

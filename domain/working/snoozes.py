"""Snoozes: rows that somebody has hidden from their own list of what is to be done, for some working days.

No list of anybody else and no figure changes by it. A row (a duty or a notice of a case) is hidden for ten working days at most,
and by one account twice at most. What was hidden stays here when the row shows again, so that it can be counted beside figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from domain.calendar.workdays import add_working_days
from domain.store.database import Database
from domain.store.engines import engine_of
from domain.working.working_tables import instant_text, of_person, tables

LONGEST = 10
"""Working days for which a row is hidden at most (a parameter of ours)."""

MOST = 2
"""How often one account may hide one row (a parameter of ours)."""

UNDONE_WITHIN = timedelta(minutes=10)
"""How long hiding a row can be undone, as if it had not been."""

_snoozes = sa.Table(
    "snoozes",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("since", sa.String(10), primary_key=True),
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("due_on", sa.String(10), nullable=False),
    sa.Column("from_on", sa.String(10), nullable=False),
    sa.Column("until", sa.String(10), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("shown_on", sa.String(10), nullable=True),
)


class SnoozeRefused(ValueError):
    """A row that is not hidden; the message says why, for the person who asked."""


class ListRow(NamedTuple):
    """What a row is about: a duty (``kind`` duty) or a notice of a case.

    ``name``: the id of its clause, or of the kind of notice. ``since``: the day it arose. ``entry``: what raised it; empty: none.
    """

    reference: str
    kind: str
    name: str
    since: date
    entry: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """A row hidden by an account from the day ``from_on`` up to, not including, ``until``.

    ``due_on``: the day it was due. ``shown_on``: the day from which it was shown again, sooner than that; None: it was not.
    """

    username: str
    row: ListRow
    number: int
    due_on: date
    from_on: date
    until: date
    at: datetime
    shown_on: date | None

    def hides(self, day: date) -> bool:
        """Whether it hides its row on a day."""
        return self.from_on <= day < self.until and (self.shown_on is None or day < self.shown_on)

    def can_be_undone(self, now: datetime) -> bool:
        return self.at <= now <= self.at + UNDONE_WITHIN


class Snoozes:
    """The snoozes of one database."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine

    def snooze(self, username: str, row: ListRow, due_on: date, from_on: date, days: int, now: datetime) -> Snooze:
        """Hide a row from a day on for so many working days. Raises ``SnoozeRefused``."""
        if not 0 < days <= LONGEST:
            raise SnoozeRefused(f"A row is hidden for 1 to {LONGEST} working days. Choose one of these.")
        with self.engine.begin() as c:
            before = _read(c.execute(sa.select(_snoozes).where(_of(username, row))).mappings())
            if any(one.hides(from_on) for one in before):
                raise SnoozeRefused("You have hidden this row already, perhaps in another window.")
            if len(before) >= MOST:
                raise SnoozeRefused(
                    f"You have hidden this row {MOST} times; it stays on your list now until it is done."
                )
            until = add_working_days(from_on, days)
            made = Snooze(username, row, len(before) + 1, due_on, from_on, until, now.astimezone(UTC), None)
            try:
                c.execute(sa.insert(_snoozes).values(**_written(made)))
            except IntegrityError:
                raise SnoozeRefused("You have hidden this row already, perhaps in another window.") from None
        return made

    def of(self, username: str, day: date) -> list[Snooze]:
        """What hides rows of an account on a day."""
        with self.engine.connect() as c:
            mine = sa.select(_snoozes).where(_snoozes.c.username == username, _snoozes.c.until > day.isoformat())
            return [one for one in _read(c.execute(mine).mappings()) if one.hides(day)]

    def every(self) -> list[Snooze]:
        """All that was ever hidden and not undone, by anybody: to be counted, never to be shown."""
        with self.engine.connect() as c:
            return _read(c.execute(sa.select(_snoozes)).mappings())

    def state(self) -> tuple[int, str]:
        """Another value once anything is hidden or undone: how many there are, and when the last was made."""
        with self.engine.connect() as c:
            count, last = c.execute(sa.select(sa.func.count(), sa.func.max(_snoozes.c.at))).one()
        return int(count), str(last)

    def show_again(self, username: str, row: ListRow, day: date, now: datetime) -> bool:
        """Show a row again from a day on. Within ten minutes it is as if it had not been hidden. False: it was not hidden."""
        hiding = [one for one in self.of(username, day) if one.row == row]
        with self.engine.begin() as c:
            for one in hiding:
                this = sa.and_(_of(username, row), _snoozes.c.number == one.number)
                if one.can_be_undone(now):
                    c.execute(sa.delete(_snoozes).where(this))
                else:
                    c.execute(sa.update(_snoozes).where(this).values(shown_on=day.isoformat()))
        return bool(hiding)

    def forget(self, crn: str) -> None:
        """Delete what stands of the cases of this CRN: the person is erased."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_snoozes).where(of_person(_snoozes.c.reference, crn)))


def snoozed_in(address: str) -> list[Snooze]:
    """All that was ever hidden by the accounts of a database; of none where no site was ever served from it."""
    engine = engine_of(Database.at(address))
    try:
        return Snoozes(engine).every() if sa.inspect(engine).has_table(_snoozes.name) else []
    finally:
        engine.dispose()


def _of(username: str, row: ListRow) -> sa.ColumnElement[bool]:
    values = {"username": username, **row._asdict(), "since": row.since.isoformat()}
    return sa.and_(*(_snoozes.c[name] == value for name, value in values.items()))


def _written(one: Snooze) -> dict[str, object]:
    days = {"due_on": one.due_on, "from_on": one.from_on, "until": one.until, "since": one.row.since}
    at = instant_text(one.at)
    return {
        "username": one.username, "number": one.number, "at": at, "shown_on": None, **one.row._asdict(),
        **{name: day.isoformat() for name, day in days.items()},
    }  # fmt: skip


def _read(rows: Iterable[sa.RowMapping]) -> list[Snooze]:
    return [_snooze(row) for row in rows]


def _snooze(row: sa.RowMapping) -> Snooze:
    since, due_on, from_on, until = (date.fromisoformat(row[name]) for name in ("since", "due_on", "from_on", "until"))
    about = ListRow(row["reference"], row["kind"], row["name"], since, row["entry"])
    shown_on = None if row["shown_on"] is None else date.fromisoformat(row["shown_on"])
    at = datetime.fromisoformat(row["at"])
    return Snooze(row["username"], about, row["number"], due_on, from_on, until, at, shown_on)

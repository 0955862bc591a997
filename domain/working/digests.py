"""The weekly digest: who wants one and where it goes, and what was sent to whom, so that nothing is told twice.

The address to which it goes is kept sealed under the outside key. Which address unsubscribes names nobody: it is a number made by
chance and the mark of it, so that no address that somebody made up, and no row that somebody wrote, ends or begins a digest.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from domain.outside_key import NotSealed, OutsideKey
from domain.store.engines import insert_into
from domain.working.seen_places import SeenUpTo
from domain.working.working_tables import instant_text, tables

PURPOSE = "digests"

Outcome = Literal["sending", "sent"]
"""``sending``: handed over, and nobody knows whether it arrived. It counts as sent: better once too few than told twice."""

_wishes = sa.Table(
    "digest_wishes",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("number", sa.String(40), nullable=False, unique=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("wished_at", sa.String(40), nullable=False),
)

_digests = sa.Table(
    "digests",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("week", sa.String(10), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("known_at", sa.String(40), nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
)


@dataclass(frozen=True, slots=True)
class DigestWish:
    """Somebody wants the digest. ``address``: of their mail. ``stops``: the secret part of the address that unsubscribes."""

    username: str
    address: str
    stops: str


def week_of(day: date) -> str:
    """The week of a day, as ``2005-W51`` (ISO 8601)."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


class Digests:
    """The digests of one database."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def wish(self, username: str, address: str, now: datetime) -> None:
        """Send the digest to this address from now on, in place of any other."""
        at, number = instant_text(now), secrets.token_urlsafe(16)
        row = {"number": number, "sealed": self._key.seal(PURPOSE, f"{username} {number}", address), "wished_at": at}
        insert = insert_into(self.engine, _wishes).values(username=username, **row)
        with self.engine.begin() as c:
            c.execute(insert.on_conflict_do_update(index_elements=["username"], set_=row))

    def stop(self, username: str) -> None:
        """Send no digest to this account any more; its address is forgotten."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_wishes).where(_wishes.c.username == username))

    def stopped_by(self, stops: str) -> str | None:
        """Send no digest any more to whom this secret was sent; the user name. None: it is no such secret, or used up."""
        number, _, mark = stops.partition(".")
        with self.engine.begin() as c:
            username = c.execute(sa.select(_wishes.c.username).where(_wishes.c.number == number)).scalar()
            if username is None or not self._key.is_mark(mark, PURPOSE, username, number):
                return None
            c.execute(sa.delete(_wishes).where(_wishes.c.number == number))
        return str(username)

    def wish_of(self, username: str) -> DigestWish | None:
        """What an account wishes; None where it wants no digest, or its address cannot be unsealed with this key."""
        return next(self._wishes(_wishes.c.username == username), None)

    def wishes(self) -> list[DigestWish]:
        """All wishes, in order of user name."""
        return list(self._wishes(sa.true()))

    def last(self, username: str) -> SeenUpTo | None:
        """Up to where in the record the account was told; None where it never was."""
        query = sa.select(_digests).where(_digests.c.username == username)
        with self.engine.connect() as c:
            row = c.execute(query.order_by(_digests.c.position.desc(), _digests.c.day.desc())).mappings().first()
        return None if row is None else SeenUpTo.of(row)

    def claim(self, username: str, week: str, upto: SeenUpTo) -> bool:
        """Note that the digest of a week is being sent to an account; False where it was already."""
        row = {**upto.row, "outcome": "sending"}
        try:
            with self.engine.begin() as c:
                c.execute(sa.insert(_digests).values(username=username, week=week, **row))
        except IntegrityError:
            return False
        return True

    def sent(self, username: str, week: str) -> None:
        """Note that a digest that was claimed has been taken by the server."""
        with self.engine.begin() as c:
            c.execute(sa.update(_digests).where(self._one(username, week)).values(outcome="sent"))

    def release(self, username: str, week: str) -> None:
        """Take a claim back: the digest was certainly not sent."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_digests).where(self._one(username, week), _digests.c.outcome == "sending"))

    @staticmethod
    def _one(username: str, week: str) -> sa.ColumnElement[bool]:
        return sa.and_(_digests.c.username == username, _digests.c.week == week)

    def _wishes(self, wanted: sa.ColumnElement[bool]) -> Iterator[DigestWish]:
        with self.engine.connect() as c:
            rows = c.execute(sa.select(_wishes).where(wanted).order_by(_wishes.c.username)).mappings().all()
        for row in rows:
            username, number = row["username"], row["number"]
            try:
                address = self._key.unseal(PURPOSE, f"{username} {number}", row["sealed"])
            except NotSealed:
                continue
            yield DigestWish(username, address, f"{number}.{self._key.mark(PURPOSE, username, number)}")

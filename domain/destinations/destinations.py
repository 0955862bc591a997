"""Destinations and their deliveries in the database of the accounts.

What two people registered is sealed under the outside key, so that nobody writes a destination into the table. Of deliveries
the table holds how many events and cases, never which: that stands in the access log.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from domain.destinations.destination_rules import Destination, Wanted
from domain.outside_key import OutsideKey

SEAL = "destination"

KEPT = 200
"""Deliveries of a destination that are kept, the latest ones."""

Outcome = Literal["sending", "delivered", "failed"]
"""``sending``: handed over, and nobody knows whether it arrived; the same changes are sent again."""

tables = sa.MetaData()

_destinations = sa.Table(
    "destinations",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("address", sa.String(500), nullable=False),
    sa.Column("subscriber", sa.String(100), nullable=False),
    sa.Column("types", sa.JSON, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("until", sa.String(10)),
    sa.Column("asked_by", sa.String(200), nullable=False),
    sa.Column("confirmed_by", sa.String(100), nullable=False),
    sa.Column("request", sa.Integer, nullable=False),
    sa.Column("made_at", sa.String(40), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("stopped_at", sa.String(40)),
    sa.Column("stopped_by", sa.String(200), nullable=False, server_default=""),
    sa.Column("stopped_for", sa.Text, nullable=False, server_default=""),
    sa.Column("failing_since", sa.String(40)),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_try", sa.String(40)),
)

_deliveries = sa.Table(
    "deliveries",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("destination", sa.Integer, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("cases", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Index("ix_deliveries_destination", "destination", "number"),
)


class NoSuchDestination(KeyError):
    """There is no destination of this number."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to deliver. ``said``: what the receiver answered, or why it could not be reached."""

    number: int
    destination: int
    at: datetime
    events: int
    cases: int
    outcome: Outcome
    said: str


class Destinations:
    """The destinations of one database. Threads may share it."""

    def __init__(self, engine: sa.Engine, key: OutsideKey):
        self.engine, self._key = engine, key

    def add(
        self, wanted: Wanted, *, asked_by: str, confirmed_by: str, request: int, at: datetime, position: int, hash_: str
    ) -> Destination:
        """Register a destination that gets what is stored after a position. ``hash_``: the chain's there."""
        row = {
            **wanted.values, "asked_by": asked_by, "confirmed_by": confirmed_by, "request": request, "made_at": _text(at),
        }  # fmt: skip
        row["seal"] = self._key.mark(SEAL, *_sealed(row))
        with self.engine.begin() as c:
            made = c.execute(sa.insert(_destinations).values(**row, position=position, hash=hash_)).inserted_primary_key
            assert made is not None
        return self.destination(int(made[0]))

    def every(self) -> list[Destination]:
        """All destinations, the latest first."""
        return list(self._found(sa.true()))

    def destination(self, number: int) -> Destination:
        """The destination of this number; ``NoSuchDestination``."""
        for found in self._found(_destinations.c.number == number):
            return found
        raise NoSuchDestination(number)

    def stop(self, number: int, *, by: str, at: datetime, reason: str) -> None:
        """Deliver nothing to it any more."""
        self._set(number, stopped_at=_text(at), stopped_by=by, stopped_for=reason, next_try=None)

    def start(self, number: int, position: int | None = None, hash_: str = "") -> None:
        """Deliver to it again, from where it was, or after a position of the record."""
        moved = {} if position is None else {"position": position, "hash": hash_}
        self._set(
            number,
            stopped_at=None,
            stopped_by="",
            stopped_for="",
            failing_since=None,
            failures=0,
            next_try=None,
            **moved,
        )

    def moved(self, number: int, position: int, hash_: str) -> None:
        """Note up to where it was given everything."""
        self._set(number, position=position, hash=hash_)

    def begin(self, number: int, at: datetime, *, events: int, cases: int) -> int:
        """Note that a delivery is being sent; its number. Older ones than the ``KEPT`` latest are forgotten."""
        row = {
            "destination": number,
            "at": _text(at),
            "events": events,
            "cases": cases,
            "outcome": "sending",
            "said": "",
        }
        of_it = _deliveries.c.destination == number
        oldest = (
            sa.select(_deliveries.c.number).where(of_it).order_by(_deliveries.c.number.desc()).offset(KEPT).limit(1)
        )
        with self.engine.begin() as c:
            made = c.execute(sa.insert(_deliveries).values(row)).inserted_primary_key
            assert made is not None
            c.execute(sa.delete(_deliveries).where(of_it, _deliveries.c.number <= oldest.scalar_subquery()))
        return int(made[0])

    def delivered(self, found: Destination, delivery: int, said: str, position: int, hash_: str) -> None:
        """Note that a delivery was taken, and with it up to where the destination was given everything: both or neither."""
        state = {"failing_since": None, "failures": 0, "next_try": None, "position": position, "hash": hash_}
        with self.engine.begin() as c:
            c.execute(
                sa.update(_deliveries).where(_deliveries.c.number == delivery).values(outcome="delivered", said=said)
            )
            c.execute(sa.update(_destinations).where(_destinations.c.number == found.number).values(state))

    def failed(self, found: Destination, delivery: int, said: str, at: datetime, next_try: datetime) -> None:
        """Note that a delivery was not taken, and when to try again."""
        state = {
            "failing_since": _text(found.failing_since or at), "failures": found.failures + 1, "next_try": _text(next_try)
        }  # fmt: skip
        with self.engine.begin() as c:
            c.execute(
                sa.update(_deliveries).where(_deliveries.c.number == delivery).values(outcome="failed", said=said)
            )
            c.execute(sa.update(_destinations).where(_destinations.c.number == found.number).values(state))

    def ended(self, delivery: int, outcome: Outcome, said: str) -> None:
        """Note what became of one delivery, which says nothing of the destination: a mail to an address that there is not."""
        with self.engine.begin() as c:
            c.execute(sa.update(_deliveries).where(_deliveries.c.number == delivery).values(outcome=outcome, said=said))

    def deliveries(self, number: int, limit: int) -> list[Delivery]:
        """The deliveries of a destination, the latest first."""
        query = sa.select(_deliveries).where(_deliveries.c.destination == number)
        with self.engine.connect() as c:
            rows = c.execute(query.order_by(_deliveries.c.number.desc()).limit(limit)).mappings().all()
        return [Delivery(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]

    def _set(self, number: int, **values: Any) -> None:
        with self.engine.begin() as c:
            if not c.execute(sa.update(_destinations).where(_destinations.c.number == number).values(values)).rowcount:
                raise NoSuchDestination(number)

    def _found(self, wanted: sa.ColumnElement[bool]) -> Iterator[Destination]:
        query = sa.select(_destinations).where(wanted).order_by(_destinations.c.number.desc())
        with self.engine.connect() as c:
            rows = c.execute(query).mappings().all()
        for row in rows:
            yield self._of(row)

    def _of(self, row: Any) -> Destination:
        return Destination(
            number=row["number"], wanted=Wanted.of(row), asked_by=row["asked_by"], confirmed_by=row["confirmed_by"],
            request=row["request"], made_at=datetime.fromisoformat(row["made_at"]), position=row["position"],
            hash=row["hash"], stopped_at=_instant(row["stopped_at"]), stopped_by=row["stopped_by"],
            stopped_for=row["stopped_for"], failing_since=_instant(row["failing_since"]), failures=row["failures"],
            next_try=_instant(row["next_try"]), is_ours=self._key.is_mark(row["seal"], SEAL, *_sealed(row)),
        )  # fmt: skip


def _sealed(row: Any) -> list[str]:
    """What of a destination is sealed, as texts."""
    names = ("kind", "address", "subscriber", "purpose", "until", "asked_by", "confirmed_by", "request", "made_at")
    return [*(str(row[name]) for name in names), *row["types"]]


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

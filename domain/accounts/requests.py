"""Requests: what one person asks for and a second confirms, each kept for good with what was decided of it.

Two tables, both append-only: the requests, and one decision at most of each. Two people who decide at once make one decision.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from domain.outside_key import NotSealed, OutsideKey
from domain.store.database import Kind, guards

RequestKind = Literal[
    "account made",
    "account changed",
    "name bound",
    "limit lifted",
    "taking over",
    "signing key replaced",
    "person erased",
    "text redacted",
    "destination registered",
]
KINDS: tuple[RequestKind, ...] = get_args(RequestKind)
OF_A_CASE: tuple[RequestKind, ...] = ("limit lifted", "person erased", "text redacted")
"""The kinds that are about cases: whoever may not open these does not see the request."""

PURPOSE, SEALED = "requests about persons", "sealed"
"""What is asked for of a case, and why, may hold what its file says of a person. It is kept sealed under the outside key."""

Decision = Literal["confirmed", "refused", "withdrawn"]

LIFE = timedelta(days=7)
"""How long a request can be confirmed."""

CLOCKS = timedelta(minutes=5)
"""By how much the clocks of two machines may differ. A request from later than that lies in the future: it is not confirmed."""

_tables = sa.MetaData()

_requests = sa.Table(
    "requests",
    _tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("change", sa.JSON, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked_by", sa.String(100), nullable=False),
    sa.Column("asked_at", sa.String(40), nullable=False),
    sa.Column("alone", sa.Boolean, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False, server_default=""),
)

_decisions = sa.Table(
    "request_decisions",
    _tables,
    sa.Column("request", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("decided_by", sa.String(100), nullable=False),
    sa.Column("decided_at", sa.String(40), nullable=False),
)


class AlreadyDecided(ValueError):
    """Somebody else has decided this request meanwhile."""


class NoSuchRequest(KeyError):
    """There is no request of this number."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for. ``asked_by``, ``decided_by``: user names. ``asked_at``, ``decided_at``: UTC.

    ``subject``: the user name of the account, the name that is bound, the reference of the case, the CRN, the source, the
    id of the record, or the address of the destination. ``change``: what is asked for, as JSON holds it. ``alone``: nobody
    else could confirm it, so it took effect at once.
    """

    number: int
    kind: RequestKind
    subject: str
    change: Mapping[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    alone: bool
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases that it is about, where its kind is one of ``OF_A_CASE``."""
        if self.kind not in OF_A_CASE:
            return ()
        return tuple(self.change["cases"]) if self.kind == "person erased" else (self.subject,)

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be decided. What was done alone can be confirmed at any time afterwards."""
        if self.decision is not None:
            return False
        return self.alone or self.asked_at - CLOCKS <= now <= self.asked_at + LIFE


class Requests:
    """The requests of one database. ``key``: gives the outside key, which seals each, so that nobody writes one into the table."""

    def __init__(self, engine: sa.Engine, key: Callable[[], OutsideKey]):
        self.engine, self._key = engine, key

    def guard(self, kind: Kind) -> None:
        """Create the triggers that refuse changes, where they are missing."""
        with self.engine.begin() as c:
            for table, key in ((_requests, "number"), (_decisions, "request")):
                for guard in guards(kind, table.name, "what was asked and decided is never changed", (key,)):
                    c.execute(sa.text(guard))

    def ask(
        self, kind: RequestKind, subject: str, change: Mapping[str, Any], *, reason: str, by: str, at: datetime,
        alone: bool = False,
    ) -> Request:  # fmt: skip
        """Put a request on record. ``change``: what JSON can hold."""
        row = {
            "kind": kind, "subject": subject, "change": json.loads(json.dumps(change)), "reason": reason, "asked_by": by,
            "asked_at": at.isoformat(timespec="microseconds"), "alone": alone,
        }  # fmt: skip
        if kind in OF_A_CASE:
            told = json.dumps([row["change"], reason])
            row |= {"change": {SEALED: self._key().seal(PURPOSE, f"{kind} {subject}", told)}, "reason": ""}
        row["seal"] = self._key().mark("requests", *_sealed(row))
        with self.engine.begin() as c:
            number = c.execute(sa.insert(_requests).values(row)).inserted_primary_key
            assert number is not None
        return self.request(int(number[0]))

    def request(self, number: int) -> Request:
        """The request of this number; ``NoSuchRequest``."""
        for found in self._found(_requests.c.number == number):
            return found
        raise NoSuchRequest(number)

    def is_ours(self, number: int) -> bool:
        """Whether the request was put on record by this program with the outside key, and says what it said then."""
        with self.engine.connect() as c:
            row = c.execute(sa.select(_requests).where(_requests.c.number == number)).mappings().one_or_none()
        return row is not None and self._key().is_mark(row["seal"], "requests", *_sealed(row))

    def every(self) -> list[Request]:
        """All requests, the latest first."""
        return list(self._found(sa.true()))

    def still_open(self, now: datetime) -> list[Request]:
        """Those that can be decided now, the latest first; what was done alone and is not confirmed among them."""
        return [one for one in self._found(_decisions.c.request.is_(None)) if one.is_open(now)]

    def decide(self, number: int, decision: Decision, *, by: str, at: datetime) -> None:
        """Put a decision on record. ``AlreadyDecided``: there is one."""
        row = {
            "request": number,
            "decision": decision,
            "decided_by": by,
            "decided_at": at.isoformat(timespec="microseconds"),
        }
        try:
            with self.engine.begin() as c:
                c.execute(sa.insert(_decisions).values(row))
        except sa.exc.DBAPIError as error:
            if isinstance(error, IntegrityError) or self.request(number).decision is not None:
                raise AlreadyDecided(f"request {number} was decided meanwhile") from error
            raise

    def _found(self, wanted: sa.ColumnElement[bool]) -> Iterator[Request]:
        query = sa.select(_requests, _decisions).outerjoin(_decisions, _decisions.c.request == _requests.c.number)
        with self.engine.connect() as c:
            for row in c.execute(query.where(wanted).order_by(_requests.c.number.desc())).mappings().all():
                yield _request(self._opened(row))

    def _opened(self, row: Any) -> Mapping[str, Any]:
        """The row with what it says of a person; where the outside key does not open that, nothing is asked for any more."""
        held = row["change"]
        if row["kind"] not in OF_A_CASE or SEALED not in held:
            return dict(row)
        try:
            change, reason = json.loads(self._key().unseal(PURPOSE, f"{row['kind']} {row['subject']}", held[SEALED]))
        except NotSealed:
            change, reason = {}, "[sealed]"
        return {**row, "change": change, "reason": reason}


def _sealed(row: Any) -> list[str]:
    """What of a request is sealed, as texts."""
    change = json.dumps(row["change"], sort_keys=True)
    return [
        *(row[name] for name in ("kind", "subject", "reason", "asked_by", "asked_at")),
        change,
        str(bool(row["alone"])),
    ]


def _request(row: Any) -> Request:
    values = {name: row[name] for name in ("number", "kind", "subject", "change", "reason", "asked_by", "alone")}
    decided = row["decided_at"]
    return Request(
        **values, asked_at=datetime.fromisoformat(row["asked_at"]), decision=row["decision"], decided_by=row["decided_by"],
        decided_at=None if decided is None else datetime.fromisoformat(decided),
    )  # fmt: skip

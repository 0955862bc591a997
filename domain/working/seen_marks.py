"""Seen marks: up to where in the record somebody has marked what changed as seen, for one account and one team.

A mark is private to its account. It measures nothing, and never says that oversight took place. Beside it stand single cases: one
that stays listed until it is opened is *held* at an earlier mark; one that was opened is seen up to there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from domain.store.engines import insert_into
from domain.working.working_tables import tables

UNDONE_WITHIN = timedelta(minutes=10)
"""How long a mark can be taken back."""

_marks = sa.Table(
    "seen_marks",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("team", sa.String(200), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("known_at", sa.String(40), nullable=False),
    sa.Column("marked_at", sa.String(40), nullable=False),
    sa.Column("before", sa.Text, nullable=True),
)

_cases = sa.Table(
    "seen_cases",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("held", sa.Text, nullable=True),
    sa.Column("opened", sa.Text, nullable=True),
)


@dataclass(frozen=True, slots=True)
class SeenUpTo:
    """A place in the record. ``position``: of the last entry seen, with the chain's ``hash`` there (hex); 0: none, the day counts.

    ``day``: the day read. ``known_at``: what was recorded before this instant was there to be seen, where the record has no such
    position any more. UTC.
    """

    position: int
    hash: str
    day: date
    known_at: datetime

    @property
    def order(self) -> tuple[int, date]:
        """By which one place is later than another."""
        return self.position, self.day


@dataclass(frozen=True, slots=True)
class SeenMark:
    """The mark of one account and team. ``marked_at``: when, UTC."""

    upto: SeenUpTo
    marked_at: datetime

    def can_be_undone(self, now: datetime) -> bool:
        """Whether it was made in the last ten minutes."""
        return self.marked_at <= now <= self.marked_at + UNDONE_WITHIN


@dataclass(frozen=True, slots=True)
class SeenCase:
    """One case of an account. ``held``: it is listed from there, whatever the mark says. ``opened``: it was seen up to there."""

    held: SeenUpTo | None
    opened: SeenUpTo | None


class SeenMarks:
    """The marks of one database."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine

    def of(self, username: str) -> Mapping[str, SeenMark]:
        """The marks of an account by team."""
        with self.engine.connect() as c:
            rows = c.execute(sa.select(_marks).where(_marks.c.username == username)).mappings().all()
        return {row["team"]: SeenMark(_upto(row), datetime.fromisoformat(row["marked_at"])) for row in rows}

    def cases(self, username: str) -> Mapping[str, SeenCase]:
        """The single cases of an account by reference."""
        with self.engine.connect() as c:
            rows = c.execute(sa.select(_cases).where(_cases.c.username == username)).all()
        return {row.reference: SeenCase(_place(row.held), _place(row.opened)) for row in rows}

    def mark(
        self, username: str, team: str, upto: SeenUpTo, now: datetime, *, held: Mapping[str, SeenUpTo],
        lost: SeenUpTo | None = None,
    ) -> bool:  # fmt: skip
        """Move the mark of a team to a place; False where it stands there or later already.

        ``held``: the cases that stay listed, each with the place from which it is listed. One that is held already stays so.
        ``lost``: where the mark stands, if the record has nothing there any more (it was restored): then it moves in any case.
        """
        with self.engine.begin() as c:
            # Written first: on SQLite that takes the lock, so that nobody moves the mark between reading and moving it.
            first = {**_row(SeenUpTo(0, "", date.min, upto.known_at)), "marked_at": "", "before": None}
            c.execute(
                insert_into(self.engine, _marks).values(username=username, team=team, **first).on_conflict_do_nothing()
            )
            mine = sa.and_(_marks.c.username == username, _marks.c.team == team)
            row = c.execute(sa.select(_marks).where(mine).with_for_update()).mappings().one()
            if row["marked_at"] and _upto(row) != lost and _upto(row).order >= upto.order:
                return False
            before = json.dumps({**_row(_upto(row)), "marked_at": row["marked_at"]}) if row["marked_at"] else None
            c.execute(sa.update(_marks).where(mine).values(**_row(upto), marked_at=_text(now), before=before))
            for reference, place in held.items():
                insert = insert_into(self.engine, _cases).values(
                    username=username, reference=reference, held=_written(place)
                )
                kept = {"held": sa.func.coalesce(_cases.c.held, insert.excluded.held)}
                c.execute(insert.on_conflict_do_update(index_elements=["username", "reference"], set_=kept))
        return True

    def undo(self, username: str, teams: Iterable[str], now: datetime) -> list[str]:
        """Take the marks of these teams back where they were made in the last ten minutes; the teams of which this was done."""
        undone = []
        with self.engine.begin() as c:
            for team in teams:
                mine = sa.and_(_marks.c.username == username, _marks.c.team == team)
                row = c.execute(sa.select(_marks).where(mine)).mappings().one_or_none()
                if row is None or not SeenMark(_upto(row), datetime.fromisoformat(row["marked_at"])).can_be_undone(now):
                    continue
                same = sa.and_(mine, _marks.c.marked_at == row["marked_at"])
                before = row["before"] and json.loads(row["before"])
                change = sa.update(_marks).values(**before, before=None) if before else sa.delete(_marks)
                if c.execute(change.where(same)).rowcount:
                    undone.append(team)
        return undone

    def open(self, username: str, reference: str, upto: SeenUpTo) -> None:
        """Note that the account has opened a case at a place: what changed on it up to there is seen, and it is held no longer."""
        insert = insert_into(self.engine, _cases).values(username=username, reference=reference, opened=_written(upto))
        with self.engine.begin() as c:
            there = c.execute(
                sa.select(_cases.c.opened).where(_cases.c.username == username, _cases.c.reference == reference)
            ).scalar()
            if there is not None and _upto(json.loads(there)).order > upto.order:
                return
            same = {"opened": _written(upto), "held": sa.null()}
            c.execute(insert.on_conflict_do_update(index_elements=["username", "reference"], set_=same))

    def forget(self, crn: str) -> None:
        """Delete what stands of the cases of this CRN: the person is erased."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_cases).where(_cases.c.reference.startswith(f"{crn}/", autoescape=True)))


def _row(upto: SeenUpTo) -> dict[str, object]:
    return {"position": upto.position, "hash": upto.hash, "day": upto.day.isoformat(), "known_at": _text(upto.known_at)}


def _upto(row: sa.RowMapping | Mapping[str, object]) -> SeenUpTo:
    return SeenUpTo(
        int(str(row["position"])), str(row["hash"]), date.fromisoformat(str(row["day"])),
        datetime.fromisoformat(str(row["known_at"])),
    )  # fmt: skip


def _written(upto: SeenUpTo) -> str:
    return json.dumps(_row(upto))


def _place(written: str | None) -> SeenUpTo | None:
    return None if written is None else _upto(json.loads(written))


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")

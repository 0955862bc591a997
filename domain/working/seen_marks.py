"""Seen marks: up to where in the record somebody has marked what changed as seen, for one account and one team.

A mark is private to its account. It measures nothing, and never says that oversight took place. Beside it stand single cases: one
that stays listed until it is opened is *held* at an earlier mark; one that was opened is seen up to there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from domain.store.engines import insert_into
from domain.working.seen_places import SeenUpTo
from domain.working.working_tables import instant_text, of_person, tables

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
        return {row["team"]: SeenMark(SeenUpTo.of(row), datetime.fromisoformat(row["marked_at"])) for row in rows}

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
            first = {**SeenUpTo(0, "", date.min, upto.known_at).row, "marked_at": "", "before": None}
            c.execute(
                insert_into(self.engine, _marks).values(username=username, team=team, **first).on_conflict_do_nothing()
            )
            mine = sa.and_(_marks.c.username == username, _marks.c.team == team)
            row = c.execute(sa.select(_marks).where(mine).with_for_update()).mappings().one()
            if row["marked_at"] and SeenUpTo.of(row) != lost and SeenUpTo.of(row).order >= upto.order:
                return False
            before = json.dumps({**SeenUpTo.of(row).row, "marked_at": row["marked_at"]}) if row["marked_at"] else None
            c.execute(sa.update(_marks).where(mine).values(**upto.row, marked_at=instant_text(now), before=before))
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
                if row is None or not SeenMark(
                    SeenUpTo.of(row), datetime.fromisoformat(row["marked_at"])
                ).can_be_undone(now):
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
            if there is not None and SeenUpTo.of(json.loads(there)).order > upto.order:
                return
            same = {"opened": _written(upto), "held": sa.null()}
            c.execute(insert.on_conflict_do_update(index_elements=["username", "reference"], set_=same))

    def forget(self, crn: str) -> None:
        """Delete what stands of the cases of this CRN: the person is erased."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_cases).where(of_person(_cases.c.reference, crn)))


def _written(upto: SeenUpTo) -> str:
    return json.dumps(upto.row)


def _place(written: str | None) -> SeenUpTo | None:
    return None if written is None else SeenUpTo.of(json.loads(written))

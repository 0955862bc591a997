"""Recent cases: the cases that an account opened last, by their references alone. They help one person to go back to a case."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from domain.store.engines import insert_into
from domain.working.working_tables import instant_text, of_person, tables

NotNoted = DBAPIError
"""The database did not take a note of a recent case."""


MOST = 10
"""Cases kept for one account."""

_recent = sa.Table(
    "recent_cases",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
)


class RecentCases:
    """The recent cases of one database."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine

    def of(self, username: str) -> list[str]:
        """The references of an account's recent cases, the latest first."""
        mine = sa.select(_recent.c.reference).where(_recent.c.username == username)
        with self.engine.connect() as c:
            return list(c.execute(mine.order_by(_recent.c.at.desc(), _recent.c.reference).limit(MOST)).scalars())

    def note(self, username: str, reference: str, now: datetime) -> None:
        """Put a case first. Of more than ten the earliest go."""
        at = instant_text(now)
        insert = insert_into(self.engine, _recent).values(username=username, reference=reference, at=at)
        kept = sa.select(_recent.c.reference).where(_recent.c.username == username)
        kept = kept.order_by(_recent.c.at.desc(), _recent.c.reference).limit(MOST)
        with self.engine.begin() as c:
            c.execute(insert.on_conflict_do_update(index_elements=["username", "reference"], set_={"at": at}))
            last = list(c.execute(kept).scalars())
            c.execute(sa.delete(_recent).where(_recent.c.username == username, _recent.c.reference.not_in(last)))

    def forget(self, crn: str) -> None:
        """Delete the cases of this CRN from every list: the person is erased."""
        with self.engine.begin() as c:
            c.execute(sa.delete(_recent).where(of_person(_recent.c.reference, crn)))

"""How many requests each machine account has made in the present minute: counted in the database, for all processes together.

Every process of every machine that serves the site counts into the same row, so the limit holds over all of them.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from domain.store.engines import insert_into

WINDOW = 60
"""Seconds of a window; it begins with a minute of UTC."""

AHEAD = 1
"""Windows by which the clock of another machine may be ahead. Later ones are from before the clock was set back."""

tables = sa.MetaData()

_calls = sa.Table(
    "api_calls",
    tables,
    sa.Column("username", sa.String(100), primary_key=True),
    sa.Column("begun", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.Integer, nullable=False),
)


class Counted(NamedTuple):
    """The requests of an account in its window with this one, and the seconds until the window ends."""

    calls: int
    seconds: int

    def left(self, limit: int) -> int:
        """How many more it may make in this window."""
        return max(0, limit - self.calls)


class ApiCalls:
    """The requests of one database's machine accounts."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine

    def count(self, username: str, now: datetime) -> Counted:
        """Count one request. Atomic: no two requests get the same number in a window."""
        at = int(now.timestamp())
        window = at // WINDOW
        first = insert_into(self.engine, _calls).values(username=username, begun=window, calls=1)
        goes_on = sa.and_(_calls.c.begun >= window, _calls.c.begun <= window + AHEAD)
        counted = first.on_conflict_do_update(
            index_elements=["username"],
            set_={
                "calls": sa.case((goes_on, _calls.c.calls + 1), else_=1),
                "begun": sa.case((goes_on, _calls.c.begun), else_=window),
            },
        ).returning(_calls.c.begun, _calls.c.calls)
        with self.engine.begin() as c:
            begun, calls = c.execute(counted).one()
        return Counted(int(calls), (int(begun) + 1) * WINDOW - at)

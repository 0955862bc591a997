"""A mark in a database that the demonstration made, and what tells a database without one."""

from datetime import datetime

import sqlalchemy as sa

from domain.entries.entry import Entry
from domain.store.entry_codec import topic_of
from domain.store.hash_chain import TABLE

_mark = sa.Table("demonstration", sa.MetaData(), sa.Column("begun_at", sa.String(40), primary_key=True))
_entries = sa.table(TABLE, sa.column("actor"), sa.column("topic"))
_of_cases = _entries.c.topic.not_like("register.%")


def is_marked(engine: sa.Engine) -> bool:
    """Whether the demonstration began this database."""
    with engine.connect() as c:
        return sa.inspect(c).has_table(_mark.name) and c.execute(sa.select(_mark)).first() is not None


def mark(engine: sa.Engine, now: datetime) -> None:
    """Mark this database as the demonstration's."""
    with engine.begin() as c:
        _mark.create(c, checkfirst=True)
        c.execute(sa.insert(_mark).values(begun_at=now.isoformat()))


def actors(engine: sa.Engine) -> set[str]:
    """Who stored entries of cases and inspections in this database."""
    with engine.connect() as c:
        return set(c.execute(sa.select(_entries.c.actor).where(_of_cases).distinct()).scalars())


def entries_stored(engine: sa.Engine, *, no_type: type[Entry], nor_by: str) -> int:
    """How many entries of cases and inspections this database holds of other types than this one, that others stored."""
    wanted = _of_cases & (_entries.c.topic != topic_of(no_type)) & (_entries.c.actor != nor_by)
    with engine.connect() as c:
        return int(c.execute(sa.select(sa.func.count()).select_from(_entries).where(wanted)).scalar_one())

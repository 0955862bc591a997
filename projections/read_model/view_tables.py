"""The tables of the read model: the ledgers of all cases, twice, so that one table can be rebuilt while the other is read.

A table of ledgers is a *generation*. The table ``views`` holds for each generation the position it has reached, and which
one is live. All of it can be derived again at any time.
"""

import hashlib
import re

import sqlalchemy as sa

from domain.store.database import Database, NotPrepared
from projections.ledger.derived_by import derived_by

VERSION = 4
"""Increase it with every change of these tables. What the rows depend on is in ``derived_by``."""

GENERATIONS = ("a", "b")

OURS = re.compile("views|view_places|view_[ab]_[a-z]+")
"""The names of the tables that this or an earlier version of the program made."""

_tables = sa.MetaData()
_reference = sa.String(40).with_variant(sa.VARCHAR(40, collation="C"), "postgresql")

VIEWS = sa.Table(
    "views",
    _tables,
    sa.Column("generation", sa.String(1), primary_key=True),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("build", sa.String(40)),
    sa.Column("made_by", sa.String(64), nullable=False),
)


def _generation(generation: str) -> sa.Table:
    """The table of a generation: of each case the ledger (see ``ledger_codec``).

    ``position``: the position of the record up to which entries were read for it. ``version``: how many entries its own
    file held there.
    """
    return sa.Table(
        f"view_{generation}_cases",
        _tables,
        sa.Column("reference", _reference, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("ledger", sa.LargeBinary, nullable=False),
    )


TABLES = {generation: _generation(generation) for generation in GENERATIONS}


def made_by() -> str:
    """A hash of what the rows depend on (see ``derived_by``) and of the version of the tables."""
    return hashlib.sha256(f"{VERSION} {derived_by()}".encode()).hexdigest()


def make_tables(writing: sa.Engine) -> None:
    """Make the tables. Where another version of the program made them, they are dropped and made again, empty."""
    with writing.execution_options(writes=False).connect() as c:  # where nothing is to be made, nobody is waited for
        if _are_current(c):
            return
    with writing.begin() as c:
        if _are_current(c):
            return
        for name in filter(OURS.fullmatch, sa.inspect(c).get_table_names()):
            c.exec_driver_sql(f"DROP TABLE {name}")
        _tables.create_all(c)
        c.execute(
            sa.insert(VIEWS),
            [
                {"generation": g, "live": g == GENERATIONS[0], "position": 0, "build": None, "made_by": made_by()}
                for g in GENERATIONS
            ],
        )


def _are_current(c: sa.Connection) -> bool:
    """Whether the tables are there, and were made by this version of the program."""
    if not sa.inspect(c).has_table(VIEWS.name):
        return False
    said = c.execute(sa.select(VIEWS.c.made_by)).scalars().all()
    return len(said) == len(GENERATIONS) and set(said) == {made_by()}


def require_tables(database: Database, reading: sa.Engine) -> None:
    """Raise ``NotPrepared`` unless the tables exist and were made by this version of the program."""
    with reading.connect() as c:
        found = sa.inspect(c).has_table(VIEWS.name)
        said = set(c.execute(sa.select(VIEWS.c.made_by)).scalars()) if found else set()
    if said != {made_by()}:
        why = "views made by another version of caseaudit" if said else "no views yet"
        raise NotPrepared(f"{database} has {why}: run `caseaudit migrate` first")

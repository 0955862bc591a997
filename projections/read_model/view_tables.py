"""The tables of the read model: the ledgers of all cases, in two sets, so that one can be rebuilt while the other is read.

A set is a *generation*. The table ``views`` holds for each generation the position it has reached, and which one is live.
All rows can be derived again at any time.
"""

import hashlib
from importlib.resources import files
from typing import NamedTuple

import sqlalchemy as sa

from domain import __version__
from domain.store.database import Database, NotPrepared
from projections.obligations.clause_catalogue import catalogue

VERSION = 1
"""Increase it with every change of these tables or of the ledger's rows."""

GENERATIONS = ("a", "b")

KINDS = ("duties", "spells", "judgements", "lates")
"""The kinds of row, in the order of ``Ledger.kinds``."""

_tables = sa.MetaData()
_reference = sa.String(40).with_variant(sa.VARCHAR(40, collation="C"), "postgresql")
_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

VIEWS = sa.Table(
    "views",
    _tables,
    sa.Column("generation", sa.String(1), primary_key=True),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("build", sa.String(40)),
    sa.Column("made_by", sa.String(64), nullable=False),
)

PLACES = sa.Table(
    "view_places",
    _tables,
    sa.Column("id", _number, primary_key=True, autoincrement=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("area", "division", "team", "officer", "officer_grade")),
    sa.UniqueConstraint("area", "division", "team", "officer", "officer_grade"),
)


class Tables(NamedTuple):
    """The tables of one generation."""

    cases: sa.Table
    duties: sa.Table
    spells: sa.Table
    judgements: sa.Table
    lates: sa.Table

    @property
    def kinds(self) -> tuple[sa.Table, ...]:
        """The tables of ledger rows, in the order of ``KINDS``."""
        return self.duties, self.spells, self.judgements, self.lates


def _table(generation: str, kind: str, *columns: sa.Column[object], index: tuple[str, ...] = ()) -> sa.Table:
    """A table of rows. ``known_from`` and ``known_to``: microseconds since 1970, UTC."""
    name = f"view_{generation}_{kind}"
    return sa.Table(
        name,
        _tables,
        sa.Column("id", _number, primary_key=True, autoincrement=True),
        sa.Column("reference", _reference, nullable=False),
        *columns,
        sa.Column("known_from", sa.BigInteger, nullable=False),
        sa.Column("known_to", sa.BigInteger),
        sa.Index(f"{name}_of_case", "reference", "known_to"),
        *([sa.Index(f"{name}_of_{index[0]}", *index)] if index else []),
    )


def _generation(g: str) -> Tables:
    cases = sa.Table(
        f"view_{g}_cases",
        _tables,
        sa.Column("reference", _reference, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("excluded", sa.Text, nullable=False),
    )
    duties = _table(
        g, "duties",
        sa.Column("clause", sa.Integer, nullable=False), sa.Column("value", sa.Integer, nullable=False),
        sa.Column("arises_on", sa.Date, nullable=False), sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("met_on", sa.Date), sa.Column("ended_on", sa.Date), sa.Column("raised_by", sa.Text),
        sa.Column("met_by", sa.Text, nullable=False), sa.Column("place", _number, nullable=False),
    )  # fmt: skip
    spells = _table(
        g, "spells",
        sa.Column("begins_on", sa.Date, nullable=False), sa.Column("ends_before", sa.Date),
        sa.Column("name", sa.Text, nullable=False), sa.Column("order_type", sa.Text, nullable=False),
        sa.Column("gender", sa.Text, nullable=False), sa.Column("ethnicity", sa.Text, nullable=False),
        sa.Column("disability", sa.Boolean, nullable=False), sa.Column("place", _number, nullable=False),
        sa.Column("tier", sa.Integer), sa.Column("risk", sa.Text), sa.Column("mappa_level", sa.Integer),
        sa.Column("started_on", sa.Date, nullable=False), sa.Column("ended_on", sa.Date),
        index=("place", "known_to", "ends_before"),
    )  # fmt: skip
    judgements = _table(
        g, "judgements",
        sa.Column("judged_on", sa.Date, nullable=False), sa.Column("entry", sa.Text, nullable=False),
        sa.Column("framework", sa.Text, nullable=False), sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False), sa.Column("overrules", sa.Boolean, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )  # fmt: skip
    lates = _table(
        g, "lates",
        sa.Column("entry", sa.Text, nullable=False), sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_on", sa.Date, nullable=False), sa.Column("recorded_on", sa.Date, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
    )  # fmt: skip
    return Tables(cases, duties, spells, judgements, lates)


TABLES = {generation: _generation(generation) for generation in GENERATIONS}


def made_by() -> str:
    """A hash of what the rows depend on: versions of program and tables, the standards and the frameworks."""
    said = hashlib.sha256(repr((VERSION, __version__, catalogue().names)).encode())
    for folder in ("standards", "frameworks"):
        for path in sorted(files("domain.policy").joinpath(folder).iterdir(), key=lambda p: p.name):
            if path.name.endswith(".yaml"):
                said.update(path.read_bytes())
    return said.hexdigest()


def make_tables(writing: sa.Engine) -> None:
    """Make the tables. Where another version of the program made them, they are dropped and made again, empty."""
    with writing.begin() as c:
        if sa.inspect(c).has_table(VIEWS.name):
            said = c.execute(sa.select(VIEWS.c.made_by)).scalars().all()
            if len(said) == len(GENERATIONS) and set(said) == {made_by()}:
                return
        _tables.drop_all(c)
        _tables.create_all(c)
        c.execute(
            sa.insert(VIEWS),
            [
                {"generation": g, "live": g == GENERATIONS[0], "position": 0, "build": None, "made_by": made_by()}
                for g in GENERATIONS
            ],
        )


def require_tables(database: Database, reading: sa.Engine) -> None:
    """Raise ``NotPrepared`` unless the tables exist and were made by this version of the program."""
    with reading.connect() as c:
        found = sa.inspect(c).has_table(VIEWS.name)
        said = set(c.execute(sa.select(VIEWS.c.made_by)).scalars()) if found else set()
    if said != {made_by()}:
        why = "views made by another version of caseaudit" if said else "no views yet"
        raise NotPrepared(f"{database} has {why}: run `caseaudit migrate` first")

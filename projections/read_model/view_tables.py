"""The tables of the read model: the ledgers of all cases, in two sets, so that one can be rebuilt while the other is read.

A set is a *generation*. The table ``views`` holds for each generation the position it has reached, and which one is live.
All rows can be derived again at any time.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain import __version__
from domain.store.database import Database, NotPrepared
from projections.ledger.row_kinds import ROW_KINDS, Holds, RowField, RowKind
from projections.obligations.clause_catalogue import catalogue

VERSION = 2
"""Increase it with every change of these tables or of the ledger's rows."""

GENERATIONS = ("a", "b")

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
        """The tables of ledger rows, in the order of ``ROW_KINDS``."""
        return self.duties, self.spells, self.judgements, self.lates


_TYPES: Mapping[Holds, Any] = {
    "day": sa.Date, "instant": sa.BigInteger, "number": sa.Integer, "flag": sa.Boolean, "place": _number, "name": sa.Text,
    "entry": sa.Text, "entries": sa.Text,
}  # fmt: skip
_WORDS: Mapping[Any, Any] = {str: sa.Text, int: sa.Integer, bool: sa.Boolean}


def _column(field: RowField) -> "sa.Column[Any]":
    """The column of a field. An instant: microseconds since 1970, UTC. A place: its number. Entries: JSON."""
    type_ = _WORDS[field.of] if field.holds == "word" else _TYPES[field.holds]
    return sa.Column(field.name, type_, nullable=field.optional)


def _table(generation: str, kind: RowKind) -> sa.Table:
    """The table of one kind of ledger row. ``known_from`` and ``known_to``: microseconds since 1970, UTC."""
    name = f"view_{generation}_{kind.name}"
    return sa.Table(
        name,
        _tables,
        sa.Column("id", _number, primary_key=True, autoincrement=True),
        sa.Column("reference", _reference, nullable=False),
        *map(_column, kind.fields),
        sa.Column("known_from", sa.BigInteger, nullable=False),
        sa.Column("known_to", sa.BigInteger),
        sa.Index(f"{name}_of_case", "reference"),
    )


def _generation(g: str) -> Tables:
    cases = sa.Table(
        f"view_{g}_cases",
        _tables,
        sa.Column("reference", _reference, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("excluded", sa.Text, nullable=False),
    )
    return Tables(cases, *(_table(g, kind) for kind in ROW_KINDS.values()))


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

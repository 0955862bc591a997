"""The read model: the ledgers of all cases in tables, read for any cases at any moment."""

import weakref
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.accounts.roles import Level
from domain.store.database import Database
from domain.store.engines import engines_of
from domain.store.record_reader import Lag, RecordReader
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.moment import Moment
from projections.ledger.ledger import Ledger, Place
from projections.read_model.row_codecs import PlaceNumbers, duty_row, judgement_row, known_of, late_row, spell_row
from projections.read_model.view_generations import GenerationState, live_in
from projections.read_model.view_predicates import Predicate, known, on_the_day, wanted
from projections.read_model.view_tables import KINDS, PLACES, TABLES, Tables, make_tables, require_tables

CASES_PER_QUERY = 1000
"""Cases whose rows of one kind are fetched with one query."""


class ReadModel:
    """The read model of one database. Safe to share between threads; create it after a fork.

    ``prepare``: whether to make the tables (None: for SQLite yes, for PostgreSQL no). Raises ``NotPrepared`` where the
    tables are missing or were made by another version.
    """

    def __init__(self, address: str, *, prepare: bool | None = None):
        self.database = Database.at(address)
        self.reading, self.writing = engines_of(self.database)
        weakref.finalize(self, self.reading.dispose)
        if prepare or (prepare is None and self.database.kind == "sqlite"):
            make_tables(self.writing)
        else:
            require_tables(self.database, self.reading)
        self.stored = RecordReader(self.reading)
        self.place_numbers = PlaceNumbers(self.reading, self.writing)

    def close(self) -> None:
        self.reading.dispose()

    @property
    def position(self) -> int:
        """The position of the record up to which every entry is in the read model."""
        return self.live().position

    def lag(self) -> Lag:
        """How far the read model is behind the record."""
        return self.stored.behind(self.position)

    def live(self) -> GenerationState:
        """The generation that is read."""
        with self.reading.connect() as c:
            return live_in(c)

    def cases(self) -> list[str]:
        """The references of all cases, in order."""
        with self.snapshot() as (c, of):
            return list(c.execute(sa.select(of.cases.c.reference).order_by(of.cases.c.reference)).scalars())

    def places(self, moment: Moment) -> list[Place]:
        """The places that held cases on the day, as known at the moment; in order."""
        with self.snapshot() as (c, of):
            query = sa.select(of.spells.c.place).where(*on_the_day(of, moment)).distinct()
            numbers = c.execute(query).scalars().all()
        return sorted(self.place_numbers[number] for number in numbers)

    def case_snapshots(
        self,
        moment: Moment,
        *,
        held: tuple[Level, Collection[str]] | None = None,
        references: Iterable[str] | None = None,
        clauses: Collection[int] | None = None,
        unmet: bool = False,
        kinds: Collection[str] = KINDS,
    ) -> Iterator[CaseSnapshot]:
        """The cases that had begun by the moment's day, as known then, in order of reference.

        ``held``: only cases held on the day in these areas, divisions, teams or by these officers. ``references``: only
        these cases. Rows are fetched for ``CASES_PER_QUERY`` cases at a time, so that memory does not grow with the
        number of cases. All rows are read from one state of the database.

        ``clauses``: only duties under these (numbers in the catalogue). ``unmet``: only duties that had arisen and were
        not met by the day: only these can be due, overdue or missed. ``kinds``: which of ``duties``, ``lates`` and
        ``judgements`` to fetch.
        """
        with self.snapshot() as (c, of):
            duties = wanted(of, moment, clauses, unmet)
            for spells in self._spells(c, of, moment, held, references):
                yield from self._snapshots(c, of, moment, spells, duties, kinds)

    def ledgers(self, references: Iterable[str] | None = None) -> Iterator[tuple[str, Ledger]]:
        """The complete ledgers of these cases (None: of all), in order of reference."""
        with self.snapshot() as (c, of):
            every = sa.select(of.cases.c.reference).order_by(of.cases.c.reference)
            named = sorted(set(references)) if references is not None else list(c.execute(every).scalars())
            for some in _by(CASES_PER_QUERY, named):
                found = {reference: Ledger() for reference in some}
                for kind, table in enumerate(of.kinds):
                    for values in c.execute(sa.select(*list(table.c)[1:]).where(table.c.reference.in_(some))):
                        found[values[0]].kinds[kind].append(known_of(kind, values, self.place_numbers))
                yield from found.items()

    @contextmanager
    def snapshot(self) -> Iterator[tuple[sa.Connection, Tables]]:
        """A transaction that reads one state of the database, and the live tables in it."""
        with self.reading.connect() as c, c.begin():
            if c.dialect.name == "postgresql":
                # Before the first read: no rebuild may empty a table that this reader will read.
                every = ", ".join(table.name for of in TABLES.values() for table in of)
                c.exec_driver_sql(f"LOCK TABLE {every} IN ACCESS SHARE MODE")
            yield c, live_in(c).tables

    def _spells(
        self, c: sa.Connection, of: Tables, moment: Moment, held: tuple[Level, Collection[str]] | None,
        references: Iterable[str] | None,
    ) -> Iterator[Sequence[Any]]:  # fmt: skip
        """The spells that contain the day, ``CASES_PER_QUERY`` at a time."""
        t = of.spells
        query = sa.select(t).where(*on_the_day(of, moment)).order_by(t.c.reference)
        if held is not None:
            level, names = held
            here = sa.select(PLACES.c.id).where(PLACES.c[level].in_(sorted(names)))
            query = query.where(t.c.place.in_(c.execute(here).scalars().all()))
        if references is not None:
            for some in _by(CASES_PER_QUERY, sorted(set(references))):
                yield c.execute(query.where(t.c.reference.in_(some))).all()
            return
        streamed = query.execution_options(stream_results=True, max_row_buffer=CASES_PER_QUERY)
        yield from c.execute(streamed).partitions(CASES_PER_QUERY)

    def _snapshots(
        self, c: sa.Connection, of: Tables, moment: Moment, spells: Sequence[Any], duties: Predicate,
        kinds: Collection[str],
    ) -> Iterator[CaseSnapshot]:  # fmt: skip
        these = [spell.reference for spell in spells]
        rows: Mapping[str, Mapping[str, list[Any]]] = {
            name: self._rows(c, table, these, moment, codec, *asked) if name in kinds else {}
            for name, table, codec, asked in (
                ("duties", of.duties, duty_row, duties), ("lates", of.lates, late_row, []),
                ("judgements", of.judgements, judgement_row, []),
            )
        }  # fmt: skip
        limits = sa.select(of.cases.c.reference, of.cases.c.excluded)
        limited = {
            reference: frozenset(msgspec.json.decode(names, type=list[str]))
            for reference, names in c.execute(
                limits.where(of.cases.c.reference.in_(these), of.cases.c.excluded != "[]")
            )
        }
        for spell in spells:
            reference = spell.reference
            yield CaseSnapshot.of_rows(
                reference, moment, spell_row(spell[2:-2], self.place_numbers),
                duties=rows["duties"].get(reference, []), lates=rows["lates"].get(reference, []),
                judgements=rows["judgements"].get(reference, []), excluded=limited.get(reference, frozenset()),
            )  # fmt: skip

    def _rows(
        self, c: sa.Connection, table: sa.Table, references: Sequence[str], moment: Moment, row: Any,
        *asked: sa.ColumnElement[bool],
    ) -> Mapping[str, list[Any]]:  # fmt: skip
        found: defaultdict[str, list[Any]] = defaultdict(list)
        query = sa.select(*list(table.c)[1:-2]).where(table.c.reference.in_(references), *known(table, moment), *asked)
        for values in c.execute(query):
            found[values[0]].append(row(values[1:], self.place_numbers))
        return found


def _by(number: int, references: Sequence[str]) -> Iterator[Sequence[str]]:
    return (references[at : at + number] for at in range(0, len(references), number))

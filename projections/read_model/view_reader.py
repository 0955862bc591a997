"""The read model: the ledgers of all cases in tables, from which the columns are made."""

import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from domain.store.damage import DamagedViews
from domain.store.database import Database
from domain.store.engines import engines_of
from domain.store.record_reader import Lag, RecordReader
from projections.ledger.ledger import Ledger
from projections.read_model.ledger_codec import decode_ledger
from projections.read_model.view_generations import GenerationState, live_in
from projections.read_model.view_tables import TABLES, make_tables, require_tables

CASES_PER_QUERY = 100
"""Cases whose ledgers are fetched with one query."""


class StoredLedger(NamedTuple):
    """The ledger of a case as the tables hold it: made from the record up to a position.

    ``version``: how many entries its own file held there.
    """

    reference: str
    version: int
    position: int
    ledger: Ledger


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

    def cases(self, most: int | None = None) -> list[str]:
        """The references of all cases (or of the first ``most``), in order."""
        with self.snapshot() as (c, of):
            return list(c.execute(sa.select(of.c.reference).order_by(of.c.reference).limit(most)).scalars())

    def ledgers(self, references: Iterable[str] | None = None) -> Iterator[StoredLedger]:
        """The complete ledgers of these cases (None: of all), in order of reference."""
        with self.snapshot() as (c, of):
            every = sa.select(of.c.reference).order_by(of.c.reference)
            named = sorted(set(references)) if references is not None else list(c.execute(every).scalars())
            for some in _by(CASES_PER_QUERY, named):
                query = sa.select(of.c.reference, of.c.version, of.c.position, of.c.ledger).where(
                    of.c.reference.in_(some)
                )
                for reference, version, position, stored in c.execute(query.order_by(of.c.reference)):
                    yield StoredLedger(reference, int(version), int(position), _read(stored))

    def others_rewritten(self, references: Collection[str], since: Callable[[str], int]) -> Mapping[str, set[str]]:
        """For each of these cases the other files of its person whose ledgers were made up to a later position than ``since``."""
        people = self.stored.people.files_of(references)
        others = {other for reference, files in people.items() for other in files if other != reference}
        if not others:
            return {}
        with self.snapshot() as (c, of):
            rows = c.execute(sa.select(of.c.reference, of.c.position).where(of.c.reference.in_(others))).all()
        rewritten = {row.reference for row in rows if int(row.position) > since(row.reference)}
        return {reference: rewritten.intersection(files) - {reference} for reference, files in people.items()}

    @contextmanager
    def snapshot(self) -> Iterator[tuple[sa.Connection, sa.Table]]:
        """A transaction that reads one state of the database, and the live table in it."""
        with self.reading.connect() as c, c.begin():
            if c.dialect.name == "postgresql":
                # Before the first read: no rebuild may empty a table that this reader will read.
                every = ", ".join(table.name for table in TABLES.values())
                c.exec_driver_sql(f"LOCK TABLE {every} IN ACCESS SHARE MODE")
            yield c, live_in(c).table


def _read(stored: bytes) -> Ledger:
    try:
        return decode_ledger(bytes(stored))
    except (ValueError, msgspec.MsgspecError) as error:
        raise DamagedViews("a ledger in the tables of the views cannot be read: it is not what was derived") from error


def _by(number: int, references: Sequence[str]) -> Iterator[Sequence[str]]:
    return (references[at : at + number] for at in range(0, len(references), number))

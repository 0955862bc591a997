"""Keep the column store up to date: the latest generation of files, with later changes from the read model added.

Columns are made from the read model, hold nothing else, and can be deleted at any time.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from hashlib import sha256
from pathlib import Path

from domain.cache_folder import cache_folder
from domain.store.database import Database
from domain.store.record_reader import is_case
from projections.columns.column_files import ColumnParts, UnreadableColumns, generations, latest_generation
from projections.columns.column_manifest import HashedPosition
from projections.columns.column_merge import merge
from projections.columns.column_store import ColumnStore
from projections.read_model.follower_lock import SQLITE_POLL, task_lock
from projections.read_model.rebuild import WorkerPool, open_read_model, rebuild
from projections.read_model.view_reader import ReadModel

LOG = logging.getLogger("caseaudit")

SMALL_RECORD = 5000
"""A record of up to so many cases is read into memory where it has no column files. A larger one needs files."""

CASES_PER_PIECE = 500
"""Cases in one piece of work."""

MOST_CHANGES = 5000
"""Entries after the files that are added to them at most. The follower makes new files after half of that."""


def columns_folder(database: Database) -> Path:
    """The folder of a database's columns: ``CASEAUDIT_COLUMNS``, else beside an SQLite file or in the user's cache."""
    named = os.environ.get("CASEAUDIT_COLUMNS")
    if named:
        return Path(named)
    if database.kind == "sqlite" and not database.in_memory:
        return Path(f"{database.address}-columns")
    return cache_folder() / sha256(str(database).encode()).hexdigest()[:16]


class ColumnsNotMade(RuntimeError):
    """There are no readable columns of this record, and too many cases to make them while a page waits."""


class ColumnKeeper:
    """The column store of one database, in files in the folder ``home``. Safe to share between threads."""

    def __init__(self, read_model: ReadModel, home: Path):
        self.read_model, self.home = read_model, home
        self._base: ColumnStore | None = None
        self._made: Path | None = None
        self._changed = self._columns = ColumnStore.of(())
        self._lock = threading.Lock()

    def current(self) -> ColumnStore:
        """The column store at the position of the read model, or of the latest files where too much was stored since.

        Raises ``ColumnsNotMade``.
        """
        with self._lock:
            if self._base is None or self._newest() != self._made:
                self._begin()
            if (position := self.read_model.position) != self._columns.position:
                self._take_in(position)
            return self._columns

    def needs_new_files(self) -> bool:
        """Whether new files should be made: there are none and many cases, or much was stored since they were made."""
        base = self._latest()
        if base is None:
            return len(self.read_model.cases()) > SMALL_RECORD
        return len(self.read_model.stored.after(base.position, MOST_CHANGES // 2)) == MOST_CHANGES // 2

    def make(self, pool: WorkerPool) -> bool:
        """Make new files from the read model, by a pool of workers; False where another process is making them."""
        with task_lock(self.read_model.database, self.read_model.writing, "columns") as mine:
            if mine is None:
                return False
            position, address = self.read_model.position, self.read_model.database.address
            pieces, parts = (
                ((address, some, position) for some in _by(CASES_PER_PIECE, self.read_model.cases())),
                self._parts("making"),
            )
            for columns in pool(read_columns, pieces):
                parts.add(columns)
            parts.write(self.home, self._head())
        return True

    def rebuild(self, pool: WorkerPool, report_progress: Callable[[int], None] = lambda cases: None) -> int:
        """Rebuild the read model (``projections.read_model.rebuild``) and make new files from it; return the number of cases."""
        parts, written = self._parts("rebuilding"), False
        cases = rebuild(self.read_model, pool, report_progress, parts.add)
        while not written:
            with task_lock(self.read_model.database, self.read_model.writing, "columns") as mine:
                if written := mine is not None:
                    parts.write(self.home, self._head())
            if not written:  # another process is making files from the generation that is no longer live
                time.sleep(SQLITE_POLL)
        if self.needs_new_files():  # more was stored meanwhile than is added to files
            self.make(pool)
        return cases

    def _head(self) -> HashedPosition:
        """The head of the record. Asked after rows were read, it lies after every entry that they come from."""
        standing = self.read_model.stored.standing(0)
        return HashedPosition(standing.head, standing.hash)

    def _parts(self, made_by: str) -> ColumnParts:
        return ColumnParts(self.home / f"parts-{made_by}")

    def _latest(self) -> ColumnStore | None:
        """The latest files that are whole and of this record. What is refused is said in the log."""
        try:
            return latest_generation(self.home, self.read_model.stored.hash_at)
        except UnreadableColumns as error:
            LOG.warning("columns that cannot be used: %s", error)
            return None

    def _newest(self) -> Path | None:
        return next(reversed(generations(self.home)), None)

    def _begin(self) -> None:
        """Start from the latest files, or from the read model where there are none."""
        self._made = self._newest()
        self._base = self._latest() or self._read_all()
        self._changed, self._columns = ColumnStore.of(()), self._base

    def _read_all(self) -> ColumnStore:
        cases, position = self.read_model.cases(), self.read_model.position
        if len(cases) > SMALL_RECORD:
            raise ColumnsNotMade(
                "the columns of this record have not been made yet: run `caseaudit follow` beside the site"
            )
        return _read(self.read_model, cases, position)

    def _take_in(self, position: int) -> None:
        """Add the cases that have changed to the base, as they are now."""
        entered = self.read_model.stored.after(self._columns.position, MOST_CHANGES)
        if len(entered) == MOST_CHANGES or position < self._columns.position:
            if self._columns.numbers <= SMALL_RECORD:
                self._base = self._columns = self._read_all()
                self._changed = ColumnStore.of(())
            return
        changed = {one.reference for one in entered if is_case(one.reference) and one.position <= position}
        self._changed = merge([self._changed.with_changes(_read(self.read_model, changed, position))])
        assert self._base is not None
        self._columns = self._base.with_changes(self._changed)


def read_columns(address: str, references: list[str], position: int) -> ColumnStore:
    """One piece of work: the columns of some cases, from the read model at an address."""
    return _read(open_read_model(address), references, position)


def _read(read_model: ReadModel, references: Collection[str], position: int) -> ColumnStore:
    """The columns of some cases from the tables. Of the entries only those are taken from which the rows were made."""
    stored = {one.reference: one for one in read_model.ledgers(references)}
    versions = {reference: one.version for reference, one in stored.items()}
    files = read_model.stored.files(versions, versions)
    return ColumnStore.of(
        ((file.reference, stored[file.reference].ledger, list(file.entries.values())) for file in files), position,
        read_model.stored.hash_at(position) or "",
    )  # fmt: skip


def _by(number: int, references: list[str]) -> Iterator[list[str]]:
    return (references[at : at + number] for at in range(0, len(references), number))

"""Keeping columns: the latest generation of files, and what the views have taken in since laid over it.

Columns hold nothing of their own: they are made from the views, and may be thrown away at any time.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

from domain.cache_folder import cache_folder
from domain.store.database import Database
from domain.store.record_reader import is_case
from projections.columns.column_builder import recorded_by_day
from projections.columns.column_files import Parts, generations, latest
from projections.columns.column_merge import join
from projections.columns.column_store import ColumnStore
from projections.read_model.follower_lock import LOOK, alone
from projections.read_model.rebuild import Crew, opened, rebuild
from projections.read_model.view_reader import ReadModel

SMALL = 5000
"""Up to so many cases are read into memory where there are no files of columns; beyond, they are made first."""

PIECE = 500
"""Cases that are read at once."""

LAID = 5000
"""Up to so many entries since the files were made are laid over them; the follower makes new files from half of that."""


def columns_folder(database: Database) -> Path:
    """Where the columns of a database lie: ``CASEAUDIT_COLUMNS``, else beside an SQLite file or in the user's cache."""
    named = os.environ.get("CASEAUDIT_COLUMNS")
    if named:
        return Path(named)
    if database.kind == "sqlite" and not database.in_memory:
        return Path(f"{database.address}-columns")
    return cache_folder() / sha256(str(database).encode()).hexdigest()[:16]


class NotMade(RuntimeError):
    """There are no columns of this record that can be read, and too many cases to make them while a page waits."""


class ColumnKeeper:
    """The columns of one database, in files in the folder ``home``. Safe to share between threads."""

    def __init__(self, views: ReadModel, home: Path):
        self.views, self.home = views, home
        self._base: ColumnStore | None = None
        self._made: Path | None = None
        self._changed = self._columns = ColumnStore.of(())
        self._lock = threading.Lock()

    def current(self) -> ColumnStore:
        """The columns as far as the views go, or as the latest files where too much has come since; else ``NotMade``."""
        with self._lock:
            if self._base is None or self._newest() != self._made:
                self._begin()
            if (position := self.views.position) != self._columns.position:
                self._take_in(position)
            return self._columns

    def wanting(self) -> bool:
        """Whether new files should be made: there are none and many cases, or much has come since they were made."""
        base = latest(self.home)
        if base is None:
            return len(self.views.cases()) > SMALL
        return len(self.views.stored.after(base.position, LAID // 2)) == LAID // 2

    def make(self, crew: Crew) -> bool:
        """Make new files from the views, by a crew; False where another is doing so."""
        with alone(self.views.database, self.views.writing, "columns") as mine:
            if mine is None:
                return False
            position, address = self.views.position, self.views.database.address
            pieces, parts = (
                ((address, some, position) for some in _by(PIECE, self.views.cases())),
                self._parts("making"),
            )
            for columns in crew(part, pieces):
                parts.add(columns)
            parts.write(self.home)
        return True

    def rebuild(self, crew: Crew, told: Callable[[int], None] = lambda cases: None) -> int:
        """Make the views anew (see ``projections.read_model.rebuild``), and new files by the way; the number of cases."""
        parts, written = self._parts("rebuilding"), False
        cases = rebuild(self.views, crew, told, parts.add)
        while not written:
            with alone(self.views.database, self.views.writing, "columns") as mine:
                if written := mine is not None:
                    parts.write(self.home)
            if not written:  # another is at it, from the views that are no longer live
                time.sleep(LOOK)
        if self.wanting():  # so much came meanwhile that it would not be laid over them
            self.make(crew)
        return cases

    def _parts(self, made_by: str) -> Parts:
        return Parts(self.home / f"parts-{made_by}")

    def _newest(self) -> Path | None:
        return next(reversed(generations(self.home)), None)

    def _begin(self) -> None:
        """From the latest files; without any, from the views."""
        self._made = self._newest()
        self._base = latest(self.home) or self._read_all()
        self._changed, self._columns = ColumnStore.of(()), self._base

    def _read_all(self) -> ColumnStore:
        cases, position = self.views.cases(), self.views.position
        if len(cases) > SMALL:
            raise NotMade("the columns of this record have not been made yet: run `caseaudit follow` beside the site")
        return _read(self.views, cases, position)

    def _take_in(self, position: int) -> None:
        """Lay over the base the cases that have changed, as they are now."""
        entered = self.views.stored.after(self._columns.position, LAID)
        if len(entered) == LAID or position < self._columns.position:
            if self._columns.numbers <= SMALL:
                self._base = self._columns = self._read_all()
                self._changed = ColumnStore.of(())
            return
        changed = {one.reference for one in entered if is_case(one.reference) and one.position <= position}
        self._changed = join([self._changed.with_changes(_read(self.views, changed, position))])
        assert self._base is not None
        self._columns = self._base.with_changes(self._changed)


def part(address: str, references: list[str], position: int) -> ColumnStore:
    """The columns of some cases, read from the views of a database."""
    return _read(opened(address), references, position)


def _read(views: ReadModel, references: Collection[str], position: int) -> ColumnStore:
    named = sorted(references)
    recorded: dict[str, Mapping[date, int]] = {
        file.reference: recorded_by_day(file.entries.values()) for file in views.stored.files(named)
    }
    return ColumnStore.of(views.ledgers(named), recorded, position)


def _by(number: int, references: list[str]) -> Iterator[list[str]]:
    return (references[at : at + number] for at in range(0, len(references), number))

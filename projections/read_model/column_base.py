"""The files that columns start from: where they lie, and the latest of them that fit the record."""

import logging
import os
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from domain.cache_folder import cache_folder
from domain.private_folder import is_private
from domain.store.database import Database
from domain.store.record_reader import RecordReader
from projections.columns.column_files import OtherRecord, UnreadableColumns, generations, read_generation
from projections.columns.column_store import ColumnStore

LOG = logging.getLogger("caseaudit")


class ColumnBase(NamedTuple):
    """The columns of one generation of files, mapped into memory, the record's hash at their position, and their folder."""

    columns: ColumnStore
    hash: str
    folder: Path


def columns_folder(database: Database) -> Path:
    """The folder of a database's columns: ``CASEAUDIT_COLUMNS``, else beside an SQLite file or in the user's cache."""
    named = os.environ.get("CASEAUDIT_COLUMNS")
    if named:
        return Path(named)
    if database.kind == "sqlite" and not database.in_memory:
        return Path(f"{database.path}-columns")
    return cache_folder() / sha256(database.identity.encode()).hexdigest()[:16]


def is_writable(home: Path) -> bool:
    """Whether files can be made in this folder, which may not exist yet, and nobody else can make any."""
    if not is_private(home):
        return False
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def newest_folder(home: Path) -> Path | None:
    """The folder of the newest generation; None where there is none."""
    return next(reversed(generations(home)), None)


class BaseReader:
    """Opens the files of one folder. What it refuses is said in the log, once for each folder."""

    def __init__(self, home: Path, stored: RecordReader):
        self.home, self.stored = home, stored
        self._damaged: set[Path] = set()
        self._said: set[Path] = set()

    def latest(self) -> ColumnBase | None:
        """The latest generation that can be read and is of this record; None where there is none, or others can write there."""
        if self.home.exists() and not is_private(self.home):
            self._say(
                self.home, UnreadableColumns(f"others can write to {self.home}, or put another folder in its place")
            )
            return None
        for folder in reversed(generations(self.home)):
            if folder in self._damaged:
                continue  # files never change: they need not be read again
            try:
                return self._opened(folder)
            except OtherRecord as error:
                self._say(folder, error)
            except UnreadableColumns as error:
                self._damaged.add(folder)
                self._say(folder, error)
            except FileNotFoundError:
                return self.latest()  # a newer generation has replaced it meanwhile
        return None

    def _opened(self, folder: Path) -> ColumnBase:
        columns = read_generation(folder, self.stored.hash_at)
        return ColumnBase(columns, columns.hash, folder)

    def _say(self, folder: Path, why: UnreadableColumns) -> None:
        if folder not in self._said:
            self._said.add(folder)
            LOG.warning("columns that cannot be used: %s", why)

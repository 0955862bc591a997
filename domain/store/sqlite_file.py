"""Notices that an SQLite file was replaced or overwritten, so that no connection goes on reading the old one.

A connection to a file that was replaced reads the old one for good; a connection to a file that was overwritten keeps some
pages of the old one. SQLite tells neither.
"""

from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

from eventsourcing.persistence import OperationalError
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteFactory
from eventsourcing.utils import EnvType

from domain.store.database import IMMUTABLE, Database


class FileState(NamedTuple):
    """Which file it is, and when it was last written: by a checkpoint of SQLite or by anybody else. Time in nanoseconds."""

    device: int
    inode: int
    written_at: int


class FileGone(OperationalError):
    """There is no file any more where the database was."""


class WatchedFile:
    """The SQLite file of a database, which may be replaced at any time."""

    def __init__(self, database: Database):
        self.path, self._was_there = Path(database.path), database.must_exist

    def state(self) -> FileState | None:
        """The state of the file; None where it has not been made yet.

        ``FileGone`` where it was there before, or must be: whoever connected now would make an empty one in its place.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            if self._was_there:
                raise FileGone(f"{self.path}: the database is gone; is it being restored?") from None
            return None
        self._was_there = True
        return FileState(found.st_dev, found.st_ino, found.st_mtime_ns)


class WatchingPool(SQLiteConnectionPool):
    """A pool of the library's, which opens its connections again where the file has changed."""

    @staticmethod
    def detect_memory_mode(db_name: str) -> bool:
        """Whether the file needs no watching, and no write-ahead log: nobody writes to it."""
        return IMMUTABLE in db_name or SQLiteConnectionPool.detect_memory_mode(db_name)

    def __init__(self, database: Database, lock_timeout: int | None):
        self._file = WatchedFile(database)
        self._opened: WeakKeyDictionary[SQLiteConnection, FileState | None] = WeakKeyDictionary()
        super().__init__(db_name=database.uri, lock_timeout=lock_timeout)

    def _create_connection(self) -> SQLiteConnection:
        state = None if self.is_sqlite_memory_mode else self._file.state()
        connection = super()._create_connection()
        self._opened[connection] = state
        return connection

    def get_connection(self, timeout: float | None = None, *, is_writer: bool | None = None) -> SQLiteConnection:
        if not self.is_sqlite_memory_mode:
            self._close_stale()
        return super().get_connection(timeout, is_writer=is_writer)

    def _close_stale(self) -> None:
        with self._put_condition:
            state = self._file.state()
            for connection in [one for one in self._pool if self._opened[one] != state]:
                self._pool.remove(connection)
                connection.close()
                self.is_journal_mode_wal = False  # the new file may be in another mode: the next connection sets it


class WatchingFactory(SQLiteFactory):
    """The library's factory for SQLite, with a ``WatchingPool`` at the address in its environment."""

    def __init__(self, env: EnvType | None):
        super().__init__(env)
        database = Database.at(self.env.get("CASEAUDIT_ADDRESS") or "")
        self.datastore.pool = WatchingPool(database, self.datastore.pool.lock_timeout)

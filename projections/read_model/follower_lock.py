"""Locks for following, rebuilding, making columns and delivering. A lock is released when its process ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa

from domain.private_folder import open_ours
from domain.store.database import Database
from domain.store.hash_chain import TABLE

Task = Literal["follow", "rebuild", "columns", "deliver"]

ADVISORY_LOCKS: dict[Task, int] = {
    "follow": 0x0CA5E_F0110, "rebuild": 0x0CA5E_EB01D, "columns": 0x0CA5E_C0105, "deliver": 0x0CA5E_DE11E,
}  # fmt: skip
"""The numbers of PostgreSQL's advisory locks. They apply within one database."""


SQLITE_POLL = 0.25
"""Seconds between checks of an SQLite file, which does not notify."""


class FollowerLock:
    """A lock that is held. ``wait`` sleeps until something may be new."""

    def wait(self, seconds: float) -> None:
        """Up to so many seconds, until something may have been stored."""
        time.sleep(min(seconds, SQLITE_POLL))


class FollowerLockOnPostgres(FollowerLock):
    """A lock on PostgreSQL. Its connection also receives notifications of new entries; one may be lost."""

    def __init__(self, connection: Any):
        self.connection = connection
        self.connection.execute(f"LISTEN {TABLE}")

    def wait(self, seconds: float) -> None:
        """The same. Raises where the connection, and with it the lock, is lost."""
        for _ in self.connection.notifies(timeout=seconds, stop_after=1):
            pass


@contextmanager
def task_lock(database: Database, engine: sa.Engine, task: Task) -> Iterator[FollowerLock | None]:
    """The lock of a task, held within the block; None where another process or thread holds it."""
    if database.kind == "sqlite":
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        with os.fdopen(open_ours(f"{database.path}-{task}.lock", flags), "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield FollowerLock()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        key = {"key": ADVISORY_LOCKS[task]}
        if not c.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
            yield None
            return
        try:
            yield FollowerLockOnPostgres(c.connection.driver_connection)
        finally:
            c.invalidate()  # close it, do not return it to the pool: this ends the lock and LISTEN

"""Whether this program may open a database: not a backup, nor one that a restore was cut off in, nor one of a newer program.

The table of steps holds the numbers of the steps done. Negative numbers are no steps: they say what stands with the database.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from domain import __version__
from domain.store.database import Database, NotPrepared
from domain.store.entry_codec import known_topics
from domain.store.hash_chain import ChainedRecorder
from domain.store.log_tables import TYPES
from domain.store.preparation import ACCOUNTS_ENTERED, FREEZES_FIXED, STEPS, STEPS_TABLE, numbers_of

if TYPE_CHECKING:
    import sqlalchemy as sa

UNFINISHED, BACKUP, KEYS_AWAY = -1, -2, -3
"""A restore has begun and not ended; it is a backup; the keys of persons were not restored with it."""

_allowed: ContextVar[bool] = ContextVar("unfinished databases are opened", default=False)

WAY_BACK = (
    "run the newer program on it; the way back to this version is to restore a backup from before the update "
    "(caseaudit restore, docs/backup.md)"
)


class NotToBeOpened(NotPrepared):
    """This program must not open the database; the message says why, and what to do."""


@contextmanager
def restoring() -> Iterator[None]:
    """While this lasts, databases that a restore has begun, and backups, are opened: for the restore itself, and for ``verify``."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


def check_openable(database: Database, numbers: Collection[int], topics: Collection[str]) -> None:
    """``NotToBeOpened`` by the numbers in the table of steps, and the types of the entries that were stored."""
    if not _allowed.get():
        if UNFINISHED in numbers:
            raise NotToBeOpened(
                f"{database} is not whole: a restore into it was cut off. Empty or remove it, and restore again"
            )
        if BACKUP in numbers:
            raise NotToBeOpened(
                f"{database} is a backup, and stays as it is: caseaudit restore makes a database of it, caseaudit verify checks it"
            )
    if later := sorted({*numbers} - _known_steps()):
        raise NotToBeOpened(
            f"{database} was prepared by a newer caseaudit than this one ({__version__}): its tables have the steps "
            f"{', '.join(map(str, later))}, which this version does not know; {WAY_BACK}"
        )
    if unknown := sorted({*topics} - known_topics()):
        raise NotToBeOpened(
            f"{database} holds entries of types that this version ({__version__}) does not know, stored by a newer caseaudit: "
            f"{', '.join(unknown)}; {WAY_BACK}"
        )


def check_record(database: Database, recorder: ChainedRecorder) -> None:
    """``NotToBeOpened`` where this program must not open the record."""
    numbers = numbers_of(recorder)
    if numbers:
        check_openable(database, numbers, topics_of(recorder, numbers))


def check_engine(database: Database, engine: "sa.Engine") -> None:
    """The same through an engine, for what opens the tables beside the entries."""
    import sqlalchemy as sa  # what needs no tables beside the entries starts without it

    there = sa.inspect(engine)
    if not there.has_table(STEPS_TABLE):
        return
    with engine.connect() as c:
        numbers = set(c.execute(sa.text(f"SELECT number FROM {STEPS_TABLE}")).scalars())
        topics = set(c.execute(sa.text(f"SELECT topic FROM {TYPES}")).scalars()) if there.has_table(TYPES) else set()
    check_openable(database, numbers, topics)


def topics_of(recorder: ChainedRecorder, numbers: Collection[int]) -> set[str]:
    """The types of the entries that were ever stored; empty where an older version has not noted them."""
    return (
        {str(topic) for (topic,) in recorder.rows_of(f"SELECT topic FROM {TYPES}")} if TYPES_NOTED in numbers else set()
    )


TYPES_NOTED = 30
"""The number of the step from which on the types of entries are noted."""


def set_state(recorder: ChainedRecorder, number: int, *, on: bool) -> None:
    """Note, or no longer note, what stands with the database."""
    with recorder.datastore.transaction(commit=True) as c:
        c.execute(f"DELETE FROM {STEPS_TABLE} WHERE number = {number}")
        if on:
            c.execute(f"INSERT INTO {STEPS_TABLE} VALUES ({number})")


def _known_steps() -> set[int]:
    return {*STEPS, FREEZES_FIXED, ACCOUNTS_ENTERED, UNFINISHED, BACKUP, KEYS_AWAY}

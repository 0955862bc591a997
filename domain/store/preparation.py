"""The numbered steps that prepare a database further, so that one of an older version gets what this version needs.

A table holds the numbers of the steps done. The tables, triggers and indexes of the first version are no step: the recorders
make them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.entries.case_entries import (
    AccessLimited,
    AccessLimitLifted,
    EntryCorrected,
    EntryWithdrawn,
    PersonDetailsChanged,
    PersonLinked,
)
from domain.store.hash_chain import TABLE, ChainedRecorder
from domain.store.late_entries import CREATE_LATE, make_anew
from domain.store.sqlite_recorder import ChainedSQLiteRecorder, stored_register_entry, topic_of

STEPS_TABLE = f"{TABLE}_steps"

LIMITED = topic_of(AccessLimited)

MAY_CHANGE_LIMITS = "topic IN ({})".format(
    ", ".join(f"'{topic_of(of)}'" for of in (AccessLimited, AccessLimitLifted, EntryCorrected, EntryWithdrawn))
)
"""The condition of the index on entries that limit access, lift a limit, or correct or withdraw any entry.

A query must repeat it word for word: only then SQLite uses the index.
"""

LIMITS_INDEX = f"{TABLE}_limits"

MAY_LINK = "topic IN ({})".format(", ".join(f"'{topic_of(of)}'" for of in (PersonLinked, PersonDetailsChanged)))
"""The condition of the index on entries that may say that two CRNs are one person's."""

FIRST_OF_CRN = "originator_version = 1 AND substr(originator_id, 1, 7)"
"""The beginning of a condition on the CRNs of files, by an index of their first entries. A CRN has seven characters."""

Step = str | Callable[[Any, str, str], None]
"""A statement, or what is done with a cursor, the name of the column of positions, and how the driver marks a value."""


def _list_late_entries(c: Any, position: str, mark: str) -> None:
    for statement in CREATE_LATE:
        c.execute(statement)
    make_anew(c, position, mark, stored_register_entry)


STEPS: Mapping[int, Step] = {
    1: f"CREATE INDEX IF NOT EXISTS {LIMITS_INDEX} ON {TABLE} (topic, originator_id, {{position}}) "
    f"WHERE {MAY_CHANGE_LIMITS}",
    2: f"CREATE INDEX IF NOT EXISTS {TABLE}_links ON {TABLE} ({{position}}) WHERE {MAY_LINK}",
    3: f"CREATE INDEX IF NOT EXISTS {TABLE}_crns ON {TABLE} (substr(originator_id, 1, 7)) WHERE originator_version = 1",
    20: _list_late_entries,
}
"""Each step by its number. Numbers only grow, and a step once released never changes."""


def is_prepared(recorder: ChainedRecorder) -> bool:
    """Whether all steps have been done."""
    with _transaction(recorder, commit=False) as c:
        c.execute(_HAS_TABLE[_is_sqlite(recorder)])
        if c.fetchone() is None:
            return False
        c.execute(f"SELECT number FROM {STEPS_TABLE}")
        return STEPS.keys() <= {row["number"] for row in c.fetchall()}


def prepare(recorder: ChainedRecorder) -> None:
    """Do the steps that have not been done, all or none. On SQLite two processes may do so at once."""
    if is_prepared(recorder):
        return
    position = position_column(recorder)
    with _transaction(recorder, commit=True) as c:
        c.execute(f"CREATE TABLE IF NOT EXISTS {STEPS_TABLE} (number integer PRIMARY KEY)")
        for number, step in STEPS.items():
            # The number first: whoever prepares the database at the same time waits here, then leaves the step out.
            c.execute(f"INSERT INTO {STEPS_TABLE} VALUES ({number}) ON CONFLICT DO NOTHING RETURNING number")
            if not c.fetchall():
                continue
            if isinstance(step, str):
                c.execute(step.format(position=position))
            else:
                step(c, position, "?" if _is_sqlite(recorder) else "%s")


def position_column(recorder: ChainedRecorder) -> str:
    """The name of the column with the positions of entries."""
    return "rowid" if _is_sqlite(recorder) else "notification_id"


_HAS_TABLE = {
    True: f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{STEPS_TABLE}'",
    False: f"SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema AND table_name = '{STEPS_TABLE}'",
}


def _is_sqlite(recorder: ChainedRecorder) -> bool:
    return isinstance(recorder, ChainedSQLiteRecorder)


def _transaction(recorder: Any, *, commit: bool) -> Any:
    """A transaction on the recorder's database; its cursor takes the same statements on both."""
    return recorder.datastore.transaction(commit=commit)

"""The numbered steps that prepare a database further, so that one of an older version gets what this version needs.

A table holds the numbers of the steps done. The tables, triggers and indexes of the first version are no step: the recorders
make them.
"""

import re
import secrets
import socket
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
from domain.entries.register_entries import AccountSet, NameBound, TreeMade
from domain.store.entry_codec import register_row, stored_register_entry, topic_of
from domain.store.files_by_digest import Attachments, FilesByDigest, PublishedFiles, statements
from domain.store.hash_chain import TABLE, ChainedRecorder
from domain.store.lateness import CREATE_LATE, LATE_TABLE, differing, make_anew
from domain.store.log_tables import FILL_TYPES
from domain.store.sqlite_recorder import ChainedSQLiteRecorder

STEPS_TABLE = f"{TABLE}_steps"

SEALING_TABLE = f"{TABLE}_sealing"
"""One row: the record seals its texts. None: it keeps them as they are given."""

SEALS_NEW_RECORDS = True
"""Tests of what is the same in every record make plain ones."""

EARLIER = "earlier_hashes"
"""The table with the hashes of the log that this one was sealed from (``domain.store.sealed_copy``)."""

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

SETS_ACCOUNTS = "topic IN ({})".format(", ".join(f"'{topic_of(of)}'" for of in (AccountSet, NameBound)))
"""The condition of the index on the entries that say who has an account."""

FIRST_OF_CRN = "originator_version = 1 AND substr(originator_id, 1, 7)"
"""The beginning of a condition on the CRNs of files, by an index of their first entries. A CRN has seven characters."""


def _make_tree(recorder: ChainedRecorder, c: Any) -> None:
    """Give the record a name, and make the tree of the entries that an older version stored; a register entry says so."""
    recorder.log.guard(c)
    recorder.log.begin(c)
    before = recorder.log.head(c)
    if not before.origin:
        recorder.log.name(c, new_origin())
    if before.frontier.size == 0 and (entries := recorder.log.take_over(c)):
        made = TreeMade(at=recorder.clock(), entries=entries, hash=recorder.log.head(c).hash.hex())
        recorder.append_in(c, [register_row(TREE_FILE, 1, made)], PREPARED_BY)


def late_differing(recorder: ChainedRecorder) -> list[str]:
    """The files of which the table of late entries says something else than the entries: somebody changed it."""
    with _transaction(recorder, commit=False) as c:
        return differing(c, position_column(recorder), stored_register_entry)


def mend_late(recorder: ChainedRecorder) -> int:
    """Make the table of late entries anew where it differs; of how many files it did. For the owner of the tables."""
    files = late_differing(recorder)
    if files:
        with _transaction(recorder, commit=True) as c:
            c.execute(f"DELETE FROM {LATE_TABLE}")
            make_anew(c, position_column(recorder), "?" if _is_sqlite(recorder) else "%s", stored_register_entry)
    return len(files)


def new_origin() -> str:
    """A name for a record, which no other has: ``HOST/caseaudit/RECORD``. RECORD is 32 hex digits by chance."""
    host = re.sub(r"[^A-Za-z0-9.-]+", "-", socket.gethostname()) or "localhost"
    return f"{host}/caseaudit/{secrets.token_hex(16)}"


def _seal_if_new(_: ChainedRecorder, c: Any) -> None:
    """A record without entries of cases seals the texts of all to come; one with entries stays as it is until it is migrated."""
    if SEALS_NEW_RECORDS:
        of_cases = f"SELECT 1 FROM {TABLE} WHERE substr(topic, 1, 5) = 'case.'"
        c.execute(f"INSERT INTO {SEALING_TABLE} SELECT 1 WHERE NOT EXISTS ({of_cases}) ON CONFLICT DO NOTHING")


TREE_FILE, PREPARED_BY = "record:tree", "caseaudit (preparation)"
"""The file of the register entry on the tree, and who is on record as having stored it."""


Step = str | Callable[[ChainedRecorder, Any], None]
"""A statement, or what is to be done on a cursor."""


def _table_of(kept: type[FilesByDigest]) -> Step:
    def make(recorder: ChainedRecorder, c: Any) -> None:
        for statement in statements(recorder.log.kind, kept.table):
            c.execute(statement)

    return make


def _list_what_is_stored_late(recorder: ChainedRecorder, c: Any) -> None:
    for statement in CREATE_LATE:
        c.execute(statement)
    make_anew(c, position_column(recorder), "?" if _is_sqlite(recorder) else "%s", stored_register_entry)


STEPS: Mapping[int, Step] = {
    1: f"CREATE INDEX IF NOT EXISTS {LIMITS_INDEX} ON {TABLE} (topic, originator_id, {{position}}) "
    f"WHERE {MAY_CHANGE_LIMITS}",
    2: f"CREATE INDEX IF NOT EXISTS {TABLE}_links ON {TABLE} ({{position}}) WHERE {MAY_LINK}",
    3: f"CREATE INDEX IF NOT EXISTS {TABLE}_crns ON {TABLE} (substr(originator_id, 1, 7)) WHERE originator_version = 1",
    4: _list_what_is_stored_late,
    5: _make_tree,
    6: _table_of(PublishedFiles),
    7: f"CREATE INDEX IF NOT EXISTS {TABLE}_accounts ON {TABLE} ({{position}}) WHERE {SETS_ACCOUNTS}",
    10: "CREATE TABLE IF NOT EXISTS person_keys (crn text NOT NULL, generation integer NOT NULL, key text, "
    "PRIMARY KEY (crn, generation))",
    11: "CREATE TABLE IF NOT EXISTS text_keys (crn text NOT NULL, reference text NOT NULL, entry text NOT NULL, "
    "path text NOT NULL, kind text NOT NULL, key text, PRIMARY KEY (reference, entry, path, kind))",
    12: "CREATE INDEX IF NOT EXISTS ix_text_keys_crn ON text_keys (crn)",
    13: f"CREATE TABLE IF NOT EXISTS {SEALING_TABLE} (only_row integer PRIMARY KEY CHECK (only_row = 1))",
    14: _seal_if_new,
    15: "CREATE TABLE IF NOT EXISTS name_digests (digest bigint NOT NULL, reference text NOT NULL, since bigint NOT NULL, "
    "PRIMARY KEY (digest, reference))",
    16: "CREATE INDEX IF NOT EXISTS ix_name_digests_reference ON name_digests (reference)",
    17: f"CREATE TABLE IF NOT EXISTS {EARLIER} (position bigint PRIMARY KEY, hash text NOT NULL)",
    18: _table_of(Attachments),
    30: FILL_TYPES,
}
"""Each step by its number. Numbers only grow, and a step once released never changes."""

ACCOUNTS_ENTERED = 9
"""The number of the step that ``domain.accounts.older_accounts`` does: accounts of before are entered into the log."""

FREEZES_FIXED = 8
"""The number of the step that is no statement: ``domain.store.freeze_fixing`` for the freezes of a record of before."""


def is_prepared(recorder: ChainedRecorder) -> bool:
    """Whether all steps have been done."""
    return {*STEPS, FREEZES_FIXED} <= numbers_of(recorder)


def numbers_of(recorder: ChainedRecorder) -> set[int]:
    """The numbers of the steps that have been done, and those that say what stands with the database (``LEFT_OPEN``)."""
    with _transaction(recorder, commit=False) as c:
        c.execute(_HAS_TABLE[_is_sqlite(recorder)])
        if c.fetchone() is None:
            return set()
        c.execute(f"SELECT number FROM {STEPS_TABLE}")
        return {row["number"] for row in c.fetchall()}


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
            if c.fetchall():
                if isinstance(step, str):
                    c.execute(step.format(position=position))
                else:
                    step(recorder, c)


def guard(recorder: ChainedRecorder) -> None:
    """Put the triggers of entries and tiles back, where somebody has dropped them. Only ``migrate`` does so, that it be noticed."""
    with _transaction(recorder, commit=True) as c:
        recorder.log.guard(c)


def note_done(recorder: ChainedRecorder, number: int) -> None:
    """Note that a step has been done."""
    with _transaction(recorder, commit=True) as c:
        c.execute(f"INSERT INTO {STEPS_TABLE} VALUES ({number}) ON CONFLICT DO NOTHING")


def seals(recorder: ChainedRecorder) -> bool:
    """Whether the record seals its texts."""
    return bool(recorder.rows_of(f"SELECT only_row FROM {SEALING_TABLE}"))


def begin_sealing(recorder: ChainedRecorder) -> None:
    """Say that the record seals its texts. It must hold no entry yet: what is stored never changes."""
    with _transaction(recorder, commit=True) as c:
        c.execute(f"INSERT INTO {SEALING_TABLE} VALUES (1) ON CONFLICT DO NOTHING")


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

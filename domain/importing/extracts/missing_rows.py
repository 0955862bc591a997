"""The rows of an extract that have been seen, and the entries that an earlier extract gave and this one does not.

The id of an entry says from which source it came. The rows seen are kept in a temporary SQLite database, which goes to disk
when it grows, so that memory does not grow with the extract.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from domain.aggregates.amendments import known
from domain.aggregates.source_entries import RowEntry
from domain.entries.case_entries import EntryCorrected, EntryWithdrawn
from domain.store.application import Files

STEP = 1000


class MissingRow(NamedTuple):
    """An entry on file that its source no longer gives: by table and key of its row, and why."""

    case: str
    table: str
    key: str
    entry: str
    type: str
    why: str


class RowsSeen:
    """The rows of one extract of a source."""

    def __init__(self, source: str):
        self.source = source
        self.memory = sqlite3.connect("", isolation_level=None)
        self.memory.executescript(
            """
            PRAGMA journal_mode = OFF;
            CREATE TABLE seen (tab TEXT, key TEXT, line INTEGER, reference TEXT, gives TEXT, PRIMARY KEY (tab, key))
            WITHOUT ROWID;
            CREATE TABLE missing (reference TEXT, position INTEGER, tab TEXT, key TEXT, entry TEXT, why TEXT,
            PRIMARY KEY (reference, position)) WITHOUT ROWID;
            """
        )

    def add(self, table: str, key: Sequence[str], line: int, reference: str, gives: Iterable[str]) -> int:
        """Add a row. Returns the line on which its key came first. ``reference``: "" where its case could not be read."""
        row = (table, "\x1f".join(key), line, reference, " ".join(gives))
        if self.memory.execute("INSERT OR IGNORE INTO seen VALUES (?,?,?,?,?)", row).rowcount:
            return line
        found = self.memory.execute("SELECT line FROM seen WHERE tab = ? AND key = ?", row[:2]).fetchone()
        return int(found[0])

    def missing(self, files: Files, tables: set[str]) -> Iterator[MissingRow]:
        """The entries on file that these tables of the source gave once, and not this time; withdrawn ones left out."""
        self.memory.execute("DELETE FROM missing")
        for position, reference, entry in _entries(files):
            row = RowEntry.read(entry)
            if row is None or row.source != self.source or row.table not in tables:
                continue
            if (why := self._why(row, reference)) is not None:
                values = (reference, position, row.table, ", ".join(row.key), entry, why)
                self.memory.execute("INSERT INTO missing VALUES (?,?,?,?,?,?)", values)
        with closing(
            self.memory.execute("SELECT reference, tab, key, entry, why FROM missing ORDER BY 1, position")
        ) as all_:
            for reference, rows in groupby(all_, key=itemgetter(0)):
                standing = {fact.entry: fact for fact in known(files.read(reference).entries.values(), None)}
                for _, table, key, entry, why in rows:
                    if entry in standing:
                        yield MissingRow(reference, table, key, entry, type(standing[entry]).__name__, why)

    def _why(self, row: RowEntry, reference: str) -> str | None:
        """Why an entry is not given any more; None where it is, or where its row could not be read."""
        found = self.memory.execute(
            "SELECT reference, gives FROM seen WHERE tab = ? AND key = ?", (row.table, "\x1f".join(row.key))
        ).fetchone()
        if found is None:
            return "the row is gone"
        if found[0] not in ("", reference):
            return f"the row is of case {found[0]} now"
        return None if found[0] == "" or row.name in found[1].split(" ") else "the row no longer gives it"


def _entries(files: Files) -> Iterator[tuple[int, str, str]]:
    """Every entry in the store but corrections and withdrawals: position, reference, id."""
    position = 0
    while batch := files.recorder.select_notifications(position, STEP, inclusive_of_start=False):
        for notification in batch:
            fact = files.mapper.to_domain_event(notification).fact
            if not isinstance(fact, EntryCorrected | EntryWithdrawn):
                yield notification.id, str(notification.originator_id), fact.entry
        position = batch[-1].id

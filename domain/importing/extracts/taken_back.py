"""What a source has taken back: entries on file that an earlier extract gave and this one does not.

The id of an entry says from which source it came, and of which row. A void row, a row that is of another case now and a
row that no longer gives an entry say so themselves. A row that has vanished says nothing; the mapping says what it means.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from domain.aggregates.amendments import known
from domain.aggregates.source_entries import RowEntry, TakenBack, withdrawal_of
from domain.calendar.london_time import day_of
from domain.entries.case_entries import EntryCorrected, EntryWithdrawn
from domain.entries.schemas import ShapeError
from domain.importing.extracts.csv_tables import TableFile
from domain.importing.extracts.mapping import SourceMapping
from domain.importing.extracts.missing_rows import RowsSeen
from domain.importing.ndjson_reader import Line, Rejected, read_entry
from domain.store.application import Files
from domain.store.entry_codec import topic_of

STEP = 1000

_AMENDING = (topic_of(EntryCorrected), topic_of(EntryWithdrawn))


class MissingRow(NamedTuple):
    """An entry on file that its source no longer gives: by table and key of its row, why, and what was done about it."""

    case: str
    table: str
    key: str
    entry: str
    type: str
    why: str
    done: str


REPORT, WITHDRAW, MOVED = "report", "withdraw", "moved"
"""What is done about an entry that is not given any more. What has moved is withdrawn once the other case has taken it."""


class Verdict(NamedTuple):
    """Why an entry is not given any more, what is done about it, and the line of its row (0: none).

    ``kind``: the type of entry that the mapping gives under this name now ("": none). ``void``: for a void row, its
    withdrawal as JSON.
    """

    why: str
    done: str
    line: int = 0
    kind: str = ""
    void: str = ""


class Comparison:
    """The entries on file of one source, compared with the rows of one extract."""

    def __init__(self, mapping: SourceMapping, tables: Mapping[str, TableFile], seen: RowsSeen, *, part: bool):
        self.mapping, self.tables, self.seen, self.part = mapping, tables, seen, part
        self.memory = seen.memory
        self.memory.executescript(
            """
            CREATE TABLE found (reference TEXT, position INTEGER, tab TEXT, key TEXT, entry TEXT, type TEXT, why TEXT,
            done TEXT, line INTEGER, kind TEXT, void TEXT, PRIMARY KEY (reference, position)) WITHOUT ROWID;
            CREATE TABLE missing AS SELECT * FROM found;
            """
        )

    def make(self, files: Files) -> None:
        """Find the entries that stand on file and are not given any more.

        What the source took back before, and somebody gave again by hand, is left alone.
        """
        for position, reference, entry in _entries(files, self.seen.source):
            row = RowEntry.read(entry)
            if row is None or row.table not in self.tables or not self.mapping.tables[row.table].gives:
                continue
            if (found := self._verdict(row, reference)) is not None:
                values = (reference, position, row.table, ", ".join(row.key), entry, "", *found)
                self.memory.execute("INSERT INTO found VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)
        with closing(self.memory.execute("SELECT * FROM found ORDER BY reference, position")) as all_:
            for reference, rows in groupby(all_, key=itemgetter(0)):
                self._keep_standing(files, reference, rows)

    def withdrawals(self, done: str, made_at: datetime, rejected: list[Rejected]) -> Iterator[Line]:
        """The withdrawals of what the source has taken back. Those that cannot be made are added to ``rejected``.

        ``done``: ``WITHDRAW``, or ``MOVED`` for those of rows that are of another case now.
        """
        query = "SELECT reference, tab, entry, why, line, void FROM missing WHERE done = ? ORDER BY reference, position"
        with closing(self.memory.execute(query, (done,))) as all_:
            for reference, table, entry, why, line, void in all_:
                file = self.tables[table].path.name
                fields, problems = _fields(why, void, made_at)
                ids = {
                    "type": EntryWithdrawn.__name__,
                    "case": reference,
                    "entry": withdrawal_of(entry, 1),
                    "of": entry,
                }
                try:
                    _, fact, _ = read_entry({**fields, **ids}, made_at)
                except ShapeError as error:
                    problems = problems or error.problems
                if problems:
                    rejected += [Rejected(file, line, f"EntryWithdrawn.{path}", reason) for path, reason in problems]
                else:
                    yield Line(file, line, reference, fact, True, made_at)

    def keep_unmoved(self, rejected: Iterable[Rejected]) -> None:
        """Keep where they are the entries that the case of which their rows are now has not taken."""
        refused = {(one.file, one.line, one.field.partition(".")[0]) for one in rejected}
        query = "SELECT DISTINCT tab, line, kind FROM missing WHERE done = ?"
        for table, line, kind in self.memory.execute(query, (MOVED,)).fetchall():
            if (self.tables[table].path.name, line, kind) in refused:
                self.memory.execute(
                    "UPDATE missing SET done = ?, why = why || ', which did not take it' "
                    "WHERE done = ? AND tab = ? AND line = ? AND kind = ?", (REPORT, MOVED, table, line, kind),
                )  # fmt: skip

    def rows(self) -> Iterator[MissingRow]:
        """The entries that are not given any more, by case, those that are withdrawn first."""
        query = "SELECT reference, tab, key, entry, type, why, done FROM missing ORDER BY done = ?, 1, position"
        with closing(self.memory.execute(query, (REPORT,))) as all_:
            for case, table, key, entry, type_, why, done in all_:
                yield MissingRow(case, table, key, entry, type_, why, "" if done == REPORT else "withdrawn")

    def _keep_standing(self, files: Files, reference: str, rows: Iterable[tuple[Any, ...]]) -> None:
        file = files.read(reference)
        standing = {fact.entry: fact for fact in known(file.entries.values(), None)}
        for row in rows:
            entry = row[4]
            if entry in standing and not TakenBack.of(file, entry).now:
                values = (*row[:5], type(standing[entry]).__name__, *row[6:])
                self.memory.execute("INSERT INTO missing VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)

    def _verdict(self, row: RowEntry, reference: str) -> Verdict | None:
        """Why an entry is not given any more; None where it is, or where its row could not be read."""
        table, seen = self.mapping.tables[row.table], self.seen.row(row.table, row.key)
        said = REPORT if table.gone == "report" else WITHDRAW
        if seen is None:
            if self.seen.passed(row.table, row.key):
                return Verdict("the row is passed over now", said)
            return None if self.part else self._vanished(row.table)
        if seen.void:
            return Verdict("the row is void", WITHDRAW, seen.line, void=seen.void)
        if seen.reference == "":
            return None
        kind = next((entry.type for entry in table.gives if entry.name == row.name), "")
        if seen.reference != reference:
            return Verdict(f"the row is of case {seen.reference} now", MOVED, seen.line, kind)
        if row.name in seen.gives:
            return None
        return Verdict("the row no longer gives it", said if kind else REPORT, seen.line, kind)

    def _vanished(self, table: str) -> Verdict:
        if self.mapping.tables[table].gone != "withdraw":
            return Verdict("the row is gone", REPORT)
        if table in self.seen.unread:
            return Verdict("the row is gone; not withdrawn, as rows of its table could not be read", REPORT)
        if not self.seen.count[table]:
            return Verdict("the row is gone; not withdrawn, as its table has no rows at all", REPORT)
        return Verdict("the row is gone", WITHDRAW)


def _fields(why: str, void: str, made_at: datetime) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The fields of a withdrawal, with what holds where the mapping says nothing, and the problems of cells."""
    given, problems = msgspec.json.decode(void) if void else ({}, [])
    recorded_at = given.get("recorded_at", made_at.isoformat())
    day = day_of(datetime.fromisoformat(recorded_at)).isoformat()
    said = {"reason": f"taken back by the source: {why}", "recorded_at": recorded_at, "occurred_on": day}
    return {**said, **given}, [(path, reason) for path, reason in problems]


def _entries(files: Files, source: str) -> Iterator[tuple[int, str, str]]:
    """Every entry of this source in the store but corrections and withdrawals: position, reference, id.

    The id is read from the JSON without the rest of the entry, which takes a fraction of the time.
    """
    of_source = re.compile(rf'"entry":"({re.escape(source)}:[^"\\]*)"'.encode())
    position = 0
    while batch := files.recorder.select_notifications(position, STEP, inclusive_of_start=False):
        for notification in batch:
            if notification.topic not in _AMENDING and (found := of_source.search(notification.state)):
                yield notification.id, str(notification.originator_id), found[1].decode()
        position = batch[-1].id

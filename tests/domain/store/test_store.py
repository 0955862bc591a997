"""The event store: nothing is changed or deleted, what was changed behind its back is found, nobody loses an entry."""

import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteDatastore

from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import ContactLogged, Entry
from domain.entries.refusals import BusyFile
from domain.store.application import Files
from domain.store.hash_chain import ORIGIN, BrokenChain
from domain.store.log_check import check_log
from domain.store.preparation import prepare
from domain.store.sqlite_recorder import ChainedSQLiteRecorder
from tests.support.hanging import HANGING
from tests.support.histories import CASE, NOW, PERSON, PLACE, Line, facts_of

# The library's tests of ciphers want a package that this project has no use for; those of recorders do not.
# As a module, too: a test case imported by name would be collected and run here without a recorder of ours.
with patch.dict(sys.modules, {"eventsourcing.cipher": Mock()}):
    from eventsourcing.tests import persistence as library

ENTRIES = 15
"""What each of many writers writes."""

BEGINNING: Line = {
    "entry": "start", "type": "SupervisionStarted", "occurred_on": "2005-05-03",
    "recorded_at": "2005-05-03T17:00:00+01:00", "person": PERSON, "order_type": "community_order", **PLACE,
    "officer": "Ruth Ablewhite", "officer_grade": "po",
}  # fmt: skip


def contact(entry: str) -> ContactLogged:
    at = datetime(2005, 6, 1, 12, tzinfo=UTC)
    return ContactLogged(entry=entry, occurred_on=date(2005, 6, 1), recorded_at=at, contact_type="telephone")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one case that has begun."""
    path = tmp_path / "case.sqlite"
    with closing(Files.open(str(path))) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
    return path


@pytest.fixture
def files(database: Path) -> Iterator[Files]:
    with closing(Files.open(str(database))) as files:
        yield files


def raw(database: Path, *statements: str) -> list[tuple[object, ...]]:
    """What these statements give on a connection of our own, behind the program's back; the last one's rows."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


# ---------------------------------------------------------------- never changed, never deleted


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET actor = 'someone else'",
        "UPDATE stored_events SET state = '{}' WHERE rowid = 1",
        "UPDATE stored_events SET rowid = 7",
        "DELETE FROM stored_events",
        "DELETE FROM stored_events WHERE rowid = 1",
    ],
)
def test_what_is_stored_cannot_be_changed_or_deleted(database: Path, statement: str) -> None:
    before = raw(database, "SELECT * FROM stored_events")
    with pytest.raises(sqlite3.IntegrityError, match="never changed or deleted: correct or withdraw"):
        raw(database, statement)
    assert raw(database, "SELECT * FROM stored_events") == before and len(before) == 1


def test_what_is_stored_cannot_be_replaced(database: Path) -> None:
    """REPLACE deletes the row in its way; SQLite fires delete triggers for that only with recursive triggers on."""
    before = raw(database, "SELECT * FROM stored_events")
    columns = "rowid, originator_id, originator_version, topic, state, stored_at, actor, hash"
    with pytest.raises(sqlite3.IntegrityError):
        raw(
            database,
            f"INSERT OR REPLACE INTO stored_events ({columns}) "
            "SELECT rowid, originator_id, originator_version, topic, '{}', stored_at, actor, hash FROM stored_events",
        )
    assert raw(database, "SELECT * FROM stored_events") == before


# ---------------------------------------------------------------- the chain


def test_the_chain_verifies_and_ends_at_its_head(files: Files) -> None:
    for n in range(5):
        files.record(CASE, [contact(f"c{n}")], actor="test", now=NOW)
    assert list(check_log(files.recorder, step=4)) == [4, 6]
    position, head = files.recorder.head()
    assert position == 6
    (last,) = raw(Path(files.env["SQLITE_DBNAME"]), "SELECT hash FROM stored_events WHERE rowid = 6")
    assert last[0].hex() == head  # type: ignore[attr-defined]


def test_an_empty_chain_verifies(tmp_path: Path) -> None:
    with closing(Files.open(str(tmp_path / "empty.sqlite"))) as files:
        assert list(check_log(files.recorder)) == []
        assert files.recorder.head() == (0, ORIGIN.hex())


@pytest.mark.parametrize(
    "changed",
    [
        "state = CAST(replace(state, 'telephone', 'letter') AS BLOB)",
        "state = replace(state, 'telephone', 'letter')",  # as text, as a hand in the sqlite3 shell would write it
        "actor = 'someone else'",
        "stored_at = '2001-01-01T00:00:00+00:00'",
        "topic = 'case.document_filed'",
        "originator_id = 'X654321/1'",
        "originator_version = 99",
        "hash = zeroblob(32)",
    ],
)
def test_an_entry_changed_behind_the_triggers_is_found(files: Files, database: Path, changed: str) -> None:
    files.record(CASE, [contact(f"c{n}") for n in range(4)], actor="test", now=NOW)
    raw(database, "DROP TRIGGER stored_events_no_update", f"UPDATE stored_events SET {changed} WHERE rowid = 3")
    with pytest.raises(BrokenChain, match=r"^position 3 "):
        list(check_log(files.recorder))


def test_an_entry_taken_out_of_the_middle_is_found_at_the_next(files: Files, database: Path) -> None:
    files.record(CASE, [contact(f"c{n}") for n in range(4)], actor="test", now=NOW)
    raw(database, "DROP TRIGGER stored_events_no_delete", "DELETE FROM stored_events WHERE rowid = 3")
    with pytest.raises(BrokenChain, match=r"^position 4 "):
        list(check_log(files.recorder))


def test_two_entries_exchanged_are_found(files: Files, database: Path) -> None:
    files.record(CASE, [contact(f"c{n}") for n in range(4)], actor="test", now=NOW)
    raw(
        database,
        "DROP TRIGGER stored_events_no_update",
        *(f"UPDATE stored_events SET rowid = {new} WHERE rowid = {old}" for old, new in ((3, 99), (4, 3), (99, 4))),
    )
    with pytest.raises(BrokenChain, match=r"^position 3 "):
        list(check_log(files.recorder))


def test_a_position_is_never_used_again(files: Files, database: Path) -> None:
    files.record(CASE, [contact("c1"), contact("c2")], actor="test", now=NOW)
    raw(database, "DROP TRIGGER stored_events_no_delete", "DELETE FROM stored_events WHERE rowid = 3")
    files.record(CASE, [contact("c3")], actor="test", now=NOW)
    assert raw(database, "SELECT rowid FROM stored_events ORDER BY rowid") == [(1,), (2,), (4,)]
    assert [n.id for n in files.recorder.select_notifications(1, 10)] == [1, 2, 4]


def test_positions_outlive_a_dump_and_restore(files: Files, database: Path, tmp_path: Path) -> None:
    files.record(CASE, [contact("c1"), contact("c2")], actor="test", now=NOW)
    raw(database, "DROP TRIGGER stored_events_no_delete", "DELETE FROM stored_events WHERE rowid = 2")
    restored = tmp_path / "restored.sqlite"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(restored)) as target:
        target.executescript("\n".join(source.iterdump()))
    columns = "SELECT rowid, * FROM stored_events ORDER BY rowid"
    assert raw(restored, columns) == raw(database, columns)
    assert [row[0] for row in raw(restored, columns)] == [1, 3]


def test_a_conflict_stores_nothing_of_its_batch(files: Files) -> None:
    taken = StoredEvent(CASE, 1, "case.contact_logged", b"{}")
    fresh = StoredEvent("X654321/1", 1, "case.contact_logged", b"{}")
    with pytest.raises(IntegrityError):
        files.recorder.insert_events([fresh, taken])
    assert files.recorder.max_notification_id() == 1
    assert max(check_log(files.recorder)) == 1


def test_who_and_when_stand_beside_each_entry(files: Files, database: Path) -> None:
    files.recorder.clock = lambda: datetime(2077, 1, 2, 3, 4, 5, tzinfo=UTC)
    files.record(CASE, [contact("c1")], actor="r.ablewhite", now=NOW)
    assert raw(database, "SELECT stored_at, actor FROM stored_events WHERE rowid = 2") == [
        ("2077-01-02T03:04:05.000000+00:00", "r.ablewhite")
    ]
    assert max(check_log(files.recorder)) == 2


# ---------------------------------------------------------------- the library's own tests


class TestChainedRecorder(library.ApplicationRecorderTestCase[ChainedSQLiteRecorder]):
    """The library's contract for an application recorder, on a file, with text ids as cases have.

    ``optional_test_insert_subscribe`` stays out, as in the library's own SQLite tests: SQLite has no subscriptions.
    """

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "recorder.sqlite"

    def new_originator_id(self) -> str:
        return f"case-{uuid4()}"

    def create_recorder(self) -> ChainedSQLiteRecorder:
        datastore = SQLiteDatastore(str(self.path), lock_timeout=HANGING, originator_id_type="text")
        self.addCleanup(datastore.close)
        self.recorder = ChainedSQLiteRecorder(datastore)
        self.recorder.create_table()
        prepare(self.recorder)
        return self.recorder

    def tearDown(self) -> None:
        proved = max(check_log(self.recorder, entries=False), default=0)
        self.assertEqual(proved, self.recorder.max_notification_id())


# ---------------------------------------------------------------- many writers


def write_many(files: Files, writer: int) -> None:
    """One writer's entries, one by one, on the case that all of them write to; when told it is busy, again."""
    for n in range(ENTRIES):
        stored: list[Entry] = []
        while not stored:
            with suppress(BusyFile):
                stored = files.record(CASE, [contact(f"w{writer}-{n}")], actor=f"writer-{writer}", now=NOW)


def check_all_there(database: Path, writers: int) -> None:
    expected = Counter(["start", *(f"w{writer}-{n}" for writer in range(writers) for n in range(ENTRIES))])
    with closing(Files.open(str(database))) as files:
        notifications = files.recorder.select_notifications(None, 1000)
        entries = [files.mapper.to_domain_event(n).fact.entry for n in notifications]
        assert Counter(entries) == expected
        assert set(files.read(CASE).entries) == set(expected)
        assert [n.originator_version for n in notifications] == list(range(1, len(entries) + 1))
        assert max(check_log(files.recorder)) == len(entries)
    for writer in range(writers):
        own = [entry for entry in entries if entry.startswith(f"w{writer}-")]
        assert own == [f"w{writer}-{n}" for n in range(ENTRIES)]


def test_eight_threads_on_one_case_lose_nothing(files: Files, database: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write_many, files, writer) for writer in range(8)]:
            done.result()
    check_all_there(database, 8)


def test_a_writer_who_lost_the_race_decides_again(
    files: Files, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same entry, written by someone else between the reading of the file and the storing: stored once."""
    with closing(Files.open(str(database))) as others:
        store = Files.store
        race = iter([lambda: others.record(CASE, [contact("same")], actor="other", now=NOW)])

        def overtaken(self: Files, recorded: Sequence[RecordedEntry], actor: str) -> None:
            if self is files:
                next(race, lambda: None)()
            store(self, recorded, actor)

        monkeypatch.setattr(Files, "store", overtaken)
        assert files.record(CASE, [contact("same")], actor="test", now=NOW) == []
        assert [f.entry for f in files.record(CASE, [contact("other")], actor="test", now=NOW)] == ["other"]
    assert raw(database, "SELECT actor FROM stored_events") == [("test",), ("other",), ("test",)]


def test_a_file_that_is_never_free_is_given_up_in_words(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(files, "store", refuse)
    monkeypatch.setattr("domain.store.application.time.sleep", lambda _: None)
    with pytest.raises(BusyFile, match="X123456/1: others kept writing to this file; nothing was recorded, try again"):
        files.record(CASE, [contact("c1")], actor="test", now=NOW)
    assert "c1" not in files.read(CASE).entries


def test_entries_cut_off_the_end_are_noticed(files: Files, database: Path) -> None:
    files.record(CASE, [contact(f"c{n}") for n in range(4)], actor="test", now=NOW)
    raw(database, "DROP TRIGGER stored_events_no_delete", "DELETE FROM stored_events WHERE rowid > 3")
    with pytest.raises(BrokenChain, match="the last entries are missing; the chain ends at 3"):
        list(check_log(files.recorder))

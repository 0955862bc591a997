"""PostgreSQL beside SQLite: prepared once, append-only, chained, and the same record on both."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from eventsourcing.persistence import StoredEvent

from domain.store.application import Files
from domain.store.database import Database, NotPrepared, WrongAddress
from domain.store.entry_codec import stored_entry
from domain.store.hash_chain import ORIGIN, BrokenChain
from domain.store.log_check import check_log
from domain.store.postgres_pool import AddressDatastore
from domain.store.postgres_recorder import ChainedPostgresRecorder
from domain.store.preparation import prepare
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import figures
from projections.inspections.sample_scores import score_inspection
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import BEGINNING, contact, library, write_many
from tests.support.histories import CASE, NOW, facts_of
from tests.support.postgres import Server, sql
from web.cli import main

EVENTS = "stored_events"


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("address", "kind", "shown"),
    [
        ("case.sqlite", "sqlite", "case.sqlite"),
        ("sqlite:///case.sqlite", "sqlite", "case.sqlite"),
        ("sqlite:////var/case.sqlite", "sqlite", "/var/case.sqlite"),
        (
            "postgresql://u:secret@db.example:5433/probation",
            "postgresql",
            "postgresql://u:***@db.example:5433/probation",
        ),
        ("postgres://u@db/probation", "postgresql", "postgresql://u@db/probation"),
        ("postgresql://u:@/ca?host=/run/pg", "postgresql", None),
    ],
)
def test_one_address_tells_the_database(address: str, kind: str, shown: str | None) -> None:
    found = Database.at(address)
    assert found.kind == kind
    assert shown is None or str(found) == shown
    assert "secret" not in str(found)
    assert Database.at(found.address) == found


@pytest.mark.parametrize("address", ["mysql://u@h/n", "postgresql://u@h", "http://h/n", "postgresql://u@h:x/n"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(WrongAddress):
        Database.at(address)
    assert "--database: " in run("export", "--database", address, code=2).output


@pytest.mark.usefixtures("hurried")
def test_a_database_that_is_not_there_is_said_without_its_password() -> None:
    found = run("export", "--database", "postgresql://nobody:secret@127.0.0.1:1/none", code=2).output
    assert "cannot be opened" in found and "secret" not in found


def test_postgresql_asks_for_migrate_first(postgres: Server) -> None:
    address = postgres.fresh()
    with pytest.raises(NotPrepared, match="run `caseaudit migrate` first"):
        Files.open(address)
    assert "run `caseaudit migrate` first" in run("export", "--database", address, code=2).output.replace("\n", " ")
    assert sql(address, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [(0,)]
    for _ in range(2):
        assert "is ready" in run("migrate", "--database", address).output
    with closing(Files.open(address)) as files:
        assert files.recorder.head() == (0, "0" * 64)
        assert list(check_log(files.recorder)) == []


def test_migrating_a_record_changes_nothing_in_it(own_database: Path, loaded: Path) -> None:
    run("migrate", "--database", str(own_database))
    assert run("verify", "--database", str(own_database)).output == run("verify", "--database", str(loaded)).output


@pytest.mark.both
def test_one_query_tells_the_head_and_the_hash_at_any_position(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files, closing(ReadModel(empty_database)) as read_model:
        origin = ORIGIN.hex()
        for asked in (files.recorder, read_model.stored):
            assert asked.standing(0) == (0, origin, origin) and asked.standing(1) == (0, origin, None)
        hashes = [origin]
        for fact in (*facts_of([BEGINNING]), contact("c1"), contact("c2")):
            files.record(CASE, [fact], actor="test", now=NOW)
            hashes.append(files.recorder.head()[1])
        for asked in (files.recorder, read_model.stored):
            assert [asked.standing(position) for position in range(5)] == [
                (3, hashes[3], there) for there in (*hashes, None)
            ]
        assert [read_model.stored.hash_at(position) for position in range(5)] == [*hashes, None]


# ---------------------------------------------------------------- the recorder on PostgreSQL


class TestChainedPostgresRecorder(library.ApplicationRecorderTestCase[ChainedPostgresRecorder]):
    """The library's contract for an application recorder, with text ids as cases have."""

    @pytest.fixture(autouse=True)
    def _server(self, postgres: Server) -> None:
        self.database = Database.at(postgres.fresh())

    def new_originator_id(self) -> str:
        return f"case-{uuid4()}"

    def create_recorder(self) -> ChainedPostgresRecorder:
        datastore = AddressDatastore(self.database, size=4, more=8)
        self.addCleanup(datastore.close)
        self.recorder = ChainedPostgresRecorder(datastore)
        self.recorder.create_table()
        prepare(self.recorder)
        return self.recorder

    def tearDown(self) -> None:
        proved = max(check_log(self.recorder, entries=False), default=0)
        self.assertEqual(proved, self.recorder.max_notification_id() or 0)


@pytest.fixture
def address(postgres: Server) -> str:
    """A PostgreSQL database with one case that has begun."""
    made = postgres.prepared()
    with closing(Files.open(made)) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
    return made


@pytest.fixture
def files(address: str) -> Iterator[Files]:
    with closing(Files.open(address)) as files:
        yield files


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {EVENTS} SET actor = 'me'",
        f"DELETE FROM {EVENTS}",
        f"TRUNCATE {EVENTS}",
        f"INSERT INTO {EVENTS} SELECT * FROM {EVENTS} ON CONFLICT (notification_id) DO UPDATE SET actor = 'me'",
    ],
)
def test_what_is_stored_cannot_be_changed_or_deleted(address: str, statement: str) -> None:
    with pytest.raises(psycopg.Error, match="never changed or deleted: correct or withdraw them"):
        sql(address, statement)


@pytest.mark.parametrize(
    "changed",
    [
        "SET state = convert_to(replace(convert_from(state, 'UTF8'), 'telephone', 'home_visit'), 'UTF8')",
        "SET actor = 'somebody'",
        "SET stored_at = '2026-01-01T00:00:00.000000+00:00'",
        "SET topic = 'case.document_filed'",
        "SET hash = decode(repeat('00', 32), 'hex')",
    ],
)
def test_an_entry_changed_behind_the_guard_is_found(files: Files, address: str, changed: str) -> None:
    files.record(CASE, [contact(f"c{n}") for n in range(3)], actor="test", now=NOW)
    sql(address, f"ALTER TABLE {EVENTS} DISABLE TRIGGER USER", f"UPDATE {EVENTS} {changed} WHERE notification_id = 3")
    with pytest.raises(BrokenChain, match="position 3"):
        list(check_log(files.recorder))


def test_entries_cut_off_the_end_are_noticed(files: Files, address: str) -> None:
    files.record(CASE, [contact(f"c{n}") for n in range(4)], actor="test", now=NOW)
    sql(address, f"ALTER TABLE {EVENTS} DISABLE TRIGGER USER", f"DELETE FROM {EVENTS} WHERE notification_id > 3")
    with pytest.raises(BrokenChain, match="the last entries are missing; the chain ends at 3"):
        list(check_log(files.recorder))


def test_a_conflict_stores_nothing_of_its_batch_and_leaves_a_sound_chain(files: Files) -> None:
    for many in (2, 50):
        version = files.read(CASE).version
        events = [StoredEvent(CASE, version + n, "case.contact_logged", b"{}") for n in range(1, many)]
        events.append(StoredEvent(CASE, 1, "case.contact_logged", b"{}"))
        with pytest.raises(Exception, match="duplicate key"):
            files.recorder.insert_events(events)
        assert files.read(CASE).version == version
        files.record(CASE, [contact(f"after-{many}")], actor="test", now=NOW)
        assert files.recorder.head()[0] == max(check_log(files.recorder))


def test_many_at_once_are_copied_in_their_order(files: Files) -> None:
    made = [contact(f"c{n}") for n in range(150)]
    files.record(CASE, made, actor="test", now=NOW)
    told = files.recorder.select_notifications(2, 1000)
    assert [files.mapper.to_domain_event(n).fact.entry for n in told] == [fact.entry for fact in made]
    assert [n.id for n in told] == list(range(2, 2 + len(made)))
    assert max(check_log(files.recorder)) == len(made) + 1


def test_eight_threads_on_one_case_lose_nothing(files: Files) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write_many, files, writer) for writer in range(8)]:
            done.result()
    told = [files.mapper.to_domain_event(n).fact.entry for n in files.recorder.select_notifications(None, 1000)]
    assert Counter(told) == Counter(["start", *(f"w{writer}-{n}" for writer in range(8) for n in range(15))])
    assert max(check_log(files.recorder)) == files.recorder.head()[0]


# ---------------------------------------------------------------- the same record on both


MADE_ON_LOADING = ("inspection.inspection_published", "inspection.freeze_fixed")


def test_the_samples_are_the_same_record_on_both(loaded: Path, loaded_postgres: str) -> None:
    told: list[Any] = []
    for address in (str(loaded), loaded_postgres):
        with closing(Files.open(address)) as files:
            rows = files.recorder.select_notifications(None, 100_000)
            book = CaseRepository(files)
            said = figures(
                book.inspection("gloucestershire-2005"), score_inspection(book, "gloucestershire-2005").score
            )
            # These give the chain's hash, or the time of loading.
            same = [row for row in rows if not row.topic.startswith("register.") and row.topic not in MADE_ON_LOADING]
            texts = files.texts.of([str(row.originator_id) for row in same if row.topic.startswith("case.")])
            facts = [(n.originator_id, n.originator_version, stored_entry(n.topic, n.state)) for n in same]
            told.append(([(r, v, texts[r].opened(f) if r in texts else f) for r, v, f in facts], said))
    assert told[0] == told[1]
    assert len(told[0][0]) > 10_000


def test_one_clock_makes_one_chain(tmp_path: Path, postgres: Server) -> None:
    """The hash says what was stored and when, not where."""
    heads = set()
    for address in (str(tmp_path / "a.sqlite"), postgres.prepared()):
        with closing(Files.open(address)) as files:
            files.seals = False  # type: ignore[misc]  # no two records have the same keys
            files.recorder.clock = lambda: datetime(2026, 1, 2, tzinfo=UTC)
            files.record(CASE, [*facts_of([BEGINNING]), contact("c1")], actor="test", now=NOW)
            heads.add(files.recorder.head())
    assert len(heads) == 1


def test_importing_again_changes_nothing_on_postgresql(postgres: Server, sample_files: Path) -> None:
    address = postgres.prepared()
    first = run("import", str(sample_files), "--database", address).output
    again = run("import", str(sample_files), "--database", address).output
    assert " 0 already there, 0 rejected" in first.replace("stored,", "") or ", 0 already there, 0 rejected" in first
    assert again.startswith("0 entries stored")
    assert "verified" in run("verify", "--database", address).output

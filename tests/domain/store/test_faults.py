"""What goes wrong outside: killed, full, away, all at once, a clock set back. Nothing is lost, nothing stands twice."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from eventsourcing.persistence import PersistenceError
from msgspec import structs

from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import Entry
from domain.entries.inspection_entries import FreezeFixed, InspectionPublished
from domain.entries.refusals import ImpossibleDate
from domain.entries.register_entries import is_register
from domain.store.application import Files
from domain.store.log_check import check_log
from domain.store.outage_kinds import outage_of
from projections.cases.case_repository import CaseRepository
from tests.domain.store.test_store import BEGINNING
from tests.support.depth import kills
from tests.support.hanging import HANGING
from tests.support.histories import CASE, NOW, facts_of
from tests.support.postgres import Server, name_of, running
from tests.support.writers import contact, context, import_all, killed_imports, record_many
from web.cli import main

INSPECTION = "gloucestershire-2005"


def stored(address: str) -> list[RecordedEntry]:
    """Every stored entry in order of position, with its texts, once the log is proved and no file has a gap."""
    with closing(Files.open(address)) as files:
        assert max(check_log(files.recorder), default=0) == files.recorder.head()[0]
        told = files.recorder.select_notifications(None, 1_000_000)
        assert [one.id for one in told] == sorted({one.id for one in told})
        entries = [files.mapper.to_domain_event(one) for one in told if not is_register(str(one.originator_id))]
        texts = {name: files.texts.opened(name, [e.fact for e in some]) for name, some in by_file(entries).items()}
        entries = [structs.replace(e, fact=texts[e.originator_id][e.originator_version - 1]) for e in entries]
    versions: Counter[str] = Counter()
    for entry in entries:
        versions[entry.originator_id] += 1
        assert entry.originator_version == versions[entry.originator_id]
    return entries


def by_file(entries: list[RecordedEntry]) -> dict[str, list[RecordedEntry]]:
    found: dict[str, list[RecordedEntry]] = {}
    for entry in entries:
        found.setdefault(entry.originator_id, []).append(entry)
    return found


def content(entries: list[RecordedEntry]) -> dict[tuple[str, str], Entry]:
    """The entries but for what is made when the samples are loaded: publications, and how far freezes go."""
    entries = [entry for entry in entries if not isinstance(entry.fact, InspectionPublished | FreezeFixed)]
    found = {(entry.originator_id, entry.fact.entry): entry.fact for entry in entries}
    assert len(found) == len(entries)
    return found


def begun(address: str) -> str:
    with closing(Files.open(address)) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
    return address


# ---------------------------------------------------------------- killed


@pytest.mark.both
@pytest.mark.kills
def test_an_import_killed_anywhere_is_completed_by_the_same_import(
    empty_database: str, sample_files: Path, demo_database: Path
) -> None:
    """Deaths at random points on each database; ``python -m benchmarks.killing --runs N`` does hundreds."""
    paths, seen = sorted(sample_files.glob("*.ndjson")), [0]
    for killed in killed_imports(empty_database, paths, runs=kills(16), seed=2006):
        before, now = seen[-1], len(stored(empty_database))
        assert now >= before
        seen.append(now)
        if not killed:
            break
    whole = content(stored(str(demo_database)))
    assert any(0 < number < len(whole) for number in seen), seen
    left = import_all(empty_database, paths)
    assert (left.stored, left.already, left.rejected) == (len(whole) - seen[-1], seen[-1], [])
    assert content(stored(empty_database)) == whole
    score = ["score", "--inspection", INSPECTION, "--format", "json", "--database"]
    ours, theirs = (
        json.loads(CliRunner().invoke(main, [*score, at]).output) for at in (empty_database, str(demo_database))
    )
    for one in (ours, theirs):
        del one["stored_late"]  # the demonstration's are taken over
    assert ours == theirs and ours["inspection"] == INSPECTION


# ---------------------------------------------------------------- full


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A folder on a disk of eleven megabytes, not in pytest's, which is closed to the server's user."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if (
            os.geteuid()
            or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=11m,mode=0755", "tmpfs", folder]).returncode
        ):
            pytest.skip("a small disk can only be mounted by root, where mounting is allowed")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def complete(address: str, sample_files: Path, whole: Path) -> None:
    """The same import once there is room: everything is there once."""
    before = content(stored(address))
    assert 0 < len(before) < len(content(stored(str(whole))))
    done = CliRunner().invoke(main, ["import", str(sample_files), "--database", address])
    assert done.exit_code == 0, done.output
    assert f"{len(before):,} already there, 0 rejected" in done.output
    assert content(stored(address)) == content(stored(str(whole)))


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_is_half_stored(
    small_disk: Path, sample_files: Path, demo_database: Path
) -> None:
    resize(small_disk, "4m")
    address = str(small_disk / "case.sqlite")
    failed = CliRunner().invoke(main, ["import", str(sample_files), "--database", address])
    assert failed.exit_code == 1
    assert f"{address}: database or disk is full; what was stored before is whole and stays" in failed.stderr
    assert "run the same command again" in failed.stderr
    resize(small_disk, "64m")
    complete(address, sample_files, demo_database)


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); from web.cli import main; main()"


@pytest.mark.slow
def test_a_file_that_may_not_grow_is_said_and_nothing_is_half_stored(
    tmp_path: Path, sample_files: Path, demo_database: Path
) -> None:
    """What a quota on files does; it needs no rights."""
    address = str(tmp_path / "case.sqlite")
    command = [sys.executable, "-c", LIMITED.format(4_000_000), "import", str(sample_files), "--database", address]
    failed = subprocess.run(command, capture_output=True, text=True)
    assert failed.returncode == 1, failed.stderr
    assert f"{address}: disk I/O error; what was stored before is whole and stays" in failed.stderr
    complete(address, sample_files, demo_database)


@pytest.mark.slow
def test_a_full_disk_of_postgresql_is_said_and_nothing_is_half_stored(
    small_disk: Path, sample_files: Path, demo_database: Path, postgres: Server
) -> None:
    with postgres.prepared_in(small_disk) as address:
        failed = CliRunner().invoke(main, ["import", str(sample_files), "--database", address])
        assert failed.exit_code == 1, failed.output
        assert "No space left on device" in failed.stderr and "run the same command again" in failed.stderr
        resize(small_disk, "64m")
        complete(address, sample_files, demo_database)


# ---------------------------------------------------------------- all at once


@pytest.mark.both
@pytest.mark.slow
def test_eight_processes_on_one_case_lose_nothing(empty_database: str) -> None:
    begun(empty_database)
    made, count = context(), 8
    acknowledged = made.Queue()
    writers = [made.Process(target=record_many, args=(empty_database, n, count, acknowledged)) for n in range(8)]
    for writer in writers:
        writer.start()
    told = [acknowledged.get(timeout=HANGING) for _ in range(8 * count)]
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    entries = [entry.fact.entry for entry in stored(empty_database)]
    assert Counter(entries) == Counter(["start", *told])
    for n in range(8):
        assert [entry for entry in entries if entry.startswith(f"w{n}-")] == [
            f"w{n}-{number}" for number in range(count)
        ]


# ---------------------------------------------------------------- away


@pytest.mark.slow
def test_a_database_restarted_under_load_loses_nothing_it_acknowledged() -> None:
    with running() as server:  # of its own: others would miss the one that all share
        restarted_under_load(server)


def restarted_under_load(server: Server) -> None:
    address = begun(server.prepared())
    made, count = context(), 40
    acknowledged = made.Queue()
    writers = [made.Process(target=record_many, args=(address, n, count, acknowledged, 0.01)) for n in range(2)]
    for writer in writers:
        writer.start()
    told = [acknowledged.get(timeout=HANGING) for _ in range(10)]
    server.restart(pause=0.3)
    told += [acknowledged.get(timeout=HANGING) for _ in range(2 * count - 10)]
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert Counter(entry.fact.entry for entry in stored(address)) == Counter(["start", *told])


@contextmanager
def away(server: Server, address: str) -> Iterator[None]:
    """Nobody is let in to this database, and whoever is there is put out."""
    name = name_of(address)
    with psycopg.connect(server.address, autocommit=True) as c:
        c.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            c.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def test_whoever_asks_first_after_an_outage_is_answered(postgres: Server) -> None:
    address = begun(postgres.prepared())
    with closing(Files.open(address)) as files, ExitStack() as several:
        pool = files.recorder.datastore.pool  # type: ignore[attr-defined]
        for _ in range(5):
            several.enter_context(pool.connection())
        several.close()
        with away(postgres, address):
            for _ in range(3):
                asked = time.monotonic()
                with pytest.raises(PersistenceError) as raised:
                    files.read(CASE)
                assert outage_of(raised.value) == "gone"
                assert time.monotonic() - asked < pool.timeout, "it did not wait for what cannot come"
        with ThreadPoolExecutor(4) as readers:
            assert [one.version for one in readers.map(files.read, [CASE] * 4)] == [1] * 4


# ---------------------------------------------------------------- a clock set back


@pytest.mark.both
def test_a_clock_set_back_disturbs_neither_chain_nor_order(empty_database: str) -> None:
    """Positions say in which order entries were stored, whatever the clock said; no entry is of the future."""
    begun(empty_database)
    noon = datetime(2005, 6, 2, 12, tzinfo=UTC)
    earlier = noon - timedelta(hours=3)
    with closing(Files.open(empty_database)) as files:
        for entry, now in (("before", noon), ("after", earlier)):
            files.recorder.clock = lambda now=now: now  # type: ignore[misc]
            files.record(CASE, [contact(entry, now)], actor="test", now=now)
        with pytest.raises(ImpossibleDate, match="is in the future"):
            files.record(CASE, [contact("not yet", noon)], actor="test", now=earlier)
        files.record(CASE, [contact("again", earlier)], actor="test", now=earlier)
        book = CaseRepository(files)
        assert book.catch_up() == 4 and book.last_recorded_at == noon
    assert [entry.fact.entry for entry in stored(empty_database)] == ["start", "before", "after", "again"]
    assert [entry.fact.recorded_at for entry in stored(empty_database)][1:] == [noon, earlier, earlier]

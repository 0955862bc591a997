"""A backup taken while others write holds every entry acknowledged before it began, and no half import; killed, it leaves none."""

import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import AlreadyThere, check_whole
from domain.store.application import Files
from domain.store.database import NotPrepared
from domain.store.log_reader import LogReader
from tests.domain.backup.records import AT, backed_up, opened, restored, sealed
from tests.domain.store.test_faults import begun
from tests.support.depth import kills
from tests.support.hanging import HANGING
from tests.support.postgres import Server
from tests.support.writers import context, import_all, record_many
from web.cli import main

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def fresh(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Gives addresses of databases that are not there yet."""
    made: list[str] = []

    def address() -> str:
        if kind == "sqlite":
            made.append(str(tmp_path / f"restored{len(made)}" / "case.sqlite"))
        else:
            made.append(request.getfixturevalue("postgres").fresh())
        return made[-1]

    yield address
    if kind == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        for one in made:
            server.drop(one)


def rows(address: str) -> list[tuple[Any, ...]]:
    """Every row of the log in order: position, file, number there, when stored, by whom, hash."""
    with opened(address) as files:
        return [
            (
                row.position,
                str(row.event.originator_id),
                row.event.originator_version,
                row.stored_at,
                row.actor,
                row.hash,
            )
            for row in LogReader(files.recorder).rows(0, 1_000_000)
        ]


def entries(address: str) -> set[str]:
    with opened(address) as files:
        return {
            fact.entry
            for name in files.references(type(next(iter(_any(files)))))
            for fact in files.read(name).entries.values()
        }


def _any(files: Files) -> Any:
    from tests.support.histories import CASE

    return files.read(CASE).entries.values()


def test_every_entry_acknowledged_before_the_backup_began_is_in_it(
    empty_database: str, fresh: Callable[[], str], sample_files: Path, tmp_path: Path
) -> None:
    begun(empty_database)
    made = context()
    acknowledged, lines, stop = made.Queue(), [0], threading.Event()
    writers = [made.Process(target=record_many, args=(empty_database, n, 400, acknowledged, 0.002)) for n in (1, 2)]
    importing = made.Process(target=import_all, args=(empty_database, sorted(sample_files.glob("*.ndjson"))))
    with closing(AccountRegister(empty_database)) as register:

        def log() -> None:
            while not stop.is_set():
                register.log.add(AT, OPERATOR, "viewed", purpose="operation")
                lines[0] += 1
                time.sleep(0.002)

        logging = threading.Thread(target=log)
        for one in (*writers, importing, logging):
            one.start()
        told = set[str]()
        try:
            for number in range(3):
                told |= {acknowledged.get(timeout=HANGING) for _ in range(25)}
                before, noted = set(told), lines[0]
                backed_up(empty_database, tmp_path / f"b{number}")
                assert any(one.is_alive() for one in (*writers, importing)), "nobody wrote while it was taken"
                target = fresh()
                done = restored(tmp_path / f"b{number}", target)
                assert before <= entries(target) and done.lines >= noted
        finally:
            stop.set()
            for one in (*writers, importing):
                one.kill()
                one.join()
            logging.join()
        ours, live = rows(target), rows(empty_database)
    assert ours == live[: len(ours)], "the backup is a state that the record was in"
    batches = Counter((stored_at, actor) for *_, stored_at, actor, _ in live)
    last = Counter((stored_at, actor) for *_, stored_at, actor, _ in ours)
    assert all(count == batches[key] for key, count in last.items()), "what was stored together is there together"


def backing_up(address: str, path: str) -> None:
    backed_up(address, Path(path), Path(f"{path}.keys"))


def restoring(path: str, address: str) -> None:
    restored(Path(path), address, Path(f"{path}.keys"))


def killed(target: Callable[..., None], arguments: tuple[str, ...], after: float) -> bool:
    """Whether a process was killed so many seconds after it began, while it was at work."""
    process = context().Process(target=target, args=arguments)
    process.start()
    time.sleep(after)
    assert process.pid is not None
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.mark.kills
def test_a_backup_that_is_killed_leaves_nothing_that_looks_whole(
    empty_database: str, sample_files: Path, tmp_path: Path
) -> None:
    sealed(empty_database)
    import_all(empty_database, sorted(sample_files.glob("*.ndjson")))
    begin = time.monotonic()
    backed_up(empty_database, tmp_path / "whole", tmp_path / "whole.keys")
    took, chance, deaths = time.monotonic() - begin, random.Random(20), 0
    for number in range(kills(5)):
        path = tmp_path / f"b{number}"
        deaths += killed(backing_up, (empty_database, str(path)), chance.uniform(0, 2 * took))
        for part in (path, Path(f"{path}.keys")):
            if part.exists():
                check_whole(part, "backup" if part == path else "keys")
        if not path.exists():
            Path(f"{path}.keys").unlink(missing_ok=True)
            backed_up(empty_database, path, Path(f"{path}.keys"))
        assert [left.name for left in tmp_path.glob(f"b{number}*.unfinished*")] == []
    assert deaths


@pytest.mark.kills
def test_a_restore_that_is_killed_leaves_nothing_that_looks_whole(
    empty_database: str, kind: str, fresh: Callable[[], str], sample_files: Path, tmp_path: Path
) -> None:
    sealed(empty_database)
    import_all(empty_database, sorted(sample_files.glob("*.ndjson")))
    backed_up(empty_database, path := tmp_path / "b", tmp_path / "b.keys")
    begin = time.monotonic()
    restored(path, whole := fresh(), tmp_path / "b.keys")
    took, chance, deaths, want = time.monotonic() - begin, random.Random(20), 0, rows(whole)
    for _ in range(kills(5)):
        address = fresh()
        deaths += killed(restoring, (str(path), address), chance.uniform(0, 1.5 * took))
        if kind == "postgresql":
            try:
                held = rows(address)
            except NotPrepared:
                with suppress(AlreadyThere):
                    restored(path, address, tmp_path / "b.keys")
            else:
                assert held in ([], want)  # prepared, and nothing yet; or whole
        elif Path(address).exists():
            assert rows(address) == want
        else:
            Path(address).with_suffix(".access.sqlite").unlink(missing_ok=True)  # the log alone is no record
            restored(path, address, tmp_path / "b.keys")
            assert rows(address) == want
    assert deaths


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_copy_of_a_file_in_use_is_torn_and_verify_says_so(
    empty_database: str, sample_files: Path, tmp_path: Path
) -> None:
    """``cp`` reads the file part by part, and SQLite writes into it meanwhile."""
    begun(empty_database)
    paths = sorted(sample_files.glob("*.ndjson"))
    import_all(empty_database, paths[:1])
    torn = tmp_path / "copy.sqlite"
    with opened(empty_database):
        checkpoint(empty_database)
        first = Path(empty_database).read_bytes()[: Path(empty_database).stat().st_size // 2]
        import_all(empty_database, paths[1:])
        checkpoint(empty_database)
        torn.write_bytes(first + Path(empty_database).read_bytes()[len(first) :])
    shutil.copy(Path(empty_database).with_suffix(".access.sqlite"), torn.with_suffix(".access.sqlite")) if Path(
        empty_database
    ).with_suffix(".access.sqlite").exists() else None
    told = CliRunner().invoke(main, ["verify", "--database", str(torn)])
    assert told.exit_code == 1 and "Traceback" not in told.output
    assert str(torn) in told.output or "broken" in told.output


def checkpoint(address: str) -> None:
    with closing(sqlite3.connect(address)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")

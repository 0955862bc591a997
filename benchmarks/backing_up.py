"""What a backup and a restore cost: python -m benchmarks.backing_up [--entries N] [--postgres]

In one run, on a record of N made entries: ``take`` beside a bare ``VACUUM INTO`` of the same file (SQLite), or a bare COPY of the
same table to nowhere (PostgreSQL); reading the backup whole beside hashing the file once; and a restore, which proves every entry,
beside that proof alone.
"""

import argparse
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

import psycopg

from benchmarks.proving import fill, seconds
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import check_whole
from domain.backup.restoring import GoesOn, restore
from domain.backup.taking import take
from domain.store.application import Files
from domain.store.database import Database
from domain.store.log_check import check_log
from tests.support.postgres import Server, running

RUNS = 3
"""Each is taken so often; the shortest counts."""


@contextmanager
def made(folder: Path, entries: int, server: Server | None) -> Iterator[Files]:
    """A record of so many entries."""
    address = str(folder / "record.sqlite") if server is None else server.prepared()
    with closing(Files.open(address)) as files, closing(AccountRegister(address)) as register:
        register.log.try_out()
        fill(files, entries)
        yield files


def bare(files: Files, folder: Path) -> None:
    """A copy of what is stored, by the database alone."""
    if files.database.kind == "sqlite":
        with closing(sqlite3.connect(files.database.path)) as c:
            c.execute("VACUUM INTO ?", (str(folder / "bare"),))
        (folder / "bare").unlink()
        return
    statement = "COPY stored_events TO STDOUT (FORMAT BINARY)"
    with psycopg.connect(**files.database.arguments) as p, p.cursor().copy(statement) as copy:  # type: ignore[arg-type]
        for _ in copy:
            pass


def measured(folder: Path, entries: int, server: Server | None) -> Iterator[tuple[str, float, float]]:
    """What was done, its seconds, and those of what it stands beside."""
    now, path = datetime.now(UTC), folder / "backup"
    with made(folder, entries, server) as files:

        def backup() -> None:
            path.unlink(missing_ok=True)
            take(files, path, now)

        def whole() -> None:
            check_whole(path)

        def digest() -> None:
            with path.open("rb") as stream:
                file_digest(stream, "sha256")

        def prove() -> None:
            for _ in check_log(files.recorder, entries=False):
                pass

        def back() -> None:
            target = str(folder / f"restored{len(list(folder.iterdir()))}.sqlite") if server is None else server.fresh()
            restore(check_whole(path), Database.at(target), GoesOn(None, now, "benchmark"))

        yield "backup beside a bare copy", least(backup), least(lambda: bare(files, folder))
        yield "reading it whole beside one SHA-256", least(whole), least(digest)
        yield "restore, with proof, beside the proof alone", seconds(back), seconds(prove)


def least(what: Callable[[], object]) -> float:
    return min(seconds(what) for _ in range(RUNS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if asked.postgres:
            with running() as server:
                say(Path(name), asked.entries, server)
        else:
            say(Path(name), asked.entries, None)


def say(folder: Path, entries: int, server: Server | None) -> None:
    print(f"{entries:,} entries, {'PostgreSQL' if server else 'SQLite'}")
    for what, ours, theirs in measured(folder, entries, server):
        print(f"  {what}: {ours:.2f} s / {theirs:.2f} s = {ours / theirs:.2f}")


if __name__ == "__main__":
    main()

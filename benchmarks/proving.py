"""What proving a record costs: python -m benchmarks.proving [--entries N] [--postgres]

In one run, on a record of N made entries: ``verify`` of all of them beside reading the same rows and hashing each once; a proof
that an entry is in the tree, and the check of it, beside reading one row; the proof that one head follows another; and one
entry stored with its tree, beside the commit of a bare row of its size.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from domain.proof.merkle import check_inclusion
from domain.store.application import Files
from domain.store.log_check import check_log
from domain.store.log_reader import LogReader
from domain.store.log_tables import leaves_of
from tests.support.postgres import running

TOGETHER = 5_000
ASKED = 200
"""Entries stored together, and proofs asked for."""

STATE = (
    b'{"type":"ContactLogged","entry":"%08d","occurred_on":"2026-03-02","recorded_at":"2026-03-02T09:00:00Z",'
    b'"recorded_by":"Robin Ablewhite","contact_type":"telephone","with":"offender","place":"office","detail":"%0120d"}'
)


def fill(files: Files, count: int) -> None:
    """Store so many entries, 200 on a file, without asking whether a file takes them."""
    for begin in range(0, count, TOGETHER):
        rows = [
            (f"A{n // 200:06d}/1", n % 200 + 1, "case.contact_logged", STATE % (n, n))
            for n in range(begin, begin + TOGETHER)
        ]
        files.recorder.append(rows, "benchmark")


def read_bare(log: LogReader) -> bytes:
    """Read every row and hash its state once: what no proof can do without."""
    position, found = 0, b""
    while rows := log.rows(position, 1024):
        for row in rows:
            found = sha256(found + row.event.state).digest()
        position = rows[-1].position
    return found


def seconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def proofs(log: LogReader) -> Iterator[tuple[str, float, float]]:
    """Medians in milliseconds, each beside reading one row."""
    head, chance = log.head(), random.Random(17)
    numbers = [chance.randrange(head.frontier.size) for _ in range(ASKED)]
    rows = [log.rows(number, 1)[0] for number in numbers]
    one = statistics.median(seconds(lambda n=n: log.rows(n, 1)) for n in numbers) * 1000
    made = [(seconds(lambda n=n: log.inclusion(n, head.frontier.size)), n) for n in numbers]
    yield "a proof of inclusion", statistics.median(took for took, _ in made) * 1000, one
    yield "the slowest of them", max(took for took, _ in made) * 1000, one
    yield (
        "number of a position",
        statistics.median(seconds(lambda r=r: log.leaf_number(r.position)) for r in rows) * 1000,
        one,
    )
    sizes = sorted(chance.randrange(1, head.frontier.size) for _ in range(ASKED))
    took = statistics.median(seconds(lambda s=s: log.consistency(s, head.frontier.size)) for s in sizes) * 1000
    yield "a proof of consistency", took, one
    for number, row in zip(numbers[:20], rows, strict=False):
        check_inclusion(
            leaves_of([row])[0],
            number,
            head.frontier.size,
            log.inclusion(number, head.frontier.size),
            head.frontier.root,
        )


def append_one(files: Files, folder: Path) -> tuple[float, float]:
    """Milliseconds for one entry stored, and for the commit of a bare row; in turns."""
    ours, bare = [], []
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as c:
        c.execute("PRAGMA journal_mode = WAL")
        c.execute("PRAGMA synchronous = FULL")
        c.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, state BLOB)")
        for n in range(300):
            state = STATE % (n, n)
            row = ("Z999999/1", n + 1, "case.contact_logged", state)
            ours.append(seconds(lambda row=row: files.recorder.append([row], "benchmark")))
            bare.append(seconds(lambda state=state: c.execute("INSERT INTO bare (state) VALUES (?)", (state,))))
    return statistics.median(ours) * 1000, statistics.median(bare) * 1000


@contextmanager
def database(folder: Path, postgres: bool) -> Iterator[str]:
    if not postgres:
        yield str(folder / "record.sqlite")
        return
    with running(folder / "server") as server:
        yield server.prepared()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        database(Path(name), asked.postgres) as address,
        closing(Files.open(address)) as files,
    ):
        print(f"{asked.entries:,} entries made in {seconds(lambda: fill(files, asked.entries)):.0f} s")
        log = LogReader(files.recorder)
        verify = seconds(lambda: max(check_log(files.recorder, entries=False)))
        bare = seconds(lambda: read_bare(log))
        print(f"verify: {verify:.1f} s; reading and hashing once: {bare:.1f} s; ratio {verify / bare:.2f}")
        for words, took, one in proofs(log):
            print(f"{words}: {took:.2f} ms; one row read: {one:.2f} ms; ratio {took / one:.1f}")
        ours, plain = append_one(files, Path(name))
        print(f"one entry stored: {ours:.2f} ms; a bare row on SQLite: {plain:.2f} ms; ratio {ours / plain:.2f}")


if __name__ == "__main__":
    main()

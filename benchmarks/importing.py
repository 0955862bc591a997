"""How fast entries come in, beside the same bytes written bare: python -m benchmarks.importing --cases N

On SQLite and on a PostgreSQL of its own, in one run: the import (read, checked, chained, stored) against ``executemany`` or
COPY of the very rows it left, into a table of the same shape and no guards; one recorded fact against the commit of one
bare row; and the importer's peak memory at a quarter of the cases and at all. Bare and import take turns, the best of
each counts: other work on the machine slows both, and no run can be faster than it is.
"""

import argparse
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import psycopg

from benchmarks.worker import size_of
from domain.entries.case_entries import ContactLogged
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.instruments import score_range
from domain.store.application import Files
from domain.store.database import Database
from tests.support.postgres import Server, running
from web.cli.import_command import load
from web.demo import write_samples

COLUMNS = "originator_id, originator_version, topic, state, stored_at, actor, hash"
PIECE = 50_000
"""So many rows the bare writer is handed at once, in one transaction; they are read before the clock starts."""

RECORDED = 300
"""How often one fact is recorded."""

SQLITE_TABLE = (
    "CREATE TABLE bare (rowid INTEGER PRIMARY KEY AUTOINCREMENT, originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, stored_at TEXT NOT NULL, "
    "actor TEXT NOT NULL, hash BLOB NOT NULL, UNIQUE (originator_id, originator_version))"
)
POSTGRES_TABLE = (
    "CREATE TABLE bare (notification_id bigserial PRIMARY KEY, originator_id text NOT NULL, "
    "originator_version bigint NOT NULL, topic text NOT NULL, state bytea NOT NULL, stored_at text NOT NULL, "
    "actor text NOT NULL, hash bytea NOT NULL, UNIQUE (originator_id, originator_version))"
)


class Import(NamedTuple):
    """One import in a process of its own: entries, seconds and processor seconds without its start, memory in MB."""

    entries: int
    seconds: float
    busy: float
    peak: int
    before: int
    """Its memory before the first line."""


def write_cases(path: Path, cases: int) -> None:
    """So many cases as an interchange file: those of the samples, again and again under other references."""
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for sample in write_samples(Path(folder)):
            for line in sample.read_text(encoding="utf-8").splitlines(keepends=True):
                if reference := re.match(r'\{"case": "([A-Z]\d{6})/', line):
                    found.setdefault(reference[1], []).append(line)
    models = [(crn, "".join(lines)) for crn, lines in found.items()]
    with path.open("w", encoding="utf-8") as stream:
        for number in range(cases):
            crn, lines = models[number % len(models)]
            stream.write(lines.replace(crn, f"{chr(ord('A') + number // 1_000_000)}{number % 1_000_000:06d}"))


def take(path: Path, address: str) -> Import:
    """Import a file as ``caseaudit import`` does. The data that rules come from is loaded before the clock starts."""
    frameworks()
    score_range("oasys")
    # The peak so far would be that of reading the rules; what the system calls a process's usage counts even its parent's.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = size_of("VmHWM")
    start, busy = time.perf_counter(), time.process_time()
    report = load(address, [path], actor="import")
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    assert not report.rejected, report.rejected[0]
    return Import(report.stored, seconds, busy, size_of("VmHWM") >> 20, before >> 20)


def alone(path: Path, address: str) -> Import:
    """The same in a process of its own, so that its peak memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(take, (path, address))


def bare_sqlite(imported: str, folder: Path) -> tuple[float, float]:
    """Seconds and processor seconds that SQLite takes for an imported record's rows by ``executemany``, nothing else."""
    path, seconds, busy = folder / "bare.sqlite", 0.0, 0.0
    for part in folder.glob("bare.sqlite*"):
        part.unlink()
    with closing(sqlite3.connect(imported)) as source, closing(_bare(path)) as target:
        read = source.execute(f"SELECT {COLUMNS} FROM stored_events ORDER BY rowid")
        while rows := read.fetchmany(PIECE):
            start, began = time.perf_counter(), time.process_time()
            with target:
                target.executemany(f"INSERT INTO bare ({COLUMNS}) VALUES (?,?,?,?,?,?,?)", rows)
            seconds, busy = seconds + time.perf_counter() - start, busy + time.process_time() - began
    return seconds, busy


def _bare(path: Path) -> sqlite3.Connection:
    target = sqlite3.connect(path)
    target.execute("PRAGMA journal_mode = WAL")
    target.execute(SQLITE_TABLE)
    return target


def bare_postgres(imported: str, entries: int) -> tuple[float, float]:
    """Seconds that PostgreSQL takes for an imported record's rows by COPY: rows written one by one, and ready bytes.

    Rows are what an ordinary program has, as ``executemany`` has on SQLite; the bytes are those that PostgreSQL itself
    wrote, in one piece, which no program has.
    """
    names = f"bare ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
    by_rows = by_bytes = 0.0
    with psycopg.connect(imported, autocommit=True) as source, psycopg.connect(imported, autocommit=True) as target:
        for table in ("bare", "bare_bytes"):
            target.execute(f"DROP TABLE IF EXISTS {table}".encode())
            target.execute(POSTGRES_TABLE.replace("TABLE bare", f"TABLE {table}").encode())
        for after in range(0, entries, PIECE):
            piece = f"notification_id > {after} AND notification_id <= {after + PIECE} ORDER BY notification_id"
            rows = source.execute(f"SELECT {COLUMNS} FROM stored_events WHERE {piece}".encode()).fetchall()
            start = time.perf_counter()
            with target.cursor().copy(f"COPY {names}".encode()) as copy:
                copy.set_types(["text", "int8", "text", "bytea", "text", "text", "bytea"])
                for row in rows:
                    copy.write_row(row)
            by_rows += time.perf_counter() - start
            out = f"COPY (SELECT {COLUMNS} FROM stored_events WHERE {piece}) TO STDOUT (FORMAT BINARY)"
            with source.cursor().copy(out.encode()) as copy:
                ready = b"".join(bytes(part) for part in copy)
            start = time.perf_counter()
            with target.cursor().copy(f"COPY {names.replace('bare', 'bare_bytes', 1)}".encode()) as copy:
                copy.write(ready)
            by_bytes += time.perf_counter() - start
    return by_rows, by_bytes


def recorded(address: str) -> list[float]:
    """Seconds of each of many facts recorded one by one on a case."""
    taken = []
    with closing(Files.open(address)) as files:
        for number in range(RECORDED):
            now = datetime.now(UTC)
            fact = ContactLogged(
                entry=f"b{number}", occurred_on=date(2005, 6, 1), recorded_at=now, contact_type="letter"
            )
            start = time.perf_counter()
            files.record("A000000/1", [fact], actor="benchmark", now=now)
            taken.append(time.perf_counter() - start)
    return taken


def committed(address: str, folder: Path) -> list[float]:
    """Seconds of each of as many bare rows, one a transaction."""
    row = ("Z000000/1", "case.contact_logged", b"x" * 200, "2026-01-01T00:00:00.000000+00:00", "benchmark", b"h" * 32)
    sqlite = Database.at(address).kind == "sqlite"
    taken, versions = [], count(1)
    with closing(_opened(folder) if sqlite else psycopg.connect(address)) as target:
        marks = ",".join("?" * 7 if sqlite else ["%s"] * 7)
        for _ in range(RECORDED):
            start = time.perf_counter()
            target.execute(f"INSERT INTO bare ({COLUMNS}) VALUES ({marks})", (row[0], next(versions), *row[1:]))
            target.commit()
            taken.append(time.perf_counter() - start)
    return taken


def _opened(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "bare.sqlite")


def addresses(folder: Path, server: Server | None) -> Generator[str]:
    """Empty databases, one after the other; each goes before the next comes."""
    while True:
        if server is None:
            yield str(folder / "import.sqlite")
            for part in folder.glob("import.sqlite*"):
                part.unlink()
        else:
            yield (address := server.prepared())
            server.drop(address)


def compare(kind: str, cases: int, rounds: int, folder: Path, server: Server | None) -> None:
    """Print what came out on one database."""
    bare_name = "COPY of rows" if server else "executemany"
    rates: list[float] = []
    bare_rates: list[float] = []
    beside: list[float] = []
    fresh = addresses(folder, server)
    few, many = folder / "few.ndjson", folder / "many.ndjson"
    small = alone(few, next(fresh))
    for _ in range(rounds):
        address = next(fresh)
        done = alone(many, address)
        if server:
            seconds, ready = bare_postgres(address, done.entries)
            beside.append(done.entries / ready)
        else:
            seconds, processor = bare_sqlite(address, folder)
            beside.append(processor / done.busy)
        rates.append(done.entries / done.seconds)
        bare_rates.append(done.entries / seconds)
        print(f"  {kind}: import {rates[-1]:,.0f}/s, bare {bare_name} {bare_rates[-1]:,.0f}/s", flush=True)
    rate, bare_rate = max(rates), max(bare_rates)
    print(f"{kind}: import of {cases:,} cases, {done.entries:,} entries: {rate:,.0f} entries/s;"
          f" bare {bare_name} {bare_rate:,.0f} rows/s; ratio {rate / bare_rate:.2f}")  # fmt: skip
    if server:
        print(f"{kind}: beside COPY of ready bytes, {max(beside):,.0f} rows/s: ratio {rate / max(beside):.2f}")
    else:
        print(
            f"{kind}: by processor time, which other work on the machine changes less: ratio {statistics.median(beside):.2f}"
        )
    print(
        f"{kind}: importer's memory {done.before} MB before the first line; at most {small.peak} MB at {small.entries:,} "
        f"entries, {done.peak} MB at {done.entries:,}"
    )
    one, bare = (statistics.median(times) * 1e6 for times in (recorded(address), committed(address, folder)))
    print(
        f"{kind}: one fact recorded in {one:,.0f} µs, one bare row committed in {bare:,.0f} µs; ratio {bare / one:.2f}"
    )
    fresh.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cases(folder / "few.ndjson", max(1, asked.cases // 4))
        write_cases(folder / "many.ndjson", asked.cases)
        for kind in ("sqlite", "postgresql"):
            if asked.database in (kind, "both"):
                served: Callable[[], object] = running if kind == "postgresql" else nullcontext
                with served() as server:  # type: ignore[attr-defined]
                    compare(kind, asked.cases, asked.rounds, folder, server)


if __name__ == "__main__":
    main()

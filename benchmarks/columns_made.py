"""The columns of a service made from its entries, in one process: python -m benchmarks.columns_made [SIZE] --dir DIR

A store is filled with the generator, once. From it the columns are made as ``caseaudit rebuild`` makes them, tables included,
and by themselves: entries read and decoded, ledgers derived, rows gathered, files written. Beside both stands deriving
one by one: ``ledger()`` of some of the same cases, decoded before, just before and just after. Milliseconds a case, of
the processor; the least of several runs.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any

from benchmarks.filling import TEMPLATES
from benchmarks.nation import Size, named_size, reference_of
from benchmarks.rebuilding import DERIVED, deriving
from benchmarks.serving import DATABASE, recorded
from benchmarks.timing import took
from projections.columns.column_builder import ColumnBuilder
from projections.columns.column_files import ColumnParts
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import ledger
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.rebuild import open_read_model, pieces_of
from projections.read_model.view_reader import ReadModel

RUNS = 2


def here(work: Callable[..., Any], pieces: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """A pool of no processes: every piece of work is done in this one."""
    return (work(*piece) for piece in pieces)


def rebuilt(address: str, home: Path) -> None:
    """Tables and columns, as the command makes them."""
    with closing(ReadModel(address)) as read_model:
        ColumnMaker(read_model, home, here).rebuild()


def made(address: str, home: Path) -> dict[str, float]:
    """The columns alone; seconds of the processor by step."""
    stored, parts = open_read_model(address).stored, ColumnParts(home / "parts")
    seconds = dict.fromkeys(("read", "derived", "gathered", "written"), 0.0)
    since = time.process_time()

    def passed(step: str) -> None:
        nonlocal since
        seconds[step] += (now := time.process_time()) - since
        since = now

    for references in (piece for some in stored.cases() for piece in pieces_of(some)):
        gathering = ColumnBuilder()
        for file in stored.files(references):
            entries = list(file.entries.values())
            passed("read")
            kept = ledger(entries)
            passed("derived")
            gathering.add(file.reference, kept, entries)
            passed("gathered")
        columns = ColumnStore(*gathering.gathered(), position=stored.head())
        passed("gathered")
        parts.add(columns)
        passed("written")
    parts.write(home)
    passed("written")
    return seconds


def measured(folder: Path, size: Size) -> dict[str, float]:
    """Seconds of the processor a case."""
    address = str(folder / DATABASE)
    ReadModel(address).close()  # this makes the tables of the views
    some = [reference_of(case) for case in range(0, size.cases, max(size.cases // DERIVED, 1))]
    before = deriving(address, some)
    whole = took(lambda: rebuilt(address, folder / "rebuilt")).processor
    steps = made(address, folder / "made")
    alone = (before + deriving(address, some)) / 2 / len(some)
    of_case = {name: seconds / size.cases for name, seconds in steps.items()}
    return {
        "tables and columns": whole / size.cases,
        "columns alone": sum(of_case.values()),
        **of_case,
        "one by one": alone,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.columns_made",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("size", metavar="SIZE", nargs="?", default="area")
    parser.add_argument("--dir", type=Path, required=True, help="the working folder; its records are not made again")
    parser.add_argument("--templates", type=int, default=TEMPLATES, help="how many unlike cases a service is made of")
    parser.add_argument("--times", type=int, default=RUNS, help="how often each is taken; the least counts")
    asked = parser.parse_args()
    size = named_size(asked.size)
    record, runs = recorded(asked.dir, size, asked.templates), []
    print(f"{size.cases:,} cases; load {os.getloadavg()[0]:.1f}", flush=True)
    for _ in range(asked.times):
        with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
            copytree(record, folder, dirs_exist_ok=True)
            runs.append(measured(Path(folder), size))
    least = {name: min(run[name] for run in runs) for name in runs[0]}
    for name, seconds in least.items():
        print(f"{name:<20}{seconds * 1e3:8.2f} ms a case   x one by one {seconds / least['one by one']:6.2f}")


if __name__ == "__main__":
    main()

"""The views of a whole service made anew by ``caseaudit rebuild``: python -m benchmarks.rebuilding [SIZE]... [--postgres]

For each size (``area``, ``region``, ``nation`` or a number of cases) a store is filled with the generator and rebuilt by
the command itself. Beside it stands deriving alone: ``ledger()`` of some of the same cases, decoded before, in as many
processes, just before and just after; times of the processor. Memory is looked at twenty times a second: of the command and
of the largest of its processes, what is its own; in brackets the most with the pages of files that it maps and shares.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.filling import TEMPLATES, fill, templates
from benchmarks.nation import named_size, reference_of
from benchmarks.worker import size_of
from projections.ledger.ledger import ledger
from projections.read_model.rebuild import open_read_model
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_processes
from tests.support.postgres import running

DERIVED = 400
"""Cases derived alone, before and after."""

LOOK = 0.05
"""Seconds between looks at the memory of the processes."""


class Memory(NamedTuple):
    """The most bytes of a process that were its own, and with the pages that it shares."""

    own: int = 0
    all: int = 0

    def __str__(self) -> str:
        return f"{self.own / 1e6:.0f} ({self.all / 1e6:.0f}) MB"


class Rebuilt(NamedTuple):
    """Seconds by the clock and of the processor; the memory of the command, and of the largest of its processes."""

    clock: float
    processor: float
    command: Memory
    process: Memory


def deriving(address: str, references: list[str]) -> float:
    """Seconds of the processor that it takes to derive these cases."""
    files = list(open_read_model(address).stored.files(references))
    ledger(files[0].entries.values())  # the standards are read, whoever comes first
    began = time.process_time()
    for file in files:
        ledger(file.entries.values())
    return time.process_time() - began


def deriving_alone(address: str, cases: int, processes: int) -> float:
    """Seconds a case, of some cases from all over the store."""
    some = [reference_of(case) for case in range(0, cases, max(cases // DERIVED, 1))]
    pieces = [(address, some[at : at + 20]) for at in range(0, len(some), 20)]
    return sum(in_processes(processes, deriving, pieces)) / len(some)


def rebuilt(address: str, processes: int) -> Rebuilt:
    """Run the command and watch it."""
    command = [str(Path(sys.executable).with_name("caseaudit")), "rebuild", "--processes", str(processes)]
    began, seen = time.perf_counter(), dict[int, Memory]()
    process = subprocess.Popen([*command, "--database", address], stdout=subprocess.DEVNULL)
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        for one in (process.pid, *_children(process.pid)):
            with suppress(OSError, StopIteration):  # it has just ended
                own = max(seen.get(one, Memory()).own, size_of("RssAnon", one))
                seen[one] = Memory(own, size_of("VmHWM", one))
        time.sleep(LOOK)
    clock, (_, status, usage) = time.perf_counter() - began, ended
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    mine = seen.pop(process.pid)
    return Rebuilt(clock, usage.ru_utime + usage.ru_stime, mine, max(seen.values()))


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]
    return []


@contextmanager
def addresses(postgres: bool, folder: Path) -> Iterator[Iterator[str]]:
    """Addresses of empty databases, one after the other."""
    with running() if postgres else nullcontext() as server:
        if server is None:
            yield (str(folder / f"{number}.sqlite") for number in range(1_000))
        else:
            yield (server.prepared() for _ in range(1_000))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rebuilding",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sizes", metavar="SIZE", nargs="*", default=["area", "region"])
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--templates", type=int, default=TEMPLATES, help="how many unlike cases a service is made of")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--dir", type=Path, help="where the stores are made, and deleted again")
    asked = parser.parse_args()
    made = templates(asked.templates)
    print(
        f"{'cases':>8} {'seconds':>8} {'cases/s':>8} {'ms a case':>10} {'deriving':>9} {'ratio':>6}   command; each process"
    )
    with tempfile.TemporaryDirectory(dir=asked.dir) as name, addresses(asked.postgres, Path(name)) as every:
        os.environ["CASEAUDIT_COLUMNS"] = str(Path(name) / "columns")
        for size in map(named_size, asked.sizes):
            address = next(every)
            fill(address, size, made)
            ReadModel(address).close()
            alone = partial(deriving_alone, address, size.cases, asked.workers)
            before, run, after = alone(), rebuilt(address, asked.workers), alone()
            of_case, derived = run.processor / size.cases, (before + after) / 2
            print(
                f"{size.cases:8,} {run.clock:8.1f} {size.cases / run.clock:8.0f} {of_case * 1e3:10.2f} {derived * 1e3:9.2f} "
                f"{of_case / derived:6.2f}   {run.command}; {run.process}",
                flush=True,
            )


if __name__ == "__main__":
    main()

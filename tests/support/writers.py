"""Processes that write to a database and may die at it: an import that is killed anywhere, and writers of single facts.

They come from a server of forks that has read the rules once, so that a death costs a twentieth of a second and not two.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from ctypes import c_longlong
from datetime import UTC, date, datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from eventsourcing.persistence import PersistenceError

from domain.entries.case_entries import ContactLogged
from domain.entries.refusals import BusyFile
from domain.importing import importer, ndjson_reader
from domain.policy.frameworks import frameworks
from domain.policy.instruments import score_range
from domain.store.application import Files
from tests.support.hanging import HANGING
from tests.support.histories import CASE, NOW

BATCH = 400
"""Lines that a killed import stores at once: a death may come between many batches, and inside any."""

frameworks()
score_range("oasys")


def context() -> ForkServerContext:
    """Where these processes are made."""
    made = get_context("forkserver")
    made.set_forkserver_preload([__name__])
    return made


def contact(entry: str, at: datetime = datetime(2005, 6, 1, 12, tzinfo=UTC)) -> ContactLogged:
    return ContactLogged(entry=entry, occurred_on=date(2005, 6, 1), recorded_at=at, contact_type="telephone")


def import_all(address: str, paths: list[Path], read: "Synchronized[int] | None" = None) -> importer.ImportReport:
    """Import these files in small batches, telling after every few lines how many bytes have been read."""
    importer.BATCH, ndjson_reader.TOLD = BATCH, 1 << 12
    report, now = importer.ImportReport(), datetime.now(UTC)

    def progress(size: int) -> None:
        if read is not None:
            read.value += size

    with closing(Files.open(address)) as files:
        given = (line for path in paths for line in ndjson_reader.read_lines(path, now, report.rejected, progress))
        importer.import_lines(files, given, report, now=now, actor="import", keep=True)
    return report


def killed_imports(address: str, paths: list[Path], runs: int, seed: int) -> Iterator[bool]:
    """Start an import so many times and kill it with SIGKILL at a random point; whether it was still running."""
    chance, total = random.Random(seed), sum(path.stat().st_size for path in paths)
    made = context()
    for _ in range(runs):
        read = made.Value(c_longlong, 0)
        process = made.Process(target=import_all, args=(address, paths, read))
        process.start()
        point = chance.uniform(0, total)
        while process.is_alive() and read.value < point:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
        yield _killed(process)


def _killed(process: BaseProcess) -> bool:
    assert process.pid is not None
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


def record_many(address: str, writer: int, count: int, acknowledged: Any, pause: float = 0.0) -> None:
    """Record so many facts one by one on the case that all write to, again until each is acknowledged; tell which are."""
    with closing(Files.open(address)) as files:
        for number in range(count):
            entry = f"w{writer}-{number}"
            again(lambda entry=entry: files.record(CASE, [contact(entry)], actor=f"writer-{writer}", now=NOW))  # type: ignore[misc]
            acknowledged.put(entry)
            time.sleep(pause)


def again(act: Callable[[], object]) -> None:
    """Do this until it succeeds: others were writing, or the database was away."""
    until = time.monotonic() + HANGING
    while True:
        try:
            act()
        except (BusyFile, PersistenceError):
            if time.monotonic() > until:
                raise
            time.sleep(random.uniform(0, 0.1))
        else:
            return

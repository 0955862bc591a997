"""What is measured, for Prometheus. No label names a case, a place, a person or an account.

A site's workers share a folder (prometheus-client's files of several processes), so that any of them answers for all. A follower
has one process and no folder. Where ``share`` is called later, this module is made anew: name what is in it by the module.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from web.server.shared_folder import SHARED_BY

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""The bounds by which times are counted."""

REGISTRY = CollectorRegistry()

REQUESTS = Counter(
    "caseaudit_requests", "Requests answered, by the page's name in the program and the class of its status.",
    ("endpoint", "status"), registry=REGISTRY,
)  # fmt: skip
LATENCY = Histogram(
    "caseaudit_request_seconds", "Seconds from the beginning of the work on a request to the end of its answer.",
    ("endpoint",), buckets=SECONDS, registry=REGISTRY,
)  # fmt: skip
WAITED = Histogram(
    "caseaudit_request_wait_seconds", "Seconds that a whole request waited for a thread.", buckets=SECONDS, registry=REGISTRY
)  # fmt: skip
OUTAGES = Counter(
    "caseaudit_outage_answers", "Answers 503 because the database could not be used, by why.", ("cause",), registry=REGISTRY
)  # fmt: skip


def _gauge(name: str, words: str, *labels: str) -> Gauge:
    return Gauge(f"caseaudit_{name}", words, labels, multiprocess_mode="livesum", registry=REGISTRY)


WORKERS = _gauge("workers", "Worker processes that are alive.")
WAITING = _gauge("requests_waiting", "Requests that wait for a thread.")
WORKING = _gauge("requests_in_progress", "Requests that are being answered.")
CONNECTED = _gauge("client_connections", "Connections of clients.")
MEMORY = _gauge("worker_memory_bytes", "Memory of all workers together; what they share counts once for each.")
POOLED = _gauge("database_connections", "Connections to the database, by who keeps them.", "pool", "state")

PAST = {"counter": "counter_past.db", "histogram": "histogram_past.db"}
"""The files in which what workers have counted stays when they end."""


def exposed(more: Iterable[Metric] = ()) -> tuple[bytes, str]:
    """Everything that the workers of a site have measured, and its content type. ``more``: what is looked up for this answer.

    Of a process that is no site's worker: ``more``, and what the system knows of the process.
    """
    folder = os.environ.get(SHARED_BY)
    found = CollectorRegistry()
    found.register(_Given(more))
    if folder is None:
        ProcessCollector(registry=found)
        return generate_latest(found), CONTENT_TYPE_LATEST
    with _lock(Path(folder), fcntl.LOCK_SH):
        MultiProcessCollector(found, folder)  # type: ignore[no-untyped-call]
        return generate_latest(found), CONTENT_TYPE_LATEST


def gauge(name: str, words: str, value: float | None, **labels: str) -> Iterator[Metric]:
    """A value that is looked up when it is asked for; nothing where it is not known."""
    if value is not None:
        family = GaugeMetricFamily(f"caseaudit_{name}", words, labels=tuple(labels))
        family.add_metric(tuple(labels.values()), value)
        yield family


def ended(process: int) -> None:
    """A worker has ended: what it counted stays, in one file for all that have ended."""
    folder = os.environ.get(SHARED_BY)
    if folder is None:
        return
    with _lock(Path(folder), fcntl.LOCK_EX):
        mark_process_dead(process, folder)  # type: ignore[no-untyped-call]
        for kind, name in PAST.items():
            _fold(Path(folder) / f"{kind}_{process}.db", Path(folder) / name)


def memory() -> int:
    """Bytes of memory of this process."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


class _Given(Collector):
    def __init__(self, metrics: Iterable[Metric]):
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics

    def describe(self) -> Iterable[Metric]:
        return ()


def _fold(file: Path, past: Path) -> None:
    """Add the values of one file to another, and delete it."""
    if not file.exists():
        return
    kept: Any = MmapedDict(str(past))  # type: ignore[no-untyped-call]
    try:
        for key, value, stamp, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            kept.write_value(key, kept.read_value(key)[0] + value, stamp)
    finally:
        kept.close()
    file.unlink()


@contextmanager
def _lock(folder: Path, how: int) -> Iterator[None]:
    """Nobody reads while what a worker counted is moved from one file to another."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, how)
        yield

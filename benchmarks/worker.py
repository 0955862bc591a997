"""A worker of the site that opens the columns in a folder, shows a desk, answers as at two moments, and says how large it grew.

Memory that it maps is shared by all workers. *Its own* is the rest: looked at every other millisecond while it answers.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from benchmarks.questions import MOMENTS, STOOD, score_all, show_desk, table_by_team
from projections.columns.case_selection import CaseSelection
from projections.columns.column_files import latest_generation

LOOK = 0.002
"""Seconds between looks at the memory of its own."""


def size_of(name: str, process: int | str = "self") -> int:
    """A line of a process's status, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


@contextmanager
def watched() -> Iterator[list[int]]:
    """The most memory of its own that this process has meanwhile, in bytes: the one number of the list."""
    most, over = [size_of("RssAnon")], Event()

    def look() -> None:
        while not over.is_set():
            most[0] = max(most[0], size_of("RssAnon"))
            time.sleep(LOOK)

    watching = Thread(target=look, daemon=True)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()


def main() -> None:
    import web.app  # noqa: F401  a worker has all pages in memory

    before = size_of("RssAnon")
    columns = latest_generation(Path(sys.argv[1]))
    assert columns is not None
    show_desk(columns, STOOD)
    rest = size_of("RssAnon")
    with watched() as most:
        for moment in MOMENTS.values():
            at = CaseSelection(columns, moment)
            score_all(at)
            table_by_team(at)
    sizes = {"peak": size_of("VmHWM"), "mapped": size_of("RssFile"), "own before": before, "own at rest": rest}
    sizes |= {"own at most": most[0], "own": size_of("RssAnon")}
    print(json.dumps(sizes))


if __name__ == "__main__":
    main()

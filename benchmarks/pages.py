"""Pages of a generated service as the app serves them: python -m benchmarks.pages SIZE --dir DIR

An SPO, the manager of an area and the manager of all areas sign in and ask for lists and counts, as at the day of the last
entries: as the files stood then, and in hindsight. Each page is taken once to warm up, and then several times. Beside it
stands a bare scan by NumPy, of one list by officer, over as many duties as the reader's cases have.

Then an entry is recorded and the desk asked for, again and again: from before the commit to the page's bytes, beside the
commit alone. The same once 2,500 cases have changed since the files of columns were made.

Seconds of the processor count; in brackets by the clock. ``--keep FILE`` keeps the figures, ``--beside FILE`` sets those of
an earlier run beside them: of other code, say, in the same quarter of an hour.
"""

import argparse
import json
import os
import platform
from collections.abc import Iterator
from contextlib import closing
from functools import cache, partial
from pathlib import Path

import numpy as np
from flask.testing import FlaskClient

from benchmarks.cases import READ_ON
from benchmarks.filling import TEMPLATES
from benchmarks.nation import Size, named_size, place_of
from benchmarks.recording import Recording, change_many, one_more, shown
from benchmarks.serving import DATABASE, Person, copied, people, prepared
from benchmarks.timing import Figure, several
from benchmarks.worker import size_of
from tests.support.people import signed_in
from web.app import create_app

TIMES = 5
"""How often a page is taken, once it is warm."""

DUTIES_OF_CASE = 90

MOMENTS = {"as it stood": "stood", "in hindsight": "hindsight"}


def pages(size: Size) -> dict[str, str]:
    """The pages that are asked for, and their addresses."""
    team = place_of(0, size).team.replace(" ", "+")
    return {
        "desk": "/desk?",
        "one list": "/desk/overdue?",
        "what changed": "/changed?",
        "then and now, caseload": "/changed/verdicts?",
        "caseload": "/cases?",
        "search, two words": "/search?sought=jade+fenn&",
        "matrix": "/matrix?",
        "duties of a team": f"/matrix/duties?team={team}&",
        "report": "/reports/oversight?",
        "calendar": "/calendar?",
    }


@cache
def bare(cases: int) -> float:
    """Seconds of the processor to find what is overdue among the duties of so many cases, and count it by officer."""
    draw = np.random.default_rng(14)
    arises, due, met, ended = draw.integers(0, 1_000, (4, cases * DUTIES_OF_CASE)).astype(np.uint16)
    officer = draw.integers(0, cases // 40 + 1, len(due)).astype(np.int32)
    day = np.uint16(500)

    def scan() -> None:
        np.bincount(officer[(arises <= day) & (met > day) & (due < day) & ~(ended <= due)])

    return several(scan, 20)[1]


def of_pages(size: Size, person: Person, client: FlaskClient, times: int) -> Iterator[tuple[str, Figure]]:
    """Every page at both moments."""
    for words, address in pages(size).items():
        for moment, known in MOMENTS.items():
            asked = f"{address}as_at={READ_ON}&known={known}"
            yield f"{words}, {moment}", Figure(*several(partial(shown, client, asked), times), bare(person.cases))


def measured(made: Path, size: Size, times: int) -> Iterator[tuple[Person | None, str, Figure | float]]:
    """Every figure as soon as it is taken: whose it is, what was measured, and how long or how large (bytes)."""
    with copied(made) as folder, closing(Recording(str(folder / DATABASE))) as recording:
        app = create_app(str(folder / DATABASE), today=lambda: READ_ON)
        yield None, "own memory before the first page", float(size_of("RssAnon"))
        readers = [(person, signed_in(app, person.account)) for person in people(size)]
        shown(readers[0][1], "/desk")
        yield None, "own memory after a desk of one team", float(size_of("RssAnon"))
        for person, client in readers:
            for words, figure in of_pages(size, person, client, times):
                yield person, words, figure
        clients = [client for _, client in readers]
        for person, client in readers:
            for page, figure in one_more(recording, client, times):
                yield person, f"one entry more, and the {page}", figure
        changed = change_many(recording, size, clients)
        for person, client in readers:
            for page, figure in one_more(recording, client, times):
                yield person, f"the {page} so, above {changed:,} changed cases", figure
        yield None, "own memory at the end", float(size_of("RssAnon"))


def named(person: Person | None, words: str) -> str:
    return words if person is None else f"{person.words}, {person.cases:,} cases: {words}"


def line(name: str, figure: Figure | float, before: float | None) -> str:
    """A figure in words: milliseconds, or megabytes of memory."""
    if isinstance(figure, float):
        found, unit, value = f"{name:<64}{figure / 1e6:10.1f} MB", 1e6, figure
    else:
        times = "{:8.1f} {:8.1f} {:8.1f} ({:8.1f} {:8.1f})".format(*(1000 * seconds for seconds in figure[:-1]))
        found = f"{name:<64}{times} ms {figure.least / figure.bare:9,.1f}"
        unit, value = 1e-3, figure.least
    return found if before is None else f"{found}   before {before / unit:.1f}: {value / before:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("size", metavar="SIZE", help="area, region or a number of cases in one area")
    parser.add_argument("--dir", type=Path, required=True, help="the working folder; its services are not made again")
    parser.add_argument("--templates", type=int, default=TEMPLATES, help="how many unlike cases a service is made of")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is taken at most")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--beside", type=Path, metavar="FILE", help="the figures of an earlier run")
    asked = parser.parse_args()
    before = json.loads(asked.beside.read_text()) if asked.beside else {}
    size, kept = named_size(asked.size), dict[str, float]()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )
    print(f"{'':<64}{'first':>8} {'least':>8} {'middle':>8} (by the clock)        x bare", flush=True)
    for person, words, figure in measured(prepared(asked.dir, size, asked.templates), size, asked.times):
        name = named(person, words)
        kept[name] = figure if isinstance(figure, float) else figure.least
        print(line(name, figure, before.get(name)), flush=True)
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    if asked.keep:
        asked.keep.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()

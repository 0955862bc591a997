"""The first pages of a fresh worker: python -m benchmarks.cold [--size SIZE --dir DIR] [--other CHECKOUT] [--page NAME]...

Each page is asked of a process of its own, as its first page, by somebody who is signed in already; then once more, warm. *As it
starts*: of a process that has just made the app. *Warmed*: of one that has done beforehand what ``web.services.warming`` does
beside the first requests of a worker. Seconds of the processor, the least of several processes; the ratio is that of *warmed* to
``python -c pass``.

``--other``: beside it the first page of another checkout (an older version, say), by turns over the same record, and this
version's as a share of it. ``--keep FOLDER`` writes the answers of both, to be compared byte for byte.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from benchmarks.cases import READ_ON
from benchmarks.filling import TEMPLATES
from benchmarks.nation import named_size
from benchmarks.serving import DATABASE, copied, people, prepared
from benchmarks.starting import seconds
from tests.support.people import session_of, signed_in
from web.app import create_app

HERE = Path(__file__).parents[1]

DEMO_DAY = date(2005, 12, 22)
"""The last day of the demonstration's record."""

WORKER = """
import json, re, sys, time
asked = json.load(sys.stdin)
from datetime import date
from web.app import create_app
day = date.fromisoformat(asked["day"])
app = create_app(asked["database"], today=lambda: day, demo=asked["demo"])
app.config["SECOND_FACTOR"] = frozenset()
def passed(since=[0.0]):
    now = time.process_time()
    took, since[0] = now - since[0], now
    return took
made = passed()
if asked["warmed"]:
    from web.services.warming import warm, warm_record
    warm(app)
    warm_record(app)
warmed = passed()
client = app.test_client()
client.set_cookie("caseaudit", asked["cookie"])
passed()
def ask():
    answer = client.get(asked["address"], follow_redirects=True)
    assert answer.status_code == 200, (asked["address"], answer.status)
    return answer.data, passed()
data, cold = ask()
again = min(ask()[1] for _ in range(2))
if asked["keep"]:
    hidden = rb'nonce="[^"]+"|name="(?:csrf_)?token" value="[^"]+"|content="[\\w.-]{60,}"'  # other ones in each answer
    open(asked["keep"], "wb").write(re.sub(hidden, b"", data))
print(json.dumps({"made": made, "warming": warmed, "cold": cold, "warm": again}))
"""

DEMO_PAGES = {
    "spo": ("p.anstey", "/"),
    "case manager": ("t.adeyemi", "/"),
    "area manager": ("c.whitlock", "/"),
    "divisional manager": ("a.rao", "/"),
    "inspector": ("j.hartnell", "/"),
    "information manager": ("i.nkemelu", "/"),
    "auditor": ("s.brandt", "/"),
    "caseload": ("p.anstey", "/cases"),
    "case": ("p.anstey", "/cases/C432661/1"),
    "matrix, SPO": ("p.anstey", "/matrix"),
    "matrix, area": ("c.whitlock", "/matrix"),
    "oversight, SPO": ("p.anstey", "/reports/oversight"),
    "oversight, area": ("c.whitlock", "/reports/oversight"),
    "pack, division": ("a.rao", "/board-pack"),
    "pack, area": ("c.whitlock", "/board-pack"),
    "pack as PDF": ("c.whitlock", "/board-pack/download/pdf"),
    "sheet": ("j.hartnell", "/inspections/gloucestershire-2005"),
    "officers": ("p.anstey", "/officers"),
    "what changed": ("p.anstey", "/changed"),
}
"""The pages of the demonstration: who asks, and what for."""

SIZE_PAGES = {
    "one officer, home": ("one officer", "/"),
    "one team, home": ("one team", "/"),
    "one area, home": ("one area", "/"),
    "one team, matrix": ("one team", "/matrix"),
    "one area, matrix": ("one area", "/matrix"),
    "one team, oversight": ("one team", "/reports/oversight"),
    "one area, oversight": ("one area", "/reports/oversight"),
    "one team, pack": ("one team", "/board-pack"),
    "one area, pack": ("one area", "/board-pack"),
    "all areas, home": ("5 areas", "/"),
    "all areas, matrix": ("5 areas", "/matrix"),
    "all areas, oversight": ("5 areas", "/reports/oversight"),
    "all areas, pack": ("5 areas", "/board-pack"),
}
"""Those of a generated service, by who there is at its size. What a team asks of its area is told rounded."""


class Cold(NamedTuple):
    """Seconds of the processor: making the app, warming it, the first page after it, and that page once more."""

    made: float
    warming: float
    cold: float
    warm: float


class Site(NamedTuple):
    """A record to ask pages of: which, on which day, and by page the cookie of who asks and the address."""

    database: Path
    day: date
    demo: bool
    pages: Mapping[str, tuple[str, str]]


@contextmanager
def demonstration() -> Iterator[Site]:
    """The demonstration, made by this program, with somebody signed in in each role."""
    own = [sys.executable, "-c", "from web.cli import run; run()"]
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "demo.sqlite"
        subprocess.run([*own, "demo", "--no-serve", "--database", str(database)], check=True, stdout=subprocess.DEVNULL)
        app = create_app(str(database), demo=True, today=lambda: DEMO_DAY)
        cookies = {who: session_of(signed_in(app, who))["value"] for who, _ in DEMO_PAGES.values()}
        yield Site(
            database, DEMO_DAY, True, {name: (cookies[who], address) for name, (who, address) in DEMO_PAGES.items()}
        )


@contextmanager
def generated(root: Path, name: str, templates: int) -> Iterator[Site]:
    """A generated service, with somebody signed in for each reach."""
    size = named_size(name)
    with copied(prepared(root, size, templates)) as folder:
        app = create_app(str(folder / DATABASE), today=lambda: READ_ON)
        cookies = {person.words: session_of(signed_in(app, person.account))["value"] for person in people(size)}
        pages = {name: (cookies[who], address) for name, (who, address) in SIZE_PAGES.items() if who in cookies}
        yield Site(folder / DATABASE, READ_ON, False, pages)


def asked(site: Site, page: str, checkout: Path, keep: Path | None = None, *, warmed: bool) -> Cold:
    """One page of a fresh process that runs the code of a checkout."""
    cookie, address = site.pages[page]
    question = {
        "database": str(site.database), "day": site.day.isoformat(), "demo": site.demo, "cookie": cookie, "address": address,
        "warmed": warmed, "keep": str(keep) if keep else None,
    }  # fmt: skip
    command, env = [sys.executable, "-c", WORKER], {**os.environ, "PYTHONPATH": str(checkout)}
    ran = subprocess.run(
        command, input=json.dumps(question), text=True, check=True, cwd=checkout, env=env, stdout=subprocess.PIPE
    )
    return Cold(**json.loads(ran.stdout))


def line(name: str, start: Cold, warmed: Cold, bare: float, other: Cold | None) -> str:
    """The figures of a page in a line; those of another checkout after them."""
    found = f"{name:<22}{start.cold:9.2f} {warmed.cold:9.2f} {warmed.warm:9.2f} {warmed.cold / bare:8.1f}"
    if other is None:
        return found
    return f"{found} {other.cold:9.2f} {start.cold / other.cold:9.2f} {warmed.cold / other.cold:9.2f}"


def measured(site: Site, times: int, other: Path | None, keep: Path | None) -> None:
    """Print the figures of every page as soon as they are taken."""
    bare = min(seconds([sys.executable, "-c", "pass"], os.environ) for _ in range(10))
    print(f"{'s of the processor':<22}{'starting':>9} {'warmed':>9} {'again':>9} {'x bare':>8}", end="")
    print(f" {'other':>9} {'starting':>9} {'warmed':>9}" if other else "", flush=True)
    made = warming = float("inf")
    for page in site.pages:
        runs: dict[str, list[Cold]] = {"start": [], "warmed": [], "other": []}
        for _ in range(times):
            runs["start"].append(asked(site, page, HERE, warmed=False))
            runs["warmed"].append(asked(site, page, HERE, _file(keep, "here", page), warmed=True))
            if other is not None:
                runs["other"].append(asked(site, page, other, _file(keep, "other", page), warmed=False))
        best = {kind: min(some, key=lambda run: run.cold) for kind, some in runs.items() if some}
        made, warming = min(made, best["start"].made), min(warming, best["warmed"].warming)
        print(line(page, best["start"], best["warmed"], bare, best.get("other")), flush=True)
    print(f"making the app {made:.2f}, warming it {warming:.2f}; python -c pass {bare:.3f}")


def _file(keep: Path | None, whose: str, page: str) -> Path | None:
    if keep is None:
        return None
    (keep / whose).mkdir(parents=True, exist_ok=True)
    return keep.absolute() / whose / f"{page.replace(' ', '-')}.html"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cold", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--size", help="a generated service: area, region or a number of cases; default: the demonstration"
    )
    parser.add_argument("--dir", type=Path, default=Path("build/bench/pages"), help="where generated services are kept")
    parser.add_argument(
        "--templates", type=int, default=TEMPLATES, help="how many unlike cases such a service is made of"
    )
    parser.add_argument("--times", type=int, default=3, help="processes for each page")
    parser.add_argument("--other", type=Path, metavar="CHECKOUT", help="measure the code of another checkout, too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the answers to this folder")
    parser.add_argument("--page", action="append", metavar="NAME", help="only this page; again for more")
    wanted = parser.parse_args()
    site = generated(wanted.dir, wanted.size, wanted.templates) if wanted.size else demonstration()
    with site as made:
        chosen = {page: asked for page, asked in made.pages.items() if not wanted.page or page in wanted.page}
        measured(made._replace(pages=chosen), wanted.times, wanted.other, wanted.keep)


if __name__ == "__main__":
    main()

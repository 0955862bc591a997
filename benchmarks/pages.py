"""Pages of a generated service as the app serves them: python -m benchmarks.pages SIZE --dir DIR

Somebody in each role signs in and asks for the pages that are open to them, as at the day of the last entries, as the files
stand: once cold, and then several times warm. Beside each stands what its queries take alone: the same statements, sent to the
same database again in the same process, all rows fetched. What a page does besides is reading columns, deriving and showing.

Then an entry is recorded and the desk asked for, again and again: from before the commit to the page's bytes, beside the
commit alone. The same once 2,500 cases have changed since the files of columns were made.

By the clock: cold, warm (the middle of several), and what 95 of 100 do not exceed. In the processor's time: the least, what the
page is compared with, and the ratio. ``--keep FILE`` keeps the figures, ``--beside FILE`` sets those of an earlier run beside
them: of other code, say, in the same quarter of an hour.
"""

import argparse
import json
import os
import platform
from collections.abc import Container, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.cases import READ_ON
from benchmarks.filling import TEMPLATES
from benchmarks.nation import Size, named_size, officer_of, place_of, reference_of
from benchmarks.queries import Query, again, sent
from benchmarks.recording import Recording, change_many, one_more, shown
from benchmarks.serving import DATABASE, Person, copied, people, prepared
from benchmarks.timing import Figure, several
from benchmarks.worker import size_of
from domain.accounts.roles import Account, Role
from tests.support.people import signed_in
from web.app import create_app
from web.site import access_control

TIMES = 20
"""How often a page is taken at most, once it is warm."""

SLOW = 1.0
"""Seconds by the clock: a warm page that takes longer is named at the end."""


def pages(size: Size) -> dict[str, str]:
    """The pages that are asked for, and their addresses. Each reader asks for those that are open to them."""
    first = place_of(officer_of(0), size)
    case, team, officer = f"/cases/{reference_of(0)}", quote_plus(first.team), quote(first.officer)
    return {
        "home": "/desk?",
        "to do, of all": "/desk/to-do?",
        "one list": "/desk/overdue?",
        "stored late": "/stored-late?",
        "outcomes of a day": "/outcomes?",
        "what changed": "/changed?",
        "then and now, caseload": "/changed/verdicts?",
        "caseload": "/cases?",
        "search, two words": "/search?sought=jade+fenn&",
        "begin a case": "/begin-a-case?",
        "matrix": "/matrix?",
        "duties of a team": f"/matrix/duties?team={team}&",
        "teams": "/teams?",
        "officers": "/officers?",
        "one officer": f"/officers/{officer}?",
        "my page": "/my-page?",
        "actions": "/actions?",
        "figures": "/reports?",
        "report": "/reports/oversight?",
        "measure": "/reports/measures/contact-arranged?",
        "board pack": "/board-pack?",
        "calendar": "/calendar?",
        "case": f"{case}?",
        "case, due": f"{case}/due?",
        "case, timeline": f"{case}/timeline?",
        "case, answers": f"{case}/answers?",
        "case, history": f"{case}/history?",
        "replay": f"{case}/replay?step=40&",
        "then and now": f"{case}/then-and-now?",
        "form of an entry": f"{case}/record/AssessmentCompleted?",
        "data": "/data?",
        "accounts": "/staff?",
        "access log": "/access?",
    }


NOT_FOR: Mapping[str, Role] = {"to do, of all": "case_manager", "one officer": "area_manager"}
"""Pages that a role is led away from: to its home page, or because somebody nearer leads the officer."""


def open_pages(app: Flask, size: Size, account: Account) -> dict[str, str]:
    """Those that the role of an account may enter."""
    match = app.url_map.bind("localhost").match
    with app.app_context():
        return {
            words: address
            for words, address in pages(size).items()
            if access_control.may_enter(account, match(address.partition("?")[0])[0])
            and NOT_FOR.get(words) != account.role
        }


def of_pages(
    size: Size, person: Person, client: FlaskClient, times: int, taken: Container[str] = ()
) -> Iterator[tuple[str, Figure]]:
    """Every page that is open to somebody and not ``taken``, beside its queries alone."""
    for words, address in open_pages(client.application, size, person.account).items():
        if words in taken:
            continue
        asked = f"{address}as_at={READ_ON}"
        with sent() as queries:

            def take(asked: str = asked, queries: list[Query] = queries) -> None:
                queries.clear()
                shown(client, asked)

            figures = several(take, times)
        yield words, Figure(*figures, several(again(queries), min(times, 3))[3])


def measured(
    made: Path, size: Size, times: int, *, once: bool = False
) -> Iterator[tuple[Person | None, str, Figure | float]]:
    """Every figure as soon as it is taken: whose it is, what was measured, and how long or how large (bytes).

    ``once``: each page as the first of the readers to whom it is open, and not as the others.
    """
    taken = set[str]()
    with copied(made) as folder, closing(Recording(str(folder / DATABASE))) as recording:
        app = create_app(str(folder / DATABASE), today=lambda: READ_ON)
        yield None, "own memory before the first page", float(size_of("RssAnon"))
        readers = [(person, signed_in(app, person.account)) for person in people(size)]
        shown(readers[0][1], "/desk")
        yield None, "own memory after the first page", float(size_of("RssAnon"))
        for person, client in readers:
            for words, figure in of_pages(size, person, client, times, taken):
                if once:
                    taken.add(words)
                yield person, words, figure
        managers = [(person, client) for person, client in readers if person.account.places]
        for person, client in managers:
            for page, figure in one_more(recording, client, times):
                yield person, f"one entry more, and the {page}", figure
        changed = change_many(recording, size, [client for _, client in managers])
        for person, client in managers:
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
        times = "{:8.1f} {:8.1f} {:8.1f} {:9.1f}".format(*(1000 * seconds for seconds in figure[:4]))
        beside = f"{1000 * figure.beside:8.1f} {figure.least / max(figure.beside, 1e-6):7,.1f}"
        found, unit, value = f"{name:<64}{times} {beside}", 1e-3, figure.least
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
    parser.add_argument("--once", action="store_true", help="each page as its first reader alone")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is taken at most")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--beside", type=Path, metavar="FILE", help="the figures of an earlier run")
    asked = parser.parse_args()
    before = json.loads(asked.beside.read_text()) if asked.beside else {}
    size, kept, slow = named_size(asked.size), dict[str, float](), list[str]()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )
    print(f"{'ms':<64}{'cold':>8} {'warm':>8} {'p95':>8} {'processor':>9} {'beside':>8} {'ratio':>7}", flush=True)
    made = prepared(asked.dir, size, asked.templates)
    for person, words, figure in measured(made, size, asked.times, once=asked.once):
        name = named(person, words)
        kept[name] = figure if isinstance(figure, float) else figure.least
        print(line(name, figure, before.get(name)), flush=True)
        if isinstance(figure, Figure) and figure.warm > SLOW:
            slow.append(name)
    print(f"load {os.getloadavg()[0]:.1f} at the end; warm above {SLOW:.0f} s: {', '.join(slow) or 'none'}")
    if asked.keep:
        asked.keep.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()

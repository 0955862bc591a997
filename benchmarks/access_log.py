"""How long *who saw this person* takes on a long access log: ``python -m benchmarks.access_log --lines 10000000 --dir DIR``.

Beside each figure stands that of a log of a tenth of the size and that of one walk through all lines, in the same run: the
answers should stay as quick however long the log is.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.timing import Figures, best_in_turns
from domain.accounts.access_lines import OPERATOR, digest_of
from domain.accounts.access_log import AccessLog
from domain.accounts.access_search import Asked
from domain.accounts.access_tables import microseconds
from domain.store.access_log_steps.access_log_0001 import INDEXED
from domain.store.database import Database

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STAFF, CASES_EACH, LISTS_EACH, PAGE = 1_000, 40, 12, 50
AT_ONCE = 100_000
"""Lines stored by one transaction."""

Row = tuple[int, str, str, str, int | None]


class Service(NamedTuple):
    """A service whose staff look at their own cases, one by one and in lists of a page."""

    lines: int

    @property
    def cases(self) -> int:
        return STAFF * CASES_EACH

    def reference(self, case: int) -> str:
        return f"X{100_000 + case:06}/1"

    def lists(self) -> Iterator[tuple[str, ...]]:
        """Every list that is shown: each case by itself, and the lists of each member of staff."""
        chance = Random(16)
        for case in range(self.cases):
            yield (self.reference(case),)
        for who in range(STAFF):
            near = range(who * CASES_EACH, who * CASES_EACH + 4 * CASES_EACH)
            for _ in range(LISTS_EACH):
                yield tuple(sorted(self.reference(case % self.cases) for case in chance.sample(near, PAGE)))

    def rows(self, begin: int, end: int) -> Iterator[Row]:
        """Lines: two thirds show one case, a quarter a list, the others none."""
        chance = Random(begin)
        at = microseconds(BEGAN)
        for number in range(begin, end):
            who, dice = chance.randrange(STAFF), chance.random()
            shown: int | None = None
            if dice < 0.66:
                shown = 1 + who * CASES_EACH + chance.randrange(CASES_EACH)
            elif dice < 0.92:
                shown = 1 + self.cases + who * LISTS_EACH + chance.randrange(LISTS_EACH)
            action = "viewed" if dice < 0.98 else "downloaded"
            yield at + number * 1_000_000, f"staff{who}", f"Member {who}", action, shown


def fill(address: str, service: Service) -> None:
    """Store the lists and lines of a service, as ``AccessLog.add`` would one by one."""
    with closing(AccessLog(Database.at(address))) as log:
        log.prepare()
        with log.transaction(writes=True) as c:
            lists = list(service.lists())
            made = [(digest_of(cases), len(cases), "\n".join(cases)) for cases in lists]
            c.each("INSERT INTO access_lists (digest, size, cases) VALUES (?, ?, ?)", made)
            listed = sorted((case, number) for number, cases in enumerate(lists, 1) for case in cases)
            c.each("INSERT INTO access_listed (reference, list) VALUES (?, ?)", listed)
            c.each("INSERT INTO access_names VALUES (?, ?)", [(f"staff{n}", f"Member {n}") for n in range(STAFF)])
            for columns in INDEXED:  # made again at the end: so the log is filled sooner
                c.rows(f"DROP INDEX access_lines_{columns.replace(', ', '_')}")
        for begin in range(0, service.lines, AT_ONCE):
            with log.transaction(writes=True) as c:
                c.each(
                    "INSERT INTO access_lines (at, username, name, action, list, route, selection, purpose, brought, detail, "
                    "address) VALUES (?, ?, ?, ?, ?, 'cases.show', '/cases/<case>', 'supervision', false, '', '10.0.0.1')",
                    list(service.rows(begin, min(begin + AT_ONCE, service.lines))),
                )
        log.prepare()


def questions(log: AccessLog, service: Service) -> dict[str, Callable[[], object]]:
    """What the page of the log asks, and one walk through all lines."""
    case = service.reference(500 * CASES_EACH)
    since = BEGAN + timedelta(seconds=service.lines // 3)
    first = next(log.lines(limit=1))

    def page(asked: Asked) -> Callable[[], object]:
        return lambda: list(log.lines(asked=asked, limit=51))

    def walk() -> object:
        with log.transaction() as c:
            return c.rows("SELECT count(*) FROM access_lines WHERE detail = 'nothing'")

    return {
        "who saw this person": page(Asked(person=case.partition("/")[0])),
        "who saw this person, of one member of staff, between two days": page(
            Asked(person=case, staff="Member 500", since=since, until=since + timedelta(days=3))
        ),
        "the latest page": page(Asked()),
        "a page in the middle": lambda: list(log.lines(before=first.mark._replace(at=microseconds(since)), limit=51)),
        "what one member of staff downloaded": page(Asked(staff="Member 500", action="downloaded")),
        "one more line, of 50 cases": lambda: log.add(
            BEGAN + timedelta(days=900), OPERATOR, "viewed", references=[service.reference(case) for case in range(50)]
        ),
        "a walk through all lines": walk,
    }


def measured(address: str, service: Service, times: int) -> Figures:
    """Seconds of each question, by the clock."""
    with closing(AccessLog(Database.at(address))) as log:
        found = best_in_turns(questions(log, service), times)
    return {name: seconds for name, seconds in found.items() if "(processor)" not in name}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.access_log", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument(
        "--dir", type=Path, required=True, help="the working folder; a log that is there is not filled again"
    )
    parser.add_argument("--postgresql", nargs=2, metavar="ADDRESS", help="two empty databases, in place of files")
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    found: list[Figures] = []
    for place, lines in enumerate((asked.lines // 10, asked.lines)):
        address = asked.postgresql[place] if asked.postgresql else str(asked.dir / f"{lines}.sqlite")
        if asked.postgresql or not Path(address).with_suffix(".access.sqlite").exists():
            fill(address, Service(lines))
        found.append(measured(address, Service(lines), asked.times))
    tenth, whole = found
    print(
        f"| milliseconds | {asked.lines // 10:,} lines | {asked.lines:,} lines | ratio | of a walk |\n|---|---|---|---|---|"
    )
    for name, seconds in whole.items():
        walk = whole["a walk through all lines"]
        print(
            f"| {name} | {1000 * tenth[name]:.1f} | {1000 * seconds:.1f} | {seconds / tenth[name]:.1f} | {seconds / walk:.4f} |"
        )


if __name__ == "__main__":
    main()

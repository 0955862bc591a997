"""What is measured of one size, step by step. Each step's figures are kept in the working folder, and not taken again."""

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.cases import template
from benchmarks.changes import Derived, after_one_more, over_base
from benchmarks.filling import fill, templates
from benchmarks.nation import Size, reference_of
from benchmarks.questions import ESI, HINDSIGHT, MOMENTS, forgotten, score_all, score_area, table_by_team
from benchmarks.spreading import spread
from benchmarks.timing import Figures, best_in_turns
from domain.entries.case_entries import Entry
from domain.store.application import Files
from projections.arrays.date_numbers import day_number, instant_number
from projections.cases.case_repository import CaseRepository
from projections.columns.case_selection import CaseSelection, places
from projections.columns.column_files import latest_generation, write_generation
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.inspections.sample_scores import score_readings
from projections.ledger.ledger import Ledger, ledger
from projections.reports.duty_counts import count_duties

REPLAYED = 100
"""Cases that are replayed; the rest is reckoned from them."""

TIMES = 5
"""How often each is taken; the shortest counts."""


class Folder:
    """The working folder of one size."""

    def __init__(self, root: Path, size: Size, distinct: int, times: int = TIMES):
        self.size, self.distinct, self.times = size, distinct, times
        self.templates = root / f"templates-{distinct}.pickle"
        self.home = root / size.name
        self.home.mkdir(parents=True, exist_ok=True)

    def step(self, name: str, take: Callable[["Folder"], Figures]) -> Figures:
        """The figures of a step, taken now or before."""
        kept = self.home / f"{name}.json"
        if not kept.exists():
            print(f"{self.size.name}: {name} ...", file=sys.stderr, flush=True)
            kept.write_text(json.dumps(take(self), indent=1))
        found: Figures = json.loads(kept.read_text())
        return found

    def ledgers(self) -> list[Derived]:
        """Those of the templates."""
        made: list[Derived] = pickle.loads(self.templates.read_bytes())
        return made

    def columns(self) -> ColumnStore:
        found = latest_generation(self.home / "columns")
        if found is None:
            raise SystemExit(f"{self.home}/columns cannot be read: delete {self.home} and begin again")
        return found


def _ledger(number: int) -> tuple[Ledger, list[Entry], float]:
    facts = template(f"caseaudit {number}")
    began = time.process_time()
    rows = ledger(facts)
    return rows, facts, time.process_time() - began


def derive(folder: Folder) -> Figures:
    """The ledgers of the templates, by the real code, in two processes."""
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(_ledger, range(folder.distinct), chunksize=8))
    folder.templates.write_bytes(pickle.dumps([(rows, facts) for rows, facts, _ in made]))
    return {"seconds a case": sum(took for *_, took in made) / len(made)}


def make_columns(folder: Folder) -> Figures:
    """The columns of all cases, in files."""
    ledgers = folder.ledgers()
    named = [f"T{number:06}/1" for number in range(len(ledgers))]
    began = time.perf_counter()
    of_templates = ColumnStore.of((name, *of_one) for name, of_one in zip(named, ledgers, strict=True))
    gathered = time.perf_counter() - began
    began = time.perf_counter()
    write_generation(folder.home / "columns", list(spread(of_templates, folder.size)))
    columns = folder.columns()
    return {
        "rows a second from ledgers": sum(kept.count for kept in of_templates.tables.values()) / gathered,
        "seconds to join and write": time.perf_counter() - began,
        "bytes": columns.nbytes,
        "cases": columns.numbers,
        "duties": sum(map(len, columns.duties.current)),
        "versions of duties": columns.duties.count,
    }


def fill_sample(folder: Folder) -> Figures:
    """Some cases, drawn at random, put into a store to be replayed."""
    for left in folder.home.glob("sample.sqlite*"):
        left.unlink()
    cases = sample(folder.size)
    stored = fill(str(folder.home / "sample.sqlite"), folder.size, templates(folder.distinct), cases)
    return {"entries a case": stored / len(cases), "cases": len(cases)}


def sample(size: Size) -> list[int]:
    return sorted(Random(size.name).sample(range(size.cases), min(REPLAYED, size.cases)))


def replay(folder: Folder, moment: Moment) -> None:
    """The sample's cases read from their store, and scored."""
    files = Files.open(str(folder.home / "sample.sqlite"))
    book = CaseRepository(files)
    score_readings(ESI, moment, book.read_all([reference_of(case) for case in sample(folder.size)], moment, ESI))
    files.close()


def answer(folder: Folder) -> Figures:
    """The sample replayed; scores, tables and counts from the columns; and bare scans of the same rows, in turn."""
    from benchmarks.comparators import Duck, scan  # a development dependency

    columns = folder.columns()
    teams, of_place = places(columns, "team")
    duck = Duck(folder.home / "rows.duckdb", columns, of_place[:-1], of_place[CaseSelection(columns, HINDSIGHT).place])
    found: Figures = {"teams": len(teams)}
    for words, moment in MOMENTS.items():
        day, known = day_number(moment.on), None if moment.known_at is None else instant_number(moment.known_at)
        since = moment.on.replace(year=moment.on.year - 1)

        def at(moment: Moment = moment) -> CaseSelection:
            return CaseSelection(forgotten(columns), moment)

        takes: dict[str, Callable[[], Any]] = {
            "replay": partial(replay, folder, moment),
            "score of all": lambda at=at: score_all(at()),
            "score of one area": lambda at=at: score_area(at()),
            "table by team and question": lambda at=at: table_by_team(at()),
            "DuckDB scan": partial(duck.scan, day, known),
            "DuckDB by case": partial(duck.answers, day, known),
            "NumPy scan": partial(scan, columns, of_place[:-1], day, known),
            "counts by officer and month": lambda at=at, since=since: count_duties(
                at(), since, by=("officer", "month")
            ),
        }
        found[f"cases of one area{words}"] = int(at().select(area="Area 01").sum())
        found |= best_in_turns({f"{name}{words}": take for name, take in takes.items()}, folder.times)
    return found


def change(folder: Folder) -> Figures:
    return over_base(folder.columns(), folder.ledgers(), folder.times)


def one_more(folder: Folder) -> Figures:
    return after_one_more(folder.columns(), folder.ledgers(), folder.times)


def memory(folder: Folder) -> Figures:
    """A worker that answers: its greatest size, and how much of it is its own and not shared."""
    command = [sys.executable, "-m", "benchmarks.worker", str(folder.home / "columns")]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Figures = json.loads(run.stdout)
    return found


STEPS = (
    ("derive", derive), ("columns", make_columns), ("sample", fill_sample), ("answer", answer), ("change", change),
    ("one more", one_more), ("memory", memory),
)  # fmt: skip


def measured(folder: Folder) -> Iterator[tuple[str, Figures]]:
    """Every step with its figures, those taken before as they were."""
    if not folder.templates.exists():
        (folder.home / "derive.json").unlink(missing_ok=True)
    for name, take in STEPS:
        yield name, folder.step(name, take)

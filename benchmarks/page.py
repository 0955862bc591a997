"""From one recorded fact to a changed page, beside the commit alone: python -m benchmarks.page [--cases N]

On a generated service in an SQLite file, in one process: an entry is committed by the recorder; then the same, and after it
the page of the case and the desk of its team are asked for over HTTP's interface to the app, which bring the views up first.
"""

import argparse
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.cases import READ_ON
from benchmarks.filling import fill, templates
from benchmarks.nation import SIZES, reference_of
from domain.accounts.roles import Account
from domain.entries.case_entries import ContactLogged
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from tests.support.people import signed_in
from web.app import create_app

TIMES = 40


def entry(name: str) -> ContactLogged:
    at = end_of_day(READ_ON) - timedelta(hours=6)
    return ContactLogged(entry=name, occurred_on=READ_ON, recorded_at=at, contact_type="telephone")


def measured(path: str, cases: int) -> dict[str, float]:
    """Seconds, the middle of so many: the commit; the changed case's page after it; the desk of its team after it."""
    fill(path, replace(SIZES["area"], cases=cases), templates(100))
    with closing(ReadModel(path)) as views:
        catch_up(views)
    reference = reference_of(0)
    with closing(Files.open(path)) as files:
        place = CaseRepository(files).history(reference, None).held_by(READ_ON)
    spo = Account("spo", "A Manager", "spo", (place.team,), grade="spo")
    client = signed_in(create_app(path, today=lambda: READ_ON), spo)
    took: dict[str, list[float]] = {"commit": [], "case": [], "desk": []}
    with closing(Files.open(path)) as files:
        for number in range(TIMES):
            for kind in took:
                began = time.perf_counter()
                files.record(reference, [entry(f"{kind}-{number}")], actor="benchmark")
                if kind == "case":
                    assert f"entry case-{number}" in client.get(f"/cases/{reference}").text
                if kind == "desk":
                    assert client.get("/desk").status_code == 200
                took[kind].append(time.perf_counter() - began)
    return {kind: statistics.median(runs) for kind, runs in took.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(str(Path(folder) / "page.sqlite"), parser.parse_args().cases)
    for kind, words in (
        ("commit", "one entry committed"),
        ("case", "and its case's page shown"),
        ("desk", "and the desk shown"),
    ):
        print(f"{words:<28}{1000 * found[kind]:8.1f} ms   commit / this: {found['commit'] / found[kind]:.2f}")


if __name__ == "__main__":
    main()

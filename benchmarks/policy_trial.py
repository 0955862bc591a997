"""How long a draft standard takes to be tried on past files, against reading the same files and deriving them once.

    python -m benchmarks.policy_trial [SIZE] [--into DATABASE] [--templates N]

A generated service of one area (2,500 cases) is stored, unless the database is there already, and its views are brought up to
date, as a service has them. Then the whole command ``policy try`` runs on its first area, with the standards of 2007 as the
draft. Times are by the clock, in seconds.
"""

import argparse
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from benchmarks.cases import READ_ON
from benchmarks.filling import fill, templates
from benchmarks.nation import SIZES
from domain.policy.cited_documents import STANDARDS
from domain.policy.standards.edition_files import national_standards
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.ledger.ledger import Place
from projections.obligations.derive import obligations
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from web.cli import main as caseaudit


def once(database: str, references: list[str]) -> None:
    """Read these files and derive what they owed under the laws in force."""
    book, law = CaseRepository(Files.open(database)), national_standards().clauses
    for reference in references:
        obligations(book.history(reference, None), law)


def follow(database: str) -> None:
    """Bring the views of the record up to date."""
    with closing(ReadModel(database)) as views:
        catch_up(views)


def timed(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def tried(database: str, area: str, folder: Path) -> None:
    asked = ["policy", "try", str(folder), "--area", area, "--from", "2005-04-01", "--to", READ_ON.isoformat()]
    answer = CliRunner().invoke(caseaudit, [*asked, "--database", database], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    print(answer.output.splitlines()[2])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policy_trial", description=__doc__)
    parser.add_argument("size", nargs="?", default="area", choices=SIZES)
    parser.add_argument("--into", type=Path, help="the database; default: one that is thrown away")
    parser.add_argument("--templates", type=int, default=300, help="how many unlike cases the service is made of")
    asked = parser.parse_args()
    with TemporaryDirectory() as home:
        database, draft = asked.into or Path(home) / "area.sqlite", Path(home) / "draft"
        (draft / "standards").mkdir(parents=True)
        shutil.copy(STANDARDS / "ns-2007.yaml", draft / "standards" / "draft.yaml")
        if not database.exists():
            fill(str(database), SIZES[asked.size], templates(asked.templates))
        following = timed(lambda: follow(str(database)))
        book = CaseRepository(Files.open(str(database)))
        area = Place(*book.history(book.cases[0], None).held_by(READ_ON)).area
        whole = timed(lambda: tried(str(database), area, draft))
        deriving = timed(lambda: once(str(database), list(book.cases)))
        print(f"views brought up to date {following:.1f} s, not counted")
        print(f"tried {whole:.1f} s; read and derived once {deriving:.1f} s; {whole / deriving:.2f} times")


if __name__ == "__main__":
    main()

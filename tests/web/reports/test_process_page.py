"""The page on enforcement: its paths against the files read one by one, what is withheld, and who sees which cases."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import AccessLimited, BreachDecided, RecallDecided
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.reports.enforcement_paths import BREACH, ENDINGS, Ending
from tests.conftest import copied
from tests.support.people import signed_in
from web.app import create_app

DAY = date(2005, 12, 22)
ADDRESS = "/process?months=120&known=hindsight&as_at=2005-12-22"


def by_reading(book: CaseRepository) -> Counter[tuple[Ending, str]]:
    """The paths of all absences, from the obligations and entries of each file."""
    found: Counter[tuple[Ending, str]] = Counter()
    framework = book.inspection(next(iter(book.inspections))).framework
    for case in book.cases:
        history, owed = book.history(case, None), book.obligations(case, None, framework)
        of = {
            name: {o.raised_by: o for o in owed if o.clause.id in clauses and o.state(DAY) is not None}
            for name, clauses in (("decision", ("absence-decision",)), ("warning", ("warning",)), ("breach", BREACH))
        }
        decisions = history.ordered(BreachDecided, RecallDecided)
        for raised_by, decision in of["decision"].items():
            warning, breach = of["warning"].get(raised_by), of["breach"].get(raised_by)
            if breach is not None and breach.done(DAY):
                after = next((d for d in decisions if d.occurred_on >= breach.met_on), None)
                found[("decided", after.outcome) if after else ("begun", "")] += 1
            elif breach is not None:
                found["not begun", ""] += 1
            elif warning is not None:
                found["answered" if warning.done(DAY) else "unanswered", ""] += 1
            else:
                found["acceptable" if decision.done(DAY) else "undecided", ""] += 1
    return found


def shown(page: str) -> Counter[tuple[Ending, str]]:
    """The paths as the page shows them."""
    table = page[page.index('id="sheet-process-paths"') :].split("</table>")[0]
    titles = {title: ending for ending, title in ENDINGS.items()}
    found: Counter[tuple[Ending, str]] = Counter()
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]:
        title, outcome, n, *_ = (
            re.sub(r"<span class=\"govuk-visually-hidden\">.*?</span>|<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        )
        found[titles[title], outcome.replace(" ", "_")] = int(n)
    return found


@pytest.fixture
def manager(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "c.whitlock")


def test_the_paths_are_those_of_the_files(manager: FlaskClient, demo_book: CaseRepository) -> None:
    expected = by_reading(demo_book)
    assert {ending for ending, _ in expected} >= {"answered", "decided", "not begun"}
    assert shown(manager.get(ADDRESS).text) == expected


def test_each_path_opens_its_absences(manager: FlaskClient, demo_book: CaseRepository) -> None:
    page = manager.get(ADDRESS).text
    link = next(
        one
        for one in re.findall(r'href="(/reports/list/paths[^"]+)"', page)
        if "not+begun" in one or "not%20begun" in one
    )
    listed = manager.get(link.replace("&amp;", "&")).text
    n = by_reading(demo_book)["not begun", ""]
    assert f"{ENDINGS['not begun']}: {n}" in listed
    assert listed.count("ca-block__who") == min(n, 50)


def test_the_steps_are_the_figures_of_their_duties(manager: FlaskClient) -> None:
    page = manager.get(ADDRESS).text
    steps = page[page.index('id="sheet-process-steps"') :].split("</table>")[0]
    link = next(one for one in re.findall(r'href="([^"]+)"', steps) if "clause=absence-decision" in one)
    listed = manager.get(link.replace("&amp;", "&")).text
    n = re.search(r"Absence decided, fell due: </span>([\d,]+)", steps, re.IGNORECASE)
    assert n is not None
    assert f"of {n[1]}" in listed


@pytest.fixture
def limited(followed: Path, tmp_path: Path) -> Iterator[Flask]:
    """The site where one case with an absence is closed to the area manager."""
    database = copied(followed, tmp_path)
    with closing(Files.open(str(database))) as files:
        book = CaseRepository(files)
        case = next(one for one in book.cases if len(book.history(one, None).absences) > 1)
        fact = AccessLimited(
            entry="limit",
            occurred_on=DAY,
            recorded_at=datetime(2005, 12, 22, 9, tzinfo=UTC),
            excluded=["c.whitlock"],
            reason="x",
        )
        files.record(case, [fact], actor="test")
    yield create_app(str(database), today=lambda: DAY, demo=True)


def test_paths_are_withheld_where_a_case_is_closed_and_the_steps_are_rounded(limited: Flask) -> None:
    page = signed_in(limited, "c.whitlock").get("/process?months=12").text
    assert "Paths are told exactly or not at all" in page
    assert 'id="sheet-process-paths"' not in page
    steps = page[page.index('id="sheet-process-steps"') :].split("</table>")[0]
    counts = [int(n) for n in re.findall(r'numeric">(?:<a.*?</span>)?(\d+)(?:</a>)?</td>', steps)]
    assert counts
    whole = [int(n) for n in re.findall(r"fell due: </span>(\d+)", steps, re.IGNORECASE)]
    assert all(n % 5 == 0 for n in whole)
    assert signed_in(limited, "c.whitlock").get("/process/paths/download/csv").status_code == 404


def test_the_page_leads_to_the_same_tables_as_json_and_says_which_figures_open(manager: FlaskClient) -> None:
    page = manager.get(f"{ADDRESS}&of=team:Gloucester").text
    assert "A figure that is a link opens the duties or absences" in page
    link = next(one for one in re.findall(r'href="([^"]+)"', page) if one.startswith("/api/v1/process"))
    told = manager.get(link.replace("&amp;", "&")).json
    assert told is not None and (told["of"], told["as_at"]) == ("team:Gloucester", DAY.isoformat())
    assert all(sheet["title"] in page for sheet in told["sheets"] if sheet["rows"])


def test_an_officer_sees_their_own_and_a_wrong_place_is_refused(demo_app: Flask) -> None:
    officer = signed_in(demo_app, "t.adeyemi")
    own, every = (sum(shown(one.get(ADDRESS).text).values()) for one in (officer, signed_in(demo_app, "c.whitlock")))
    assert 0 < own < every
    assert officer.get("/process?of=team:Nowhere").status_code == 404
    assert officer.get("/process?months=x").status_code == 400
    assert officer.get("/reports/list/paths?ending=nonsense").status_code == 400


def test_tables_to_download(manager: FlaskClient) -> None:
    answer = manager.get("/process/paths/download/csv?months=120&known=hindsight&as_at=2005-12-22")
    assert answer.status_code == 200
    assert "Absence, unacceptable" in answer.text
    assert manager.get("/process/nothing/download/csv").status_code == 404


def test_an_auditor_does_not_enter(demo_app: Flask) -> None:
    assert signed_in(demo_app, "s.brandt").get("/process").status_code == 403

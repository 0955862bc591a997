"""What a reader is told of figures that count a case which is closed to them: on pages, in files and by the API."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure_files import reports
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.disclosure import BASE, FEW
from tests.support.people import post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, audit
from tests.web.site.test_access_control import GLOUCESTER, TODAY, limited
from web.app import create_app

OF = "of=team:Gloucester"
COUNTS = {
    "absent", "held", "n", "stood_held", "stood_n", "hindsight_held", "hindsight_n", "waiting", "due", "overdue",
    "arranged", "entries", "late",
}  # fmt: skip


pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    """The demonstration, where the team's manager and the area's are excluded from one of the team's cases."""
    limited(own_database, "p.anstey", "c.whitlock")
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


def document(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def counts(made: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The counts of a document up to its day. Before it the case was not held yet, so that these figures are exact."""
    for sheet in made["sheets"]:
        for row in sheet["rows"]:
            of_record = row.get("source", "the record").startswith("the record")
            yield from ((name, n) for name, n in row.items() if name in COUNTS and isinstance(n, int) and of_record)


def own(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows without what is said of the area, which is another one's to list."""
    for sheet in made["sheets"]:
        for row in sheet["rows"]:
            yield {name: value for name, value in row.items() if "area" not in name}


def test_any_day_of_the_month_and_any_such_reader_is_told_the_same_and_it_is_rounded(app: Flask) -> None:
    spo, area = signed_in(app, "p.anstey"), signed_in(app, "c.whitlock")
    told = 0
    for name in reports().reports:
        made = document(spo, f"reports/{name}?{OF}&as_at=2005-12-21")
        for day in ("2005-11-30", "2005-12-01"):
            assert document(spo, f"reports/{name}?{OF}&as_at={day}") == made, (name, day)
        if name in ("contact", "plans", "forecast", "recording"):
            assert [*own(document(area, f"reports/{name}?{OF}"))] == [*own(made)], name
        assert made["as_at"] == "2005-11-30" and made["known_at"].startswith("2005-12-01")
        assert (made["rounded_to"], made["withheld_below"]) == (BASE, FEW) and "closed to you" in made["disclosure"]
        found = list(counts(made))
        assert all(n % BASE == 0 for _, n in found), name
        told += len(found)
    assert told > 20


def test_page_and_files_say_what_the_api_says_and_why(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    rows = document(spo, f"reports/contact?{OF}")["sheets"][0]["rows"]
    page = spo.get(f"/reports/contact?{OF}").text
    assert 'id="disclosed"' in page and "as at 30 Nov 2005, the last month end" in page
    assert page.count("withheld") > 1
    text = spo.get(f"/reports/contact/summary/download/csv?{OF}").data.decode("utf-8-sig")
    for line, row in zip(csv.DictReader(io.StringIO(text)), rows, strict=True):
        assert (line["Met"], line["Of"]) == tuple("" if row[name] is None else str(row[name]) for name in ("held", "n"))
    for name in ("contact", "forecast", "diversity", "training", "scorecard"):
        made = spo.get(f"/reports/{name}")
        assert 'id="disclosed"' in made.text and not re.search(r"\bas at 22 Dec 2005", made.text)


def test_whoever_may_open_every_case_has_exact_figures(seen_app: Flask) -> None:
    manager = signed_in(seen_app, "c.whitlock")
    for name in reports().reports:
        made = document(manager, f"reports/{name}?as_at=2005-12-05")
        assert (made["as_at"], made["rounded_to"], made["disclosure"]) == ("2005-12-05", None, None), name
    assert any(n % BASE for _, n in counts(document(manager, "reports/contact")))


def test_the_area_of_others_is_rounded_beside_exact_figures_of_ones_own(seen_app: Flask) -> None:
    spo, manager = signed_in(seen_app, "p.anstey"), signed_in(seen_app, "c.whitlock")
    made, days = document(spo, "reports/contact"), document(spo, "reports/contact?as_at=2005-11-30")
    exact = document(manager, f"reports/contact?{OF}")["sheets"][0]["rows"]
    for row, month_end, whole in zip(made["sheets"][0]["rows"], days["sheets"][0]["rows"], exact, strict=True):
        assert (row["held"], row["n"]) == (whole["held"], whole["n"])
        assert [row[f"area_{name}"] for name in ("share", "held", "n")] == [
            month_end[f"area_{name}"] for name in ("share", "held", "n")
        ]
        assert row["area_share"] == "withheld" or (row["area_n"] % BASE, row["area_held"] % BASE) == (0, 0)
    assert made["rounded_to"] is None and "whole area" in made["disclosure"]
    matrix = spo.get("/matrix").text
    assert spo.get("/matrix?as_at=2005-12-01").status_code == 200 and "The whole area" in matrix
    row = matrix[matrix.index("The whole area") :]
    assert all(int(n) % BASE == 0 for pair in re.findall(r"(\d+) of (\d+)", row) for n in pair)


def test_every_report_can_be_made_beside_an_area_of_others(seen_app: Flask) -> None:
    """Also where a clause fell due after the last month end only, or in a time of which nothing is told."""
    spo = signed_in(seen_app, "p.anstey")
    for name in ("training", "expectations", "scorecard", "monitoring", "victims"):
        for day in ("2003-12-20", "2004-01-22", "2005-12-02"):
            assert spo.get(f"/reports/{name}?as_at={day}&months=1").status_code == 200, (name, day)


def test_lists_behind_figures_have_open_cases_and_count_no_others(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    for kind in ("duties?measure=contact-arranged&since=2004-12-22&", "late?since=2004-12-22&", "coming?"):
        page = spo.get(f"/reports/list/{kind}{OF}").text
        assert GLOUCESTER not in page and "counts no others" in page and "not listed" not in page
        name, _, query = kind.partition("?")
        rows = spo.get(f"/reports/list/{name}/download/csv?{query}{OF}").data.decode("utf-8-sig")
        head = re.search(r'<h1 class="govuk-heading-l">(.*?)</h1>', page)
        assert head is not None and len(list(csv.reader(io.StringIO(rows)))) - 1 == int(re.findall(r"\d+", head[1])[-1])


def test_a_published_inspection_s_own_figures_are_open_and_those_of_a_place_in_it_are_not(own_database: Path) -> None:
    site = create_app(str(own_database), today=lambda: TODAY, demo=True)
    lead = signed_in(site, "j.hartnell")
    audit(lead)
    post(lead, f"{AUDIT}/freeze")
    assert "become open to all readers" in " ".join(lead.get(f"{AUDIT}/publish").text.split())
    area = signed_in(site, "c.whitlock")

    def judged(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
        made = document(client, f"reports/plans?{query}")
        (sheet,) = (sheet for sheet in made["sheets"] if sheet["id"] == "judged")
        return [row for row in sheet["rows"] if row["source"] == "October audit"]

    assert judged(area) == [], "a draft is in no report"
    post(lead, f"{AUDIT}/publish")
    every = judged(area)
    assert every and all(row["share"] != "withheld" for row in every)
    places = {case: held_by(own_database, case) for case in sample(own_database)}
    team = places[min(places)]
    limited(own_database, "c.whitlock", case=min(places))
    assert judged(area) == every, "the published figures of the whole sample"
    if len(set(places.values())) > 1:
        assert all(row["share"] == "withheld" and row["n"] is None for row in judged(area, f"of=team:{team}"))


def sample(database: Path) -> set[str]:
    files = Files.open(str(database))
    found = set(CaseRepository(files).inspection("october-audit").sample)
    files.close()
    return found


def held_by(database: Path, case: str) -> str:
    """The team that holds a case."""
    files = Files.open(str(database))
    book = CaseRepository(files)
    now = Moment(TODAY, end_of_day(TODAY))
    team = book.read(case, now, frameworks()[DEFAULT_FRAMEWORK]).holder.team
    files.close()
    return team

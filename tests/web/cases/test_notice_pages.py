"""What must be looked at, on the desk, on the case's page, in what `due` prints and in what a score rests on."""

import csv
import io
import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from projections.cases.case_repository import CaseRepository
from projections.cases.rests_on import RestsOn
from projections.inspections.sample_scores import score_inspection
from projections.lists.work_lists import LISTS
from projections.notices.notice_kinds import NOTICES
from tests.support.histories import PERSON, PLACE
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main
from web.presentation.basis_words import rests_on_words

ORDER = {"order_type": "community_order", **PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po", "tier": 3}


def started(case: str, **fields: Any) -> dict[str, Any]:
    person = PERSON | {"crn": case.partition("/")[0]}
    return line(case, "SupervisionStarted", "2005-06-06", person=person, **(ORDER | fields))


def line(case: str, type_: str, on: str, **fields: Any) -> dict[str, Any]:
    return {
        "case": case, "entry": f"{type_}-{on}", "type": type_, "occurred_on": on, "recorded_at": f"{on}T12:00:00+00:00",
        **fields,
    }  # fmt: skip


RELEASED, PAST, AWAY = "X000001/1", "X000002/1", "X000003/1"
LINES = [
    started(RELEASED),
    line(RELEASED, "CustodyStarted", "2005-07-04", reason="sentence"),
    line(RELEASED, "SupervisionEnded", "2005-07-11", reason="revoked"),
    line(RELEASED, "CustodyEnded", "2005-09-01"),
    started(PAST, ends_on="2005-12-05"),
    started(AWAY),
    line(AWAY, "WhereaboutsUnknown", "2005-07-04", basis="warrant"),
    line(AWAY, "AppointmentMade", "2005-06-06", for_on="2005-06-10", contact_type="office"),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("noticed")
    (folder / "cases.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in LINES), encoding="utf-8")
    run("import", str(folder / "cases.ndjson"), database=str(folder / "case.sqlite"))
    return str(folder / "case.sqlite")


@pytest.fixture(scope="module")
def manager(database: str) -> FlaskClient:
    return signed_in(create_app(database, today=lambda: date(2006, 6, 1)))


def run(*arguments: str, database: str) -> Result:
    result = CliRunner().invoke(main, [*arguments, "--database", database])
    assert result.exit_code == 0, result.output
    return result


def test_the_desk_lists_first_what_must_be_looked_at_and_first_of_all_who_was_never_assessed(
    manager: FlaskClient,
) -> None:
    assert list(LISTS)[: len(NOTICES)] == list(NOTICES) and next(iter(LISTS)) == "never-assessed"
    page = manager.get("/desk").text
    assert page.index("To be looked at</h3>") < page.index("Standards</h3>")
    listed = manager.get("/desk/released-after-end").text
    assert "Released after its end: 1" in listed and "begin a file or withdraw the end" in listed
    assert f">{RELEASED}</span>" in listed and "1 Sep 2005" in listed and "ended 11 Jul 2005" in listed


@pytest.mark.parametrize(
    ("name", "day", "cases"),
    [
        ("past-its-end", "2005-12-05", []),
        ("past-its-end", "2005-12-06", [PAST]),
        ("released-after-end", "2005-08-31", []),
        ("never-assessed", "2005-06-06", [RELEASED, PAST, AWAY]),
        ("never-assessed", "2006-06-01", [PAST, AWAY]),
        ("whereabouts-no-action", "2005-07-18", []),
        ("whereabouts-no-action", "2005-07-19", [AWAY]),
    ],
)
def test_a_list_holds_the_cases_of_its_day(manager: FlaskClient, name: str, day: str, cases: list[str]) -> None:
    table = manager.get(f"/desk/{name}/download/csv?as_at={day}").text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert sorted(row["Case"] for row in rows) == cases
    assert {row["Notice"] for row in rows} <= {name}


def test_a_list_of_notices_is_sorted_and_filtered_as_any_other(manager: FlaskClient) -> None:
    table = manager.get("/desk/never-assessed/download/csv?sort=case&dir=desc&as_at=2005-06-06").text.lstrip("\ufeff")
    assert [row["Case"] for row in csv.DictReader(io.StringIO(table))] == [AWAY, PAST, RELEASED]
    assert "Never" not in manager.get("/desk/never-assessed?officer=Nobody").text.partition("<h1")[2].partition(":")[0]
    assert manager.get("/desk/never-assessed?sort=due").status_code == 400


def test_the_page_of_a_case_says_what_must_be_looked_at_and_links_the_entry(manager: FlaskClient) -> None:
    page = manager.get(f"/cases/{RELEASED}").text
    assert '<h2 class="govuk-heading-m" id="notices">To be looked at</h2>' in page
    assert "Released after its end</strong>, since 1 September 2005" in page
    assert f'<a class="govuk-link" href="/cases/{RELEASED}/entries/CustodyEnded-2005-09-01">' in page
    assert 'id="notices"' not in manager.get(f"/cases/{RELEASED}?as_at=2005-08-31").text


def test_notices_of_one_kind_are_one_line_of_a_case(demo_app: Flask) -> None:
    page = signed_in(demo_app, "p.anstey").get("/cases/V465889/1").text
    assert "Not countersigned since</strong> 21 April 2005, 27 July 2005 and 9 November 2005. An assessment" in page
    assert page.count("nobody entitled has countersigned") == 1


def test_kept_is_shown_beside_arranged(manager: FlaskClient) -> None:
    assert "1 arranged, 0 kept, 1 without an outcome." in manager.get(f"/cases/{AWAY}/due?show=all").text


def test_pages_under_an_edition_that_lays_few_duties_say_which_subjects_it_lays(manager: FlaskClient) -> None:
    desk = manager.get("/desk?as_at=2012-06-01").text
    assert "assessment" in desk.partition("<dt>Not checked by this edition</dt>")[2].partition("</dd>")[0]
    for address in (f"/cases/{AWAY}/due", "/reports", "/reports/contact"):
        page = manager.get(f"{address}?as_at=2012-06-01").text
        assert "The national standards in force lay no duties on" in page, address
        assert "assessment" in page.partition('id="laid">')[2].partition("</p>")[0]


def test_due_prints_what_must_be_looked_at_beside_what_is_due(database: str) -> None:
    asked = ("due", "--as-at", "2006-06-01")
    text = run(*asked, database=database).output
    assert f"2005-09-01  notice   {RELEASED:<12} Released after its end" in text
    assert "Cases: current cases, and of ended ones what the end raised" in text
    duties = json.loads(run(*asked, "--format", "json", database=database).output)
    both = json.loads(run(*asked, "--format", "json", "--notices", database=database).output)
    assert both["duties"] == duties
    assert {(one["case"], one["notice"]) for one in both["notices"]} == {
        (PAST, "never-assessed"), (AWAY, "never-assessed"), (AWAY, "whereabouts-no-action"),
        (RELEASED, "released-after-end"), (PAST, "past-its-end"),
    }  # fmt: skip
    table = run(*asked, "--format", "csv", "--notices", database=database).output
    assert list(csv.DictReader(io.StringIO(table))) == both["notices"]


def test_due_takes_current_cases_or_what_ended_ones_left_undone(database: str) -> None:
    def cases(taken: str) -> set[str]:
        asked = ("due", "--as-at", "2005-08-01", "--cases", taken, "--format", "json")
        return {one["case"] for one in json.loads(run(*asked, database=database).output)}

    assert cases("current") == {PAST, AWAY}
    assert cases("ended") == {RELEASED}


def test_a_score_says_what_it_rests_on_and_which_cases_it_takes(database: str) -> None:
    asked = ("score", "--as-at", "2005-08-01")
    found = json.loads(run(*asked, "--format", "json", database=database).output)
    assert found["rests_on"] | {"not_laid": None} == {
        "cases": 3, "in_custody": 1, "whereabouts_unknown": 1, "contact_suspended": 0, "not_laid": None,
    }  # fmt: skip
    text = run(*asked, database=database).output
    assert "1 of 3 cases was in custody for part of it." in text and "current and ended cases" in text
    current = json.loads(run(*asked, "--cases", "current", "--format", "json", database=database).output)
    ended = json.loads(run(*asked, "--cases", "ended", "--format", "json", database=database).output)
    assert (current["cases"], current["rests_on"]["in_custody"]) == (2, 0)
    assert (ended["cases"], ended["rests_on"]["in_custody"]) == (1, 1)
    alone = json.loads(
        run(*asked, "--standards", "2005", "--cases", "ended", "--format", "json", database=database).output
    )
    assert alone["rests_on"]["in_custody"] == alone["cases"] == 1


def test_the_sheet_of_an_inspection_says_what_its_figures_rest_on(demo_app: Flask, demo_book: CaseRepository) -> None:
    words = rests_on_words(score_inspection(demo_book, "gloucestershire-2005").rests_on)
    page = unescape(signed_in(demo_app, "c.whitlock").get("/inspections/gloucestershire-2005").text)
    assert re.findall(r'<p class="govuk-body ca-rests-on">(.*?)</p>', page) == words
    assert rests_on_words(RestsOn(60, 12, 1, 0, ("courts",))) == [
        "12 of 60 cases were in custody for part of it.", "1 of 60 cases was of unknown whereabouts for part of it.",
        "The national standards in force lay no duties on 1 subject: courts.",
    ]  # fmt: skip

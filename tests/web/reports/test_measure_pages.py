"""The reports over HTTP and on the command line: pages, links, reach, suppression, files read back, the API."""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from python_calamine import CalamineWorkbook

from domain.policy.measures.measure_files import reports
from projections.reports.proportions import Proportion, Scope, Waits
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main
from web.reports.forecast_tables import load_said
from web.reports.measure_phrases import change_said

DAY = date(2005, 12, 22)


@pytest.fixture(scope="module")
def app(demo_app: Flask) -> Flask:
    return demo_app


@pytest.fixture(scope="module")
def manager(app: Flask) -> FlaskClient:
    return signed_in(app, "c.whitlock")


def test_the_menu_leads_to_a_page_for_every_recommendation(manager: FlaskClient) -> None:
    menu = manager.get("/reports").text
    for report in reports().reports.values():
        page = manager.get(f"/reports/{report.id}")
        assert page.status_code == 200 and f'href="/reports/{report.id}"' in menu, report.id
        if report.asks:
            assert report.asks.replace("'", "&#39;") in page.text


@pytest.mark.parametrize("name", [r.id for r in reports().reports.values()])
def test_every_figure_opens_a_list_of_its_length(manager: FlaskClient, name: str) -> None:
    page = manager.get(f"/reports/{name}").text
    found = re.findall(r'href="(/reports/list/(\w+)\?[^"]+)">.*?</span>([^<]+)</a>(.*?)</tr>', page, re.DOTALL)
    assert found or name in ("courts", "victims"), (
        "the samples hold no court report, and no judgement outside inspections"
    )
    for address, kind, shown, rest in found[:: max(1, len(found) // 8)]:
        answer = manager.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200, address
        head = re.search(r'<h1 class="govuk-heading-l">(.*?)</h1>', answer.text)
        assert head is not None
        if kind in ("duties", "answered") and shown.endswith("%"):
            of = re.search(r">(\d[\d,]*)</td>\s*<td[^>]*>(\d[\d,]*)</td>", rest)
            held = re.search(r": (\d+) of (\d+)$", head[1])
            assert held is not None
            if "before" not in address and of is not None and "as_at=2005-12-22" in address:
                assert (held[1], held[2]) == (of[1].replace(",", ""), of[2].replace(",", "")), address
        elif kind in ("late", "coming"):
            assert head[1].startswith(f"{shown} "), address


def test_a_link_to_another_month_reads_as_at_its_end(manager: FlaskClient) -> None:
    page = manager.get("/reports/contact").text
    months = re.findall(r'href="(/reports/list/duties\?[^"]*as_at=2005-06-30[^"]*)"', page)
    assert {("known=stood" in m, "known=hindsight" in m) for m in months} == {(True, False), (False, True)}
    assert "You are reading 30 June 2005" in manager.get(months[0].replace("&amp;", "&")).text


def test_each_role_has_the_figures_it_answers_for(app: Flask, manager: FlaskClient) -> None:
    def total(client: FlaskClient, of: str = "") -> list[tuple[int, int]]:
        sheets = client.get(f"/api/v1/reports/plans?of={of}").json["sheets"]
        return [(row["held"], row["n"]) for row in sheets[0]["rows"]]

    spo, officer = signed_in(app, "p.anstey"), signed_in(app, "t.adeyemi")
    assert total(spo) == total(manager, "team:Gloucester")
    assert total(officer) == total(manager, "officer:Tunde Adeyemi") == total(spo, "officer:Tunde Adeyemi")
    for door in (
        "/reports/plans?",
        "/board-pack?",
        "/api/v1/reports/plans?",
        "/reports/list/duties?measure=plan-in-time&",
    ):
        for asked in ("of=team:Cheltenham", "of=team:Nowhere", "of=team:Gloucester&beside=team:Cheltenham"):
            if "list" not in door or "beside" not in asked:
                answer = spo.get(door + asked)
                assert answer.status_code == 404 and "that you answer for" in answer.text, (door, asked)
    area = spo.get("/api/v1/reports/plans").json["sheets"][0]["rows"]
    for row, (held, n) in zip(area, total(manager), strict=True):
        assert row["area_share"] == "withheld" or (row["area_held"] % 5, row["area_n"] % 5) == (0, 0)
        assert row["area_share"] == "withheld" or abs(row["area_n"] - n) < 20, "the area of others is rounded"
        assert held <= n
    for who in ("j.hartnell", "i.nkemelu"):
        assert signed_in(app, who).get("/reports").status_code == 403
        assert signed_in(app, who).get("/api/v1/reports").status_code == 403


def test_a_group_opens_the_list_that_it_counts(manager: FlaskClient) -> None:
    rows = manager.get("/api/v1/reports/diversity").json["sheets"][0]["rows"]
    assert any(row["people"] < 5 for row in rows), "who may open every case has small groups, too"
    for row in rows[:: max(1, len(rows) // 8)]:
        query = f"measure={row['measure_id']}&attribute={row['attribute']}&group={row['group']}"
        listed = manager.get(f"/reports/list/duties?since=2004-12-22&{query}").text
        assert f"{row['held']} of {row['n']}</h1>" in listed


def test_files_say_the_same_as_the_page(manager: FlaskClient) -> None:
    base = "/reports/plans/summary/download"
    document = json.loads(manager.get(f"{base}/json").data)
    (sheet,) = document["sheets"]
    for form in ("xlsx", "ods"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(manager.get(f"{base}/{form}").data))
        cells = book.get_sheet_by_name("Table").to_python()
        assert cells[0] == [c["title"] for c in sheet["columns"]]
        for row, kept in zip(cells[1:], sheet["rows"], strict=True):
            for value, (name, plain) in zip(row, kept.items(), strict=True):
                assert value == (plain if plain is not None else "") or abs(value - plain) < 1e-4, (form, name)
        about = dict(line[:2] for line in book.get_sheet_by_name("About").to_python())
        assert about["As at"] == "22 December 2005" and about["Period"] == "from 23 Dec 2004 to 22 Dec 2005"
        assert "initial-supervision-plan (2005)" in about["Plan made in time"]
    lines = list(csv.DictReader(io.StringIO(manager.get(f"{base}/csv").data.decode("utf-8-sig"))))
    assert [(int(r["Met"]), int(r["Of"])) for r in lines] == [(r["held"], r["n"]) for r in sheet["rows"]]
    assert manager.get(f"{base}/pdf").status_code == 404
    assert "there are summary, parts" in manager.get("/reports/plans/nothing/download/csv").text
    behind = manager.get("/reports/list/duties/download/csv?measure=plan-in-time&since=2004-12-22").data.decode(
        "utf-8-sig"
    )
    assert len(list(csv.DictReader(io.StringIO(behind)))) == sheet["rows"][0]["n"]


def test_the_api_is_described_and_answers_in_json(app: Flask, manager: FlaskClient) -> None:
    described = manager.get("/api/v1/openapi.json").json
    validate(described)
    assert {"/api/v1/reports/{name}", "/api/v1/measures/{name}"} <= set(described["paths"])
    names = [r["id"] for r in manager.get("/api/v1/reports").json]
    assert names == list(reports().reports)
    for name in names:
        assert manager.get(f"/api/v1/reports/{name}").json["report"] == name
    wrong: dict[str, tuple[int, Any]] = {
        "reports/nothing": (404, {}), "reports/plans?months=0": (422, {"months"}), "reports/plans?of=x": (422, {"of"}),
        "reports/plans?as_at=never": (400, {"as_at"}), "nothing": (404, {}), "reports/plans?of=team:Nowhere": (404, {}),
        "reports/plans?trend=contact-arranged": (404, {"trend"}),
    }  # fmt: skip
    for path, (code, errors) in wrong.items():
        answer = manager.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json["status"], set(answer.json["errors"])) == (code, code, set(errors)), (
            path
        )
    out = app.test_client().get("/api/v1/reports")
    assert (out.status_code, out.json["status"]) == (401, 401)
    assert manager.get("/nothing").content_type.startswith("text/html")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/reports/nothing", "There is no report called nothing"),
        ("/reports/measures/nothing", "There is no measure called nothing"),
        ("/reports/plans?months=x", "Months must be a whole number"),
        ("/reports/plans?of=Gloucester", "names no level and place"),
        ("/reports/plans?trend=contact-arranged", "is not a measure of this report"),
        ("/reports/plans?of=team:Nowhere", "No case has been held in a team called Nowhere"),
        ("/reports/list/duties", "Say which figure"),
        ("/reports/list/duties?measure=x", "There is no measure called x"),
        ("/reports/list/duties?clause=x", "There is no clause called x"),
        ("/reports/list/duties?measure=victim-issues", "is judged by case"),
        ("/reports/list/duties?measure=plan-in-time&since=9999-12-31", "Choose a later sample date"),
        ("/reports/list/duties?measure=plan-in-time&since=x", "a day like"),
        ("/reports/list/coming?week=99", "from 1 to 8"),
        ("/reports/list/answered?measure=plan-in-time", "it must be one that is judged"),
    ],
)
def test_what_cannot_be_shown_is_said(manager: FlaskClient, address: str, said: str) -> None:
    answer = manager.get(address)
    assert answer.status_code in (400, 404) and said in answer.text


def test_two_places_stand_side_by_side(manager: FlaskClient) -> None:
    page = manager.get("/reports/plans?of=team:Gloucester&beside=team:Cheltenham").text
    assert "Against Cheltenham" in page and re.search(r"<text[^>]*>Cheltenham</text>", page)
    document = manager.get("/api/v1/reports/plans?of=team:Gloucester&beside=team:Cheltenham").json
    alone = manager.get("/api/v1/reports/plans?of=team:Cheltenham").json
    assert [(r["beside_held"], r["beside_n"]) for r in document["sheets"][0]["rows"]] == [
        (r["held"], r["n"]) for r in alone["sheets"][0]["rows"]
    ]


def test_before_is_the_same_report_read_a_period_earlier(manager: FlaskClient) -> None:
    now = manager.get("/api/v1/reports/contact?months=6").json["sheets"][0]["rows"]
    was = manager.get("/api/v1/reports/contact?months=6&as_at=2005-06-22").json["sheets"][0]["rows"]
    assert [(r["before_held"], r["before_n"]) for r in now] == [(r["held"], r["n"]) for r in was]


def test_an_empty_record_says_so(empty_database: str) -> None:
    client = signed_in(create_app(empty_database, today=lambda: DAY))
    for report in reports().reports:
        answer = client.get(f"/reports/{report}")
        assert answer.status_code == 200, report
    assert client.get("/board-pack").status_code == 200


def test_the_command_gives_the_same_figures(manager: FlaskClient, demo_database: Path, tmp_path: Path) -> None:
    common = ["--as-at", "2005-12-22", "--of", "team:Gloucester", "--database", str(demo_database)]
    given = json.loads(CliRunner().invoke(main, ["report", "plans", *common, "--format", "json"]).output)
    site = manager.get("/api/v1/reports/plans?of=team:Gloucester&as_at=2005-12-22").json
    assert given == site
    text = CliRunner().invoke(main, ["report", "programme-wait", *common]).output
    assert "Waiting times, in working days" in text and "As at: 22 December 2005" in text
    path = tmp_path / "plans.ods"
    done = CliRunner().invoke(
        main, ["report", "plans", *common, "--table", "trend", "--format", "ods", "--output", str(path)]
    )
    assert done.exit_code == 0 and CalamineWorkbook.from_path(path).get_sheet_by_name("Table").to_python()
    for form in ("ods", "xlsx"):
        book = tmp_path / f"whole.{form}"
        done = CliRunner().invoke(main, ["report", "plans", *common, "--format", form, "--output", str(book)])
        assert done.exit_code == 0, done.output
        sheets = CalamineWorkbook.from_path(book)
        assert len(sheets.sheet_names) == len(given["sheets"]) + 1 and sheets.sheet_names[-1] == "About"
        for name, sheet in zip(sheets.sheet_names, given["sheets"], strict=False):
            rows = sheets.get_sheet_by_name(name).to_python()
            assert rows[0] == [column["title"] for column in sheet["columns"]] and len(rows) == len(sheet["rows"]) + 1
        about = sheets.get_sheet_by_name("About").to_python()
        assert {sheet["title"] for sheet in given["sheets"]} <= {value for _, value in about}
    for wrong, said in (
        (["plans", "--format", "csv"], "name it with --table; there are: summary"),
        (["plans", "--table", "x"], "there is no table 'x'"),
        (["plans", "--of", "Gloucester"], "write it like team:Gloucester"),
        (["plans", "--as-at", "0001-01-01"], "--as-at: 0001-01-01 is not between 1990 and 2078"),
        (["plans", "--as-at", "2079-01-01"], "--as-at: 2079-01-01 is not between 1990 and 2078"),
        (["plans", "--of", "team:Nowhere"], "--of: No case has been held in a team called Nowhere"), (["nothing"], "nothing"),
        (["plans", "--trend", "contact-arranged"], "not a measure of plans"),
    ):  # fmt: skip
        failed = CliRunner().invoke(main, ["report", *wrong, "--database", str(demo_database)])
        assert failed.exit_code == 2 and said in failed.output


def test_what_is_overdue_on_the_forecast_is_the_list_that_it_opens(manager: FlaskClient) -> None:
    for query in ("", "?as_at=2005-06-30&known=hindsight"):
        page = manager.get(f"/reports/forecast{query}").text
        found = re.findall(r'href="(/desk/overdue[^"]*)">.*?</span>([^<]+)</a>', page)
        assert ", from " not in page, "what is ahead is not of the months before"
        assert len(found) == 7 and len({shown for _, shown in found}) > 2
        for address, shown in found:
            listed = manager.get(address.replace("&amp;", "&")).text
            assert re.search(rf'<h1 class="govuk-heading-l">Overdue: {shown}\b', listed), address


def test_a_chart_stands_under_its_heading_and_says_its_piece_once(manager: FlaskClient) -> None:
    page = manager.get("/reports/plans").text
    head = page.index(">Plan made in time, month by month</h2>")
    assert head < page.index('class="ca-drawing"') and page.count("<h2 ") == page.count("</h2>")
    assert page.count(">Plan made in time, month by month</h2>") == 1
    assert len(re.findall(r">In the month up to 31 May 2005: [^<]*</(?:p|figcaption)>", page)) == 1


def test_an_area_is_not_set_beside_itself(manager: FlaskClient) -> None:
    assert "Against the area" not in manager.get("/reports/plans").text
    assert "Against the area" in manager.get("/reports/plans?of=team:Gloucester").text


@pytest.mark.parametrize("day", ["1990-01-01", "2078-12-31"])
def test_the_first_and_last_days_that_can_be_asked_for_have_figures(manager: FlaskClient, day: str) -> None:
    for page in ("/matrix", "/board-pack", "/reports/diversity", "/reports/scorecard", "/reports/expectations"):
        assert manager.get(f"{page}?as_at={day}&months={12 if page == '/matrix' else 120}").status_code == 200, page


def test_words_of_a_load() -> None:
    assert load_said(0, 0, 0) == "nothing ahead"
    assert load_said(2, 6, 0) == "no more than was done"
    assert load_said(2, 6, 9) == "no more than was done; the 9 overdue take about 3 weeks more"
    for a_week, done in ((0, 0), (3, 3), (3, 3.1)):
        assert load_said(a_week, done, 222) == "no more than was done, which leaves no time for the 222 overdue"
    assert load_said(5, 3, 2) == "2.0 a week more than was done, and 2 overdue"


def test_words_of_change() -> None:
    assert change_said(Proportion(30, 100), Proportion(60, 100), "better") == "up 30 points, more than chance"
    assert change_said(Proportion(5, 10), Proportion(4, 10), "no difference shown") == "down 10 points, within chance"
    assert change_said(Proportion(5, 10), Proportion(4, 10), "too few") == "down 10 points, too few to say"
    assert change_said(Proportion(5, 10), Proportion(5, 10)) == "no change"
    assert change_said(Proportion(0, 0), Proportion(5, 10)) == "nothing to compare"


def test_waits_count_what_has_not_ended_as_the_longest() -> None:
    all_ended, some = Waits.of({1: 1, 2: 1, 3: 1}), Waits.of({1: 1, 2: 1, 3: 1, None: 2})
    assert (all_ended.median, all_ended.ninetieth) == (2, 3)
    assert (some.n, some.median, some.ninetieth, some.longest) == (5, 3, None, 3)
    assert (Waits.of({4: 1, None: 3}).median, Waits().median) == (None, None)


def test_places_are_read_and_spelled_alike() -> None:
    assert Scope.read("team:Stroud and Forest").spelled == "team:Stroud and Forest"
    for wrong in ("town:Stroud", "team", "team:"):
        with pytest.raises(ValueError, match="names no level"):
            Scope.read(wrong)

"""The desk: each count is its list, each list is what the standards and the files say, each download is the list."""

import csv
import io
import re
from collections import Counter
from datetime import date, timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from domain.entries.code_lists import HIGH_RISK
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.standards.edition_files import national_standards
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine, LateLine
from projections.history.dated_values import value_on
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists.work_lists import LISTS
from tests.support.lists_by_reading import desk, due_list
from tests.support.people import post, signed_in
from tests.support.repository import ROOT

DAY = date(2005, 10, 3)


@pytest.fixture(scope="module")
def app(demo_app: Flask) -> Flask:
    return demo_app


@pytest.fixture(scope="module")
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


@pytest.fixture(scope="module")
def readings(demo_book: CaseRepository) -> list[Reading]:
    return demo_book.read_all(demo_book.cases, Moment(DAY, end_of_day(DAY)), frameworks()[DEFAULT_FRAMEWORK])


@pytest.fixture(scope="module")
def cases(readings: list[Reading]) -> list[CaseSnapshot]:
    return [reading.snapshot for reading in readings]


def test_the_lists_ask_for_clauses_that_there_are() -> None:
    known = {clause.id for edition in national_standards().editions for clause in edition.clauses}
    asked = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', (ROOT / "projections/lists/work_lists.py").read_text()))
    assert asked - set(LISTS) <= known
    assert {"assessment-countersigned", "absence-decision", "management-oversight"} <= asked


def test_overdue_and_due_are_what_the_command_lists(cases: list[CaseSnapshot]) -> None:
    found = desk(cases)
    owed = due_list(cases, 28)
    assert Counter(o for o in owed if o.state == "overdue") == Counter(found["overdue"])
    falling = [o.obligation.due_on for o in owed if o.state == "due"]
    assert len(found["due-in-28-days"]) == len(falling)
    assert len(found["due-in-7-days"]) == sum(day <= DAY + timedelta(days=7) for day in falling) > 0


def test_high_risk_lists_hold_high_risk_cases_and_open_duties(
    readings: list[Reading], cases: list[CaseSnapshot]
) -> None:
    found = desk(cases)
    by_case = {r.reference: r for r in readings}
    for name in ("no-countersigned-assessment", "no-risk-management-plan", "no-review", "no-oversight"):
        for row in found[name]:
            assert isinstance(row, DutyLine) and row.case.spell.risk in HIGH_RISK
            assert value_on(by_case[row.case.reference].history.risk, DAY) in HIGH_RISK
            assert row.state == "overdue" or (row.state == "due" and not name.endswith(("review", "oversight")))
    lacking = {row.case.reference for row in found["no-countersigned-assessment"]}
    for reading in readings:
        if value_on(reading.history.risk, DAY) in HIGH_RISK and reading.history.end is None:
            open_duty = [
                o for o in reading.obligations
                if o.clause.id == "assessment-countersigned" and o.state(DAY) in ("due", "overdue")
            ]  # fmt: skip
            assert bool(open_duty) == (reading.reference in lacking)


def test_recorded_late_looks_back_four_weeks(cases: list[CaseSnapshot]) -> None:
    rows = desk(cases)["recorded-late"]
    assert rows
    for row in rows:
        assert isinstance(row, LateLine)
        assert DAY - timedelta(days=28) < row.recorded.recorded_on <= DAY and row.recorded.working_days > 1
        assert row.recorded.occurred_on < row.recorded.recorded_on


def test_the_days_left_of_a_clock_are_working_days(cases: list[CaseSnapshot]) -> None:
    rows = [row for row in desk(cases)["clocks"] if isinstance(row, DutyLine)]
    assert rows and {row.clause.subject for row in rows} == {"enforcement"}
    assert all((row.days_left < 0) == (row.state == "overdue") for row in rows)


@pytest.mark.parametrize("name", LISTS)
def test_the_count_on_the_desk_is_the_list(spo: FlaskClient, name: str) -> None:
    page = spo.get("/desk?as_at=2005-10-03").text
    link = re.search(rf'href="/desk/{name}\?as_at=2005-10-03"><span class="ca-desk__count">(\d+)<', page)
    count = 0 if link is None else int(link[1])  # a list that holds nothing has no line
    opened = spo.get(f"/desk/{name}?as_at=2005-10-03").text
    assert re.search(rf"<h1[^>]*>[^<:]+: {count}\s*<", opened), name
    table = spo.get(f"/desk/{name}/download/csv?as_at=2005-10-03").text
    assert len(list(csv.reader(io.StringIO(table)))) == count + 1


def test_an_spo_counts_the_team_and_a_manager_the_sum(app: Flask, cases: list[CaseSnapshot]) -> None:
    teams = {}
    for user, wanted in (("p.anstey", {"Gloucester"}), ("m.hoole", {"Cheltenham", "Tewkesbury and Cotswold"})):
        page = signed_in(app, user).get("/desk/overdue?as_at=2005-10-03").text
        teams[user] = int(re.search(r"Overdue: (\d+)", page)[1])  # type: ignore[index]
        mine = [c for c in cases if c.spell.place.team in wanted]
        assert teams[user] == len(desk(mine)["overdue"])
    whole = signed_in(app, "c.whitlock").get("/desk/overdue?as_at=2005-10-03").text
    assert f"Overdue: {len(desk(cases)['overdue'])}" in whole


def rows_of(client: FlaskClient, address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(address).text.lstrip("\ufeff"))))


@pytest.mark.parametrize(
    ("asked", "column", "value"),
    [
        ("officer=Paula+Grice", "Officer", "Paula Grice"),
        ("risk=high", "Risk of harm", "high"),
        ("risk=not_assessed", "Risk of harm", ""),
        ("clause=plan-review", "Clause", "plan-review"),
        ("order=licence", "Order", "licence"),
        ("tier=3", "Tier", "3"),
    ],
)
def test_a_filter_leaves_what_fits_and_nothing_else(app: Flask, asked: str, column: str, value: str) -> None:
    client = signed_in(app, "c.whitlock")
    head, *every = rows_of(client, "/desk/overdue/download/csv?as_at=2005-12-22")
    _, *left = rows_of(client, f"/desk/overdue/download/csv?as_at=2005-12-22&{asked}")
    at = head.index(column)
    assert left == [row for row in every if row[at] == value]
    assert 0 < len(left) < len(every) or value == "3"
    page = client.get(f"/desk/overdue?as_at=2005-12-22&{asked}").text
    assert f"Overdue: {len(left)}" in page


def test_a_list_is_sorted_by_what_its_head_says(spo: FlaskClient) -> None:
    for key, way in (("days", 1), ("days", -1), ("due", 1), ("case", -1)):
        address = f"/desk/overdue/download/csv?sort={key}&dir={'asc' if way == 1 else 'desc'}"
        head, *rows = rows_of(spo, address)
        at = head.index({"days": "Working days left", "due": "Due by", "case": "Case"}[key])
        values = [int(r[at]) if key == "days" else r[at] for r in rows]
        assert values == sorted(values, reverse=way == -1)


@pytest.mark.parametrize("address", ["/desk/overdue", "/desk/recorded-late", "/cases", "/matrix/duties"])
def test_the_three_downloads_hold_the_same(spo: FlaskClient, address: str) -> None:
    head, *rows = rows_of(spo, f"{address}/download/csv?as_at=2005-10-03")
    assert rows
    for form in ("xlsx", "ods"):
        answer = spo.get(f"{address}/download/{form}?as_at=2005-10-03")
        assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        sheet = book.get_sheet_by_name("Table").to_python()
        assert [str(cell) for cell in sheet[0]] == head
        assert [str(row[0]) for row in sheet[1:]] == [row[0] for row in rows]
        about = {str(row[0]): str(row[1]) for row in book.get_sheet_by_name("About").to_python()}
        assert about["As at"] == "3 October 2005" and about["Read"] == "as the file stood that day"


def test_the_calendar_holds_what_is_due_and_no_name(app: Flask) -> None:
    client = signed_in(app, "t.adeyemi")
    address = re.search(r"(/calendar/t\.adeyemi/[^\"<]+\.ics)", post(client, "/calendar", step="replace").text)
    assert address is not None
    nobody = app.test_client()
    answer = nobody.get(address[1])
    assert answer.content_type.startswith("text/calendar")
    found = icalendar.Calendar.from_ical(answer.data)
    events = found.walk("VEVENT")
    table = rows_of(client, "/desk/overdue/download/csv")[1:]
    overdue = [event for event in events if str(event["summary"]).startswith("Overdue: ")]
    assert len(overdue) == len(table) > 0
    assert {event["dtstart"].dt for event in overdue} == {date(2005, 12, 22)}, "what is overdue stands on today's date"
    for event in events:
        reference = next(word for word in str(event["summary"]).split() if "/" in word)
        assert str(event["url"]) == f"http://localhost/cases/{reference}#owed" and str(event["url"]) in str(
            event["description"]
        )
    names = {row[1] for row in table}
    assert not any(name in answer.text for name in names)
    assert len({str(event["uid"]) for event in events}) == len(events)
    assert nobody.get(address[1]).data.replace(b"\r\n ", b"").count(b"UID:") == len(events)
    assert nobody.get("/calendar/t.adeyemi/guess.ics").status_code == 404
    assert nobody.get("/calendar/nobody/guess.ics").status_code == 404
    post(client, "/calendar", step="stop")
    assert nobody.get(address[1]).status_code == 404


def test_a_manager_follows_one_officers_calendar(app: Flask) -> None:
    client = signed_in(app, "p.anstey")
    page = post(client, "/calendar", step="replace").text
    (one,) = re.findall(r'href="http://localhost(/calendar/p\.anstey/[^"]+officer=Helen\+Sallis)"', page)
    nobody = app.test_client()
    events = icalendar.Calendar.from_ical(nobody.get(one).data).walk("VEVENT")
    whole = icalendar.Calendar.from_ical(nobody.get(one.partition("?")[0]).data).walk("VEVENT")
    cases = {row[0] for row in rows_of(client, "/cases/download/csv?officer=Helen+Sallis&show=ended")[1:]}
    assert 0 < len(events) < len(whole)
    assert {word for event in events for word in str(event["summary"]).split() if "/" in word} <= cases
    assert "officer=" not in signed_in(app, "t.adeyemi").get("/calendar").text


def test_ended_cases_are_listed_where_they_are_asked_for(spo: FlaskClient) -> None:
    ended = spo.get("/cases?show=ended").text
    assert ended.count("ended ") > 0

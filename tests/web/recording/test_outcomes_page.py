"""The outcomes of a day are recorded on one page: each row by itself, once however often it is sent, nothing lost."""

import html
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import AppointmentMade, AppointmentOutcomeRecorded, Entry
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import fact
from tests.support.people import signed_in, token_in
from web.app import create_app

TODAY = date(2005, 12, 22)
FIRST, SECOND, ANOTHERS = "P114066/1", "R652711/1", "V465889/1"
"""Two cases of Tunde Adeyemi, and one of Helen Sallis in the same team."""

pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def booked(own_database: Path) -> Path:
    """The database with appointments of today on three cases, one before today and one to come."""
    made = {"contact_type": "office", "recorded_at": "2005-12-01T18:00:00+00:00"}
    files = Files.open(str(own_database))
    for reference in (FIRST, SECOND, ANOTHERS):
        files.record(
            reference, [fact("AppointmentMade", "of-today", "2005-12-01", for_on="2005-12-22", **made)], actor="t"
        )
    more = [
        fact("AppointmentMade", "before", "2005-12-01", for_on="2005-12-05", **made),
        fact("AppointmentMade", "to-come", "2005-12-01", for_on="2005-12-29", for_time="09:30", **made),
    ]
    files.record(FIRST, more, actor="t")
    files.close()
    return own_database


@pytest.fixture
def officer(app: Flask, booked: Path) -> FlaskClient:
    return signed_in(app, "t.adeyemi")


def rows_in(page: str) -> dict[str, dict[str, str]]:
    """The hidden fields of each row, by the appointment that it is about."""
    main = page[page.index("<main") :]
    found = {name: html.unescape(value) for name, value in re.findall(r'name="([a-z_]+-\d+)" value="([^"]*)"', main)}
    numbers = [name.partition("-")[2] for name in found if name.startswith("of-")]
    return {found[f"of-{n}"]: {"of": f"of-{n}", "token": f"token-{n}", "n": n} for n in numbers}


def sent(page: str, answers: Mapping[str, Mapping[str, str]], step: str) -> dict[str, str]:
    """What the form sends: the answers by appointment, and the step."""
    main = page[page.index("<main") :]
    values = dict(re.findall(r'name="((?:of|token)-\d+)" value="([^"]*)"', main))
    found = {name: html.unescape(value) for name, value in values.items()}
    for about, typed in answers.items():
        number = rows_in(page)[about]["n"]
        found |= {f"{name}-{number}": value for name, value in typed.items()}
    return {**found, "csrf_token": token_in(page), "step": step}


def recorded(database: Path, reference: str) -> dict[str, Entry]:
    files = Files.open(str(database))
    try:
        return {name: one for name, one in files.read(reference).entries.items() if name.startswith("form-")}
    finally:
        files.close()


def test_the_page_asks_for_the_appointments_of_the_day_and_lists_those_before(officer: FlaskClient) -> None:
    page = officer.get("/outcomes").text
    assert set(rows_in(page)) == {f"{FIRST}#of-today", f"{SECOND}#of-today"}
    assert "Check 2 outcomes" in page
    assert "Outcomes of Thursday 22 December 2005" in page
    waiting = page[page.index("No outcome yet") :]
    assert "5 Dec 2005" in waiting and "/outcomes?day=2005-12-05" in waiting
    assert "29 Dec 2005" not in page
    for words in ("Attended and complied", "Attended, did not comply", "Did not attend", "Not yet known"):
        assert page.count(words) == 2


def test_an_spo_sees_those_of_the_team_with_their_officers(app: Flask, booked: Path) -> None:
    page = signed_in(app, "p.anstey").get("/outcomes").text
    assert set(rows_in(page)) == {f"{one}#of-today" for one in (FIRST, SECOND, ANOTHERS)}
    assert "Helen Sallis" in page


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_day_that_is_none_is_said_at_its_question(officer: FlaskClient) -> None:
    page = officer.get("/outcomes?day=31+2+2005").text
    assert "There is a problem" in page and 'href="#day"' in page and 'value="31 2 2005"' in page
    assert page.count("Day must be a real date between") == 2


def test_of_a_day_to_come_nothing_is_asked(officer: FlaskClient) -> None:
    page = officer.get("/outcomes?day=29/12/2005").text
    assert rows_in(page) == {}
    assert "09:30" in page and "Arranged" in page
    for typed in ("nonsense", "1950-01-01", "31/2/2005"):
        page = officer.get("/outcomes", query_string={"day": typed}).text
        assert "Day must be a real date" in page and "Outcomes of Thursday 22 December 2005" in page, typed
        assert len(rows_in(page)) == 2, "today's stand below, so that nothing must be typed again"


def test_a_day_is_recorded_in_one_submission(officer: FlaskClient, booked: Path) -> None:
    page = officer.get("/outcomes").text
    answers = {
        f"{FIRST}#of-today": {
            "outcome": "attended_complied", "next_on": "28/12/2005", "next_time": "2pm", "next_kind": "home_visit"
        },
        f"{SECOND}#of-today": {"outcome": "not_known"},
    }  # fmt: skip
    check = officer.post("/outcomes", data=sent(page, answers, "check")).text
    assert "Becomes met" in check and "Outcome of the appointment" in check
    assert "Check before recording" in check and "Left for later" in check and "home visit" in check
    assert recorded(booked, FIRST) == {}
    answer = officer.post("/outcomes", data=sent(page, answers, "record"))
    assert answer.status_code == 302
    told, made = recorded(booked, FIRST).values()
    assert isinstance(told, AppointmentOutcomeRecorded) and isinstance(made, AppointmentMade)
    assert (told.appointment, told.outcome, told.occurred_on) == ("of-today", "attended_complied", TODAY)
    assert (made.for_on, made.for_time, made.contact_type) == (date(2005, 12, 28), "14:00", "home_visit")
    assert recorded(booked, SECOND) == {}
    officer.post("/outcomes", data=sent(page, answers, "record"))
    assert len(recorded(booked, FIRST)) == 2
    assert set(rows_in(officer.get("/outcomes").text)) == {f"{SECOND}#of-today"}


def test_what_is_wrong_is_said_at_its_question_and_nothing_typed_is_lost(officer: FlaskClient, booked: Path) -> None:
    page = officer.get("/outcomes").text
    wrong = {
        f"{FIRST}#of-today": {"outcome": "not_known", "next_on": "28/12", "next_time": "25:00", "next_kind": "office"}
    }
    answer = officer.post("/outcomes", data=sent(page, wrong, "check")).text
    number = rows_in(answer)[f"{FIRST}#of-today"]["n"]
    assert (
        "There is a problem" in answer
        and f'href="#next_on-{number}"' in answer
        and f'href="#next_time-{number}"' in answer
    )
    assert 'value="28/12"' in answer and 'value="25:00"' in answer and 'value="office" selected' in answer
    nothing = officer.post("/outcomes", data=sent(page, {}, "check")).text
    assert "Select what became of at least one appointment." in nothing
    assert recorded(booked, FIRST) == {}


def test_two_people_record_the_same_outcome_and_the_second_is_told(
    app: Flask, officer: FlaskClient, booked: Path
) -> None:
    spo = signed_in(app, "p.anstey")
    mine, theirs = officer.get("/outcomes").text, spo.get("/outcomes").text
    answers = {
        f"{FIRST}#of-today": {"outcome": "attended_complied"},
        f"{SECOND}#of-today": {"outcome": "attended_complied"},
    }
    only = {f"{FIRST}#of-today": {"outcome": "awaiting_explanation"}}
    assert spo.post("/outcomes", data=sent(theirs, only, "record")).status_code == 302
    answer = officer.post("/outcomes", data=sent(mine, answers, "record")).text
    assert "Not recorded: 1 appointment" in answer
    assert "Peter Anstey recorded its outcome" in answer and "did not attend" in answer
    (kept,) = recorded(booked, FIRST).values()
    assert getattr(kept, "outcome") == "awaiting_explanation"  # noqa: B009
    assert len(recorded(booked, SECOND)) == 1


def test_an_appointment_of_somebody_elses_case_is_not_recorded_and_not_named(
    officer: FlaskClient, booked: Path
) -> None:
    page = officer.get("/outcomes").text
    form = sent(page, {f"{SECOND}#of-today": {"outcome": "attended_complied"}}, "record")
    number = rows_in(page)[f"{FIRST}#of-today"]["n"]
    form |= {f"of-{number}": f"{ANOTHERS}#of-today", f"outcome-{number}": "attended_complied"}
    answer = officer.post("/outcomes", data=form).text
    assert "held by somebody else now" in answer and ANOTHERS not in answer
    assert recorded(booked, ANOTHERS) == {} and len(recorded(booked, SECOND)) == 1


def test_one_click_records_that_somebody_attended_and_is_undone(officer: FlaskClient, booked: Path) -> None:
    page = officer.get("/desk").text
    form = page[page.index(f'action="/cases/{FIRST}/attended/of-today"') :]
    typed = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form[: form.index("</form>")]))
    for _ in range(2):
        answer = officer.post(f"/cases/{FIRST}/attended/of-today", data=typed)
        assert (answer.status_code, answer.location) == (302, "/desk")
    (told,) = recorded(booked, FIRST).values()
    assert isinstance(told, AppointmentOutcomeRecorded) and told.outcome == "attended_complied"
    assert told.entry == typed["token"], "a form sent twice is one entry"
    banner = officer.get("/desk").text
    assert (
        "Not recorded" not in banner and "Undo" in banner and f'action="/cases/{FIRST}/attended/of-today"' not in banner
    )
    assert officer.post(f"/cases/{FIRST}/undo/{told.entry}", data={**typed, "back": "/desk"}).location == "/desk"
    assert f'action="/cases/{FIRST}/attended/of-today"' in officer.get("/desk").text
    late = officer.post(f"/cases/{FIRST}/attended/to-come", data=typed)
    assert late.status_code == 302 and "Its day is still to come" in officer.get("/desk").text
    assert officer.post(f"/cases/{ANOTHERS}/attended/of-today", data=typed).status_code == 404

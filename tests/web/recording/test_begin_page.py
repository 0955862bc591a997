"""A case is begun in the browser: after a search for who is alike, within reach, once, with what decides asked for."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import Entry, SupervisionStarted
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import EXAMPLES, fact
from tests.support.opened import opened
from tests.support.people import signed_in, token_in
from web.app import create_app
from web.recording import begin_search

TODAY = date(2005, 12, 22)
KNOWN = "V465889"
"""Brian Davies of Gloucester."""

PERSON = {"crn": "X123456", "name": "Zoë Ó Briain", "born": "28/2/1975"}
ANSWERS = {
    "occurred_on": "19/12/2005", "person.gender": "female", "person.ethnicity": "W2", "person.disability": "no",
    "order_type": "community_order", "requirements": "supervision", "ends_on": "18/12/2006",
}  # fmt: skip

pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def send(client: FlaskClient, step: str, page: str = "", **typed: str) -> Any:
    """Send a step with what the page before it carries."""
    page = page or client.get("/begin-a-case").text
    hidden = {n: html.unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)}
    return client.post("/begin-a-case", data={**hidden, "csrf_token": token_in(page), **typed, "step": step})


def officer_in(page: str) -> str:
    found = re.search(r'value="([0-9a-f]{16})"[^>]*>\s*(?:<label[^>]*>\s*)?Tunde Adeyemi', page)
    assert found is not None
    return found[1]


def entries(database: Path, reference: str) -> list[Entry]:
    files = Files.open(str(database))
    try:
        return list(opened(files, reference).values())
    finally:
        files.close()


def test_a_new_case_is_begun_once_however_often_it_is_sent(spo: FlaskClient, own_database: Path) -> None:
    nobody = send(spo, "search", **PERSON)
    assert "Nobody alike in your cases" in nobody.text
    form = send(spo, "form", nobody.text).text
    check = send(spo, "check", form, **ANSWERS, holder=officer_in(form))
    assert "You are about to begin a case: Zoë" in check.text and "Supervision plan within" in check.text
    assert entries(own_database, "X123456/1") == []
    answers = [send(spo, "record", check.text) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(302, "/cases/X123456/1")] * 2
    (made,) = entries(own_database, "X123456/1")
    assert isinstance(made, SupervisionStarted)
    assert (made.person.name, made.person.date_of_birth, made.officer) == (
        "Zoë Ó Briain",
        date(1975, 2, 28),
        "Tunde Adeyemi",
    )
    assert (made.team, made.requirements, made.recorded_by) == ("Gloucester", ["supervision"], "p.anstey")
    assert entries(own_database, "X123456/2") == []
    page = spo.get("/cases/X123456/1").text
    assert "Undo" in page and "Zoë Ó Briain" in page


def test_somebody_alike_is_shown_and_keeps_the_crn(spo: FlaskClient, own_database: Path) -> None:
    sought = {"crn": "X123456", "name": "Bryan Davis", "born": "17/11/1978"}
    found = send(spo, "search", **sought)
    assert "Is it one of these people?" in found.text and f"{KNOWN}/1" in found.text
    assert "sounds alike and the same date of birth" in found.text
    assert "Select whether it is one of these people" in send(spo, "form", found.text).text
    form = send(spo, "form", found.text, same=KNOWN).text
    check = send(spo, "check", form, **ANSWERS, holder=officer_in(form)).text
    assert f"{KNOWN} has 1 case already" in check
    assert send(spo, "record", check).location == f"/cases/{KNOWN}/2"
    (made,) = entries(own_database, f"{KNOWN}/2")
    assert getattr(made, "person").crn == KNOWN  # noqa: B009
    same = send(spo, "search", **{**PERSON, "crn": KNOWN})
    assert "Select that person, or correct the CRN" in send(spo, "form", same.text, same="none").text


def test_what_is_out_of_reach_changes_nothing_that_is_shown_and_is_not_begun(
    spo: FlaskClient, own_database: Path
) -> None:
    files = Files.open(str(own_database))
    elsewhere = next(
        reference for reference in files.references(SupervisionStarted)
        if getattr(files.read(reference).first_entry, "team", "") == "Cheltenham"
    )  # fmt: skip
    risk = {"from": "low", "to": "very_high", "reason": "a charge", "recorded_at": "2005-12-21T18:00:00+00:00"}
    files.record(elsewhere, [fact("RiskLevelChanged", "higher", "2005-12-21", **risk)], actor="t")
    files.close()
    crn = elsewhere.partition("/")[0]
    held, free = (send(spo, "search", **{**PERSON, "crn": one}).text for one in (crn, "X123456"))

    def plain(page: str) -> str:
        page = page[page.index("<main") :].replace(crn, "X123456")
        return re.sub(r'(form-|name="csrf_token" value=")[^"]*', "", page)

    assert plain(held) == plain(free)
    form = send(spo, "form", held).text
    check = send(spo, "check", form, **ANSWERS, holder=officer_in(form)).text
    assert plain(check) == plain(
        send(spo, "check", send(spo, "form", free).text, **ANSWERS, holder=officer_in(form)).text
    )
    refused = send(spo, "record", check)
    assert "cannot be begun here" in refused.text and entries(own_database, f"{crn}/2") == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_crn_whose_first_case_is_elsewhere_has_its_other_files(app: Flask, own_database: Path) -> None:
    files = Files.open(str(own_database))
    for number in (12, 3):
        begun = {
            **EXAMPLES["SupervisionStarted"],
            "person": {**EXAMPLES["SupervisionStarted"]["person"], "crn": "Z765432"},
        }
        start = fact("SupervisionStarted", f"s{number}", "2005-06-02", **begun)
        files.record(f"Z765432/{number}", [start], actor="test")
    files.close()
    with app.app_context():
        assert begin_search.files_of("Z765432") == ["Z765432/3", "Z765432/12"]
        assert begin_search.files_of("Z765433") == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_is_wrong_or_decides_and_is_left_out_is_said(spo: FlaskClient) -> None:
    wrong = html.unescape(send(spo, "search", crn="X12", name="", born="28/2").text)
    for words in ("CRN must be a letter and six digits", "Enter the name", "Date of birth must include a year"):
        assert words in wrong
    assert "must be after 1895" in send(spo, "search", **{**PERSON, "born": "1/1/1880"}).text
    long = "Ann " * 30
    form = send(spo, "form", send(spo, "search", **{**PERSON, "name": long}).text).text
    assert long.strip() in html.unescape(form)
    nothing = html.unescape(send(spo, "check", form).text)
    for words in ("Select the officer", "Select at least one requirement", "order type", "date supervision began"):
        assert words in nothing, words
    typed = ANSWERS | {"occurred_on": "3/10/1950", "order_type": "licence", "requirements": "unpaid_work"}
    answer = html.unescape(send(spo, "check", form, **typed, holder=officer_in(form)).text)
    for words in (
        "Date supervision began must be between 1990",
        "Enter the hours of unpaid work",
        "Enter the date of release",
    ):
        assert words in answer, words
    assert 'value="3/10/1950"' in answer
    early = send(spo, "check", form, **ANSWERS | {"ends_on": "1/12/2005"}, holder=officer_in(form)).text
    assert "must be on or after the day supervision began, 19 December 2005" in early


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_two_people_begin_the_same_case_and_the_second_is_shown_it(
    app: Flask, spo: FlaskClient, own_database: Path
) -> None:
    second = signed_in(app, "a.rao")
    checks = []
    for client in (spo, second):
        form = send(client, "form", send(client, "search", **PERSON).text).text
        checks.append(send(client, "check", form, **ANSWERS, holder=officer_in(form)).text)
    assert send(spo, "record", checks[0]).status_code == 302
    answer = send(second, "record", checks[1])
    assert answer.status_code == 200 and "was begun while you were writing" in answer.text
    assert entries(own_database, "X123456/2") == []
    assert signed_in(app, "t.adeyemi").get("/begin-a-case").status_code == 403

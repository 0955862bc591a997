"""Countersigning: the assessment is read where it is signed, by another than who made it, or is returned with a reason."""

import html
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.case_entries import AssessmentCountersigned, AssessmentReturned, Entry
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import fact
from tests.support.opened import opened
from tests.support.people import signed_in, token_in
from web.app import create_app
from web.services.asked_of_reader import asked_of

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
"""Brian Davies: at high risk, whose assessment of 9 November 2005 (entry 0004) nobody has countersigned."""
URL = f"/cases/{CASE}/countersign/0004"

pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def send(client: FlaskClient, page: str, **typed: str) -> Any:
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("entry", "reading")}  # type: ignore[index]
    return client.post(URL, data={"csrf_token": token_in(page), **hidden, **typed})


def made(database: Path) -> list[Entry]:
    files = Files.open(str(database))
    try:
        return [one for one in opened(files, CASE).values() if one.entry.startswith("form-")]
    finally:
        files.close()


def put(database: Path, *facts: Entry) -> None:
    files = Files.open(str(database))
    files.record(CASE, facts, actor="t")
    files.close()


def test_the_page_shows_the_assessment_what_changed_the_risk_and_the_plan(spo: FlaskClient) -> None:
    page = html.unescape(spo.get(URL).text)
    assert "Assessment of 9 November 2005" in page and "Helen Sallis" in page and "OASys" in page
    assert "What changed since the assessment before" in page and "27 July 2005" in page
    assert "High from" in page and "Supervision plan made" in page
    assert "initial" in spo.get(URL.replace("0004", "0003")).text
    assert spo.get(URL.replace("0004", "0001")).status_code == 404


def test_it_is_countersigned_with_a_comment_once(spo: FlaskClient, own_database: Path) -> None:
    page = spo.get(URL).text
    for _ in range(2):
        answer = send(spo, page, decision="countersign", comment="Agreed; police seen")
        assert answer.status_code == 302
    (signed,) = made(own_database)
    assert isinstance(signed, AssessmentCountersigned)
    assert (signed.assessment, signed.by, signed.by_id, signed.grade) == ("0004", "Peter Anstey", "p.anstey", "spo")
    assert signed.comment == "Agreed; police seen"
    banner = spo.get(answer.location).text
    assert "Assessment countersigned, Brian Davies" in banner and "Undo" in banner


def test_it_is_returned_with_a_reason_stays_due_and_is_asked_of_the_officer(
    app: Flask, spo: FlaskClient, own_database: Path
) -> None:
    page = spo.get(URL).text
    refused = send(spo, page, decision="return", comment="kept").text
    assert (
        "Enter what is to be changed" in refused and "There is a problem" in refused and ">kept</textarea>" in refused
    )
    assert "Select whether you countersign" in send(spo, page).text and made(own_database) == []
    sent = send(spo, page, decision="return", reason="No victim's view")
    told = spo.get(sent.location).text
    assert "It is with Helen Sallis until they correct it." in told and "changes no duty" not in told
    (back,) = made(own_database)
    assert isinstance(back, AssessmentReturned)
    assert (back.assessment, back.by, back.reason) == ("0004", "Peter Anstey", "No victim's view")
    assert "Peter Anstey returned it on 22 December 2005: No victim" in html.unescape(spo.get(URL).text)
    with app.test_request_context("/desk"):
        (asked,) = asked_of([CASE])
    assert (asked.assessment.entry, asked.returned.reason) == ("0004", "No victim's view")
    said = "Returned to Helen Sallis on 22 Dec 2005."
    page = spo.get("/desk/no-countersigned-assessment").text
    assert re.search(r"/countersign/0004[^>]*>Look<", page) and said in page
    yours, officers = parts(spo)
    assert re.search(r"/countersign/0004[^>]*>Look<", officers)
    assert f"{CASE}/countersign/0004" not in yours and f"{CASE}/countersign/0003" in yours and said in officers
    put(own_database, fact("EntryCorrected", "mended", "2005-12-22", of="0004", fields={"sources": ["police"]},
                           recorded_by="h.sallis", recorded_at=f"{TODAY + timedelta(days=1)}T09:00:00+00:00"))  # fmt: skip
    app.config["TODAY"] = lambda: TODAY + timedelta(days=1)
    yours, officers = parts(spo)
    assert re.search(r"/countersign/0004[^>]*>Read and countersign", yours) and said not in officers
    assert "Returned on 22 Dec 2005; corrected since, on 23 Dec 2005." in yours


def parts(client: FlaskClient) -> tuple[str, str]:
    """What is the SPO's to do, and their officers'."""
    yours, _, officers = client.get("/desk").text.partition('id="part-officers"')
    return yours, officers


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_changed_while_it_was_read_is_shown_and_nothing_is_signed_unseen(
    spo: FlaskClient, own_database: Path
) -> None:
    page = spo.get(URL).text
    changed = fact("EntryCorrected", "fixed", "2005-12-21", of="0004", fields={"sources": ["police"]},
                   recorded_at="2005-12-21T18:00:00+00:00")  # fmt: skip
    put(own_database, changed)
    answer = send(spo, page, decision="countersign", comment="as I saw it").text
    assert "Somebody changed this assessment while you were reading" in answer and ">as I saw it</textarea>" in answer
    assert made(own_database) == []
    other = fact("AssessmentCountersigned", "theirs", "2005-12-21", assessment="0004", by="Margaret Hoole", grade="spo",
                 recorded_at="2005-12-21T19:00:00+00:00")  # fmt: skip
    put(own_database, other)
    assert "Margaret Hoole countersigned it on 21 December 2005" in send(spo, answer, decision="countersign").text
    assert made(own_database) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_who_made_recorded_or_corrected_an_assessment_never_countersigns_it(app: Flask, own_database: Path) -> None:
    own = Account("helen", "Helen Sallis", "spo", ("Gloucester",), grade="spo", staff=("Helen Sallis",))
    client = signed_in(app, own)
    page = client.get(URL).text
    assert "Another manager countersigns it" in page and "Or return it to the officer" not in page
    forged = {"csrf_token": token_in(page), "decision": "countersign", "reading": ""}
    assert client.post(URL, data=forged).status_code == 403
    put(own_database, fact("EntryCorrected", "fixed", "2005-12-21", of="0003", fields={"sources": ["police"]},
                           recorded_by="p.anstey", recorded_at="2005-12-21T18:00:00+00:00"))  # fmt: skip
    corrected = signed_in(app, "p.anstey").get(URL.replace("0004", "0003")).text
    assert "Another manager countersigns it" in corrected
    assert made(own_database) == []
    assert signed_in(app, "t.adeyemi").get(URL).status_code == 403

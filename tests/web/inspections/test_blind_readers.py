"""A blind reader learns nothing of another reader's answers, on no page and by no total, until the reading is finished."""

import re
import zlib
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from flask.testing import FlaskClient
from itsdangerous import base64_decode

from domain.accounts.roles import Account
from domain.store.application import Files
from tests.support.case_pages import timeline_of
from tests.support.forms import fill, record
from tests.support.people import add, confirm_all, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, audit
from web.app import create_app

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("same_request_number")]

QUESTION = "initial-plan-satisfactory"
WORDS = "Nothing in it is measurable"
NEW_EACH_TIME = re.compile(rb'name="csrf_token" value="[^"]*"|"csrf-token" content="[^"]*"|form-[0-9a-f]{12}|'
                           rb"nonce-[A-Za-z0-9+/=_-]+|name=\"seed\"[^>]*|draft=[A-Za-z0-9_-]+")  # fmt: skip
"""What differs between two requests of one page, whoever has answered meanwhile."""

API = "/api/v1/cases/<crn>"

HEADERS = ("Content-Type", "ETag", "Last-Modified", "Location", "Content-Disposition")


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    return signed_in(app, "j.hartnell")


def everything(client: FlaskClient, case: str) -> Mapping[str, tuple[int, bytes, list[str | None]]]:
    """Every page of the case and of the inspection that needs no more in its address, as this reader gets it."""
    fill = {"inspection": "october-audit", "crn": case.partition("/")[0], "int:number": case.partition("/")[2],
            "criterion": "B1", "question": QUESTION, "type_": "QualityJudged", "entry": "0002",
            "entry:entry_id": "0002", "int:position": "3"}  # fmt: skip
    found = {}
    for rule in client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith(("/inspections", "/cases/<crn>", API)):
            continue
        for form in ("pdf", "json", "csv") if "<form>" in rule.rule else ("",):
            address = re.sub(r"<(.*?)>", lambda name: fill.get(name[1], form), rule.rule)  # noqa: B023
            late = "?inspection=october-audit&as_at=2005-12-22&known=hindsight"
            more = (
                ("?second=yes",) if "/read/" in rule.rule else (late,) if rule.rule.startswith(("/cases", API)) else ()
            )
            for query in ("", *more):
                answer = client.get(address + query)
                body = NEW_EACH_TIME.sub(b"", answer.data)
                found[address + query] = (
                    answer.status_code,
                    body,
                    [_same(answer.headers.get(name)) for name in HEADERS],
                )
    return found


def _same(header: str | None) -> str | None:
    return None if header is None else NEW_EACH_TIME.sub(b"", header.encode()).decode()


def differences(client: FlaskClient, case: str, before: Mapping[str, tuple[int, bytes, list[str | None]]]) -> list[str]:
    return [address for address, got in everything(client, case).items() if got != before[address]]


def test_no_page_of_the_case_or_the_inspection_changes_when_the_first_reader_answers(
    app: Flask, lead: FlaskClient
) -> None:
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="practice_assessor")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "g.okafor"})
    okafor = signed_in(app, "g.okafor")
    everything(okafor, case)  # what the first visit alone shows, such as messages, is gone
    before = everything(okafor, case)
    assert sum(status == 200 for status, _, _ in before.values()) > 30
    assert f"{AUDIT}/read/{case}?second=yes" in (mine := okafor.get("/my-reading").text)
    post(lead, f"{AUDIT}/read/{case}", **{f"answer {QUESTION}": "insufficient", f"comment {QUESTION}": WORDS})
    assert differences(okafor, case, before) == []
    post(lead, f"{AUDIT}/read/{case}", step="finish", note="The rest is at court")
    assert differences(okafor, case, before) == []
    assert NEW_EACH_TIME.sub(b"", okafor.get("/my-reading").data) == NEW_EACH_TIME.sub(b"", mine.encode())
    post(okafor, f"{AUDIT}/read/{case}?second=yes", step="finish", note="Read.")
    assert "You have nothing to read" in okafor.get("/my-reading").text
    assert WORDS in okafor.get(f"{AUDIT}/questions/{QUESTION}").text
    assert f"{AUDIT}/agreement" in differences(okafor, case, before)


def test_nothing_changes_for_the_first_reader_when_the_second_one_answers(app: Flask, lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="practice_assessor")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "g.okafor"})
    okafor, second = signed_in(app, "g.okafor"), f"{AUDIT}/read/{case}?second=yes"
    everything(lead, case)
    before = everything(lead, case)
    post(okafor, second, **{f"answer {QUESTION}": "insufficient", f"comment {QUESTION}": WORDS})
    post(okafor, second, step="finish", note="Read.")
    assert differences(lead, case, before) == []
    post(lead, f"{AUDIT}/read/{case}", step="finish", note="Read.")
    assert WORDS in timeline_of(lead, f"/cases/{case}", "as_at=2005-12-22&known=hindsight")


def test_a_form_opened_before_the_first_reader_answered_says_nothing_was_recorded_meanwhile(
    app: Flask, lead: FlaskClient
) -> None:
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="practice_assessor")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "g.okafor"})
    okafor, address = signed_in(app, "g.okafor"), f"/cases/{case}/record/QualityJudged"
    typed = {"question": "record-well-organised", "answer": "sufficient", "inspection": "october-audit",
             "occurred_on": "22/12/2005"}  # fmt: skip
    check = fill(okafor, address, **typed)
    post(lead, f"{AUDIT}/read/{case}", **{f"answer {QUESTION}": "insufficient", f"comment {QUESTION}": WORDS})
    assert record(okafor, check).location == f"/cases/{case}", (
        "the form is taken at once: nothing else is on the file for this reader"
    )


def test_neither_a_renamed_account_nor_one_of_the_same_name_reads_for_an_assessor(
    app: Flask, lead: FlaskClient
) -> None:
    """The printed name opens nothing: not the readings, not the draft, not a finished first reading."""
    (case, *_) = audit(lead)
    twin = add(app, Account("j.hartnell2", "J Hartnell", "inspector", ("Gloucestershire",)))
    manager = add(app, Account("n.namesake", "J Hartnell", "spo", ("Cheltenham",)))
    for account in (twin, manager):
        client = signed_in(app, account)
        for page in (AUDIT, f"{AUDIT}/work", f"{AUDIT}/readings", f"{AUDIT}/read/{case}", f"{AUDIT}/report/json"):
            assert client.get(page).status_code == 404, (account.username, page)
        assert "October audit" not in client.get("/inspections").text


def test_the_cookie_of_a_blind_reader_counts_no_entries(app: Flask, lead: FlaskClient, own_database: Path) -> None:
    audit(lead)
    cookie = lead.get_cookie("caseaudit")
    assert cookie is not None
    said = str(TaggedJSONSerializer().loads(base64_decoded(cookie.value)))
    with closing(Files.open(str(own_database))) as files:
        head = files.recorder.head()[0]
    assert "entered_to" in said and not re.search(rf"\b0*(?:{head}|{head - 1})\b", said)


def base64_decoded(cookie: str) -> str:
    """What the holder of a signed cookie reads in it."""
    compressed, payload = cookie.startswith("."), cookie.lstrip(".").split(".")[0]
    plain = base64_decode(payload)
    return (zlib.decompress(plain) if compressed else plain).decode()

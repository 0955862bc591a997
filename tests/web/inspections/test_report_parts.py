"""A report's recommendations, the progress on earlier ones, next steps: written in the browser, shown, refused."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import QualityJudged
from domain.entries.inspection_entries import ReadingAllocated
from tests.support.people import opens, post, signed_in
from tests.web.inspections.test_inspection_pages import FRAME, SAMPLE, file
from web.app import create_app

FIRST = "/inspections/october-audit"
SECOND = "/inspections/november-audit"
OPENED = {"occurred_on": "3/10/2005", "area": "Gloucestershire", "framework": "esi-2003", "knowledge": "stood"}


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def lead(app: Flask) -> FlaskClient:
    """An inspector who has opened one inspection with two recommendations, and one that follows it."""
    client = signed_in(app, "j.hartnell")
    opens(client, title="October audit", **OPENED)
    for number, words in (("1", "See to plans."), ("2", "Record contact.")):
        answer = post(
            client, f"{FIRST}/write/recommendation", number=number, text=words, to="The Board", criterion="B3"
        )
        assert answer.status_code == 302, answer.text[:500]
    opens(client, title="November audit", follows="october-audit", **OPENED)
    return client


def test_recommendations_stand_in_the_report_by_number_and_can_be_written_anew(lead: FlaskClient) -> None:
    report = lead.get(f"{FIRST}/report").text
    assert report.index("See to plans.") < report.index("Record contact.") and "To: The Board." in report
    form = lead.get(f"{FIRST}/write/recommendation?number=1").text
    assert "See to plans." in form
    assert 'value="3"' in lead.get(f"{FIRST}/write/recommendation").text, "the next free number is offered"
    post(lead, f"{FIRST}/write/recommendation", number="1", text="See to all plans.", to="", criterion="")
    assert "See to all plans." in lead.get(f"{FIRST}/report").text


def test_progress_is_judged_on_the_recommendations_of_the_inspection_before(lead: FlaskClient) -> None:
    assert "Not judged" in lead.get(f"{SECOND}/report").text
    answer = post(lead, f"{SECOND}/write/progress", recommendation="2", progress="some", words="Half of it.")
    assert answer.status_code == 302, answer.text[:500]
    report = lead.get(f"{SECOND}/report").text
    assert "Record contact. <strong>Some progress.</strong> Half of it." in report
    again = post(lead, f"{FIRST}/write/progress", f"{FIRST}/write/step", recommendation="2", progress="some", words="w")
    assert again.status_code == 302 and "no recommendations on record" in lead.get(f"{FIRST}/report").text


def test_a_next_step_has_somebody_who_does_it_and_may_have_a_day(lead: FlaskClient) -> None:
    refused = post(lead, f"{SECOND}/write/step", number="1", text="A plan of action", who="", by_when="30/2/2006")
    assert "Enter “Who does it”" in refused.text and "A plan of action" in refused.text
    post(lead, f"{SECOND}/write/step", number="1", text="A plan of action", who="The Board", by_when="28/2/2006")
    assert "The Board, by 28 February 2006." in lead.get(f"{SECOND}/report").text


def test_only_whoever_runs_it_writes_and_no_other_part_is_there(app: Flask, lead: FlaskClient) -> None:
    assert lead.get(f"{SECOND}/write/poem").status_code == 404
    assert signed_in(app, "p.anstey").get(f"{SECOND}/write/step").status_code in (403, 404)
    assert signed_in(app, "t.adeyemi").get(f"{SECOND}/write/step").status_code == 403


def _strip(page: str) -> str:
    """What the strip of the supervision says, without the script and the rest of the page."""
    return page.partition('class="ca-strip')[2].partition("<h3")[0].lower()


def test_what_the_entries_answer_is_hidden_until_the_reader_of_a_blind_inspection_has_answered(
    app: Flask, lead: FlaskClient
) -> None:
    path, question = "/inspections/december-audit", "likelihood-score-present"
    opens(lead, title="December audit", blind="yes", **OPENED)
    post(lead, f"{path}/frame", **FRAME)
    post(lead, f"{path}/sample", **SAMPLE)
    post(lead, f"{path}/assessors", f"{path}/work", assessor="j.hartnell", role="hm_inspector")
    post(lead, f"{path}/allocation", step="share")
    (case, *_) = [f.case for f in file(lead, "december-audit") if isinstance(f, ReadingAllocated)]
    reading = f"{path}/read/{case}"
    before = lead.get(reading).text
    assert "From the entries:" not in before and "it is shown once you have" in before
    assert "duties not done" not in before and "late or not done is shown once you have finished" in before
    assert not re.search(r"dut(y|ies) overdue", _strip(before)) and "mark-overdue" not in _strip(before)
    answered = f"/cases/{case}/answers?as_at=2005-10-03"
    assert "readers judge first" in lead.get(answered).text and "Sufficient" not in lead.get(answered).text
    listed = lead.get(f"{path}/questions/{question}").text
    assert f">{case}<" not in listed and "still to read" in listed
    refused = post(lead, reading, step="finish", note="")
    assert "questions are not answered" in refused.text, "what the entries answer is not taken as the reader's"
    post(lead, reading, **{f"answer {question}": "insufficient"})
    after = lead.get(reading).text
    assert after.count("From the entries:") == 1
    (said,) = [f for f in file(lead, case) if isinstance(f, QualityJudged) and f.inspection == "december-audit"]
    assert (said.answer, said.overrules) == ("insufficient", False), "nobody overrules what they have not seen"
    assert post(lead, reading, step="finish", note="The rest is at court").status_code == 302
    assert "not done" in lead.get(reading).text and "readers judge first" not in lead.get(answered).text
    assert case in lead.get(f"{path}/questions/{question}").text

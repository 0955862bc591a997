"""Who reads which inspection: drafts by those who run or assess them, audits by those who answer for every case in them."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.inspection_entries import FrameTaken, SampleDrawn
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.people import add, confirm_all, opens, post, signed_in, token_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, audit, file
from tests.web.site.test_access_control import CHELTENHAM, GLOUCESTER
from web.app import create_app
from web.site import access_control, clock

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("same_request_number")]

PAGES = ("", "/work", "/frame", "/sample", "/draw", "/draw/csv", "/allocation", "/readings", "/agreement", "/management",
         "/report", "/report/json", "/report/pdf", "/report/csv", "/criteria/B1", "/questions/plan-reviewed", "/standards",
         "/frameworks", "/freeze", "/publish")  # fmt: skip


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    return signed_in(app, "j.hartnell")


def record(database: Path, reference: str, type_: str, **fields: Any) -> None:
    files = Files.open(str(database))
    try:
        said = {"occurred_on": "2005-12-01", "recorded_at": "2005-12-01T10:00:00+00:00", **fields}
        files.record(reference, [load_entry(type_, said)], actor="test")
    finally:
        files.close()


def told(client: FlaskClient, path: str) -> tuple[int, str]:
    """The status and the page, without what is its own: the token, and the name of the inspection and case in it."""
    answer = client.get(path)
    words = re.sub(r'name="csrf_token" value="[^"]*"|nonce-[\w+/=-]+', "", answer.text)
    return answer.status_code, words.replace("october-audit", "nobody-s-audit")


@pytest.mark.parametrize("user", ["p.anstey", "c.whitlock", "t.adeyemi", "g.okafor"])
def test_a_draft_is_not_there_for_those_who_neither_run_nor_read_it(app: Flask, lead: FlaskClient, user: str) -> None:
    audit(lead)
    other = signed_in(app, user)
    for page in PAGES:
        assert told(other, f"{AUDIT}{page}") == told(other, f"/inspections/nobody-s-audit{page}"), page
        never = (404, 403) if user == "t.adeyemi" else (404,)  # 403: a page that no case manager enters
        assert other.get(f"{AUDIT}{page}").status_code in never, page
    asked = f"/cases/{GLOUCESTER}?inspection="
    assert told(other, f"{asked}october-audit") == told(other, f"{asked}nobody-s-audit")
    assert told(other, "/cases?inspection=october-audit") == told(other, "/cases?inspection=nobody-s-audit"), (
        "no date is taken from it either"
    )
    for page in ("/inspections", "/cases", "/inspections/new", "/standards/clauses/plan-review"):
        assert "October audit" not in other.get(page).text and "october-audit" not in other.get(page).text, page


def test_a_frozen_sheet_is_still_a_draft_and_a_published_one_is_for_all_readers(app: Flask, lead: FlaskClient) -> None:
    cases = audit(lead)
    spo = signed_in(app, "m.hoole")
    post(lead, f"{AUDIT}/freeze")
    assert spo.get(AUDIT).status_code == 404
    post(lead, f"{AUDIT}/publish")
    assert spo.get(AUDIT).status_code == spo.get(f"{AUDIT}/report").status_code == 200
    assert spo.get(f"{AUDIT}/work").status_code == 403
    opens = {case for case in cases if spo.get(f"/cases/{case}").status_code == 200}
    assert set(re.findall(r"/cases/([A-Z]\d{6}/\d)", spo.get(f"{AUDIT}/questions/plan-reviewed").text)) == opens


def test_a_follow_up_shows_no_figure_of_a_draft_before_it(app: Flask, lead: FlaskClient) -> None:
    audit(lead)
    follows = {**OPENED, "title": "November audit", "follows": "october-audit"}
    opens(lead, **follows)
    here = "/inspections/november-audit"
    post(lead, f"{here}/frame", **FRAME)
    post(lead, f"{here}/sample", **SAMPLE)
    for step in ("freeze", "publish"):
        post(lead, f"{here}/{step}")
    assert "October audit" in lead.get(f"{here}/work").text and f'href="{AUDIT}/criteria' in lead.get(here).text
    spo = signed_in(app, "m.hoole")
    for page in ("", "/report", "/criteria/B1", "/report/json", "/questions/plan-reviewed"):
        answer = spo.get(f"{here}{page}")
        assert answer.status_code == 200, page
        assert "October audit" not in answer.text and "october-audit" not in answer.text, page


def test_a_published_audit_is_for_those_who_answer_for_every_case_in_it(app: Flask, own_database: Path) -> None:
    spo = signed_in(app, "p.anstey")
    cases = audit(spo, assessors=("p.anstey",))
    for step in ("freeze", "publish"):
        post(spo, f"{AUDIT}/{step}")
    above, beside = signed_in(app, "c.whitlock"), signed_in(app, "m.hoole")
    inspector = signed_in(app, "j.hartnell")
    assert above.get(AUDIT).status_code == 200
    assert beside.get(AUDIT).status_code == inspector.get(AUDIT).status_code == 404
    record(own_database, cases[0], "AccessLimited", entry="limit", excluded=["c.whitlock"], reason="a relative")
    assert above.get(AUDIT).status_code == 404, "one case in it is closed to them now"


def test_an_spo_reads_no_case_of_another_team_through_an_audit(app: Flask, own_database: Path) -> None:
    """However it came into the audit: listed when it was opened, framed, given out, or as a spare."""
    opened = {"title": "T", "area": "Gloucestershire", "framework": "esi-2003", "recorded_by": "p.anstey",
              "cases": [CHELTENHAM, GLOUCESTER], "opened_as": "spo"}  # fmt: skip
    record(own_database, "lent", "InspectionOpened", entry="opened", **opened)
    assessor = {"assessor": "Peter Anstey", "assessor_id": "p.anstey", "recorded_by": "p.anstey"}
    record(own_database, "lent", "AssessorNamed", entry="a", role="spo", **assessor)
    for entry, case in (("b", CHELTENHAM), ("c", GLOUCESTER)):
        record(own_database, "lent", "ReadingAllocated", entry=entry, case=case, **assessor)
    spo = signed_in(app, "p.anstey")
    assert spo.get(f"/inspections/lent/read/{GLOUCESTER}").status_code == 200
    assert spo.get(f"/inspections/lent/read/{CHELTENHAM}").status_code == 404
    assert spo.get(f"/cases/{CHELTENHAM}?inspection=lent").status_code == 404
    assert f"/cases/{CHELTENHAM}" not in spo.get("/inspections/lent/questions/plan-reviewed").text
    assert CHELTENHAM not in spo.get("/inspections/lent/report/csv").text
    record(own_database, GLOUCESTER, "AccessLimited", entry="limit", excluded=["p.anstey"], reason="a relative")
    closed, absent = spo.get(f"/inspections/lent/read/{GLOUCESTER}"), spo.get("/inspections/lent/read/Z999999/1")
    said = re.compile(r'name="csrf_token" value="[^"]+"').sub
    assert closed.status_code == absent.status_code
    assert said("", closed.text.replace(GLOUCESTER, "Z999999/1")) == said("", absent.text)
    assert f"/cases/{GLOUCESTER}" not in spo.get("/inspections/lent/questions/plan-reviewed").text


def test_a_frame_holds_every_case_and_gives_everybody_the_same_draw(app: Flask, own_database: Path) -> None:
    """A case closed to who takes the frame is in it all the same; they see only that there is one."""
    lead = signed_in(app, "j.hartnell")
    audit(lead)
    (open_frame,) = [f for f in file(lead, "october-audit") if isinstance(f, FrameTaken)]
    (open_draw,) = [f for f in file(lead, "october-audit") if isinstance(f, SampleDrawn)]
    closed = next(f for f in open_frame.cases if f.case == open_draw.cases[0])
    record(own_database, closed.case, "AccessLimited", entry="limit", excluded=["j.hartnell"], reason="a relative")
    assert post(lead, f"{AUDIT}/frame", **FRAME, reason="A case was closed").status_code == 302
    assert post(lead, f"{AUDIT}/sample", **SAMPLE, reason="From the new frame").status_code == 302
    *_, frame = [f for f in file(lead, "october-audit") if isinstance(f, FrameTaken)]
    *_, drawn = [f for f in file(lead, "october-audit") if isinstance(f, SampleDrawn)]
    assert frame.cases == open_frame.cases and (drawn.cases, drawn.spares) == (open_draw.cases, open_draw.spares)
    page, kept = lead.get(f"{AUDIT}/draw").text, lead.get(f"{AUDIT}/draw/csv").data.decode("utf-8-sig")
    assert closed.case not in page and page.count("A case closed to you") == 1
    assert kept.count("a case closed to you,,,,,,drawn") == 1 and closed.case not in kept
    assert len([line for line in kept.splitlines()[1:] if line]) == len(frame.cases)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="hm_inspector")
    confirm_all(lead.application)
    form = lead.get(f"{AUDIT}/allocation").text
    assert closed.case not in form
    place = f"first closed {drawn.cases.index(closed.case) + 1}"
    post(lead, f"{AUDIT}/allocation", **{place: "g.okafor"})
    assert signed_in(app, "g.okafor").get(f"{AUDIT}/read/{closed.case}").status_code == 200
    for page in ("/readings", "/allocation", "/work"):
        assert closed.case not in lead.get(f"{AUDIT}{page}").text, page
    assert lead.get(f"{AUDIT}/replace/{closed.case}").status_code == 404


def test_what_is_recorded_for_an_inspection_carries_the_user_name(app: Flask, lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    post(
        lead, f"{AUDIT}/read/{case}", step="finish", note="Read.", **{"answer initial-plan-satisfactory": "sufficient"}
    )
    named = [f for f in file(lead, "october-audit") if hasattr(f, "assessor_id")]
    assert {type(f).__name__ for f in named} == {"AssessorNamed", "ReadingAllocated", "ReadingCompleted"}
    assert {f.assessor_id for f in named} == {"j.hartnell"}  # type: ignore[attr-defined]
    *_, judged = [f for f in file(lead, case) if type(f).__name__ == "QualityJudged"]
    assert (judged.by, judged.by_id) == ("J Hartnell", "j.hartnell")  # type: ignore[attr-defined]


def test_one_person_is_not_made_two_assessors_of_one_inspection(
    app: Flask, lead: FlaskClient, own_database: Path
) -> None:
    """Named in a file from elsewhere by a staff key, and on the site by the user name: the second reader is another."""
    opens(lead, **OPENED)
    for page, values in ((f"{AUDIT}/frame", FRAME), (f"{AUDIT}/sample", SAMPLE)):
        post(lead, page, **values)
    record(
        own_database,
        "october-audit",
        "AssessorNamed",
        entry="from-elsewhere",
        assessor="J Hartnell",
        role="hm_inspector",
    )
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="j.hartnell", role="hm_inspector")
    post(lead, f"{AUDIT}/allocation", step="share")
    case = next(f.case for f in file(lead, "october-audit") if type(f).__name__ == "ReadingAllocated")  # type: ignore[attr-defined]
    assert lead.get(f"{AUDIT}/work").text.count(">J Hartnell</th>") == 1
    assert lead.get(f"{AUDIT}/read/{case}").status_code == 200, "the staff key is theirs"
    add(app, Account("j.other", "J Hartnell", "inspector", ("Gloucestershire",), inspections=("october-audit",)))
    assert signed_in(app, Account("j.other", "J Hartnell", "inspector")).get(f"{AUDIT}/read/{case}").status_code == 404


def test_an_inspector_opens_inspections_only_in_their_areas(app: Flask) -> None:
    add(app, elsewhere := Account("e.where", "E Where", "inspector", ("Wiltshire",)))
    inspector = signed_in(app, elsewhere)
    assert "Gloucestershire" not in inspector.get("/inspections/new").text.split("<main")[1].split("Follows")[0]
    assert "is not in it" in post(inspector, "/inspections/new", **OPENED).text


def test_an_inspector_reaches_no_case_of_an_inspection_until_a_second_person_confirms_it(
    app: Flask, lead: FlaskClient
) -> None:
    assert post(lead, "/inspections/new", **OPENED).location == "/requests"
    (asked,) = _waiting(app)
    for page in (AUDIT, f"{AUDIT}/work", f"{AUDIT}/frame", f"{AUDIT}/readings"):
        assert lead.get(page).status_code in (403, 404), page
    post(lead, f"/requests/{asked}/confirmed", "/requests")
    token = token_in(lead.get("/requests").text)
    taken = lead.post(f"{AUDIT}/frame", data={"csrf_token": token, **FRAME})
    assert taken.status_code in (403, 404) and _waiting(app) == [asked]
    confirm_all(app)
    assert post(lead, f"{AUDIT}/frame", **FRAME).status_code == 302


def _waiting(app: Flask) -> list[int]:
    with app.app_context():
        return [one.number for one in access_control.register().requests.still_open(clock.now()) if not one.alone]

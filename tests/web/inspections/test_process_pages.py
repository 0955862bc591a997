"""The process of a confidential inspection in the browser, from opening to an erratum, and who sees what at each stage."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.case_entries import AlertRaised, QualityJudged
from domain.entries.inspection_entries import InspectionOpened, ReadingAllocated, ReadingCompleted, SampleDrawn
from tests.support.people import add, asked_on, confirm_all, opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, file
from tests.web.site.test_access_control import limited
from web.app import create_app

PROCESS = f"{AUDIT}/process"
AREA = f"{AUDIT}/for-the-area"
QUESTION = "initial-plan-satisfactory"
OUTSIDERS = ("p.anstey", "t.adeyemi", "a.rao", "i.nkemelu")


class Day:
    """The day that the site believes it is."""

    def __init__(self, day: date):
        self.day = day

    def __call__(self) -> date:
        return self.day


class Here(NamedTuple):
    app: Flask
    day: Day
    lead: FlaskClient
    second: FlaskClient
    """A second inspector, who assesses and leads nothing."""
    area: FlaskClient
    """Carys Whitlock, who is named for everything."""
    case: str


@pytest.fixture(scope="module")
def here(copies: Callable[[str], str]) -> Iterator[Here]:
    day = Day(date(2006, 1, 9))
    app = create_app(copies("sqlite"), today=day, demo=True, held_by="inspectorate")
    add(app, Account("r.pascoe", "R Pascoe", "inspector", ("Gloucestershire",)))
    lead = signed_in(app, "j.hartnell")
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    for name in ("j.hartnell", "g.okafor"):
        post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role="hm_inspector")
    confirm_all(app)
    post(lead, f"{AUDIT}/allocation", step="share")
    mine = [
        f.case for f in file(lead, "october-audit") if isinstance(f, ReadingAllocated) and f.assessor_id == "j.hartnell"
    ]
    yield Here(app, day, lead, signed_in(app, "g.okafor"), signed_in(app, "c.whitlock"), mine[0])


def step(client: FlaskClient, name: str, **values: object) -> None:
    """Take one step of the process, which is taken: with what its page asks for alone."""
    path = f"{PROCESS}/{name}"
    asked_on(client.get(path).text, values)
    answer = post(client, path, **values)
    assert answer.status_code == 302, answer.text[answer.text.find("error-summary") :][:600]


def refused(client: FlaskClient, name: str, words: str, **values: object) -> None:
    answer = post(client, f"{PROCESS}/{name}", **values)
    assert answer.status_code == 200 and words.lower() in answer.text.lower(), answer.text[
        answer.text.find("error-summary") :
    ][:600]


def nobody_else_sees(here: Here) -> None:
    for who in OUTSIDERS:
        client = signed_in(here.app, who)
        for page in (
            AUDIT,
            f"{AUDIT}/report",
            f"{AUDIT}/report/json",
            AREA,
            PROCESS,
            f"{AUDIT}/draw",
            f"{AUDIT}/agreement",
        ):
            assert client.get(page).status_code in (403, 404), (who, page)


def test_the_whole_way(here: Here) -> None:
    lead, area, case = here.lead, here.area, here.case
    (opened,) = [f for f in file(lead, "october-audit") if isinstance(f, InspectionOpened)]
    assert opened.held_by == "inspectorate"
    assert "An audit: whoever operates" not in lead.get(AUDIT).text

    # the list, on its day
    step(lead, "person", person_id="c.whitlock", named_for=["alerts", "list", "draft"])
    refused(lead, "list-day", "8 January 2006 is past: set a day from 9 January 2006 on", opens_on="8/1/2006")
    step(lead, "list-day", opens_on="11/1/2006")
    assert area.get(AREA).status_code == 404, "before its day it is not there, nor that there is an inspection"
    here.day.day = date(2006, 1, 11)
    assert (
        case in area.get(AREA).text and "the list of cases is open to you" in area.get("/", follow_redirects=True).text
    )
    assert area.get(f"{AUDIT}/report").status_code == 404
    assert "has the list of cases already" in post(lead, f"{AUDIT}/sample", **SAMPLE, reason="Another").text
    step(lead, "person", person_id="p.anstey", named_for=["draft"])
    assert signed_in(here.app, "p.anstey").get(AREA).status_code == 404, (
        "who is named for the draft learns nothing from the list"
    )
    nobody_else_sees(here)

    a_limit_of_access_holds_for_named_people_too(here)

    # a panel, an alert, the readings
    step(lead, "panel", members=["j.hartnell", "g.okafor", "r.pascoe"])
    alert = f"{AUDIT}/read/{case}/alert"
    assert "still to come" in post(lead, alert, danger="A child alone", answer_by="10/1/2006 10:00").text
    assert post(lead, alert, danger="A child alone", answer_by="13/1/2006 10:00").status_code == 302
    assert "A child alone" in area.get(AREA).text and "1 alert to answer" in area.get("/", follow_redirects=True).text
    (raised,) = [f for f in file(lead, case) if isinstance(f, AlertRaised)]
    reply = f"{AUDIT}/alerts/{case}/{raised.entry}"
    assert "Say what was done" in post(area, reply, AREA, answer=" ").text
    assert post(area, reply, AREA, answer="The child is safe").status_code == 302
    assert "by Carys Whitlock" in lead.get(PROCESS).text
    read_all(here)
    nobody_else_sees(here)
    the_panel_moves_a_rung(here, "Well met")

    # closing, by two people
    assert f'href="{AUDIT}/work">Not yet</a>' in lead.get(f"{AUDIT}/freeze").text
    post(here.second, f"{AUDIT}/freeze")
    assert not _frozen(lead) and "by the lead" in here.second.get(f"{AUDIT}/work").text
    post(lead, f"{AUDIT}/freeze")
    assert _frozen(lead)
    refused(lead, "confirm", "somebody else than the lead", outside_line="yes")
    refused(lead, "draft-day", "a second person has confirmed", opens_on="12/1/2006", comments_until="20/1/2006")
    refused(here.second, "confirm", "is not managed by the lead", outside_line="no")
    step(here.second, "confirm", outside_line="yes")
    the_panel_moves_a_rung(here, "Partly met")

    # the draft, comments, a reading opened again
    step(lead, "draft-day", opens_on="16/1/2006", comments_until="20/1/2006")
    assert area.get(f"{AUDIT}/report").status_code == 404
    assert "The draft opens to you on 16 January 2006" in area.get(AREA).text
    here.day.day = date(2006, 1, 16)
    assert "Draft, confidential" in area.get(f"{AUDIT}/report").text
    a_draft_shows_no_case(here)
    assert "The list of cases" not in signed_in(here.app, "p.anstey").get(AREA).text
    step(lead, "person", person_id="p.anstey", named_for=[])
    nobody_else_sees(here)
    said = {"about": "B3", "case": case, "says": "The plan is there", "evidence": "The plan"}
    assert "when fieldwork was closed" in post(area, AREA, **said, evidence_on="14/1/2006").text
    assert post(area, AREA, **said, evidence_on="3/5/2005").status_code == 302
    (comment,) = [f.entry for f in file(lead, "october-audit") if type(f).__name__ == "CommentMade"]  # type: ignore[attr-defined]
    assert "Publish" in lead.get(PROCESS).text
    waits = lead.get(f"{AUDIT}/publish").text
    assert "The area may comment until 20 January 2006; publish after that day." in waits
    assert "One comment waits for an answer." in waits and "govuk-button--warning" not in waits
    publish = post(lead, f"{AUDIT}/publish")
    told = lead.get(PROCESS).text
    assert "The area may comment until 20 January 2006" in told and "type:" not in told
    assert publish.status_code == 302 and not _published(lead), "comments are open, and one waits"
    step(lead, f"answer?comment={comment}", outcome="accepted", effects=["figure"], reason="It is there")
    assert "It is there" in area.get(AREA).text
    before = figure_of(lead)
    here.day.day = date(2006, 1, 21)
    assert (
        "1 comment accepted to move a figure, by which no reading was opened again" in lead.get(f"{AUDIT}/publish").text
    )
    here.day.day = date(2006, 1, 16)
    step(lead, f"reopen?comment={comment}", case=case)
    page = lead.get(f"{AUDIT}/read/{case}").text
    assert "Opened again because of a comment by Carys Whitlock" in page and "Save answers" in page
    post(lead, f"{AUDIT}/read/{case}", **{f"answer {QUESTION}": "sufficient"})
    assert figure_of(lead) == before, "it counts once the reading is finished again"
    assert post(lead, f"{AUDIT}/read/{case}", step="finish", note="n").status_code == 302
    assert figure_of(lead) > before
    assert "Figures that comments moved" in lead.get(PROCESS).text
    (*_, finished) = [f for f in file(lead, "october-audit") if isinstance(f, ReadingCompleted)]
    (again,) = [f for f in file(lead, case) if isinstance(f, QualityJudged) and f.reopening]
    assert finished.answers == [again.entry]

    # a late comment, publication, an erratum
    here.day.day = date(2006, 1, 21)
    post(area, AREA, **said | {"says": "Another"}, evidence_on="3/5/2005")
    assert "marked late" in area.get(AREA).text and "Late" in lead.get(PROCESS).text
    assert post(lead, alert, danger="Again alone", answer_by="22/1/2006 10:00").status_code == 302
    post(lead, f"{AUDIT}/publish")
    assert _published(lead)
    assert area.get(f"{AUDIT}/report/json").get_json()["draw"]["seed"] == "words"
    assert "1 alert to answer" in area.get("/", follow_redirects=True).text, "publication ends no alert"
    step(lead, "erratum", printed="55%", right="56%", reason="Miscounted", about="B3")
    for client in (lead, area, signed_in(here.app, "t.adeyemi")):
        report = client.get(f"{AUDIT}/report").text
        assert "Draft, confidential" not in report
        assert "Errata" in report and "56%" in report
    after = area.get(AREA).text
    assert "Published on 21 January 2006" in after and "Send the comment" not in after and "Confidential" not in after
    before = len(file(lead, "october-audit"))
    assert "is published" in post(area, AREA, AREA, **said, evidence_on="3/5/2005").text
    assert len(file(lead, "october-audit")) == before


def the_panel_moves_a_rung(here: Here, to: str) -> None:
    """Of Section A, before fieldwork is closed and after: the page asks who of the panel agrees; half of it is not enough."""
    path, said = f"{AUDIT}/management", {"criterion": "A1", "to": to, "reason": f"To {to}"}
    asked_on(here.lead.get(path).text, {**said, "agreed_by": ["j.hartnell", "g.okafor", "r.pascoe"]})
    assert "1 of the panel of 3 agree; 2 must" in post(here.lead, path, **said, agreed_by=["j.hartnell"]).text
    assert post(here.lead, path, **said, agreed_by=["j.hartnell", "r.pascoe"]).status_code == 302
    page = here.lead.get(path).text
    assert f"A1: Leadership and planning: {to}" in page and "agreed by J Hartnell and R Pascoe" in page


def a_limit_of_access_holds_for_named_people_too(here: Here) -> None:
    """Whom a case is closed to finds it on no list; who raises an alert on it is told that nobody named has it."""
    given = [f for f in file(here.lead, "october-audit") if isinstance(f, ReadingAllocated)]
    case = next(f.case for f in given if f.assessor_id == "g.okafor")
    assert case in here.area.get(AREA).text
    alert = f"{AUDIT}/read/{case}/alert"
    assert "call the area yourself" not in here.second.get(alert).text
    limited(Path(here.app.config["DATABASE"]), "c.whitlock", case=case)
    assert case not in here.area.get(AREA).text
    assert "call the area yourself" in here.second.get(alert).text
    told = post(here.second, alert, danger="A threat", answer_by="13/1/2006 10:00")
    assert "call them" in here.second.get(told.location).text
    assert "A threat" not in here.area.get(AREA).text


def a_draft_shows_no_case(here: Here) -> None:
    """Who is named reads figures and words, and of no case how it was read; who has not the list learns no case of it."""
    question = here.area.get(f"{AUDIT}/questions/{QUESTION}").text
    assert here.case not in question and "A draft shows no case" in question
    for page in ("criteria/B1", "standards", "frameworks", f"questions/{QUESTION}"):
        text = here.area.get(f"{AUDIT}/{page}").text
        assert "Draft, confidential" in text and here.case not in text, page
    assert here.area.get(f"{AUDIT}/report/json").get_json()["standing"] == "Draft, confidential"
    a_draft_tells_no_seed(here)
    for page in (f"{AUDIT}/agreement", *(f"{AUDIT}/report/{form}" for form in ("csv", "xlsx", "ods"))):
        assert here.area.get(page).status_code == 403, page
    answers = f"/cases/{here.case}/answers"
    assert here.area.get(answers).status_code == 200
    assert here.area.get(f"{answers}?inspection=october-audit").status_code == 404
    step(here.lead, "person", person_id="t.adeyemi", named_for=["draft"])
    manager = signed_in(here.app, "t.adeyemi")
    assert here.case in here.area.get(AREA).text and here.case not in manager.get(AREA).text
    said = {"says": "No", "evidence": "It", "evidence_on": "3/5/2005", "about": "no such part"}
    assert "is not in it" in post(manager, AREA, **said, case=here.case).text
    step(here.lead, "person", person_id="t.adeyemi", named_for=[])
    assert manager.get(f"{AUDIT}/report").status_code == 404
    for who in ("i.nkemelu", "s.brandt"):
        refused(here.lead, "person", "is not in it", person_id=who, named_for=["draft"])


def a_draft_tells_no_seed(here: Here) -> None:
    """With the seed anybody works out which cases were drawn; the page of the draw has it, for whoever runs the inspection."""
    (draw,) = [f for f in file(here.lead, "october-audit") if isinstance(f, SampleDrawn)]
    document = here.area.get(f"{AUDIT}/report/json").get_json()
    assert document["draw"]["seed"] is None and document["sampling"]["seed_from"] is None
    assert f">{draw.seed}<" in here.lead.get(f"{AUDIT}/draw").text
    for client in (here.area, here.lead):
        page = client.get(f"{AUDIT}/report").text
        assert f">{draw.seed}<" not in page and "not told before the sheet is published" in page


def test_an_inspection_has_one_lead(here: Here) -> None:
    opens(here.lead, **OPENED | {"title": "Another"})
    path = "/inspections/another/process/lead"
    assert post(here.lead, path, lead_id="r.pascoe", reason="On leave").status_code == 302
    form = here.lead.get(path).text
    assert "The lead is R Pascoe." in form and 'name="lead_id" type="radio" value="r.pascoe"' not in form
    assert 'value="j.hartnell"' in form and 'value="c.whitlock"' not in form, "of the area's managers none"
    assert 'value="c.whitlock"' not in here.lead.get("/inspections/another/process/panel").text
    late = post(here.lead, path, lead_id="g.okafor", reason="A page of before", stood="j.hartnell")
    assert "an inspection has one lead" in late.text, "a page that is out of date names no second one"
    assert here.lead.get("/inspections/another/process").text.count("The lead is R Pascoe") == 1


def test_what_waits_for_a_second_person_is_said_on_the_first_page(here: Here) -> None:
    assert post(here.lead, "/inspections/new", **OPENED | {"title": "A third"}).status_code == 302
    assert "1 request of yours waits for a second person" in here.lead.get("/", follow_redirects=True).text
    assert "1 request of others waits for you to confirm" in here.second.get("/", follow_redirects=True).text
    for who in ("c.whitlock", "p.anstey"):
        assert "A third" not in signed_in(here.app, who).get("/", follow_redirects=True).text
        assert "waits for you to confirm" not in signed_in(here.app, who).get("/", follow_redirects=True).text
    confirm_all(here.app)
    assert "waits for a second person" not in here.lead.get("/", follow_redirects=True).text
    first = here.lead.get("/inspections").text
    assert "run by you" in first and "A third" in first.partition('aria-label="This inspection"')[0]


def read_all(here: Here) -> None:
    for f in file(here.lead, "october-audit"):
        if isinstance(f, ReadingAllocated):
            client = here.lead if f.assessor_id == "j.hartnell" else here.second
            said = {f"answer {QUESTION}": "insufficient"}
            assert post(client, f"{AUDIT}/read/{f.case}", step="finish", note="n", **said).status_code == 302


def figure_of(client: FlaskClient) -> int:
    """In how many cases the answer to the question is sufficient."""
    score = client.get(f"{AUDIT}/report/json").get_json()
    (question,) = [one for one in score["questions"] if one["of"] == QUESTION]
    return int(question["sufficient"])


def _frozen(client: FlaskClient) -> bool:
    return any(type(f).__name__ == "InspectionFrozen" for f in file(client, "october-audit"))


def _published(client: FlaskClient) -> bool:
    return any(type(f).__name__ == "InspectionPublished" for f in file(client, "october-audit"))

"""An inspection under a framework of today: prompts kept, standards rated by evidence and by cases, grounds, the total."""

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.case_entries import QualityJudged
from domain.policy.frameworks.framework_files import frameworks
from tests.support.people import opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, answers, audit
from web.app import create_app
from web.cli import main

PDU = frameworks()["pdu-2023"]
ASKED = "assessment-engages"


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def lead(app: Flask) -> FlaskClient:
    return signed_in(app, "j.hartnell")


@pytest.fixture(scope="module")
def cases(lead: FlaskClient) -> list[str]:
    """Four cases read under the standards of 2023: all sufficient, but one on the first key question, and all on one."""
    given = audit(lead, framework="pdu-2023")
    for number, case in enumerate(given):
        said = {f"answer {name}": "sufficient" for name in PDU.questions}
        said |= {
            f"answer {ASKED}": "insufficient" if number == 0 else "sufficient",
            "answer planning-safety": "insufficient",
        }
        said |= {f"prompt {ASKED} a": "no", f"prompt {ASKED} b": "not_applicable", f"prompt {ASKED} c": "splendid"}
        answer = post(lead, f"{AUDIT}/read/{case}", **said)
        assert answer.status_code == 302, answer.text[:500]
    return given


def rate(lead: FlaskClient, standard: str, **said: str) -> str:
    answer = post(lead, f"{AUDIT}/management", criterion=standard, **said)
    return str(answer.text if answer.status_code == 200 else "")


def test_prompts_are_kept_with_the_answer_and_make_none(lead: FlaskClient, cases: list[str]) -> None:
    (judged,) = [one for one in answers(lead, cases[1]) if one.question == ASKED]
    assert isinstance(judged, QualityJudged) and judged.answer == "sufficient"
    assert [(one.prompt, one.answer) for one in judged.prompts] == [("a", "no"), ("b", "not_applicable")], (
        "no word of a form"
    )
    page = lead.get(f"{AUDIT}/read/{cases[1]}").text
    assert f'id="p-{ASKED}-a-no" name="prompt {ASKED} a" value="no" checked' in page
    assert "Beside it, from the entries" in page and "From the entries: <strong>" not in page
    shown = lead.get(f"{AUDIT}/questions/{ASKED}").text
    assert "a. How motivated and ready the person is has been looked at: no" in shown
    assert "no answer follows from them" in shown and "Recalled." in shown


def test_a_prompt_noted_anew_is_recorded_without_another_answer(lead: FlaskClient, cases: list[str]) -> None:
    before = len(answers(lead, cases[2]))
    same = {f"answer {ASKED}": "sufficient", f"prompt {ASKED} a": "no", f"prompt {ASKED} b": "not_applicable"}
    post(lead, f"{AUDIT}/read/{cases[2]}", **same)
    assert len(answers(lead, cases[2])) == before, "nothing is new"
    post(lead, f"{AUDIT}/read/{cases[2]}", **{**same, f"prompt {ASKED} a": "yes"})
    assert [one.answer for one in answers(lead, cases[2])[-1].prompts] == ["yes", "not_applicable"]
    only = post(lead, f"{AUDIT}/read/{cases[2]}", **{"prompt planning-engages a": "yes", "answer planning-engages": ""})
    assert "Choose an answer" in only.text


def test_standards_are_rated_and_moved_on_a_ground_that_holds(lead: FlaskClient, cases: list[str]) -> None:
    sheet = lead.get(AUDIT).text
    assert "Standard 2.1: Assessing" in sheet and "75%" in sheet and "3 of 4" in sheet and "Good (recalled)" in sheet
    assert "No total: 1.1 Leadership, 1.2 Staffing, 1.3 Services are not rated." in sheet
    assert "64.6 is placed as 65 (unsure: a parameter)" in sheet and "Limiting rules on the overall rating" in sheet
    assert "Choose a band" in rate(lead, "1.1", to="", reason="r")
    assert "Say why the standard is rated so" in rate(lead, "1.1", to="Good", reason="")
    assert "is no band" in rate(lead, "1.1", to="Splendid", reason="r")
    for standard in ("1.1", "1.2", "1.3"):
        assert (
            rate(lead, standard, to="Requires improvement", reason="Staff do not know the plan.", evidence="8 meetings")
            == ""
        )
    # Assessing 2 + planning 0 + delivering 3 + reviewing 3, and 1 for each of domain one.
    assert "11 of 21 points: Good (recalled)" in lead.get(AUDIT).text
    assert "Choose the ground" in rate(lead, "2.1", to="Outstanding", reason="r")
    assert "gives no discretion" in rate(lead, "2.2", to="Requires improvement", ground="near_boundary", reason="r")
    assert "not in Outstanding" in rate(lead, "2.2", to="Outstanding", ground="few_cases", reason="r")
    assert "It is in Good already" in rate(lead, "2.1", to="Good", reason="r")
    assert rate(lead, "2.1", to="Requires improvement", ground="few_cases", reason="Four cases are few.") == ""
    page = lead.get(f"{AUDIT}/management").text
    assert (
        "75% is Good (recalled). Moved to Requires improvement (recalled): the figure rests on few cases (5 or fewer), recalled. "
        "Four cases are few." in page
    )
    assert "moved from Good (recalled): it rests on few cases" in (sheet := lead.get(AUDIT).text)
    assert "not moved, though it rests on few cases" in sheet
    assert "10 of 21 points: Requires improvement (recalled)" in page


def test_a_key_question_that_is_not_rescored_leaves_its_standard_without_a_band(
    lead: FlaskClient, cases: list[str]
) -> None:
    assert "it could be the lowest" in lead.get(f"{AUDIT}/management").text
    post(lead, f"{AUDIT}/management", criterion="2.2.3", step="not re-scored", why="Out of time")
    for where in (f"{AUDIT}/management", AUDIT, f"{AUDIT}/report"):
        assert "Not rated: 2.2.3 not re-scored" in lead.get(where).text, where
    post(lead, f"{AUDIT}/management", criterion="2.2.3", step="re-scored after all")
    assert "2.2.3 not re-scored" not in lead.get(AUDIT).text


def test_the_report_the_command_and_the_frameworks_page_say_the_same(
    app: Flask, lead: FlaskClient, cases: list[str]
) -> None:
    said = lead.get(f"{AUDIT}/report/json").json
    assert said is not None and said["rating"]["total"]["sure"] == "R"
    assert {"of": "total", "printed": "10 of 21 points: Requires improvement (recalled)"} in said["figures"]
    assert {"of": "1.1", "printed": "Requires improvement (recalled)"} in said["figures"]
    assert [one["ground"] for one in said["adjusted"]] == ["few_cases"]
    run = ["score", "--inspection", "october-audit", "--database", app.config["DATABASE"]]
    text = CliRunner().invoke(main, run).output
    assert "10 of 21 points: Requires improvement (recalled)" in text and "Not laid: Limiting rules" in text
    document = json.loads(CliRunner().invoke(main, [*run, "--format", "json"]).output)
    assert document["rating"] == said["rating"]
    assert "(moved from Good (recalled): it rests on few cases)" in text
    assert (document["rating"]["sure"], document["rating"]["lowest_decides"]) == ("R", "R")
    bands = {one["of"]: one for one in document["rating"]["bands"]}
    assert (bands["1.1"]["reason"], bands["1.1"]["evidence"]) == ("Staff do not know the plan.", "8 meetings")
    assert bands["2.1"]["near"] == [80] and bands["2.1"]["reason"] == "Four cases are few."
    post(lead, f"{AUDIT}/report", criterion="1.1", text="Leaders are rarely seen.", entry="finding-1-1")
    report = lead.get(f"{AUDIT}/report").text
    for words in (
        "Standard 1.1: Leadership",
        "Staff do not know the plan.",
        "2.2.3: Planning: Keeping other people safe",
        "Leaders are rarely seen.",
        "Standard 2.1: Assessing: Requires improvement (recalled)",
        "Four cases are few.",
    ):
        assert words in report
    assert "<dt>Weight</dt>" not in report
    page = lead.get(f"{AUDIT}/frameworks?framework=dynamic-2025").text
    for words in (
        "(partial)",
        "Not laid, as it exists and was not found",
        "Reset or Impact was applied eight weeks or less",
    ):
        assert words in page
    assert lead.get(f"{AUDIT}/criteria/2.1.1").status_code == lead.get(f"{AUDIT}/report/pdf").status_code == 200


def test_a_region_names_its_units_from_a_list(lead: FlaskClient, cases: list[str]) -> None:
    name = opens(lead, **{**OPENED, "title": "The region", "framework": "region-2023"})
    path = f"/inspections/{name}/management"
    assert "October audit" in lead.get(path).text
    post(lead, path, step="units", units=["october-audit"])
    sheet = lead.get(f"/inspections/{name}").text
    assert "Not yet, as its fieldwork is not closed or it is not on record: October audit." in sheet
    assert "No total: none is laid for this framework." in sheet
    assert "adds up no units" in post(lead, f"{AUDIT}/management", step="units", units=[name]).text
    assert "By unit" not in lead.get(f"/inspections/{name}/criteria/2.1.1").text
    post(lead, f"{AUDIT}/freeze")
    for page in ("criteria/2.1.1", "questions/assessment-desistance"):
        shown = lead.get(f"/inspections/{name}/{page}").text
        assert "By unit: sufficient answers" in shown and "October audit</th>" in shown and "4 of 4" in shown
    assert '<span class="ca-base">October audit</span>' in shown
    assert "Answers are added up from October audit: answers, not per cents." in lead.get(f"/inspections/{name}").text
    api = f"/api/v1/inspections/{name}"
    assert lead.get(api).json["units"] == ["october-audit"]
    by_unit = [{"unit": "October audit", "sufficient": 4, "n": 4}]
    assert lead.get(f"{api}/questions/assessment-desistance").json["units"] == by_unit
    assert {one["unit"] for one in lead.get(f"{api}/questions/assessment-desistance/cases").json["items"]} == {
        "october-audit"
    }
    assert (
        lead.get(f"{api}/management").json["rating"]["bands"]
        and lead.get(f"{api}/sheet").json["now"]["rating"]["total"]
    )


@pytest.mark.parametrize(
    ("framework", "said", "from_to"),
    [
        ("esi-2003", "cases 9 to 10 months into supervision", ("3/1/2005", "3/2/2005")),
        ("pdu-2023", "cases 6 to 7 months into supervision (recalled)", ("3/4/2005", "3/5/2005")),
        ("dynamic-2025", "The first day of the window", ("", "")),
    ],
)
def test_the_frame_begins_with_the_window_of_its_framework_and_says_how_sure_it_is(
    copies: Callable[[str], str], framework: str, said: str, from_to: tuple[str, str]
) -> None:
    lead = signed_in(create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True), "j.hartnell")
    opens(lead, **{**OPENED, "framework": framework, "occurred_on": "3/11/2005"})
    page = lead.get(f"{AUDIT}/frame").text
    assert said in page and ("months into supervision" in page) == (framework != "dynamic-2025")
    for name, day in zip(("started_from", "started_to"), from_to, strict=True):
        assert re.search(rf'<input[^>]* name="{name}"[^>]* value="{day}"', page), name


def test_until_the_freeze_the_panel_is_not_asked_of_what_is_rated_by_evidence(
    copies: Callable[[str], str],
) -> None:
    app = create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True, held_by="inspectorate")
    lead = signed_in(app, "j.hartnell")
    opens(lead, **{**OPENED, "framework": "pdu-2023"})
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    assert post(lead, f"{AUDIT}/process/panel", members=["j.hartnell", "g.okafor"]).status_code == 302
    assert "no rating but by the panel" in lead.get(f"{AUDIT}/freeze").text
    page = lead.get(f"{AUDIT}/management").text
    assert "Save 1.1" in page and "Who of the panel agrees" not in page
    assert post(lead, f"{AUDIT}/freeze").status_code == 302
    assert lead.get(f"{AUDIT}/management").text.count("Who of the panel agrees") == 3

"""Every assessor reads a case of calibration blind; then all see all answers. It counts in no figure but its own line."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.inspection_entries import FrameTaken
from tests.support.people import confirm_all, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, draws, file
from web.app import create_app
from web.cli import main

PAGE = f"{AUDIT}/calibration"
QUESTION = "initial-plan-satisfactory"
WORDS = "Nothing in it is measurable"


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def lead(app: Flask) -> FlaskClient:
    """Runs an inspection of Gloucester's cases and assesses it, beside an inspector and a manager of another team."""
    client = signed_in(app, "j.hartnell")
    draws(
        client,
        {"j.hartnell": "hm_inspector", "g.okafor": "hm_inspector", "m.hoole": "area_assessor"},
        team="Gloucester",
    )
    confirm_all(app)
    post(client, f"{AUDIT}/allocation", step="share")
    return client


def framed(client: FlaskClient) -> tuple[list[str], list[str]]:
    """The cases of the frame that are neither drawn nor spare; and the sample."""
    facts = file(client, "october-audit")
    (frame,) = [one for one in facts if isinstance(one, FrameTaken)]
    (draw,) = [one for one in facts if type(one).__name__ == "SampleDrawn"]
    drawn = [*draw.cases, *draw.spares]  # type: ignore[attr-defined]
    return [one.case for one in frame.cases if one.case not in drawn], draw.cases  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def case(lead: FlaskClient) -> str:
    free, sample = framed(lead)
    assert "is in the sample" in post(lead, PAGE, case=sample[0]).text
    assert "There is no such case that is open to you" in post(lead, PAGE, case="Z999999/1").text
    assert post(lead, PAGE, case=free[1]).status_code == 302
    assert post(lead, PAGE, case=free[1], step="take back").status_code == 302
    assert post(lead, PAGE, case=free[0]).status_code == 302
    assert free[1] not in lead.get(PAGE).text and free[0] in lead.get(PAGE).text
    return free[0]


def read(client: FlaskClient, case: str, **said: str) -> None:
    """Answer these questions and finish."""
    answers = {f"answer {name.replace('_', '-')}": answer for name, answer in said.items()}
    comments = {f"comment {name.replace('_', '-')}": WORDS for name in said}
    answer = post(client, f"{PAGE}/{case}", step="finish", note="The rest is at court", **answers, **comments)
    assert answer.status_code == 302, re.findall(r"error-message\">(.*?)<", answer.text)


def figures(client: FlaskClient) -> tuple[object, ...]:
    said = client.get(f"{AUDIT}/report/json").json
    return said["figures"], said["questions"], said["cases"], said["made"]["agreement"], said["made"]["readers"]


def test_all_read_it_blind_and_then_see_all_answers_and_no_figure_moves(
    app: Flask, lead: FlaskClient, case: str
) -> None:
    okafor, hoole = signed_in(app, "g.okafor"), signed_in(app, "m.hoole")
    before = figures(lead)
    for client in (lead, okafor, hoole):
        assert f"Read {case}" in client.get("/my-reading").text
        assert "counts in no figure" in client.get(f"{PAGE}/{case}").text
    assert hoole.get(f"/cases/{case}").status_code == 404, "a manager of another team reads it for the inspection alone"
    read(lead, case, initial_plan_satisfactory="insufficient", record_well_organised="sufficient")
    for client in (okafor, hoole):
        for page in (PAGE, f"{PAGE}/{case}", f"{AUDIT}/report", f"{AUDIT}/readings"):
            assert WORDS not in client.get(page).text and "1 reader" not in client.get(page).text, page
    assert okafor.get(f"{AUDIT}/report/json").json["made"]["calibration"]["readers"] == 0
    read(okafor, case, initial_plan_satisfactory="sufficient", record_well_organised="sufficient")
    assert hoole.get(f"{AUDIT}/report").status_code == 404, "who does not run it has their own readings alone"
    assert "still to read" in hoole.get(f"{AUDIT}/agreement").text
    assert "Insufficient" not in hoole.get(f"{PAGE}/{case}").text.partition("<form")[0]
    shown = okafor.get(PAGE).text
    assert "J Hartnell: insufficient" in shown and "G Okafor: sufficient" in shown and "0 of 1" in shown
    read(hoole, case, initial_plan_satisfactory="insufficient", record_well_organised="insufficient")
    shown = hoole.get(PAGE).text
    rows = re.findall(r"(\d+)% <span class=\"ca-base\">(\d of \d)", shown)
    assert sorted(rows) == [("33", "1 of 3"), ("33", "1 of 3")], "one pair of three agrees on each of the two questions"
    made = lead.get(f"{AUDIT}/report/json").json["made"]
    assert made["calibration"] == {"cases": 1, "readers": 3, "n": 6, "agreed": 2}
    assert "1 case, 3 readers; 33% of 6 pairs of answers agreed" in lead.get(f"{AUDIT}/report").text
    assert figures(lead) == before
    refused = post(okafor, f"{PAGE}/{case}", PAGE, **{f"answer {QUESTION}": "insufficient"})
    assert "yours stay as they were" in refused.text
    lead.get(f"{AUDIT}/sample")
    assert "their frame and sample stay as they were drawn" in lead.get(f"{AUDIT}/work").text
    assert "has been read" in post(lead, PAGE, case=case, step="take back").text


def test_nobody_else_learns_of_it(app: Flask, lead: FlaskClient, case: str) -> None:
    late = "as_at=2005-12-22&known=hindsight"
    for who in ("p.anstey", "c.whitlock"):
        client = signed_in(app, who)
        for tab in ("", "/timeline", "/answers", "/history"):
            page = client.get(f"/cases/{case}{tab}?{late}").text
            assert WORDS not in page and "october-audit" not in page, (who, tab)
        assert client.get(PAGE).status_code == 404 and client.get(f"{PAGE}/{case}").status_code == 404
    assert WORDS not in lead.get(f"{AUDIT}/questions/{QUESTION}").text


def test_a_report_with_calibration_is_reproduced_and_a_changed_count_is_named(
    app: Flask, lead: FlaskClient, case: str, tmp_path: Path
) -> None:
    post(lead, f"{AUDIT}/freeze")
    post(lead, f"{AUDIT}/publish")
    saved = tmp_path / "report.json"
    content = lead.get(f"{AUDIT}/published/json").data
    for changed in (False, True):
        saved.write_bytes(content.replace(b'"readers": 3', b'"readers": 4') if changed else content)
        told = CliRunner().invoke(main, ["verify", str(saved), "--database", app.config["DATABASE"]])
        assert told.exit_code == int(changed), told.output
        assert ("made calibration readers: the report says 4, the record gives 3" in told.output) == changed

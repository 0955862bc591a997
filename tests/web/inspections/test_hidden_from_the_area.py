"""Until an inspection is published, nobody of the inspected area learns from a case that it is in the sample."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.support.people import confirm_all, opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, file
from web.app import create_app
from web.cli import main

QUESTION = "initial-plan-satisfactory"
WORDS = "A word of the inspector"
TOLD = "What somebody told the inspector"


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def case(app: Flask) -> str:
    """A case of Peter Anstey's team that an inspector reads."""
    lead = signed_in(app, "j.hartnell")
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME, team="Gloucester")
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="j.hartnell", role="hm_inspector")
    confirm_all(app)
    post(lead, f"{AUDIT}/allocation", step="share")
    cases = [f.case for f in file(lead, "october-audit") if type(f).__name__ == "ReadingAllocated"]  # type: ignore[attr-defined]
    said = {f"answer {QUESTION}": "insufficient", f"comment {QUESTION}": WORDS}
    assert post(lead, f"{AUDIT}/read/{cases[0]}", **said).status_code == 302
    return str(cases[0])


LATE = "as_at=2005-12-22&known=hindsight"


def pages_of(case: str) -> list[str]:
    tabs = ("", "/due", "/timeline", "/answers", "/history", "/replay", "/then-and-now", "/keeping")
    return [f"/cases/{case}{tab}?{LATE}" for tab in tabs] + [f"/cases/{case}/record/EntryWithdrawn"]


@pytest.mark.parametrize("who", ["p.anstey", "a.rao", "c.whitlock"])
def test_no_page_of_the_case_tells_the_area(app: Flask, case: str, who: str) -> None:
    client = signed_in(app, who)
    for page in pages_of(case):
        answer = client.get(page, follow_redirects=True)
        assert answer.status_code == 200, page
        assert WORDS not in answer.text and "October audit" not in answer.text and "october-audit" not in answer.text, (
            page
        )
    for page in (
        AUDIT,
        f"{AUDIT}/report",
        f"{AUDIT}/draw",
        f"/cases/{case}?inspection=october-audit",
        "/api/v1/inspections/october-audit",
    ):
        assert client.get(page).status_code in (403, 404), page


def test_no_total_moves_for_the_area(app: Flask, case: str) -> None:
    """The number of entries recorded in the month is the same before and after the inspector's next answers."""
    spo, lead = signed_in(app, "p.anstey"), signed_in(app, "j.hartnell")
    told = [f"/reports/recording?{LATE}", f"/changed?{LATE}", f"/cases?{LATE}", "/desk"]
    before = [_told(spo.get(page, follow_redirects=True).text) for page in told]
    for question in ("work-prioritised", "record-well-organised"):
        post(lead, f"{AUDIT}/read/{case}", **{f"answer {question}": "insufficient"})
    after = [_told(spo.get(page, follow_redirects=True).text) for page in told]
    assert after == before


def test_what_an_import_brings_for_the_inspection_tells_the_area_nothing(app: Flask, case: str, tmp_path: Path) -> None:
    """Neither an interview that is stored late, nor the withdrawal of an answer, which names no inspection itself."""
    spo, lead = signed_in(app, "p.anstey"), signed_in(app, "j.hartnell")
    answer = next(fact for fact in file(lead, case) if getattr(fact, "inspection", None) == "october-audit")
    told = [f"/reports/recording?{LATE}", f"/stored-late?{LATE}", "/desk", "/desk/to-do"]
    before = [_told(spo.get(page, follow_redirects=True).text) for page in told]
    common = {"case": case, "recorded_by": "j.hartnell", "occurred_on": "2005-12-20"}
    lines = (
        {"type": "InterviewNoted", "entry": "interview-1", "inspection": "october-audit", "with": "practitioner",
         "note": TOLD, "by": "J Hartnell", "recorded_at": "2005-12-20T10:00:00+00:00"},
        {"type": "EntryWithdrawn", "entry": "withdrawn-1", "of": answer.entry, "reason": "A slip",  # type: ignore[attr-defined]
         "recorded_at": "2005-12-22T09:00:00+00:00"},
    )  # fmt: skip
    brought = tmp_path / "brought.ndjson"
    brought.write_text("".join(json.dumps({**common, **line}) + "\n" for line in lines))
    result = CliRunner().invoke(main, ["import", str(brought), "--database", app.config["DATABASE"]])
    assert "2 entries stored" in result.output, result.output
    assert [_told(spo.get(page, follow_redirects=True).text) for page in told] == before


def _told(page: str) -> str:
    """What a page says in its main part, without the tokens of its forms."""
    return re.sub(r'value="[^"]{60,}"', "", page.partition("<main")[2].partition("</main>")[0])


def test_the_reader_sees_their_own_and_the_area_all_once_it_is_published(app: Flask, case: str) -> None:
    lead, spo = signed_in(app, "j.hartnell"), signed_in(app, "p.anstey")
    assert WORDS in lead.get(f"/cases/{case}/timeline?{LATE}").text
    post(lead, f"{AUDIT}/freeze")
    assert WORDS not in spo.get(f"/cases/{case}/timeline?{LATE}").text
    post(lead, f"{AUDIT}/publish")
    assert WORDS in spo.get(f"/cases/{case}/timeline?{LATE}").text
    for page in pages_of(case):
        assert TOLD not in spo.get(page, follow_redirects=True).text, "an interview stays with the inspectors"
    assert TOLD in lead.get(f"/cases/{case}/timeline?{LATE}").text

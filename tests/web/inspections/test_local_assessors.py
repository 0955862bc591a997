"""A local assessor, who manages a team of the inspected area, sees their own readings alone until the inspection is published."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.inspection_entries import ReadingAllocated
from tests.support.people import confirm_all, opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, file
from web.app import create_app

QUESTION = "initial-plan-satisfactory"
WORDS = "A word of the inspector"
WHOLE = (
    "", "/report", "/report/json", "/report/pdf", "/report/csv", "/management", "/criteria/B3",
    f"/questions/{QUESTION}", "/policy", "/frameworks", "/standards", "/work", "/process", "/draw",
)  # fmt: skip


class Here(NamedTuple):
    app: Flask
    lead: FlaskClient
    local: FlaskClient
    own_team: str
    """A case of the local assessor's team, which the inspector reads."""
    given: str
    """A case of another team, which the local assessor reads."""


@pytest.fixture(scope="module")
def here(copies: Callable[[str], str]) -> Here:
    app = create_app(copies("sqlite"), today=lambda: date(2006, 1, 9), demo=True, held_by="inspectorate")
    lead, local = signed_in(app, "j.hartnell"), signed_in(app, "p.anstey")
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE | {"size": "8"})
    for name, role in (("j.hartnell", "hm_inspector"), ("p.anstey", "local_assessor")):
        post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role=role)
    confirm_all(app)
    post(lead, f"{AUDIT}/allocation", step="share")
    shared = [f for f in file(lead, "october-audit") if isinstance(f, ReadingAllocated) and not f.second]
    own = [f.case for f in shared if f.assessor_id == "j.hartnell" and local.get(f"/cases/{f.case}").status_code == 200]
    given = [f.case for f in shared if f.assessor_id == "p.anstey"]
    said = {f"answer {QUESTION}": "insufficient", f"comment {QUESTION}": WORDS}
    assert post(lead, f"{AUDIT}/read/{own[0]}", **said).status_code == 302
    return Here(app, lead, local, own[0], given[0])


def test_they_read_no_sheet_no_report_and_no_file_of_it(here: Here) -> None:
    for page in WHOLE:
        assert here.local.get(f"{AUDIT}{page}").status_code in (403, 404), page
    assert OPENED["title"] not in here.local.get("/inspections").text


def test_a_case_of_their_own_team_tells_them_nothing(here: Here) -> None:
    for tab in ("", "/timeline", "/answers", "/history", "/replay"):
        page = here.local.get(f"/cases/{here.own_team}{tab}?as_at=2006-01-09&known=hindsight")
        assert page.status_code == 200, tab
        assert WORDS not in page.text and "October audit" not in page.text, tab
    assert here.local.get(f"{AUDIT}/read/{here.own_team}").status_code == 404


def test_they_find_and_read_what_is_given_to_them(here: Here) -> None:
    assert "to be read for an inspection" in here.local.get("/", follow_redirects=True).text
    assert here.given in here.local.get("/my-reading").text
    page = here.local.get(f"{AUDIT}/readings").text
    assert here.given in page and here.own_team not in page
    agreement = here.local.get(f"{AUDIT}/agreement").text
    assert here.own_team not in agreement and WORDS not in agreement
    assert f'href="{AUDIT}/report"' not in page and f'href="{AUDIT}"' not in page
    for page_of_theirs in (f"{AUDIT}/calibration", f"{AUDIT}/interests", f"{AUDIT}/interests/declare"):
        assert here.local.get(page_of_theirs).status_code == 200, page_of_theirs
    said = {f"answer {QUESTION}": "sufficient", f"comment {QUESTION}": "A word of their own"}
    assert post(here.local, f"{AUDIT}/read/{here.given}", **said).status_code == 302
    assert "A word of their own" in here.local.get(f"{AUDIT}/read/{here.given}").text

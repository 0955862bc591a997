"""Those who work on a case reply to how it was read, once that is published, and note what is to be learned."""

import html
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import frameworks
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.learning_points import learning_points
from tests.support.people import post, signed_in
from web.app import create_app

NOW = datetime(2005, 12, 22, 12, tzinfo=UTC)
CASE = "P114066/1"
PAGE = f"/cases/{CASE}/answers"
"""A case of Tunde Adeyemi's that the published inspection of 2005 read."""
REPLY = f"/cases/{CASE}/reading/gloucestershire-2005"


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


def test_the_practitioner_replies_and_their_manager_notes_what_is_to_be_learned(app: Flask) -> None:
    officer, spo = signed_in(app, "t.adeyemi"), signed_in(app, "p.anstey")
    assert "How it was read" in officer.get(PAGE).text
    assert post(officer, REPLY, PAGE, kind="reply", says="The plan came by post").status_code == 302
    assert post(spo, REPLY, PAGE, kind="point", says="Ask for the plan in time").status_code == 302
    page = officer.get(PAGE).text
    assert "Reply by Tunde Adeyemi" in page and "noted by Peter Anstey" in page and "Ask for the plan in time" in page


def test_nothing_is_recorded_without_words_or_by_others(app: Flask) -> None:
    officer = signed_in(app, "t.adeyemi")
    assert "Nothing was recorded" in post(officer, REPLY, PAGE, kind="reply", says="  ").text
    long = "It was not so. " * 400
    back = post(officer, REPLY, PAGE, kind="reply", says=long).text
    assert "in at most 5,000 characters. Nothing was recorded." in back and f">{long}</textarea>" in back
    assert "It was not so" not in officer.get(PAGE).text
    assert post(officer, f"/cases/{CASE}/reading/no-such", PAGE, kind="reply", says="x").status_code == 404
    lead = signed_in(app, "j.hartnell")
    assert (
        post(
            lead, REPLY, PAGE if lead.get(PAGE).status_code == 200 else "/inspections/new", kind="reply", says="x"
        ).status_code
        == 403
    )


def test_learning_points_are_listed_by_officer_and_team_and_counted_by_question(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    for says, question in (
        ("Say by when", "initial-plan-satisfactory"),
        ("And who", "initial-plan-satisfactory"),
        ("Ring first", ""),
    ):
        assert post(spo, REPLY, PAGE, kind="point", says=says, question=question).status_code == 302
    post(spo, REPLY, PAGE, kind="point", says="Never said", question="no-such-question")
    with app.app_context():
        text = frameworks()["esi-2003"].questions["initial-plan-satisfactory"].text
    assert text in spo.get(PAGE).text and "Never said" not in spo.get(PAGE).text
    for address, client in (
        ("/learning/officer/Tunde Adeyemi", spo),
        ("/learning/officer/Tunde Adeyemi", signed_in(app, "t.adeyemi")),
        ("/learning/team/Gloucester", spo),
    ):
        page = client.get(address).text
        rows = dict(
            re.findall(r'ca-plain">([^<]+)</th><td class="govuk-table__cell govuk-table__cell--numeric">(\d+)<', page)
        )
        assert rows[html.escape(text, quote=False)] == "2" and int(rows["Not on one question"]) >= 1, address
        assert "Say by when" in page and f"/cases/{CASE}/answers?inspection=gloucestershire-2005#readings" in page
        by_api = client.get(f"/api/v1{address}").json
        assert {one["says"] for one in by_api["items"]} >= {"Say by when", "And who", "Ring first"}
        assert {one["case"] for one in by_api["items"]} == {CASE}
        counts = client.get(f"/api/v1{address}/figures").json
        assert {one["question"]: str(one["points"]) for one in counts["questions"]} == {
            html.unescape(question): number for question, number in rows.items()
        }
        assert counts["points"] == by_api["total"]
    (read,) = spo.get(f"/api/v1/cases/{CASE}/readings").json["readings"]
    assert {"Say by when", "Ring first"} <= {one["says"] for one in read["points"]}
    assert "Learning points from readings" in spo.get("/officers/Tunde Adeyemi").text
    assert "Say by when" not in spo.get("/learning/officer/Helen Sallis").text
    assert signed_in(app, "m.hoole").get("/learning/officer/Tunde Adeyemi").status_code == 404
    assert signed_in(app, "m.hoole").get("/learning/team/Gloucester").status_code == 404
    assert signed_in(app, "m.hoole").get("/api/v1/learning/team/Gloucester").status_code == 404


def test_learning_points_of_an_inspection_that_is_not_published_are_listed_nowhere(app: Flask) -> None:
    """Nor one that was withdrawn; the entries came by import."""
    with closing(Files.open(app.config["DATABASE"])) as files:
        common = {"occurred_on": "2005-12-20", "recorded_at": "2005-12-20T10:00:00+00:00", "recorded_by": "p.anstey"}
        noted = {**common, "by": "Peter Anstey", "inspection": "gloucestershire-2005", "says": "Taken back"}
        opened = {**common, "title": "Late audit", "area": "Gloucestershire", "framework": "esi-2003", "cases": [CASE]}
        files.record("late-audit", [load_entry("InspectionOpened", {"entry": "o", **opened})], actor="test", now=NOW)
        files.record(CASE, [
            load_entry("LearningPointNoted", {**noted, "entry": "draft", "inspection": "late-audit", "says": "Of a draft"}),
            load_entry("LearningPointNoted", {**noted, "entry": "gone"}),
            load_entry("EntryWithdrawn", {**common, "entry": "w", "of": "gone", "reason": "a slip"}),
        ], actor="test", now=NOW)  # fmt: skip
        book = CaseRepository(files)
        said = [one.noted.says for one in learning_points(book, lambda place: True)]
        assert "Ring first" in said and not {"Of a draft", "Taken back"} & set(said)
        assert learning_points(book, lambda place: place.team != "Gloucester") == []

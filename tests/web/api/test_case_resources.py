"""A case by the API: the figures of its pages, what is proved of it, and nothing to whom it is not open."""

import json
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from projections.history.history import end_of_day
from projections.history.moment import Moment
from tests.support.api import cases_in, got, last_line, read_all
from tests.support.people import signed_in
from web.cases.timeline_tab import KINDS
from web.presentation.json_documents import case_document
from web.services import current_cases

CASE = "V465889/1"
THEN = "as_at=2005-10-03"
PARTS = ("", "/entries", "/entries/0002", "/duties", "/answers", "/history", "/readings", "/files", "/chart", "/replay",
         "/replay/2", "/then-and-now")  # fmt: skip


@pytest.fixture(scope="module")
def client(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


@pytest.fixture(scope="module")
def document(demo_app: Flask) -> Any:
    """The case as the command line gives it, as at the same moment."""
    on = date(2005, 10, 3)
    with demo_app.app_context():
        book = current_cases.repository()
        found = book.read(CASE, Moment(on, end_of_day(on)), current_cases.framework(), opened=True)
        return json.loads(json.dumps(case_document(found, book.stored(CASE))))


def test_entries_are_those_of_the_file(client: FlaskClient, document: Any) -> None:
    rows = read_all(client, f"/cases/{CASE}/entries?{THEN}&per_page=20")
    standing = [row["content"] for row in rows if not row["withdrawn"]]
    assert sorted(standing, key=lambda one: one["entry"]) == sorted(document["facts"], key=lambda one: one["entry"])
    days = [row["occurred_on"] for row in rows]
    assert days == sorted(days, reverse=True) and len(rows) > 20
    by_storing = read_all(client, f"/cases/{CASE}/entries?{THEN}&sort=recorded_at")
    assert [row["recorded_at"] for row in by_storing] == sorted(row["recorded_at"] for row in rows)
    for row in rows[:5]:
        one = got(client, f"/cases/{CASE}/entries/{row['id']}?{THEN}")
        assert {name: one[name] for name in row} == row
        assert row["stored"]["at"] == document["stored"][row["id"]]["at"] and row["recorded_at"] and row["details"]
    kinds = {row["kind"] for row in rows}
    assert len(kinds) > 2
    for kind in kinds:
        chosen = read_all(client, f"/cases/{CASE}/entries?{THEN}&kind={kind.replace(' ', '+')}")
        assert [row["id"] for row in chosen] == [row["id"] for row in rows if row["kind"] == kind]
    unknown = client.get(f"/api/v1/cases/{CASE}/entries?kind=None")
    assert unknown.status_code == 404 and list(unknown.json["errors"]) == ["kind"]
    none = min(set(KINDS) - kinds)
    assert read_all(client, f"/cases/{CASE}/entries?{THEN}&kind={none.replace(' ', '+')}") == [], (
        "known, and none on file"
    )


def test_duties_are_those_of_the_case_with_clause_dates_and_what_met_them(client: FlaskClient, document: Any) -> None:
    rows = read_all(client, f"/cases/{CASE}/duties?{THEN}")
    compared = ("clause", "edition", "citation", "sure", "state", "arises_on", "due_on", "met_on", "ended_on", "days_late",
                "dispensed_until", "interruption")  # fmt: skip
    assert [[row[name] for name in compared] for row in rows] == [
        [duty[name] for name in compared] for duty in document["obligations"]
    ]
    for row, duty in zip(rows, document["obligations"], strict=True):
        assert [one["entry"] for one in row["met_by"]] == list(dict.fromkeys(duty["met_by_entries"]))
        assert (row["raised_by"] and row["raised_by"]["entry"]) == duty["raised_by"]
    page = client.get(f"/cases/{CASE}/due?{THEN}").text
    for show, words in (("open", "Open"), ("late", "Late or missed"), ("all", "All")):
        assert f"{words} ({got(client, f'/cases/{CASE}/duties?{THEN}&show={show}')['total']})" in page


def test_answers_and_score_are_those_of_the_case(client: FlaskClient, document: Any) -> None:
    found = got(client, f"/cases/{CASE}/answers?{THEN}")
    given = {one["question"]: one for criterion in found["criteria"] for one in criterion["answers"]}
    for one in document["answers"]:
        mine = given.pop(one["question"])
        assert [mine[name] for name in ("answer", "basis", "absent", "other", "sure")] == [
            one[name] for name in ("answer", "basis", "absent", "other", "sure")
        ]
        assert [reason["says"] for reason in mine["because"]] == [reason["words"] for reason in one["because"]]
    assert not given and found["score"] == document["score"] and found["judged_first"] == []


def test_for_an_inspection_its_judgements_count_and_its_moment_holds(client: FlaskClient) -> None:
    plain = got(client, f"/cases/{CASE}/answers?{THEN}")
    found = got(client, f"/cases/{CASE}/answers?inspection=gloucestershire-2005")
    assert (found["as_at"], found["inspection"]) == ("2005-10-03", "gloucestershire-2005")
    judged = [one for criterion in found["criteria"] for one in criterion["answers"] if one["basis"] == "judged"]
    assert judged and any(reason["judgement"] for one in judged for reason in one["because"])
    assert found["score"] != plain["score"]
    unknown = client.get(f"/api/v1/cases/{CASE}?inspection=nowhere")
    assert unknown.status_code == 404 and "There is no inspection nowhere" in unknown.json["detail"]


def test_the_head_says_what_the_overview_says(client: FlaskClient) -> None:
    found, page = got(client, f"/cases/{CASE}"), client.get(f"/cases/{CASE}").text
    assert found["begun"] and found["person"]["name"] in page and found["begins_on"] == found["order"]["started_on"]
    assert f"Overdue: {len(found['overdue'])}" in page and f"{found['missed']} times" in page
    assert all(
        words in page for words in (found["holder"]["officer"], found["holder"]["team"], *found["person"]["says"])
    )
    assert all(notice["title"] in page for notice in found["notices"])
    assert len(found["next"]) == len(
        re.findall(r"Due \d+ \w+", page[page.index('id="next"') : page.index('id="strip"')])
    )
    assert found["version"] == got(client, f"/cases/{CASE}/history")["version"] > 50


def test_the_chart_has_the_marks_of_the_page(client: FlaskClient) -> None:
    found = got(client, f"/cases/{CASE}/chart?{THEN}")
    page = client.get(f"/cases/{CASE}?{THEN}").text.replace("&#39;", "'")
    assert found["summary"] in page
    said = [one["says"] for lane in found["lanes"] for one in (*lane["marks"], *lane["bands"])]
    assert len(said) > 20 and all(words in page for words in said)
    every = got(client, f"/cases/{CASE}/chart?{THEN}&duties=all")["lanes"][-1]["marks"]
    assert len(every) > len(found["lanes"][-1]["marks"])


def test_before_its_beginning_and_before_it_was_held_here(client: FlaskClient) -> None:
    early = got(client, f"/cases/{CASE}?as_at=2004-01-01")
    assert (early["begun"], early["order"], early["overdue"], early["begins_on"]) == (False, None, [], "2005-04-13")
    received = got(client, f"/cases/{CASE}?known=received")
    assert not received["begun"] and received["held"]["taken_over"] > 50
    part = client.get(f"/api/v1/cases/{CASE}/duties?as_at=2004-01-01")
    assert (
        part.status_code == 404 and "had not begun by 1 January 2004. It begins on 13 April 2005" in part.json["detail"]
    )
    for path in ("/replay", "/then-and-now", "/readings"):
        assert client.get(f"/api/v1/cases/{CASE}{path}?known=received").status_code == 400


def test_replay_is_that_of_the_page(client: FlaskClient) -> None:
    steps = read_all(client, f"/cases/{CASE}/replay?by=day")
    page = client.get(f"/cases/{CASE}/replay?by=day&step=5").text
    assert f"day 5 of {len(steps)}" in page and len(steps) > 20
    step = got(client, f"/cases/{CASE}/replay/5?by=day")
    assert (step["step"], step["steps"], step["on"]) == (5, len(steps), steps[4]["on"])
    assert f"Overdue after it: {len(step['overdue'])}" in page and len(step["added"]) == page.count(
        '<div class="ca-case">'
    )
    assert len(step["duties"]) + len(step["answers"]) == page.count('class="ca-duty ca-duty--change"')
    assert len(read_all(client, f"/cases/{CASE}/replay")) == steps[-1]["known"]
    beyond = client.get(f"/api/v1/cases/{CASE}/replay/{len(steps) + 1}?by=day")
    assert beyond.status_code == 404 and f"{len(steps)} steps by day" in beyond.json["detail"]


def test_then_and_now_is_that_of_the_page(client: FlaskClient) -> None:
    found = None
    for row in read_all(client, "/cases?show=all&as_at=2005-10-03"):
        found = got(client, f"/cases/{row['case']}/then-and-now?{THEN}")
        if found["duties"]:
            break
    assert found and found["duties"] and found["responsible"]
    page = client.get(f"/cases/{found['case']}/then-and-now?{THEN}").text
    assert len(found["duties"]) + len(found["answers"]) == page.count('class="ca-duty ca-duty--change"')
    assert f"{found['later']} entr" in page and found["duties"][0]["because"][0]["title"] in page


def test_a_case_out_of_reach_is_answered_like_one_that_is_not_there(demo_app: Flask) -> None:
    stranger = signed_in(demo_app, "t.adeyemi")
    for part in PARTS:
        closed, none = (stranger.get(f"/api/v1/cases/{case}{part}") for case in (CASE, "X999999/1"))
        assert (closed.status_code, none.status_code) == (404, 404), part
        assert closed.json["detail"].replace(CASE, "X999999/1") == none.json["detail"], part
    line = last_line(demo_app)
    assert (line.action, cases_in(demo_app, line)) == ("refused", {"X999999/1"})
    for who in ("i.nkemelu", "s.brandt"):
        assert signed_in(demo_app, who).get(f"/api/v1/cases/{CASE}").status_code == 403


def test_who_reads_a_case_stands_in_the_log(demo_app: Flask, client: FlaskClient) -> None:
    for part in PARTS:
        got(client, f"/cases/{CASE}{part}")
        line = last_line(demo_app)
        assert (line.action, line.purpose) == ("viewed", "supervision") and CASE in cases_in(demo_app, line), part
        assert CASE.partition("/")[0] not in line.selection
    got(client, f"/cases/{CASE}/answers?inspection=gloucestershire-2005")
    assert last_line(demo_app).purpose == "inspection"

"""How an inspection is read and what it finds, by the API: as on its pages, for its own people only, and blind until finished."""

import html
import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.machine_clients import opened
from tests.support.people import confirm_all, opens, post, signed_in
from tests.web.api.test_inspection_resources import got, last_line, page
from tests.web.inspections.test_inspection_pages import AUDIT, OPENED, draws
from web.app import create_app

ONE, OPEN = "inspections/gloucestershire-2005", "inspections/october-audit"
QUESTION = "initial-plan-satisfactory"
PARTS = ("", "/sheet", "/frame", "/draw", "/draw/cases", "/sample", "/readings", "/agreement", "/calibration", "/management",
         "/report", "/answers", "/policy", "/process", "/criteria/B1", f"/questions/{QUESTION}", f"/questions/{QUESTION}/cases",
         "/rescored", "/frameworks", "/interests", "/conflicts", "/for-the-area")  # fmt: skip


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def lead(app: Flask) -> FlaskClient:
    """Who runs an inspection that is not published, in which two inspectors read each case."""
    client = signed_in(app, "j.hartnell")
    draws(client, {"j.hartnell": "hm_inspector", "g.okafor": "hm_inspector"}, team="Gloucester")
    confirm_all(app)
    post(client, f"{AUDIT}/allocation", step="share")
    case = got(client, f"{OPEN}/sample")["items"][0]["case"]
    post(client, f"{AUDIT}/allocation", **{f"first {case}": "j.hartnell", f"second {case}": "g.okafor"})
    said = {f"answer {QUESTION}": "insufficient", f"comment {QUESTION}": "Nothing is measurable"}
    assert post(client, f"{AUDIT}/read/{case}", **said).status_code == 302
    return client


def case_of(lead: FlaskClient) -> str:
    return str(got(lead, f"{OPEN}/sample")["items"][0]["case"])


def test_what_is_not_published_is_there_for_its_own_people_only(app: Flask, lead: FlaskClient) -> None:
    for part in PARTS[:-1]:
        assert lead.get(f"/api/v1/{OPEN}{part}").status_code == 200, part
    machine = opened(app)
    others = [signed_in(app, who) for who in ("p.anstey", "c.whitlock")]
    for part in PARTS:
        for client in (*others, machine):
            answer = client.get(f"/api/v1/{OPEN}{part}")
            of_persons = client is machine and "for persons only" in answer.text
            assert answer.status_code == (403 if of_persons else 404), (part, answer.text)
            assert "October" not in answer.text
    for client in (*others, machine):
        assert "october-audit" not in client.get("/api/v1/inspections").text
        assert client.get(f"/api/v1/{ONE}/sheet").status_code == 200


def test_frame_draw_and_sample_are_those_of_the_pages(app: Flask, lead: FlaskClient) -> None:
    frame, draw = got(lead, f"{OPEN}/frame"), got(lead, f"{OPEN}/draw")
    document = json.loads(lead.get(f"{AUDIT}/draw/json").data)
    assert frame["cases"] == len(document["frame"]) == sum(one["frame"] for one in frame["sizes"])
    assert (draw["seed"], draw["size"], draw["method"]) == (document["seed"], document["size"], document["method"])
    shown = page(lead, f"{AUDIT}/draw")
    assert all(one["value"] in shown for one in draw["facts"])
    lines = got(lead, f"{OPEN}/draw/cases?per_page=500")["items"]
    assert {one["case"] for one in lines if one["drawn"] == "drawn"} == set(document["cases"])
    assert last_line(app).cases == len(lines) and all(
        one["ticket"] in shown or one["ticket"][:8] in shown for one in lines[:5]
    )
    sample = got(lead, f"{OPEN}/sample")["items"]
    assert {one["case"] for one in sample} == set(document["cases"]) and all(one["first_reader"] for one in sample)
    assert got(lead, f"{OPEN}")["steps"]["sample"] == len(sample)


def test_readings_are_given_to_their_reader_and_blind(app: Flask, lead: FlaskClient) -> None:
    case, other = case_of(lead), signed_in(app, "g.okafor")
    mine = got(lead, f"{OPEN}/readings/{case}")
    answer = next(one for one in mine["questions"] if one["question"] == QUESTION)
    assert (answer["answer"], answer["comment"]) == ("insufficient", "Nothing is measurable") and not mine[
        "finished_on"
    ]
    listed = got(lead, f"{OPEN}/readings?per_page=500")["items"]
    assert {(one["case"], one["second"]) for one in listed} >= {(case, False), (case, True)}
    assert next(one for one in listed if one["case"] == case and one["second"])["answered"] is None, "it is still blind"
    theirs = got(other, f"{OPEN}/readings/{case}?second=yes")
    assert theirs["second"] and all(one["comment"] is None for one in theirs["questions"])
    assert other.get(f"/api/v1/{OPEN}/readings/{case}").status_code == 404
    assert signed_in(app, "p.anstey").get(f"/api/v1/{OPEN}/readings/{case}").status_code == 404
    for part in (f"questions/{QUESTION}/cases", "answers"):
        found = got(other, f"{OPEN}/{part}?per_page=500")
        assert case not in {one["case"] for one in found["items"]}, (
            "nothing of a case that they have still to read blind"
        )
    assert "measurable" not in got_text(other)
    waiting = {one["inspection"]: one for one in got(other, "my-readings")}
    assert case in waiting["october-audit"]["second"]
    assert got(lead, f"{OPEN}/agreement")["blind"] >= 1


def got_text(client: FlaskClient) -> str:
    return "".join(client.get(f"/api/v1/{OPEN}{part}").text for part in PARTS)


def test_a_published_inspection_has_what_its_pages_show(app: Flask, lead: FlaskClient) -> None:
    report = got(lead, f"{ONE}/report")
    printed = json.loads(lead.get(f"/{ONE}/report/json").data)
    for name in (
        "figures",
        "management",
        "questions",
        "hash",
        "findings",
        "adjusted",
        "cases",
        "recommendations",
        "draw",
    ):
        assert report[name] == printed[name], name
    managed = got(lead, f"{ONE}/management")
    assert {one["id"]: one["printed"] for one in managed["criteria"]} == {
        one["of"]: one["printed"] for one in report["management"]
    }
    assert all(item["citation"] for one in managed["criteria"] for item in one["items"])
    process = got(lead, f"{ONE}/process")
    assert process["lead"] in page(lead, f"/{ONE}/process")
    policy = got(lead, f"{ONE}/policy")
    assert all(sentence in page(lead, f"/{ONE}/policy") for sentence in policy["said"])
    agreement = got(lead, f"{ONE}/agreement")
    shown = re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", lead.get(f"/{ONE}/agreement").text)))
    for one in agreement["compared"]:
        n, agreed = one["all"]["n"], one["all"]["agreed"]
        assert one["title"] in shown and (not n or f"{round(100 * agreed / n)}%" in shown)
        assert all(differ["case"] in shown for differ in one["disagreements"])
    assert agreement["compared"][0]["disagreements"]


def test_all_answers_are_those_of_the_table(app: Flask, lead: FlaskClient) -> None:
    for who in ("j.hartnell", "p.anstey"):
        client = signed_in(app, who)
        rows = client.get(f"/{ONE}/report/csv").text.splitlines()
        found = got(client, f"{ONE}/answers?per_page=500")
        assert (
            sum(row.split(",")[0].strip('"').count("/") for row in rows if re.match(r'"?[A-Z][0-9]{6}/', row))
            == found["total"]
        )
        case = found["items"][0]["case"]
        assert any(row.startswith(case) for row in rows) and last_line(app).cases == len(
            {one["case"] for one in found["items"]}
        )


def test_who_does_not_run_it_is_told_so(app: Flask, lead: FlaskClient) -> None:
    spo = signed_in(app, "p.anstey")
    for part in ("frame", "draw", "draw/cases", "sample", "readings", "process", "calibration"):
        answer = spo.get(f"/api/v1/{ONE}/{part}")
        assert answer.status_code == 403 and "run by somebody else" in answer.json["detail"], part
        assert signed_in(app, "t.adeyemi").get(f"/api/v1/{ONE}/{part}").status_code == 403
    fresh = opens(lead, **{**OPENED, "title": "November audit"})
    for part, said in (("draw", "No sample has been drawn"), ("frame", "No frame has been taken")):
        answer = lead.get(f"/api/v1/inspections/{fresh}/{part}")
        assert answer.status_code == 404 and said in answer.json["detail"]
    assert lead.get(f"/api/v1/{ONE}/for-the-area").status_code == 404
    assert lead.get(f"/api/v1/{ONE}/readings/A111111/1").status_code == 404

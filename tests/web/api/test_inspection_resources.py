"""Inspections by the API: the figures, cases and words of their pages, for who may open these, and for nobody else."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.access_lines import Line
from tests.support.people import signed_in
from web.site import access_control

ONE = "inspections/gloucestershire-2005"


@pytest.fixture(scope="module")
def client(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "j.hartnell")


def got(client: Any, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json


def page(client: FlaskClient, path: str) -> str:
    return html.unescape(client.get(path).text)


def last_line(app: Flask) -> Line:
    with app.app_context():
        return next(iter(access_control.register().log.lines(limit=1)))


def test_the_list_and_the_head_are_those_of_the_reader(demo_app: Flask, client: FlaskClient) -> None:
    listed = got(client, "inspections")
    assert [one["id"] for one in listed["items"]] == ["gloucestershire-2005", "gloucestershire-2004"]
    head = got(client, ONE)
    assert head["runs"] and head["state"] == "published" and head["follows"] == "gloucestershire-2004"
    assert head["steps"]["sample"] == got(client, f"{ONE}/sheet")["now"]["cases"] and head["steps"]["assessors"]
    other = got(signed_in(demo_app, "p.anstey"), ONE)
    assert other["steps"] is None and not other["runs"]
    for sentence in head["fixed"]:
        assert sentence in page(client, f"/{ONE}")


def test_the_sheet_has_every_figure_of_its_page(client: FlaskClient) -> None:
    found, shown = got(client, f"{ONE}/sheet"), page(client, f"/{ONE}")
    assert (found["now"]["as_at"], found["before"]["inspection"]) == ("2005-12-22", "gloucestershire-2004") or found[
        "now"
    ]
    for side in ("now", "before"):
        figures = [one["printed"] for one in (*found[side]["criteria"], *found[side]["sections"])]
        assert figures and all(f"{one}%" in shown for one in figures if one is not None)
        assert all(one["printed"] in shown for one in found[side]["section_a"] if one["printed"])
    now = {one["id"]: one["printed"] for one in (*found["now"]["criteria"], *found["now"]["sections"])}
    was = {one["id"]: one["printed"] for one in (*found["before"]["criteria"], *found["before"]["sections"])}
    changed = {one["of"]: one["change"] for one in found["changes"]}
    for name, change in changed.items():
        if name in now and change is not None:
            assert change == now[name] - was[name]
    assert set(now) <= set(changed) and found["beside"] in shown
    received = got(client, f"{ONE}/sheet?as_at=2005-10-03&known=received")
    assert received["now"]["as_at"] == "2005-10-03" and received["late"]["cases_not_held"] >= 0


def test_a_criterion_and_a_question_have_the_figures_of_their_pages(client: FlaskClient) -> None:
    found, shown = got(client, f"{ONE}/criteria/B1"), page(client, f"/{ONE}/criteria/B1")
    for one in found["questions"]:
        n = one["now"]["sufficient"] + one["now"]["insufficient"]
        assert one["text"] in shown and f"{one['printed']}%" in shown and n
        question = got(client, f"{ONE}/questions/{one['id']}")
        assert question["now"] == one["now"] and question["before"] == one["before"] and question["citation"]


def test_the_cases_of_a_question_are_those_of_its_page(demo_app: Flask, client: FlaskClient) -> None:
    where = f"{ONE}/questions/plan-reviewed"
    for who in ("j.hartnell", "p.anstey", "c.whitlock"):
        reader = signed_in(demo_app, who)
        found = got(reader, f"{where}/cases?per_page=500")
        line = last_line(demo_app)
        cases = {one["case"] for one in found["items"]}
        assert cases == set(re.findall(r"/cases/([A-Z][0-9]+/[0-9]+)\?inspection=", page(reader, f"/{where}")))
        assert line.cases == len(cases) and line.purpose == "inspection"
        head = got(reader, where)
        assert head["cases"] == len(cases)
    found = got(client, f"{where}/cases?per_page=500")["items"]
    shown = page(client, f"/{where}")
    assert all(one["because"] for one in found) and found[0]["because"][0]["words"] in re.sub("<[^>]+>", "", shown)
    figures = got(client, where)["now"]
    for answer in ("sufficient", "insufficient", "not_applicable"):
        assert got(client, f"{where}/cases?answer={answer}")["total"] == figures[answer]


def test_another_edition_and_another_framework_give_what_their_pages_give(client: FlaskClient) -> None:
    found, shown = got(client, f"{ONE}/rescored?standards=2007"), page(client, f"/{ONE}/standards?standards=2007")
    assert found["edition"] == "2007" and found["changes"]
    assert {one["case"] for one in found["changes"]} <= set(re.findall(r"[A-Z][0-9]{6}/[0-9]", shown))
    assert found["before"]["sections"] == got(client, f"{ONE}/sheet")["now"]["sections"]
    both = got(client, f"{ONE}/frameworks?framework=hmip-2018")
    assert both["own"]["framework"] == "esi-2003" and both["other"]["framework"] == "hmip-2018"
    assert both["other"]["rating"]["bands"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("inspections/nothing", "There is no inspection nothing that is open to you."),
        ("inspections/nothing/sheet", "There is no inspection nothing that is open to you."),
        (f"{ONE}/criteria/Z9", "There is no criterion called Z9"),
        (f"{ONE}/questions/nothing", "There is no question called nothing"),
        (f"{ONE}/questions/nothing/cases", "There is no question called nothing"),
        (f"{ONE}/rescored?standards=1066", "There is no edition called 1066"),
        (f"{ONE}/frameworks?framework=nothing", "There is no other framework called nothing"),
    ],
)
def test_what_is_not_there_is_said(client: FlaskClient, path: str, said: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404 and said in answer.json["detail"]


def test_who_reads_no_inspections_is_refused(demo_app: Flask) -> None:
    for who in ("i.nkemelu", "s.brandt"):
        for path in ("inspections", ONE, f"{ONE}/sheet", f"{ONE}/questions/plan-reviewed/cases"):
            assert signed_in(demo_app, who).get(f"/api/v1/{path}").status_code == 403

"""Officers, teams, sheets and agreed actions by the API: the figures of the pages, for whom they are open."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.api import cases_in, got, last_line, read_all
from tests.support.people import post, signed_in
from web.app import create_app

TUNDE = "/officers/Tunde%20Adeyemi"


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


def rows_of(page: str) -> list[list[str]]:
    """The cells of the rows of the page's table, without what is for screen readers alone."""
    shown = re.sub(
        r'<span class="govuk-visually-hidden">.*?</span>', "", page.partition("<tbody")[2].partition("</tbody>")[0]
    )
    return [
        [
            " ".join(re.sub("<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in shown.split("</tr>")[:-1]
    ]


def contact_of(row: Any) -> str:
    figure = row["contact"]["own"]
    return f"{figure['held']} of {figure['n']}" if figure["n"] else "nothing fell due"


def test_officers_are_those_of_the_page_in_its_order(spo: FlaskClient) -> None:
    rows = read_all(spo, "/officers")
    for row, (name, *counts, contact, held) in zip(rows, rows_of(spo.get("/officers").text), strict=True):
        assert (
            name == f"{row['name']} Prepare" and row["open"] and held == "none recorded" and not row["last_supervision"]
        )
        assert counts == [str(row[field]) for field in ("cases", "high_risk", "overdue", "new")]
        assert contact.startswith(contact_of(row))
    assert spo.get("/api/v1/officers?sort=overdue").status_code == 422, "officers are not ranked"


def test_teams_are_those_of_the_page(demo_app: Flask, spo: FlaskClient) -> None:
    client = signed_in(demo_app, "c.whitlock")
    rows, page = read_all(client, "/teams"), rows_of(client.get("/teams").text)
    for row, (name, *counts, contact, actions) in zip(rows, page, strict=True):
        assert name == f"{row['name']} {row['division']}" and actions.startswith(f"{row['actions_open']} open")
        assert counts == [str(row[field]) for field in ("officers", "cases", "high_risk", "overdue", "new")]
        assert contact.startswith(contact_of(row))
    assert spo.get("/api/v1/teams").status_code == 403


def test_the_sheet_is_that_of_the_page_for_the_officer_and_who_leads_them(demo_app: Flask, spo: FlaskClient) -> None:
    found = got(spo, TUNDE)
    line = last_line(demo_app)
    page = " ".join(re.sub("<[^>]+>", " ", spo.get(TUNDE).text).split())
    assert f"{found['cases']} cases, {found['high_risk']} high risk" in page and found["grade"] in page
    assert f"Overdue: {found['overdue_in_all']}" in page and len(found["overdue"]) <= found["overdue_in_all"]
    contact = found["measures"][0]
    assert f"Contact arranged in time {contact['year']['held']} of {contact['year']['n']}" in page
    assert len(found["measures"]) == 5 and len(contact["quarters"]) == 5
    assert all(one["name"] in page and one["title"] in page for one in found["discuss"]) and found["discuss"]
    assert found["recorded"]["says"] in page
    assert sum(one["cases"] for one in found["by_risk_and_tier"]) == found["cases"] == len(found["oversight"])
    shown = {one["case"] for name in ("discuss", "overdue", "oversight") for one in found[name]}
    assert cases_in(demo_app, line) == shown
    own = got(signed_in(demo_app, "t.adeyemi"), "/my-page")
    assert own.pop("own") and not found.pop("own") and own == found


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("t.adeyemi", "/officers/Helen%20Sallis", 404), ("m.hoole", TUNDE, 404), ("c.whitlock", TUNDE, 404),
        ("j.hartnell", TUNDE, 403), ("p.anstey", "/officers/nobody", 404), ("p.anstey", "/my-page", 403),
        ("t.adeyemi", "/officers", 403), ("t.adeyemi", "/actions", 403), ("m.hoole", "/actions/team/Gloucester", 404),
        ("p.anstey", "/actions/nothing/Gloucester", 404), ("m.hoole", "/learning/team/Gloucester", 404),
        ("p.anstey", "/actions/area/Gloucestershire", 200), ("p.anstey", "/learning/officer/Helen%20Sallis", 200),
    ],
)  # fmt: skip
def test_who_reads_what(demo_app: Flask, who: str, path: str, status: int) -> None:
    client = signed_in(demo_app, who)
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status
    if status == 404:
        assert answer.json["detail"] in client.get(path).text.replace("&#39;", "'")


def test_an_agreed_action_stands_there_with_what_the_record_shows_of_it(own_database: Path) -> None:
    app = create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)
    client, page = signed_in(app, "p.anstey"), "/actions/team/Gloucester"
    agreed = {"what": "Plans by the day", "owner": "p.anstey", "by_when": "31/1/2006", "shows": "duties:plan-review"}
    assert post(client, f"{page}/agree", page, agreed_on="22/12/2005", **agreed).status_code == 302
    assert (
        post(client, f"{TUNDE.replace('officers', 'actions/officer')}/held", TUNDE, held_on="20/12/2005").status_code
        == 302
    )
    (action,) = got(client, page)["open"]
    assert (action["what"], action["owner"], action["by_when"], action["outcome"]) == (
        "Plans by the day", "Peter Anstey", "2006-01-31", None,
    )  # fmt: skip
    shown = client.get(page).text
    assert action["progress"] in shown and action["shows"] in shown and action["done"]["n"] > 0
    assert read_all(client, "/actions") == [action]
    answer = f"{page}/{action['id']}/answer"
    assert post(client, answer, page, answer="Half are made").status_code == 302
    closed = f"{page}/{action['id']}/close"
    assert post(client, closed, page, outcome="done", closed_on="22/12/2005", reason="All made").status_code == 302
    plan = got(client, page)
    assert not plan["open"] and (plan["closed"][0]["outcome"], plan["closed"][0]["reason"]) == ("done", "All made")
    assert [one["answer"] for one in plan["closed"][0]["answers"]] == ["Half are made"]
    assert got(client, TUNDE)["plan"]["last_supervision"] == "2005-12-20"
    held = {row["name"]: row["last_supervision"] for row in read_all(client, "/officers")}
    assert held["Tunde Adeyemi"] == "2005-12-20" and held["Helen Sallis"] is None

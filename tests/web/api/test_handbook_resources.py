"""The handbook by the API says what its pages say, each value with its citation and mark."""

import html
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.policy.frameworks.framework_files import frameworks
from domain.policy.practice import practice
from domain.policy.standards.edition_files import national_standards
from tests.support.machine_clients import MACHINE, MachineClient, opened, token
from tests.support.people import signed_in
from tests.web.site.test_access_control import TODAY
from web.app import create_app

AT = "?as_at=2005-10-03"


@pytest.fixture(scope="module")
def client(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "c.whitlock")


def got(client: Any, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json


def page(client: FlaskClient, path: str) -> str:
    return html.unescape(client.get(path).text)


def test_every_edition_is_there_with_cited_values(client: FlaskClient) -> None:
    listed = got(client, "standards")
    assert [one["id"] for one in listed] == [one.id for one in national_standards().editions]
    for one in listed:
        found = got(client, f"standards/{one['id']}")
        shown = page(client, f"/standards/editions/{one['id']}")
        assert len(found["rows"]) == one["clauses"]
        for clause in found["rows"]:
            assert clause["values"] and all(v["citation"] and v["sure"] in "FRUP" for v in clause["values"])
            assert f"/standards/clauses/{clause['id']}" in shown
        for row in [*found["not_auditable"], *found["not_laid"]]:
            assert row["citation"] and row["why"]


def test_a_clause_says_what_its_page_says_and_counts_the_same_duties(demo_app: Flask, client: FlaskClient) -> None:
    found, shown = got(client, f"clauses/plan-review{AT}"), page(client, f"/standards/clauses/plan-review{AT}")
    assert found["says"] in shown and found["questions"]
    for version in found["versions"]:
        assert all(value["citation"] in shown for value in version["values"])
    total = sum(one["duties"] for one in found["duties"])
    assert total and f"{total:,} duties in this database" in shown.replace(str(total), f"{total:,}")
    of_team = got(signed_in(demo_app, "p.anstey"), f"clauses/plan-review{AT}")
    assert 0 < sum(one["duties"] for one in of_team["duties"]) < total
    rules = {rule["id"] for told in found["practice"] for rule in told["rules"]}
    assert rules <= {one["id"] for one in got(client, "practice-rules")}


def test_two_editions_are_compared_as_on_the_page(client: FlaskClient) -> None:
    found, shown = got(client, "standards/comparison"), page(client, "/standards/compare")
    assert (found["before"], found["after"]) == ("2000-revised-2002", "2005") and found["differences"]
    for one in found["differences"]:
        assert f"/standards/clauses/{one['id']}" in shown and one["before"] != one["after"]
    assert not got(client, "standards/comparison?before=2005&after=2005")["differences"]


def test_frameworks_and_rules_are_whole(client: FlaskClient) -> None:
    for one in got(client, "frameworks"):
        found = got(client, f"frameworks/{one['id']}")
        asked = [q["id"] for s in found["sections"] for c in s["criteria"] for q in c["questions"]]
        assert asked == list(frameworks()[one["id"]].questions)
    rules = got(client, "practice-rules")
    assert [(one["id"], one["value"]) for one in rules] == [(one.id, one.value) for one in practice().parameters]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("standards/1066", "There is no edition called 1066; there are"),
        ("standards/comparison?after=1066", "There is no edition called 1066"),
        ("clauses/nothing", "There is no clause called nothing."),
        ("frameworks/nothing", "There is no framework called nothing; there are"),
    ],
)
def test_what_is_not_there_is_said(client: FlaskClient, path: str, said: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404 and said in answer.json["detail"]


def test_it_is_open_to_everybody_and_to_machines_with_the_right_to_figures(demo_app: Flask, own_database: Any) -> None:
    for who in ("t.adeyemi", "j.hartnell", "i.nkemelu", "s.brandt"):
        assert got(signed_in(demo_app, who), "standards")
    app = create_app(str(own_database), today=lambda: TODAY, demo=True)
    feed = opened(app, MACHINE, ("reports",))
    assert got(feed, "standards/2005")["rows"]
    recorder = MachineClient(app, token(app, MACHINE, ("record",), "recorder"))
    assert recorder.get("/api/v1/standards/2005").status_code == 403

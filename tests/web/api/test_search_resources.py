"""Search by the API: what the page finds, with nothing that was typed in an address or in clear in the log."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.api import cases_in, got, last_line
from tests.support.people import found_by, signed_in
from tests.web.cases.test_search_page import cases
from tests.web.site.test_access_control import GLOUCESTER, TODAY, limited
from web.app import create_app


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


def sought(client: FlaskClient, words: str, query: str = "") -> Any:
    answer = client.post(f"/api/v1/search{query}", json={"sought": words})
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize(
    "words", ["Davies", "davis", "BRIAN dav", "v465889", "V465889/1", "1 1 1950", "\u03a9", "%", "O'"]
)
def test_it_finds_what_the_page_finds(spo: FlaskClient, words: str) -> None:
    found, page = sought(spo, words), found_by(spo, words)
    assert [one["case"] for one in found["found"] + found["alike"]] == cases(page)
    assert f"among the {found['among']} cases" in page and found["found_in_all"] == len(found["found"])
    assert all(one["name"] in page for one in found["found"])


def test_a_date_of_birth_in_any_form(spo: FlaskClient) -> None:
    (case,) = sought(spo, "v465889")["found"]
    for words in (case["born"], "/".join(reversed(case["born"].split("-")))):
        assert case in sought(spo, words)["found"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"sought": "31/2/1971"}, 404, "real date"), ({"sought": "12/3/71"}, 404, "four digits"),
        ({"sought": ""}, 422, "1 to 120"), ({"sought": "   "}, 422, "Enter a name"), ({"sought": "x" * 121}, 422, "1 to 120"),
        ({"sought": "a\nb"}, 422, "Enter a name"), ({"sought": "a\0b"}, 422, "Enter a name"), ({}, 422, "It is needed"),
        ({"sought": "Davies", "more": 1}, 422, "There is no such field; this takes sought"),
        ({"sought": 5}, 422, "It must be a text"), ({"sought": None}, 422, "It must be a text"), ([], 422, "Send a JSON object"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_for_is_said(spo: FlaskClient, body: Any, status: int, said: str) -> None:
    answer = spo.post("/api/v1/search", json=body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert said in str(answer.json["errors"]), answer.json


def test_what_is_no_json_is_said_in_our_words(spo: FlaskClient) -> None:
    answer = spo.post("/api/v1/search", data="{sought", content_type="application/json")
    assert answer.status_code == 400 and answer.json["detail"].startswith("What was sent is no JSON"), answer.text


def test_a_form_of_another_site_searches_nothing(demo_app: Flask, spo: FlaskClient) -> None:
    assert spo.post("/api/v1/search", data={"sought": "Davies"}).status_code == 422
    assert spo.post("/api/v1/search", data='{"sought": "Davies"}', content_type="text/plain").status_code == 422
    assert spo.post("/search", data={"sought": "Davies"}).status_code == 400, "a page's form needs its token"
    assert demo_app.test_client().post("/api/v1/search", json={"sought": "Davies"}).status_code == 401


def test_what_was_searched_for_stands_sealed_in_the_log(demo_app: Flask, spo: FlaskClient) -> None:
    found = sought(spo, "Davies")
    line = last_line(demo_app)
    assert (line.action, cases_in(demo_app, line)) == (
        "searched",
        {one["case"] for one in found["found"] + found["alike"]},
    )
    assert "Davies" not in (line.selection + line.detail) and line.selection == "POST /api/v1/search"


def test_it_reads_as_at_a_day_and_for_whom_cases_are_open(demo_app: Flask, own_database: Path) -> None:
    assert not sought(signed_in(demo_app, "p.anstey"), "v465889", "?as_at=2005-01-01")["found"]
    assert not sought(signed_in(demo_app, "t.adeyemi"), "v465889")["found"]
    limited(own_database, "p.anstey")
    client = signed_in(create_app(str(own_database), today=lambda: TODAY, demo=True), "p.anstey")
    closed, none = (sought(client, words) for words in (GLOUCESTER, "X999999"))
    assert closed == none
    assert client.get(f"/api/v1/cases/{GLOUCESTER}").status_code == 404
    assert GLOUCESTER not in str(got(client, "/cases?show=all&per_page=500"))


def test_recent_cases_are_those_opened_on_the_site(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")
    client.get(f"/cases/{GLOUCESTER}")
    assert GLOUCESTER in [one["case"] for one in got(client, "/search/recent")["cases"]]
    assert GLOUCESTER in cases_in(demo_app, last_line(demo_app))

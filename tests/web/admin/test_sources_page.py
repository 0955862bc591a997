"""The pages of sources and imports: registering, importing for a source, taking over by two people."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.register_entries import SourceRegistered, TakingOverDeclared
from domain.store.application import Files
from domain.store.lateness import LATE_TABLE
from domain.store.sources import source_named
from domain.store.stored_by import StoredBy
from tests.domain.importing.test_importer import GOOD
from tests.support.people import post, signed_in, token_in
from web.app import create_app

pytestmark = pytest.mark.both

NOW = datetime.now(UTC)
ONE = Account("r.one", "Rae One", "information_manager")
TWO = Account("t.two", "Tay Two", "information_manager")
SOURCE = {"name": "crams", "accounts": "r.one", "users": "cron", "areas": "Gloucestershire", "normal_delay": "3"}


@pytest.fixture
def app(empty_database: str) -> Flask:
    Files.open(empty_database).close()
    return create_app(empty_database)


@pytest.fixture
def one(app: Flask) -> FlaskClient:
    return signed_in(app, ONE)


def files(app: Flask) -> Files:
    return Files.open(app.config["DATABASE"])


def send(client: FlaskClient, lines: list[dict[str, Any]], **more: str) -> str:
    raw = "".join(json.dumps(line) + "\n" for line in lines).encode()
    fields = {
        "csrf_token": token_in(client.get("/imports").text),
        "step": "store",
        "file": (io.BytesIO(raw), "a.ndjson"),
    }
    return client.post("/imports", data={**fields, **more}).text


def actors(app: Flask) -> set[str]:
    found = files(app)
    query = "SELECT DISTINCT actor FROM stored_events WHERE topic NOT LIKE 'register.%'"
    return {actor for (actor,) in found.recorder.rows_of(query)}


def late(app: Flask) -> int:
    found = files(app)
    return int(found.recorder.rows_of(f"SELECT coalesce(sum(entries), 0) FROM {LATE_TABLE}")[0][0])


def test_a_source_is_registered_and_changed(app: Flask, one: FlaskClient) -> None:
    assert post(one, "/sources/change", **SOURCE).status_code == 302
    page = one.get("/sources").text
    assert "crams" in page and "cron, r.one" in page and "3 days" in page
    assert 'value="3"' in one.get("/sources/change?source=crams").text
    post(one, "/sources/change", **SOURCE | {"normal_delay": "10"})
    registered = source_named(files(app), "crams").registered
    assert registered is not None and registered.normal_delay == 10


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "a name", "no name of a source"),
        ("accounts", "nobody.1", "There is no account"),
        ("normal_delay", "46", "from 0 to 45"),
        ("normal_delay", "x", "from 0 to 45"),
    ],
)
def test_what_is_wrong_in_the_form_is_said(one: FlaskClient, field: str, value: str, said: str) -> None:
    answer = post(one, "/sources/change", **SOURCE | {field: value})
    assert answer.status_code == 200 and said in answer.text


def test_an_import_for_a_source_stands_under_account_and_source(app: Flask, one: FlaskClient) -> None:
    post(one, "/sources/change", **SOURCE)
    assert "3 entries stored" in send(one, GOOD, source="crams")
    assert actors(app) == {str(StoredBy("r.one", "crams"))} and late(app) == 3
    refused = send(signed_in(app, TWO), GOOD, source="crams")
    assert "may not import for crams" in refused
    kent = {"case": "K000001/1", "entry": "s"}
    other = send(
        one, [GOOD[0] | kent | {"area": "Kent", "person": GOOD[0]["person"] | {"crn": "K000001"}}], source="crams"
    )
    assert "Kent is no area for which crams imports" in other


def test_two_people_declare_a_taking_over(app: Flask, one: FlaskClient) -> None:
    post(one, "/sources/change", **SOURCE)
    two = signed_in(app, TWO)
    today = f"{NOW:%d/%m/%Y}"
    post(one, "/sources/taking-over", "/sources", name="crams", cut_over=today, areas="", reason="the first load")
    assert "A request waits" in one.get("/sources").text
    assert source_named(files(app), "crams").declared is None
    assert "Take over the first load of crams" in two.get("/requests").text
    assert post(one, "/requests/1/confirmed", "/sources").status_code == 403, "nobody confirms what they asked for"
    assert post(two, "/requests/1/confirmed", "/requests").status_code == 302
    declared = source_named(files(app), "crams").declared
    assert isinstance(declared, TakingOverDeclared)
    assert (declared.asked_by, declared.confirmed_by, declared.cut_over) == ("r.one", "t.two", NOW.date())
    assert "3 entries stored" in send(one, GOOD, source="crams")
    assert actors(app) == {"source crams, taking over, r.one"} and late(app) == 0
    assert "confirmed by Tay Two" in one.get("/sources").text
    post(two, "/sources/closing", "/sources", name="crams")
    assert source_named(files(app), "crams").taking_over(NOW) is None


def test_where_nobody_else_can_confirm_it_says_so(app: Flask, one: FlaskClient) -> None:
    post(one, "/sources/change", **SOURCE)
    post(one, "/sources/taking-over", "/sources", name="crams", cut_over=f"{NOW:%d/%m/%Y}", areas="", reason="")
    declared = source_named(files(app), "crams").declared
    assert declared is not None and (declared.asked_by, declared.confirmed_by) == ("r.one", None)
    assert "done alone" in one.get("/sources").text
    data, waits = one.get("/data").text, one.get("/requests").text
    assert "1 request</a> done alone is not confirmed by a second person yet" in data
    assert "for a second person.</li>" not in data
    assert "Nothing waits, but for what was done alone." in waits


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"cut_over": "soon"}, "Enter the cut-over day"),
        ({"cut_over": f"{NOW + timedelta(days=120):%d/%m/%Y}"}, "within 92 days"),
        ({"areas": "Kent"}, "Kent is no area of crams"),
        ({"name": "nobody-s"}, "is registered"),
        ({"name": "../x"}, "is registered"),
    ],
)
def test_what_cannot_be_taken_over_is_said(one: FlaskClient, fields: dict[str, str], said: str) -> None:
    post(one, "/sources/change", **SOURCE)
    given = {"name": "crams", "cut_over": f"{NOW:%d/%m/%Y}", "areas": "", "reason": ""} | fields
    assert said in post(one, "/sources/taking-over", "/sources", **given).text


def test_a_clock_set_back_is_said_on_the_page_of_imports(app: Flask, one: FlaskClient) -> None:
    assert "was set back" not in one.get("/imports").text
    found = files(app)
    found.recorder.clock = lambda: NOW - timedelta(days=2)
    send(one, GOOD)
    found.enter("source:x", SourceRegistered(at=NOW), actor="jo")
    assert "The clock of this service was set back" in one.get("/imports").text

"""The pages of destinations: two people register one, one stops it, and what failed is said where they look."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from tests.support.destinations import deliverer, due_again, record, settings_for
from tests.support.people import add, post, signed_in
from tests.support.receivers import NETWORKS, Receiver, receiving
from web.app import create_app
from web.gate.gate_settings import CA_FILE, PRIVATE

pytestmark = pytest.mark.both

ONE = Account("r.one", "Rae One", "information_manager")
TWO = Account("t.two", "Tay Two", "information_manager")
UNTIL = datetime.now(UTC).date() + timedelta(days=90)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture
def app(own_database: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv(PRIVATE, NETWORKS)
    monkeypatch.setenv(CA_FILE, str(receiver.ca))
    return create_app(str(own_database))


@pytest.fixture
def one(app: Flask) -> FlaskClient:
    return signed_in(app, ONE)


@pytest.fixture
def two(app: Flask) -> FlaskClient:
    return signed_in(app, TWO)


def asked(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {
        "kind": "webhook", "address": receiver.url, "subscriber": "p.anstey", "purpose": "the diary", "until": f"{UNTIL:%d/%m/%Y}",
        "reason": "agreed with the team",
    } | more  # fmt: skip


def test_two_people_register_it_and_one_stops_and_starts_it(
    app: Flask, own_database: Any, receiver: Receiver, one: FlaskClient, two: FlaskClient
) -> None:
    answer = post(one, "/destinations/new", **asked(receiver, types=["MappaSet"]))
    assert answer.status_code == 302
    assert "A second person must confirm it" in one.get("/destinations").text
    assert "No destination is registered" in two.get("/destinations").text
    page = two.get("/requests").text
    for words in (
        f"Push changes to {receiver.url}",
        "references of entries: MappaSet",
        "p.anstey",
        "the diary",
        "agreed with",
    ):
        assert words in page
    assert post(one, "/requests/1/confirmed", "/requests").status_code == 403, "nobody confirms what they asked for"
    before = record(own_database)
    assert post(two, "/requests/1/confirmed", "/requests").status_code == 302
    mine = record(own_database)
    record(own_database, type_="TierSet", tier=4)
    with deliverer(own_database, settings_for(receiver)) as sending:
        assert sending.once()
        assert receiver.ids == [mine], f"{before} was stored before"
        shown = two.get("/destinations/1").text
        for words in ("asked for by Rae One", "confirmed by Tay Two", "whpk_", "Taken: answered 204", "MappaSet"):
            assert words in shown
        assert post(one, "/destinations/1/stop", "/destinations/1", reason="it moved").status_code == 302
        assert "it moved" in one.get("/destinations").text
        record(own_database)
        assert sending.once() and len(receiver.got) == 1
        post(two, "/destinations/1/start", "/destinations/1")
        assert sending.once() and len(receiver.got) == 2
    with closing(AccountRegister(str(own_database))) as register:
        details = [line.detail for line in register.log.lines(action="destination changed")]
    assert ["started again" in details[0], "it moved" in details[1], "registered" in details[2]] == [True] * 3


def test_what_failed_for_a_day_is_said_on_their_first_page(
    app: Flask,
    own_database: Any,
    receiver: Receiver,
    one: FlaskClient,
    two: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post(one, "/destinations/new", **asked(receiver))
    post(two, "/requests/1/confirmed", "/requests")
    record(own_database)
    receiver.status = 500
    with deliverer(own_database, settings_for(receiver)) as sending:
        assert sending.once()
        assert "tried again" in one.get("/destinations/1").text
        due_again(sending, 1)
        monkeypatch.setattr("domain.destinations.destination_rules.GIVES_UP_AFTER", timedelta(0))
        assert sending.once()
    assert "every destination gets" not in one.get("/data").text
    for client in (one, two):
        page = client.get("/data").text
        assert "Nothing is delivered to" in page and receiver.url in page and "answered 500" in page


def test_one_in_the_place_of_another_needs_two_and_goes_on_where_that_was(
    app: Flask, own_database: Any, receiver: Receiver, one: FlaskClient, two: FlaskClient
) -> None:
    post(one, "/destinations/new", **asked(receiver))
    post(two, "/requests/1/confirmed", "/requests")
    mine = record(own_database)
    assert receiver.url in one.get("/destinations/new?replaces=1").text
    later = f"{UNTIL + timedelta(days=90):%d/%m/%Y}"
    post(one, "/destinations/new", "/destinations/new?replaces=1", **asked(receiver, replaces="1", until=later))
    assert "another destination takes its place" not in one.get("/destinations/1").text
    post(two, "/requests/2/confirmed", "/requests")
    assert "another destination takes its place" in one.get("/destinations/1").text
    with deliverer(own_database, settings_for(receiver)) as sending:
        assert sending.once()
    assert receiver.ids == [mine]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": ""}, "Choose what is sent"),
        ({"address": "http://hooks.example/"}, "https alone"),
        ({"address": "https://2130706433/"}, "another spelling"),
        ({"address": "https://localhost./"}, "dot at the end"),
        ({"address": "https://169.254.169.254/latest"}, "metadata"),
        ({"address": "https://10.9.8.7/"}, "no address of the public network"),
        ({"address": "https://[::ffff:a9fe:a9fe]/"}, "another spelling"),
        ({"address": "https://no-such-host.invalid/"}, "no address is known of no-such-host.invalid"),
        ({"subscriber": "i.nkemelu"}, "Choose the account"),
        ({"subscriber": "nobody"}, "Choose the account"),
        ({"types": ["Nothing"]}, "There is no type of entry"),
        ({"types": ["InterviewNoted"]}, "There is no type of entry"),
        ({"address": "https://hooks.example/in?tenant=2&api_key=x"}, "leave out api_key="),
        ({"address": "https://hooks.example/in?sig=x"}, "leave out sig="),
        ({"purpose": " "}, "what it is for"),
        ({"until": "1/1/2005"}, "at the latest"),
        ({"until": "1/1/2078"}, "at the latest"),
        ({"until": "soon"}, "at the latest"),
        ({"kind": "mail"}, "smtp://HOST:PORT"),
        ({"kind": "mail", "address": "smtp://169.254.169.254"}, "metadata"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_nothing_is_lost(
    one: FlaskClient, receiver: Receiver, fields: dict[str, Any], said: str
) -> None:
    answer = post(one, "/destinations/new", **asked(receiver, **fields))
    assert answer.status_code == 200
    assert said.lower() in answer.text.lower()
    assert "agreed with the team" in answer.text
    assert "Nothing waits" in one.get("/requests").text


def test_without_the_operators_setting_this_machine_is_refused(
    one: FlaskClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PRIVATE)
    assert "no address of the public network" in post(one, "/destinations/new", **asked(receiver)).text


def test_what_cannot_be_registered_any_more_is_not_confirmed(
    app: Flask, receiver: Receiver, one: FlaskClient, two: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(one, "/destinations/new", **asked(receiver))
    monkeypatch.delenv(PRIVATE)
    page = post(two, "/requests/1/confirmed", "/requests")
    assert "Nothing was changed" in two.get(page.location).text
    assert "No destination is registered" in two.get("/destinations").text


def test_the_subscriber_does_not_confirm_it(app: Flask, receiver: Receiver, one: FlaskClient, two: FlaskClient) -> None:
    post(one, "/destinations/new", **asked(receiver))
    manager = signed_in(app, Account("m.one", "Em One", "area_manager", ("Gloucestershire",)))
    assert manager.get("/destinations").status_code == 403
    assert manager.get("/destinations/1").status_code == 403


def test_a_destination_that_is_not_there_is_said(one: FlaskClient) -> None:
    assert "There is no destination 7" in one.get("/destinations/7").text


def test_an_account_that_was_closed_is_said_on_their_first_page(
    app: Flask, own_database: Any, receiver: Receiver, one: FlaskClient, two: FlaskClient
) -> None:
    post(one, "/destinations/new", **asked(receiver))
    post(two, "/requests/1/confirmed", "/requests")
    assert "Nothing is delivered" not in one.get("/data").text
    with closing(AccountRegister(str(own_database))) as register:
        register.change(replace(register.account("p.anstey"), disabled=True))
    assert "the account p.anstey is closed" in one.get("/data").text
    assert "the account p.anstey is closed" in one.get("/destinations/1").text


def test_a_machine_that_reads_cases_can_be_a_subscriber_and_no_other(app: Flask, one: FlaskClient) -> None:
    add(app, Account("diary", "The diary", "machine", ("Gloucester",), rights=("read",), place_level="team"))
    add(app, Account("board", "The board", "machine", ("Gloucester",), rights=("reports",), place_level="team"))
    page = one.get("/destinations/new").text
    assert 'value="diary"' in page and 'value="p.anstey"' in page
    assert 'value="board"' not in page and 'value="i.nkemelu"' not in page

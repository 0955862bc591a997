"""The secret address of a calendar: shown once, for a year, and no longer than the account and its role."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.calendar_addresses import KEPT_FOR
from tests.support.people import post, signed_in
from web.app import create_app
from web.site import access_control, clock

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def app(own_database: Path | str) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


def address_in(page: str) -> str:
    found = re.search(r"/calendar/p\.anstey/[^\"<?]+\.ics", page)
    assert found is not None
    return found[0]


@pytest.fixture
def made(app: Flask) -> tuple[FlaskClient, str]:
    """Who is signed in, and the address that they were shown."""
    client = signed_in(app, "p.anstey")
    return client, address_in(post(client, "/calendar", step="new").text)


def test_an_address_is_shown_once_and_read_without_signing_in(app: Flask, made: tuple[FlaskClient, str]) -> None:
    client, address = made
    assert app.test_client().get(address).text.startswith("BEGIN:VCALENDAR")
    page = client.get("/calendar").text
    assert ".ics" not in page and "has an address until" in page
    asked = post(client, "/calendar", step="new").text
    assert "Make a new address?" in asked and ".ics" not in asked
    assert app.test_client().get(address).status_code == 200, "until the answer is yes the old one stands"
    other = address_in(post(client, "/calendar", step="replace").text)
    assert other != address and app.test_client().get(address).status_code == 404
    post(client, "/calendar", step="stop")
    assert app.test_client().get(other).status_code == 404 and "has no address" in client.get("/calendar").text


def test_an_address_ends_after_a_year(
    app: Flask, made: tuple[FlaskClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + KEPT_FOR - timedelta(minutes=1))
    assert app.test_client().get(made[1]).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + KEPT_FOR + timedelta(minutes=1))
    assert app.test_client().get(made[1]).status_code == 404


@pytest.mark.parametrize("changed", [{"disabled": True}, {"role": "divisional_manager"}])
def test_an_address_ends_with_the_account_or_its_role(
    app: Flask, made: tuple[FlaskClient, str], changed: dict[str, object]
) -> None:
    with app.app_context():
        register = access_control.register()
        before = register.account("p.anstey")
        register.change(replace(before, **changed))  # type: ignore[arg-type]
    assert app.test_client().get(made[1]).status_code == 404
    with app.app_context():
        register.change(replace(before, revision=before.revision + 1))
    assert app.test_client().get(made[1]).status_code == 404, "for good"


def test_another_name_or_secret_opens_nothing(app: Flask, made: tuple[FlaskClient, str]) -> None:
    client = app.test_client()
    for address in (made[1].replace("p.anstey", "m.hoole"), made[1].replace(".ics", "x.ics"), "/calendar/p.anstey/x.ics",
                    made[1].replace("p.anstey", "nobody")):  # fmt: skip
        assert client.get(address).status_code == 404


def test_a_line_break_anywhere_in_an_address_makes_it_none(app: Flask, made: tuple[FlaskClient, str]) -> None:
    client = app.test_client()
    for odd in ("%0A", "%0D%0A", "a%0Ab", "%1B", "%C2%85", "%E2%80%A9", "%00"):
        for address in (f"{made[1]}?officer={odd}", f"{made[1]}?{odd}=x", made[1].replace(".ics", f"{odd}.ics")):
            assert client.get(address).status_code in (400, 404) and (
                odd == "%00" or client.get(address).status_code == 404
            )
    assert client.get(f"{made[1]}?officer=Nobody").status_code == 404, "no case was held by an officer of this name"
    assert client.get(f"{made[1]}?officer=Helen+Sallis").status_code == 200

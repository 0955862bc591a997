"""Signing in to the site under test, through its own doors."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.kept_accounts import AccountExists
from domain.accounts.roles import Account
from web.services import current_cases
from web.site import access_control, clock, passwords

PASSWORD = "correct horse battery staple"
MANAGER = Account("manager", "Ann Manager", "area_manager", ("Gloucestershire",), grade="spo")


def token_in(page: str) -> str:
    """The hidden field that shows a form to be the site's."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page[:300]
    return found[1]


def add(app: Flask, account: Account, password: str = PASSWORD) -> Account:
    """An account with a password, unless it is there already."""
    with app.app_context(), suppress(AccountExists):
        register = access_control.register()
        register.add(account, passwords.hashed(register.key, account.username, password))
    return account


def post(client: FlaskClient, path: str, form: str = "", **values: Any) -> Any:
    """Send a form with the token that the page of ``form`` (default: the same path) carries."""
    page = client.get(form or path).text
    return client.post(path, data={"csrf_token": token_in(page), **values})


def found_by(client: FlaskClient, sought: str) -> str:
    """The page that a search from the header leads to."""
    answer = post(client, "/search", sought=sought)
    assert answer.status_code == 302, answer.text[:500]
    return client.get(answer.location).text


def signed_in(app: Flask, who: str | Account = MANAGER) -> FlaskClient:
    """A client signed in: by the demonstration's door as the person of this user name, or with a password.

    The site asks nobody for a second factor from then on.
    """
    app.config["SECOND_FACTOR"] = frozenset()
    client = app.test_client()
    if isinstance(who, Account):
        add(app, who)
        answer = post(client, "/sign-in", username=who.username, password=PASSWORD)
    else:
        answer = post(client, f"/demo/{who}", "/demo")
    assert answer.status_code == 302, answer.text[:500]
    return client


def session_of(client: FlaskClient) -> dict[str, str]:
    """The cookie that carries the session, for a browser."""
    cookie = client.get_cookie("caseaudit")
    assert cookie is not None
    return {"name": cookie.key, "value": cookie.value}


def confirm_all(app: Flask) -> None:
    """As the demonstration's information manager, confirm every request that waits."""
    second = signed_in(app, "i.nkemelu")
    with app.app_context():
        waiting = [one.number for one in access_control.register().requests.still_open(clock.now()) if not one.alone]
    for number in waiting:
        post(second, f"/requests/{number}/confirmed", "/requests")


def asked_on(page: str, values: Mapping[str, object]) -> None:
    """Fail where a page has no field by which one of these values could be given: a person could not send it."""
    for name, value in values.items():
        every = value if isinstance(value, list) else [value]
        fields = re.findall(rf"<(?:input|select|textarea)\b[^>]*\bname=\"{re.escape(name)}\"[^>]*>", page)
        assert fields, f"nothing on the page asks for {name}"
        for one in every:
            chosen = [f for f in fields if 'type="radio"' in f or 'type="checkbox"' in f]
            assert not chosen or any(f'value="{one}"' in f for f in chosen), f"{name} cannot be {one} on the page"


def opens(client: FlaskClient, **said: Any) -> str:
    """Open an inspection, and have a second person confirm it; its id."""
    before = set(_inspections(client.application))
    asked_on(client.get("/inspections/new").text, said)
    answer = post(client, "/inspections/new", **said)
    assert answer.status_code == 302, answer.text[:500]
    confirm_all(client.application)
    (name,) = set(_inspections(client.application)) - before
    return name


def _inspections(app: Flask) -> list[str]:
    with app.app_context():
        return list(current_cases.repository().inspections)

"""Whoever writes into the tables beside the record lets nobody in on the site, and nothing takes effect by it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from domain.accounts.account_register import account_values
from domain.accounts.roles import Account
from tests.support.people import add, post, signed_in
from web.app import create_app
from web.site import access_control, clock

TODAY = date(2005, 12, 22)
KEEPER = Account("keeper", "Keeper One", "information_manager")
OTHER = Account("other", "Keeper Two", "information_manager")
JO = Account("jo", "Jo Brook", "case_manager", staff=("Helen Sallis",))
HELD = "V465889/1"
"""Held by Helen Sallis."""

pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY)


def write(app: Flask, statement: str, **values: Any) -> None:
    with app.app_context(), access_control.register().engine.begin() as c:
        c.execute(sa.text(statement), values)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts SET role = 'area_manager'", """UPDATE accounts SET staff = '["Helen Sallis", "J Doe"]'"""],
)
def test_a_running_session_opens_nothing_once_the_row_differs(app: Flask, statement: str) -> None:
    client = signed_in(app, JO)
    assert client.get(f"/cases/{HELD}").status_code == 200
    write(app, statement)
    assert client.get(f"/cases/{HELD}").status_code == 302
    answer = post(client, "/sign-in", username="jo", password="correct horse battery staple")
    assert answer.status_code == 200 and "not right" in answer.text


def forged(asked: Mapping[str, Any]) -> str:
    return (
        "INSERT INTO requests (number, kind, subject, change, reason, asked_by, asked_at, alone) VALUES "
        f"(900, 'account changed', 'jo', '{json.dumps(asked)}', '', 'other', :at, :alone)"
    )


def test_a_request_that_somebody_wrote_cannot_be_confirmed(app: Flask) -> None:
    client = signed_in(app, KEEPER)
    for account in (OTHER, JO):
        add(app, account)
    asked = {"account": account_values(replace(JO, role="area_manager")), "revision": 0, "widened": ["role"]}
    with app.app_context():
        now = clock.now().isoformat()
    write(app, forged(asked), at=now, alone=False)
    answer = post(client, "/requests/900/confirmed", "/requests")
    assert answer.status_code == 302 and "was not asked for here" in client.get("/requests").text
    write(app, "INSERT INTO request_decisions VALUES (900, 'confirmed', 'keeper', :at)", at=now)
    with app.app_context():
        assert access_control.register().account("jo") == JO


def test_the_page_of_accounts_says_whose_row_differs(app: Flask) -> None:
    client = signed_in(app, KEEPER)
    add(app, JO)
    assert "signs nobody in" not in client.get("/staff").text
    write(app, "UPDATE accounts SET grade = 'spo' WHERE username = 'jo'")
    assert client.get("/staff").text.count("signs nobody in") == 1

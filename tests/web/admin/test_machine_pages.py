"""The pages of machine accounts: asked for, confirmed by a second person, tokens made, shown once and ended; and the command."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account, Client
from tests.support.machine_clients import MachineClient
from tests.support.people import add, asked_on, post, signed_in, token_in
from tests.web.site.test_access_control import TODAY
from web.app import create_app
from web.cli import main
from web.site import access_control, clock

pytestmark = pytest.mark.both

REPORTS = "/api/v1/reports"


@pytest.fixture
def app(own_database: Path | str) -> Flask:
    made = create_app(str(own_database), today=lambda: TODAY, demo=True)
    add(made, Account("second", "Second Keeper", "information_manager"))
    return made


@pytest.fixture
def keeper(app: Flask) -> FlaskClient:
    return signed_in(app, "i.nkemelu")


def until(days: int) -> str:
    return f"{clock.day() + timedelta(days=days):%d/%m/%Y}"


def asked(**changed: Any) -> dict[str, Any]:
    """The form of a new machine account."""
    return {
        "username": "feed", "name": "Nightly feed", "right": ["reports", "record"], "place_level": "area",
        "place": ["Gloucestershire"], "source": "crams", "until": until(200), "reason": "the new system", **changed,
    }  # fmt: skip


def make(app: Flask, keeper: FlaskClient) -> None:
    """Ask for a machine account, and have it confirmed."""
    values = asked()
    asked_on(keeper.get("/machines/new").text, values)
    answer = post(keeper, "/machines/new", **values)
    assert answer.status_code == 302, answer.text[:500]
    confirm(app)


def confirm(app: Flask) -> None:
    second = signed_in(app, Account("second", "Second Keeper", "information_manager"))
    with app.app_context():
        waiting = access_control.register().requests.still_open(clock.now())
    for one in waiting:
        assert post(second, f"/requests/{one.number}/confirmed", "/requests").status_code == 302


def account(app: Flask) -> Account:
    with app.app_context():
        return access_control.register().account("feed")


def new_token(keeper: FlaskClient, **changed: Any) -> Any:
    values = {"token_name": "night", "token_right": ["reports"], "token_until": until(30), **changed}
    return post(keeper, "/machines/feed/tokens", "/machines/feed", **values)


def test_two_people_make_a_machine_account(app: Flask, keeper: FlaskClient) -> None:
    assert post(keeper, "/machines/new", **asked()).status_code == 302
    with app.app_context():
        assert not any(one.is_machine for one in access_control.register().accounts()), "it waits for a second person"
    page = signed_in(app, Account("second", "Second Keeper", "information_manager")).get("/requests").text
    for shown in ("Make the account feed", "reports, record", "Gloucestershire", "crams"):
        assert shown in page, shown
    again = post(keeper, "/machines/new", **asked())
    assert "asked for already" in again.text
    confirm(app)
    made = account(app)
    assert made.rights == ("reports", "record") and made.source == "crams" and made.place_level == "area"
    assert not made.must_change and made.until == clock.day() + timedelta(days=200)
    listed = keeper.get("/staff").text
    assert "/staff/feed" in listed and "reports, record: Gloucestershire" in listed
    assert keeper.get("/staff/feed").headers["Location"] == "/machines/feed"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"until": ""}, "Enter the last day on which this machine may be used"), ({"until": "31/2/2027"}, "Enter the last day"),
        ({"right": []}, "Choose what the machine may do"), ({"source": ""}, "Enter the registered source"),
        ({"right": ["reports"]}, "Enter the registered source"), ({"place": []}, "Enter the places"),
        ({"place_level": "team"}, "Gloucestershire"), ({"place_level": "county"}, "Choose what these places are"),
        ({"name": ""}, "Enter the name of the system"), ({"username": "i.nkemelu"}, "already an account"),
        ({"username": "Not One"}, "Enter a user name"), ({"right": ["everything"]}, "Choose what the machine may do"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(keeper: FlaskClient, changed: dict[str, Any], words: str) -> None:
    answer = post(keeper, "/machines/new", **asked(**changed))
    assert answer.status_code == 200 and words in answer.text and "There is a problem" in answer.text


def test_a_token_is_shown_once_works_and_is_ended_with_one_click(app: Flask, keeper: FlaskClient) -> None:
    make(app, keeper)
    shown = new_token(keeper)
    found = re.search(r"caseaudit_[A-Za-z0-9_-]{43}", shown.text)
    assert found is not None and shown.headers["Cache-Control"] == "no-store"
    feed = MachineClient(app, found[0])
    assert feed.get(REPORTS).status_code == 200
    page = keeper.get("/machines/feed").text
    assert found[0] not in page and "night" in page and "Never" not in page and "Ife Nkemelu" in page
    end = re.search(r'action="(/machines/feed/tokens/[0-9a-f]{64}/end)"', page)
    assert end is not None
    assert post(keeper, end[1], "/machines/feed").status_code == 302
    assert feed.get(REPORTS).status_code == 401
    assert "is ended" in keeper.get("/machines/feed").text
    assert "already" in keeper.get(post(keeper, end[1], "/machines/feed").location).text
    with app.app_context():
        said = [line.detail for line in access_control.register().log.lines(action="account changed")]
        kept = [f"{line.selection} {line.detail}" for line in access_control.register().log.lines()]
    assert any("token night ended" in one for one in said) and any("token night made" in one for one in said)
    assert not any(found[0] in one or end[1] in one for one in kept)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"token_name": ""}, "Enter a name"), ({"token_right": []}, "Select what the token may do"),
        ({"token_right": ["oversight"]}, "Select what the token may do"), ({"token_until": ""}, "last day"),
        ({"token_until": until(201)}, "not after the account"), ({"token_until": "1/1/2020"}, "last day from today"),
    ],
)  # fmt: skip
def test_a_token_that_cannot_stand_is_said(
    app: Flask, keeper: FlaskClient, changed: dict[str, Any], words: str
) -> None:
    make(app, keeper)
    answer = new_token(keeper, **changed)
    assert words in answer.text and "caseaudit_" not in answer.text and "There is a problem" in answer.text


def test_widening_needs_a_second_person_and_narrowing_none(app: Flask, keeper: FlaskClient) -> None:
    make(app, keeper)
    form = {**asked(), "revision": "0"}
    del form["username"]
    wider = post(keeper, "/machines/feed", **{**form, "right": ["reports", "record", "oversight"], "source": "delius"})
    assert wider.status_code == 302
    assert account(app).rights == ("reports", "record") and account(app).source == "crams"
    page = signed_in(app, Account("second", "Second Keeper", "information_manager")).get("/requests").text
    assert "crams → delius" in page
    confirm(app)
    assert account(app).rights == ("reports", "record", "oversight") and account(app).source == "delius"
    stale = post(keeper, "/machines/feed", **form)
    assert stale.status_code == 409 and "Nothing of yours was saved" in stale.text
    narrow = {**form, "right": ["reports"], "source": "", "revision": str(account(app).revision)}
    assert post(keeper, "/machines/feed", **narrow).status_code == 302
    assert account(app).rights == ("reports",) and account(app).source is None
    closed = {**narrow, "disabled": "yes", "revision": str(account(app).revision)}
    assert post(keeper, "/machines/feed", **closed).status_code == 302
    assert account(app).disabled and "New token" not in keeper.get("/machines/feed").text


def test_a_machine_never_becomes_a_person_nor_the_other_way(app: Flask, keeper: FlaskClient) -> None:
    make(app, keeper)
    person = {"name": "Feed", "role": "area_manager", "place": ["Gloucestershire"], "revision": "0"}
    assert "never becomes" in post(keeper, "/staff/feed", "/machines/feed", **person).text
    machine = {"name": "T Adeyemi", "role": "machine", "revision": "0", "until": "2030-01-01", "rights": "read"}
    assert post(keeper, "/staff/t.adeyemi", **machine).status_code == 200
    assert (
        "made on a page of its own"
        in post(keeper, "/staff/new", **machine, username="xx", places="a", place_level="area").text
    )
    assert account(app).is_machine
    for path in ("/machines/t.adeyemi", "/machines/nobody"):
        assert keeper.get(path).status_code == 404


def test_only_who_looks_after_accounts_sees_these_pages(app: Flask, keeper: FlaskClient) -> None:
    make(app, keeper)
    for who in ("c.whitlock", "s.brandt", "j.hartnell"):
        for path in ("/machines/new", "/machines/feed"):
            assert signed_in(app, who).get(path).status_code == 403


def test_the_command_adds_lists_and_closes_a_machine(tmp_path: Path) -> None:
    database = str(tmp_path / "audit.sqlite")

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["users", *arguments, "--database", database])
        assert result.exit_code == code, result.output
        return result.output

    run(
        "add",
        "keeper",
        "--role",
        "information_manager",
        "--name",
        "Keeper",
        "--password",
        "correct horse battery staple",
    )
    feed = [
        "add",
        "feed",
        "--role",
        "machine",
        "--name",
        "Feed",
        "--place",
        "Avon",
        "--place-level",
        "area",
        "--right",
        "read",
    ]
    assert "until: Enter the last day" in run(*feed, code=2)
    feed += ["--until", f"{clock.day() + timedelta(days=9)}"]
    assert "leave it out" in run(*feed, "--password", "correct horse battery staple", code=2)
    assert "feed may use the API as machine" in run(*feed)
    assert "machine" in run("list") and "(read, area: Avon)" in run("list")
    for command in ("password", "recover", "invite"):
        given = [] if command == "invite" else ["--password", "correct horse battery staple"]
        assert "is a machine" in run(command, "feed", *given, code=2)
    assert "never becomes" in run("change", "feed", "--role", "auditor", code=2)
    run("change", "feed", "--right", "reports", "--right", "read", "--client", "c", code=2)
    run("change", "feed", "--right", "reports", "--right", "read")
    run("change", "feed", "--close")
    assert "closed" in run("list")


def test_a_client_is_one_accounts(app: Flask, keeper: FlaskClient) -> None:
    make(app, keeper)
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("feed"), client=Client("https://i.example", "c", "c")))
        assert register.machine_of("https://i.example", "c") == register.account("feed")
    app.extensions["openid"] = {"issuer": "https://i.example"}
    try:
        token = token_in(keeper.get("/machines/new").text)
        answer = keeper.post("/machines/new", data={"csrf_token": token, **asked(username="other", client="c")})
        assert "another has it already" in answer.text
    finally:
        del app.extensions["openid"]

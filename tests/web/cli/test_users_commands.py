"""``caseaudit users``: the first account, and what the operator does when the information manager can't."""

import pytest
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from tests.support.people import PASSWORD, token_in
from web.app import create_app
from web.cli import main

MANAGER = ("users", "add", "i.manager", "--role", "information_manager", "--name", "I Manager", "--password", PASSWORD)


pytestmark = pytest.mark.both


@pytest.fixture
def run(empty_database: str):  # type: ignore[no-untyped-def]
    def call(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", empty_database], input=typed)
        assert result.exit_code == code, result.output
        return result

    return call


def signs_in(database: str, username: str, password: str) -> bool:
    client = create_app(database).test_client()
    token = token_in(client.get("/sign-in").text)
    form = {"csrf_token": token, "username": username, "password": password}
    return client.post("/sign-in", data=form).status_code == 302


def test_the_first_account_opens_the_site(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    assert "i.manager may sign in as information manager" in run(*MANAGER).output
    assert signs_in(empty_database, "i.manager", PASSWORD)
    assert not signs_in(empty_database, "i.manager", PASSWORD + "!")


def test_the_password_is_asked_for_twice_and_not_shown(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    asked = run(*MANAGER[:-2], typed=f"{PASSWORD}\n{PASSWORD}\n").output
    assert "Password" in asked and PASSWORD not in asked
    assert signs_in(empty_database, "i.manager", PASSWORD)


def test_list_change_close_and_open(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    run(*MANAGER)
    run("users", "add", "a.spo", "--role", "spo", "--name", "Ann Spo", "--place", "Gloucester", "--place", "Stroud",
        "--password", PASSWORD)  # fmt: skip
    assert "Ann Spo (Gloucester, Stroud)" in run("users", "list").output
    run("users", "change", "a.spo", "--role", "divisional_manager", "--place", "South")
    line = next(x for x in run("users", "list").output.splitlines() if x.startswith("a.spo"))
    assert "divisional_manager" in line and line.endswith("Ann Spo (South)")
    run("users", "change", "a.spo", "--close")
    assert "Ann Spo (South) closed" in run("users", "list").output
    assert not signs_in(empty_database, "a.spo", PASSWORD)
    run("users", "change", "a.spo", "--open")
    assert signs_in(empty_database, "a.spo", PASSWORD)


def test_a_new_password_ends_the_old_one(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    run(*MANAGER)
    run("users", "password", "i.manager", "--password", "three other longer words")
    assert not signs_in(empty_database, "i.manager", PASSWORD)
    assert signs_in(empty_database, "i.manager", "three other longer words")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "I Manager", "--role", "information_manager", "--name", "I M", "--password", PASSWORD), "small letters"),
        (("add", "a.spo", "--role", "spo", "--name", "Ann Spo", "--password", PASSWORD), "teams that this person"),
        (("add", "a.spo", "--role", "king", "--name", "Ann Spo", "--password", PASSWORD), "information_manager"),
        (("add", "a.spo", "--role", "spo", "--place", "T", "--password", PASSWORD), "name: Enter the name"),
        (("add", "an.inspector", "--role", "inspector", "--name", "An I", "--password", PASSWORD), "places: Enter the areas"),
        (("add", "an.inspector", "--role", "inspector", "--name", "An I", "--place", "Avon", "--password", PASSWORD),
         "until: Enter the last day"),
        (("change", "i.manager", "--until", "soon"), "until: Enter the last day"),
        (("add", "a.spo", "--role", "spo", "--name", "Ann Spo", "--place", "T", "--password", "short"), "12 characters"),
        (MANAGER[1:], "already an account 'i.manager'"),
        (("change", "nobody", "--close"), "no account 'nobody'; there are: i.manager"),
        (("password", "nobody", "--password", PASSWORD), "no account 'nobody'"),
        (("password", "i.manager", "--password", "i.manager i.manager"), "isn't your name"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_changes_nothing(run, empty_database: str, arguments, words: str) -> None:  # type: ignore[no-untyped-def]
    run(*MANAGER)
    before = run("users", "list").output
    assert words in run("users", *arguments, code=2).output
    assert run("users", "list").output == before
    assert signs_in(empty_database, "i.manager", PASSWORD)


def test_what_the_operator_does_is_on_the_access_log(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    run(*MANAGER)
    run("users", "change", "i.manager", "--grade", "spo")
    run("users", "password", "i.manager", "--password", "three other longer words")
    register = AccountRegister(empty_database)
    lines = list(register.log.lines(staff="operator"))
    register.close()
    assert [line.action for line in lines] == ["password changed", "account changed", "account made"]


def test_what_the_operator_widens_is_marked_as_done_alone_but_the_first_account(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    run(*MANAGER)
    run(
        "users",
        "add",
        "a.spo",
        "--role",
        "spo",
        "--name",
        "Ann",
        "--place",
        "T",
        "--password",
        "three other longer words",
    )
    run("users", "change", "a.spo", "--place", "T", "--place", "U")
    run("users", "change", "a.spo", "--place", "U")
    run("users", "change", "a.spo", "--close")
    run("users", "change", "a.spo", "--open")
    register = AccountRegister(empty_database)
    asked = register.requests.every()
    register.close()
    assert [(one.kind, one.subject, one.change.get("widened"), one.alone, one.asked_by) for one in reversed(asked)] == [
        ("account made", "a.spo", None, True, "operator"),
        ("account changed", "a.spo", ["places"], True, "operator"),
        ("account changed", "a.spo", ["disabled"], True, "operator"),
    ]


def test_somebody_who_lost_their_password_is_let_in_again(run, empty_database: str) -> None:  # type: ignore[no-untyped-def]
    run(*MANAGER)
    run("users", "recover", "i.manager", "--password", "three other longer words")
    assert signs_in(empty_database, "i.manager", "three other longer words")
    register = AccountRegister(empty_database)
    assert register.account("i.manager").must_change
    register.close()


def test_what_the_record_does_not_know_is_said_and_kept(own_database: str) -> None:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--database", str(own_database)])

    machine = (
        "--role",
        "machine",
        "--name",
        "Feed",
        "--until",
        "2079-01-01",
        "--right",
        "read",
        "--place-level",
        "team",
    )
    made = call("users", "add", "feed", *machine, "--place", "Glocester", "--right", "record", "--source", "crms")
    assert made.exit_code == 0 and "feed may use the API" in made.output, made.output
    assert "held in a team called Glocester. There are: Gloucester, " in made.stderr
    assert "No source called crms is registered. There are: samples." in made.stderr
    listed = call("users", "list").output
    assert "(read, record, team: Glocester, records as crms)" in listed
    assert call("sources", "add", "crams", "--account", "feed").exit_code == 0
    again = call("users", "change", "feed", "--place", "Gloucester")
    assert (
        "Glocester" not in again.stderr
        and "No source called crms is registered. There are: crams, samples." in again.stderr
    )
    assert call("users", "change", "feed", "--source", "crams").stderr == ""
    officer = call("users", "add", "h.s", "--role", "case_manager", "--name", "H S", "--staff", "Helen Salis",
                   "--password", PASSWORD)  # fmt: skip
    assert "by an officer called Helen Salis. There are: Helen Sallis, " in officer.stderr

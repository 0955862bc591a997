"""Sessions: they end when they should, and nothing in the database signs anybody in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.accounts.sign_in_sessions import AHEAD, IDLE, LONGEST, UNFINISHED
from domain.outside_key import OutsideKey

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN = Account("ann", "Ann Spo", "spo", ("Gloucester",))
BEN = Account("ben", "Ben Spo", "spo", ("Stroud",))
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.both


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    opened = AccountRegister(empty_database)
    for account in (ANN, BEN):
        opened.add(account, f"hash of {account.username}")
    yield opened
    opened.close()


def who(register: AccountRegister, token: str, now: datetime = NOW) -> str | None:
    found = register.sessions.find(token, now)
    return None if found is None else found[1].username


def test_a_token_is_known_again_and_no_other(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "10.0.0.7")
    assert who(register, token) == "ann"
    assert who(register, token + "x") is None and who(register, "") is None
    (held,) = register.sessions.of("ann", NOW)
    assert (held.how, held.since, held.address) == ("password", NOW, "10.0.0.7")


def test_the_database_holds_no_token(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "")
    with register.engine.connect() as c:
        (row,) = c.execute(sa.text("SELECT * FROM sessions"))
    assert token not in map(str, row)
    for copied in (row.id, row.seal):
        assert who(register, copied) is None


def test_a_copy_of_the_database_knows_no_token_without_the_key(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "")
    vars(register)["key"] = OutsideKey(b"another key of a thief, of some length")
    assert who(register, token) is None
    forged = register.sessions.begin(ANN, "password", NOW, "")
    del vars(register)["key"]
    assert who(register, forged) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("username", "ann"), ("stage", "whole"), ("how", "OpenID Connect"), ("since", "2026-11-23T08:59:00.000000+00:00"),
     ("seen", "2026-11-23T09:00:30.000000+00:00")],
)  # fmt: skip
def test_a_row_that_somebody_changed_is_no_session(register: AccountRegister, column: str, value: str) -> None:
    """So nobody gives their own session to another account, finishes it, or makes it younger."""
    token = register.sessions.begin(BEN, "password", NOW, "", "factor")
    with register.engine.begin() as c:
        c.execute(sa.text(f"UPDATE sessions SET {column} = :value"), {"value": value})
    assert who(register, token) is None


def test_a_session_ends_idle_and_after_its_longest_time(register: AccountRegister) -> None:
    idle = register.sessions.begin(ANN, "password", NOW, "")
    assert who(register, idle, NOW + IDLE - MINUTE) == "ann", "the request is noted"
    assert who(register, idle, NOW + 2 * IDLE - 2 * MINUTE) == "ann"
    assert who(register, idle, NOW + 3 * IDLE) is None
    busy, at = register.sessions.begin(ANN, "password", NOW, ""), NOW
    while at < NOW + LONGEST:
        assert who(register, busy, at) == "ann"
        at += timedelta(minutes=20)
    assert who(register, busy, NOW + LONGEST) is None


def test_what_was_not_finished_ends_soon(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "", "factor")
    assert who(register, token, NOW + UNFINISHED - MINUTE) == "ann"
    assert who(register, token, NOW + UNFINISHED) is None
    assert register.sessions.of("ann", NOW) == []


def test_a_clock_set_back_ends_a_session_and_makes_none_eternal(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "")
    assert who(register, token, NOW - AHEAD) == "ann", "two processes need not agree to the second"
    assert who(register, token, NOW - timedelta(days=1)) is None
    again = register.sessions.begin(ANN, "password", NOW - timedelta(days=1), "")
    assert who(register, again, NOW - timedelta(days=1)) == "ann", "and nobody is shut out"


def test_signing_out_closing_a_role_and_a_password_end_sessions_for_good(register: AccountRegister) -> None:
    def begun() -> str:
        return register.sessions.begin(register.account("ann"), "password", NOW, "")

    out = begun()
    register.sessions.end(register.sessions.of("ann", NOW)[0].id)
    closed = begun()
    register.change(replace(register.account("ann"), disabled=True))
    register.change(replace(register.account("ann"), disabled=False))
    other_role = begun()
    register.change(replace(register.account("ann"), role="divisional_manager"))
    register.change(replace(register.account("ann"), role="spo"))
    password = begun()
    register.set_password("ann", "another hash", must_change=False)
    register.set_password("ann", "hash of ann", must_change=False)
    assert [who(register, token) for token in (out, closed, other_role, password)] == [None] * 4
    stays = begun()
    register.change(replace(register.account("ann"), places=("Stroud",)))
    assert who(register, stays) == "ann", "other cases are reached at once, without a new sign-in"


def test_a_session_ends_with_the_last_day_of_the_account(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "")
    register.change(replace(register.account("ann"), until=date(2026, 11, 22)))
    assert who(register, token) is None


def test_all_sessions_but_one_are_ended(register: AccountRegister) -> None:
    here, there = (register.sessions.begin(ANN, "password", NOW, "") for _ in range(2))
    other = register.sessions.begin(BEN, "password", NOW, "")
    found = register.sessions.find(here, NOW)
    assert found is not None
    assert register.sessions.end_all("ann", but=found[0].id) == 1
    assert [who(register, token) for token in (here, there, other)] == ["ann", None, "ben"]


def test_a_challenge_is_answered_once(register: AccountRegister) -> None:
    token = register.sessions.begin(ANN, "password", NOW, "")
    found = register.sessions.find(token, NOW)
    assert found is not None
    id = found[0].id
    assert register.sessions.take_challenge(id) == ""
    register.sessions.set_challenge(id, "abcd")
    assert [register.sessions.take_challenge(id) for _ in range(2)] == ["abcd", ""]
    assert register.sessions.take_challenge("x") == ""

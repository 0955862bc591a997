"""The register and its access log: kept in the database, and the log changed by nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountExists, AccountRegister, NoSuchAccount
from domain.accounts.roles import Account

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPO = Account("ann.spo", "Zoë Ó Briain", "spo", ("Gloucester", "Stroud"), grade="spo")


pytestmark = pytest.mark.both


@pytest.fixture
def path(empty_database: str) -> str:
    return empty_database


@pytest.fixture
def register(path: str) -> Iterator[AccountRegister]:
    opened = AccountRegister(path)
    yield opened
    opened.close()


def test_an_account_is_kept_as_it_is(register: AccountRegister, path: str) -> None:
    register.add(SPO, "a hash")
    again = AccountRegister(path)
    assert again.account("ann.spo") == SPO and again.accounts() == [SPO]
    assert again.password("ann.spo") == "a hash"
    again.close()


def test_a_name_is_spelt_as_entries_spell_it(register: AccountRegister) -> None:
    """Else an officer would not see their own cases."""
    register.add(Account("jose", "Jose\u0301  P ", "spo", ("Co\u0302r",)))
    kept = register.account("jose")
    assert (kept.name, kept.places) == ("Jos\u00e9 P", ("C\u00f4r",))


def test_two_accounts_never_share_a_user_name(register: AccountRegister) -> None:
    register.add(SPO, "first")
    with pytest.raises(AccountExists, match=r"ann\.spo"):
        register.add(SPO, "second")
    assert register.password("ann.spo") == "first"


def test_nothing_is_changed_for_nobody(register: AccountRegister) -> None:
    for change in (
        lambda: register.change(SPO),
        lambda: register.set_password("ann.spo", "x", must_change=False),
        lambda: register.set_calendar("ann.spo", "x"),
        lambda: register.account("ann.spo"),
        lambda: register.password("ann.spo"),
        lambda: register.calendar("ann.spo"),
    ):
        with pytest.raises(NoSuchAccount):
            change()
    assert register.accounts() == []


def test_a_setting_is_what_the_first_to_ask_made_it(register: AccountRegister, path: str) -> None:
    other = AccountRegister(path)
    assert register.setting("key", "one") == "one"
    assert other.setting("key", "two") == "one"
    other.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE access_log SET username = 'another'", "DELETE FROM access_log", "DELETE FROM access_log WHERE id = 1"],
)
def test_a_line_of_the_log_is_never_changed(register: AccountRegister, statement: str) -> None:
    register.log.add(NOW, SPO, "viewed", references=["X123456/1"], detail="/cases/X123456/1", address="10.0.0.1")
    before = list(register.log.lines())
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), register.engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert list(register.log.lines()) == before
    (line,) = before
    assert (line.at, line.username, line.name, line.reference) == (NOW, "ann.spo", "Zoë Ó Briain", "X123456/1")


def test_the_log_is_read_by_person_by_staff_and_by_what_was_done(register: AccountRegister) -> None:
    for at, (who, action, references) in enumerate(
        [(SPO, "viewed", ["X123456/1", "X123456/2"]), ("another", "viewed", ["X1234567/1"]), (SPO, "downloaded", [])]
    ):  # fmt: skip
        register.log.add(NOW + timedelta(minutes=at), who, action, references=references)  # type: ignore[arg-type]
    log = register.log
    assert [line.reference for line in log.lines(person="X123456")] == ["X123456/2", "X123456/1"]
    assert [line.reference for line in log.lines(person="X123456/1")] == ["X123456/1"]
    assert log.count(person="X123456_") == log.count(person="%") == 0, "no pattern"
    assert log.count(staff="ann.spo") == log.count(staff="zoë ó briain") == log.count(staff="Zoë Ó Briain") == 3
    assert [line.action for line in log.lines(staff="ann.spo", action="downloaded")] == ["downloaded"]
    assert [line.reference for line in log.lines(limit=1, offset=1)] == ["X1234567/1"]


def test_failures_count_since_the_last_success_and_in_the_window(register: AccountRegister) -> None:
    log, window = register.log, NOW - timedelta(minutes=15)
    log.add(NOW - timedelta(minutes=20), "ann.spo", "sign-in failed", address="10.0.0.1")
    log.add(NOW - timedelta(minutes=10), "ann.spo", "sign-in failed", address="10.0.0.1")
    log.add(NOW - timedelta(minutes=9), "other", "sign-in failed", address="10.0.0.1")
    assert (log.failures_of("ann.spo", window), log.failures_from("10.0.0.1", window)) == (1, 2)
    log.add(NOW - timedelta(minutes=8), SPO, "signed in", address="10.0.0.1")
    assert (log.failures_of("ann.spo", window), log.failures_from("10.0.0.1", window)) == (0, 2)

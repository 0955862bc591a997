"""The register: accounts and settings are kept in the database."""

from collections.abc import Iterator

import pytest

from domain.accounts.account_register import AccountExists, AccountRegister, NoSuchAccount
from domain.accounts.roles import Account

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

"""The addresses of calendars: secret, for a year, and no longer than the account and its role."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.calendar_addresses import KEPT_FOR
from domain.accounts.roles import Account

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN = Account("ann", "Ann Spo", "spo", ("Gloucester",))
BEN = Account("ben", "Ben Spo", "spo", ("Stroud",))

pytestmark = pytest.mark.both


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    opened = AccountRegister(empty_database)
    for account in (ANN, BEN):
        opened.add(account)
    yield opened
    opened.close()


def test_an_address_lasts_a_year(register: AccountRegister) -> None:
    calendars = register.calendars
    secret = calendars.make(ANN, NOW)
    assert calendars.is_address(ANN, secret, NOW + KEPT_FOR - timedelta(seconds=1))
    assert not calendars.is_address(ANN, secret, NOW + KEPT_FOR) and calendars.until("ann", NOW + KEPT_FOR) is None
    assert not calendars.is_address(ANN, secret, NOW - timedelta(days=30)), "a clock set back makes it last no longer"
    assert calendars.until("ann", NOW) == NOW + KEPT_FOR
    for account, given in ((BEN, secret), (ANN, ""), (ANN, secret + "x"), (BEN, "")):
        assert not calendars.is_address(account, given, NOW)


def test_a_new_one_or_none_ends_the_old_one(register: AccountRegister) -> None:
    calendars = register.calendars
    first, second = calendars.make(ANN, NOW), calendars.make(ANN, NOW)
    assert not calendars.is_address(ANN, first, NOW) and calendars.is_address(ANN, second, NOW)
    calendars.stop("ann")
    assert not calendars.is_address(ANN, second, NOW) and calendars.until("ann", NOW) is None


def test_closing_or_another_role_ends_it_for_good(register: AccountRegister) -> None:
    secret = register.calendars.make(ANN, NOW)
    changed = replace(register.account("ann"), role="divisional_manager")
    assert not register.calendars.is_address(changed, secret, NOW)
    register.change(changed)
    register.change(replace(register.account("ann"), role="spo"))
    assert not register.calendars.is_address(register.account("ann"), secret, NOW)
    again = register.calendars.make(register.account("ann"), NOW)
    register.change(replace(register.account("ann"), disabled=True))
    register.change(replace(register.account("ann"), disabled=False))
    assert not register.calendars.is_address(register.account("ann"), again, NOW)


def test_the_database_opens_no_calendar(register: AccountRegister) -> None:
    secret = register.calendars.make(BEN, NOW)
    with register.engine.begin() as c:
        assert secret not in str(c.execute(sa.text("SELECT * FROM calendar_addresses")).all())
        c.execute(sa.text("UPDATE calendar_addresses SET username = 'ann'"))
    assert not register.calendars.is_address(ANN, secret, NOW)


def test_addresses_that_an_older_version_kept_in_the_clear_are_deleted(
    register: AccountRegister, empty_database: str
) -> None:
    with register.engine.begin() as c:
        c.execute(sa.text("UPDATE accounts SET calendar = 'a secret of before'"))
    AccountRegister(empty_database, prepare=True).close()
    with register.engine.connect() as c:
        assert c.execute(sa.text("SELECT DISTINCT calendar FROM accounts")).scalars().all() == [""]

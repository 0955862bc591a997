"""The register: accounts and settings are kept in the database."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Thread

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.accounts.kept_accounts import AccountExists, KeyTaken, NoSuchAccount, StaleAccount
from domain.accounts.roles import Account
from domain.store.database import NotPrepared
from domain.store.preparation import ACCOUNTS_ENTERED
from tests.support.older_tables import before_the_steps

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
        lambda: register.account("ann.spo"),
        lambda: register.password("ann.spo"),
    ):
        with pytest.raises(NoSuchAccount):
            change()
    assert register.accounts() == []


def test_a_setting_is_what_the_first_to_ask_made_it(register: AccountRegister, path: str) -> None:
    other = AccountRegister(path)
    assert register.setting("key", "one") == "one"
    assert other.setting("key", "two") == "one"
    other.close()


def test_a_staff_key_is_one_accounts_alone(register: AccountRegister) -> None:
    first = Account("t.adeyemi", "Tunde Adeyemi", "case_manager", staff=("P-17", "Tunde Adeyemi"))
    register.add(first)
    second = Account("t.adeyemi2", "Tunde Adeyemi", "case_manager")
    for taken in ("P-17", "Tunde Adeyemi", "t.adeyemi"):
        with pytest.raises(KeyTaken, match=taken):
            register.add(replace(second, staff=(taken,)))
    register.change(replace(first, disabled=True))
    with pytest.raises(KeyTaken):  # a closed account keeps its keys: what it did stays its own
        register.add(replace(second, staff=("P-17",)))
    register.add(second)
    with pytest.raises(KeyTaken):
        register.change(replace(second, staff=("P-17",)))
    with pytest.raises(KeyTaken):  # a user name that is somebody's key already
        register.add(Account("p-18", "P", "case_manager", staff=("t.adeyemi2",)))
    assert register.account("t.adeyemi2") == second


def test_a_stale_change_is_refused_and_changes_nothing(register: AccountRegister) -> None:
    register.add(SPO)
    read = register.account("ann.spo")
    register.change(replace(read, disabled=True))
    with pytest.raises(StaleAccount):
        register.change(replace(read, name="Zoë Brook"))
    kept = register.account("ann.spo")
    assert (kept.disabled, kept.name, kept.revision) == (True, SPO.name, 1)


def test_of_many_changes_at_once_one_is_kept(register: AccountRegister) -> None:
    """Two administrators save the same form: the second is told."""
    register.add(SPO)
    read = register.account("ann.spo")
    told: list[str] = []

    def change(place: str) -> None:
        try:
            register.change(replace(read, places=(place,)))
        except StaleAccount:
            told.append(place)

    threads = [Thread(target=change, args=(f"Team {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 7 and register.account("ann.spo").revision == 1


def test_a_name_of_before_shuts_out_whoever_ever_had_it_until_it_is_bound(register: AccountRegister) -> None:
    register.add(Account("first", "Tunde Adeyemi", "spo", ("Gloucester",), staff=("Tunde Adeyemi",)))
    register.add(Account("second", "Tunde Adeyemi", "spo", ("Gloucester",)))
    register.change(replace(register.account("first"), name="Tunde Brook"))
    assert [register.account(who).is_shut_out(["Tunde Adeyemi"]) for who in ("first", "second")] == [True, True]
    register.bind_name("Tunde  Adeyemi", "second")
    assert [register.account(who).is_shut_out(["tunde adeyemi"]) for who in ("first", "second")] == [False, True]
    assert register.account("first").is_shut_out(["Tunde Brook"])
    assert {a.username for a in register.accounts() if a.is_shut_out(["Tunde Adeyemi"])} == {"second"}
    with pytest.raises(NoSuchAccount):
        register.bind_name("Tunde Adeyemi", "nobody")


def test_accounts_of_an_older_version_reach_what_they_reached(register: AccountRegister, path: str) -> None:
    """They were bound by their printed names; where two have one name, nobody is until it is said whose it is."""
    rows = [("a", "Tunde Adeyemi"), ("b", "Tunde Adeyemi"), ("c", "Helen  Sallis")]
    columns = "username, name, role, places, inspections, disabled, must_change, password, calendar"
    before_the_steps(register.engine)
    with register.engine.begin() as c:
        c.execute(sa.text(f"DELETE FROM stored_events_steps WHERE number = {ACCOUNTS_ENTERED}"))
        for column in ("staff", "until", "revision"):
            c.execute(sa.text(f"ALTER TABLE accounts DROP COLUMN {column}"))
        for username, name in rows:
            values = {"username": username, "name": name, "no": False}
            row = ":username, :name, 'case_manager', '[]', '[]', :no, :no, 'kept', ''"
            c.execute(sa.text(f"INSERT INTO accounts ({columns}) VALUES ({row})"), values)
        c.execute(sa.text("CREATE TABLE account_names (username varchar(100), name varchar(200))"))
        c.execute(sa.text("INSERT INTO account_names VALUES ('c', 'Helen Brook')"))
        c.execute(sa.text("CREATE TABLE bound_names (name varchar(200), username varchar(100))"))
        c.execute(sa.text("INSERT INTO bound_names VALUES ('Tunde Adeyemi', 'b')"))
    if register.engine.dialect.name == "postgresql":
        with pytest.raises(NotPrepared, match="caseaudit migrate"):
            AccountRegister(path)
    older = AccountRegister(path, prepare=True)
    assert [(a.username, a.staff, a.names) for a in older.accounts()] == [
        ("c", ("Helen Sallis",), ("Helen Brook", "Helen Sallis")), ("a", (), ()), ("b", (), ("Tunde Adeyemi",)),
    ]  # fmt: skip
    assert {older.password(name) for name, _ in rows} == {"kept"} and not older.differences()
    assert [type(fact).__name__ for fact in older.files.entered("account:b")] == ["AccountSet", "NameBound"]
    older.close()

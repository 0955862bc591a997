"""Accounts come from the record's log: whoever writes into the tables beside it lets nobody in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from domain.accounts import account_rows
from domain.accounts.account_register import AccountRegister
from domain.accounts.kept_accounts import AccountDiffers, AccountExists, By, KeyTaken, NoSuchAccount, StaleAccount
from domain.accounts.roles import Account
from domain.entries.register_entries import AccountSet, NameBound
from domain.store.log_check import check_log

pytestmark = pytest.mark.both

DAY, NOW = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)
JO = Account("jo", "Jo Brook", "case_manager", staff=("P-1",))
ANN = Account("ann", "Ann Ash", "spo", ("Stroud",), grade="spo", until=date(2027, 1, 31))


@pytest.fixture
def filled(register: AccountRegister) -> AccountRegister:
    """With two accounts, one of them changed once."""
    register.add(JO)
    register.add(ANN, "a hash", by=By("boss", NOW, asked_by="other", request=7))
    register.change(replace(register.account("ann"), places=("Stroud", "Gloucester")), by=By("boss", NOW))
    return register


def write(register: AccountRegister, statement: str, **values: Any) -> None:
    """As somebody who has the database, triggers and keys of the table aside."""
    with register.engine.begin() as c:
        c.execute(sa.text(statement), values)


def test_who_did_what_stands_in_the_log(filled: AccountRegister) -> None:
    made, changed = filled.files.entered("account:ann")
    assert isinstance(made, AccountSet) and isinstance(changed, AccountSet)
    assert (made.at, made.asked_by, made.request, made.places) == (NOW, "other", 7, ["Stroud"])
    assert (changed.revision, changed.places, changed.until) == (1, ["Stroud", "Gloucester"], ANN.until)
    query = sa.text("SELECT actor FROM stored_events WHERE originator_id LIKE 'account:%' ORDER BY stored_at")
    with filled.engine.connect() as c:
        assert list(c.execute(query).scalars()) == ["operator (a program)", "boss", "boss"]
    assert filled.differences() == {}


FORGED = {
    "every account made an area manager": "UPDATE accounts SET role = 'area_manager'",
    "places": """UPDATE accounts SET places = '["Gloucester", "Cheltenham"]'""",
    "no list": "UPDATE accounts SET places = '7'",
    "staff keys": """UPDATE accounts SET staff = '["P-2"]'""",
    "no staff": "UPDATE accounts SET staff = NULL",
    "inspections": """UPDATE accounts SET inspections = '["gloucestershire-2004"]'""",
    "a later last day": "UPDATE accounts SET until = '2099-01-01'",
    "no last day": "UPDATE accounts SET until = NULL, name = 'J'",
    "grade": "UPDATE accounts SET grade = 'po'",
    "revision": "UPDATE accounts SET revision = revision + 1",
    "name": "UPDATE accounts SET name = 'Somebody Else'",
}


@pytest.mark.parametrize("statement", FORGED.values(), ids=FORGED.keys())
def test_a_row_that_differs_signs_nobody_in(
    filled: AccountRegister, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = filled.account("ann")
    write(filled, statement)
    filled_again = AccountRegister(filled._address)  # another process of the site finds it too
    for register in (filled, filled_again):
        assert register.open_account("ann", DAY) is None
        found = register.account("ann")
        assert found.differs and not found.may_sign_in(DAY) and replace(found, differs=False) == told
        assert "ann" in register.differences()
        with pytest.raises(AccountDiffers, match="restore"):
            register.change(replace(found, places=()))
    assert "the account ann signs nobody in" in caplog.text
    filled.restore("ann")
    assert filled.open_account("ann", DAY) == told and filled.password("ann") == "a hash"
    filled_again.close()


def test_a_closed_account_stays_closed(filled: AccountRegister) -> None:
    filled.change(replace(filled.account("jo"), disabled=True))
    yes, no = (True, False) if filled.engine.dialect.name == "postgresql" else (1, 0)
    write(filled, "UPDATE accounts SET disabled = :no, revision = 7 WHERE disabled = :yes", yes=yes, no=no)
    assert filled.open_account("jo", DAY) is None and set(filled.differences()) == {"jo"}
    write(filled, "UPDATE accounts SET disabled = :no, revision = 0 WHERE username = 'jo'", no=no)
    assert filled.open_account("jo", DAY) is None and filled.account("jo").disabled  # an old row put back is brought up
    assert not filled.differences()


INSERTED = (
    "INSERT INTO accounts SELECT {name}, name, 'area_manager', places, inspections, grade, disabled, must_change, password, "
    "calendar, staff, until, revision, machine FROM accounts WHERE username = 'ann'"
)


@pytest.mark.parametrize("name", ["eve", "ANN", "ann ", "Ann"])
def test_a_row_that_no_entry_made_is_nobody(filled: AccountRegister, name: str) -> None:
    write(filled, INSERTED.format(name=":name"), name=name)
    assert filled.open_account(name, DAY) is None and [a.username for a in filled.accounts()] == ["ann", "jo"]
    with pytest.raises(NoSuchAccount):
        filled.account(name)
    assert list(filled.differences()) == [name] and "no entry" in filled.differences()[name]
    again = AccountRegister(filled._address)
    assert again.open_account(name, DAY) is None  # nothing is adopted a second time
    again.close()


def test_an_account_made_where_a_row_was_forged_is_the_logs(filled: AccountRegister) -> None:
    write(filled, INSERTED.format(name="'eve'"))
    filled.add(Account("eve", "Eve", "spo", ("Stroud",)))
    assert filled.password("eve") == "" and filled.account("eve").role == "spo" and not filled.differences()


def test_of_two_rows_neither_counts(filled: AccountRegister) -> None:
    write(filled, "CREATE TABLE twice AS SELECT * FROM accounts")
    write(filled, "INSERT INTO twice SELECT * FROM accounts WHERE username = 'ann'")
    write(filled, "ALTER TABLE accounts RENAME TO once")
    write(filled, "ALTER TABLE twice RENAME TO accounts")
    assert filled.open_account("ann", DAY) is None and set(filled.differences()) == {"ann"}
    assert filled.open_account("jo", DAY) == JO


def test_a_row_that_is_gone_is_made_again_without_its_password(filled: AccountRegister) -> None:
    write(filled, "DELETE FROM accounts WHERE username = 'ann'")
    found = filled.open_account("ann", DAY)
    assert found is not None and (found.role, found.places, found.revision) == ("spo", ("Stroud", "Gloucester"), 1)
    assert filled.password("ann") == "" and not filled.differences()


def test_an_entry_before_its_row_is_brought_up_at_the_next_look(
    filled: AccountRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in between: the log came first."""
    session = filled.sessions.begin(JO, "password", NOW, "")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for name in ("level", "put"):
        monkeypatch.setattr(account_rows, name, killed)
    with pytest.raises(KeyboardInterrupt):
        filled.change(replace(JO, disabled=True))
    with pytest.raises(KeyboardInterrupt):
        filled.add(Account("new", "New One", "spo", ("Stroud",)), "a hash")
    monkeypatch.undo()
    next_one = AccountRegister(filled._address)
    assert next_one.sessions.find(session, NOW) is None and not next_one.sessions.of("jo", NOW)
    assert next_one.open_account("jo", DAY) is None and next_one.account("new").places == ("Stroud",)
    assert next_one.password("new") == "" and not next_one.differences()
    with next_one.engine.connect() as c:
        assert c.execute(sa.text("SELECT revision FROM accounts WHERE username = 'jo'")).scalar() == 1
    next_one.close()


def test_a_running_session_ends_where_the_row_differs(filled: AccountRegister) -> None:
    token = filled.sessions.begin(ANN, "password", NOW, "")
    assert filled.sessions.find(token, NOW) is not None
    write(filled, "UPDATE accounts SET name = 'Somebody Else'")
    assert filled.sessions.find(token, NOW) is None


def test_what_was_bound_by_two_people_is_read_from_the_log_alone(filled: AccountRegister) -> None:
    filled.bind_name("Jo  Brook", "ann", by=By("boss", NOW, asked_by="other", request=9))
    assert not filled.account("jo").is_shut_out(["Jo Brook"]) and filled.account("ann").is_shut_out(["Jo Brook"])
    assert filled.files.entered("account:ann")[-1] == NameBound(at=NOW, name="Jo Brook", asked_by="other", request=9)
    write(filled, "CREATE TABLE bound_names (name varchar(200), username varchar(100))")
    write(filled, "INSERT INTO bound_names VALUES ('Jo Brook', 'eve'), ('Ann Ash', 'eve')")
    again = AccountRegister(filled._address)
    assert [again.account(who).is_shut_out(["Jo Brook", "Ann Ash"]) for who in ("jo", "ann")] == [False, True]
    filled.change(replace(filled.account("ann"), name="Ann Oak"))
    assert again.account("ann").names == ("Ann Ash", "Ann Oak", "Jo Brook")
    with pytest.raises(NoSuchAccount):
        again.bind_name("Jo Brook", "nobody")
    again.close()


def test_a_confirmed_request_that_somebody_wrote_has_no_effect(filled: AccountRegister) -> None:
    number = filled.requests.ask(
        "account changed", "jo", {"account": {"role": "area_manager"}}, reason="", by="ann", at=NOW
    ).number
    filled.requests.decide(number, "confirmed", by="boss", at=NOW)
    assert filled.account("jo") == JO and filled.open_account("jo", DAY) == JO


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE requests SET asked_by = 'boss'",
        "UPDATE requests SET subject = 'eve'",
        """UPDATE requests SET change = '{"account": {"role": "inspector"}}'""",
        "UPDATE requests SET asked_at = '2026-03-01T12:00:00+00:00'",
        "UPDATE requests SET seal = ''",
    ],
)
def test_a_request_that_somebody_wrote_was_not_asked_for(filled: AccountRegister, statement: str) -> None:
    change = {"account": {"role": "area_manager"}, "widened": ["role"]}
    number = filled.requests.ask("account changed", "jo", change, reason="", by="ann", at=NOW).number
    assert filled.requests.is_ours(number) and not filled.requests.is_ours(number + 1)
    with filled.engine.begin() as c:
        drop_guards(c, "requests")
        c.execute(sa.text(statement))
    assert not filled.requests.is_ours(number)


def test_of_many_who_take_one_key_at_once_one_gets_it(filled: AccountRegister) -> None:
    def each(number: int) -> None:
        try:
            registers[number].add(Account(f"u{number}", "U", "case_manager", staff=("P-9",)))
        except (KeyTaken, AccountExists, StaleAccount) as error:
            told.append(error)

    registers = [AccountRegister(filled._address) for _ in range(4)]
    told: list[Exception] = []
    threads = [Thread(target=each, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in told] == [KeyTaken] * 3
    assert sum("P-9" in account.staff for account in filled.accounts()) == 1
    assert max(check_log(filled.files.recorder)) >= 4
    for register in registers:
        register.close()


def test_an_entry_that_cannot_be_read_signs_nobody_in(filled: AccountRegister) -> None:
    with filled.engine.begin() as c:
        drop_guards(c)
        c.execute(
            sa.text("UPDATE stored_events SET state = :state WHERE originator_id = 'account:ann'"), {"state": b"{"}
        )
    again = AccountRegister(filled._address)
    assert again.open_account("ann", DAY) is None and again.open_account("jo", DAY) == JO
    assert "verify" in again.differences()["ann"]
    again.close()


def test_another_record_put_in_its_place_is_read_anew(filled: AccountRegister) -> None:
    assert filled.account("ann").revision == 1
    with filled.engine.begin() as c:
        drop_guards(c)
        c.execute(sa.text("DELETE FROM stored_events WHERE originator_id = 'account:ann' AND originator_version = 2"))
    assert filled.open_account("ann", DAY) is None  # its row is of an entry that this record does not have


def drop_guards(c: sa.Connection, table: str = "stored_events") -> None:
    """Drop the triggers of a table, as somebody who owns it."""
    if c.dialect.name == "postgresql":
        c.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    names = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for name in c.execute(names, {"table": table}).scalars().all():
        c.execute(sa.text(f"DROP TRIGGER {name}"))

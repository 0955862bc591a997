"""The access log: found by person, staff, purpose and day; changed, replaced or emptied by nobody; its searches forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.accounts.access_lines import OPERATOR, LogUnavailable, digest_of
from domain.accounts.access_log import AccessLog
from domain.accounts.access_search import Asked
from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.store.database import Database, log_database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPO = Account("ann.spo", "Zoë Ó Briain", "spo", ("Gloucester", "Stroud"), grade="spo")
pytestmark = pytest.mark.both


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    opened = AccountRegister(empty_database)
    opened.add(SPO)
    yield opened
    opened.close()


@pytest.fixture
def log(register: AccountRegister) -> AccessLog:
    return register.log


def test_a_line_is_kept_as_it_is(log: AccessLog) -> None:
    log.add(
        NOW, SPO, "searched", references=["X123456/2", "X123456/1", "X123456/2"], route="caseload.index",
        selection="/cases?team=Stroud", sought="find=davies", purpose="supervision", detail="so", address="10.0.0.1",
    )  # fmt: skip
    (line,) = log.lines()
    assert (line.at, line.username, line.name, line.action) == (NOW, "ann.spo", "Zoë Ó Briain", "searched")
    assert (line.route, line.selection, line.sought) == ("caseload.index", "/cases?team=Stroud", "find=davies")
    assert (line.purpose, line.detail, line.address) == ("supervision", "so", "10.0.0.1")
    assert (line.cases, line.references) == (2, ("X123456/1", "X123456/2"))
    assert line.digest == digest_of(("X123456/1", "X123456/2")).hex()


def test_a_list_that_was_shown_often_is_kept_once(log: AccessLog) -> None:
    desk = [f"X{number:06}/1" for number in range(100_000, 100_400)]
    for order in (desk, desk[::-1], desk):
        log.add(NOW, SPO, "viewed", references=order)
    digests = {line.digest for line in log.lines()}
    assert len(digests) == 1 and log.cases_of(digests.pop()) == tuple(desk)
    with log.transaction() as c:
        assert c.rows("SELECT count(*) FROM access_lists") == [(1,)]
        assert c.rows("SELECT count(*) FROM access_listed") == [(400,)]
    assert len(list(log.lines(person="X100399"))) == 3


def test_the_log_is_read_by_person_by_staff_and_by_what_was_done(log: AccessLog) -> None:
    for at, (who, action, references) in enumerate(
        [(SPO, "viewed", ["X123456/1", "X123456/2"]), (OPERATOR, "viewed", ["X123457/1"]), (SPO, "downloaded", [])]
    ):  # fmt: skip
        log.add(
            NOW + timedelta(minutes=at), who, action, references=references, purpose="supervision" if at else "reports"
        )  # type: ignore[arg-type]
    assert [line.cases for line in log.lines(person="X123456")] == [2], "one line, whichever of the person's cases"
    assert len(list(log.lines(person="X123456/2"))) == len(list(log.lines(person="X123457"))) == 1
    assert not [
        *log.lines(person="X123456_"),
        *log.lines(person="%"),
        *log.lines(person="X12345"),
        *log.lines(person="X123456/"),
    ]
    for staff in ("ann.spo", "zoë ó briain", "Zoë Ó Briain"):
        assert len(list(log.lines(staff=staff))) == 2, staff
    assert [line.action for line in log.lines(staff="ann.spo", action="downloaded")] == ["downloaded"]
    assert [line.action for line in log.lines(purpose="reports")] == ["viewed"]
    assert not list(log.lines(staff="nobody at all"))
    later = Asked(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=2))
    assert [line.username for line in log.lines(asked=later)] == ["operator"]


def test_pages_of_the_log_join_without_gap_or_repeat(log: AccessLog) -> None:
    for number in range(7):
        log.add(NOW + timedelta(seconds=number // 3), SPO, "viewed", references=["X123456/1"], detail=str(number))
    for person in ("", "X123456"):
        details, before = [], None
        while page := list(log.lines(person=person, limit=2, before=before)):
            details += [line.detail for line in page]
            before = page[-1].mark
        assert details == list("6543210")


def test_a_name_that_an_account_had_before_still_finds_its_lines(log: AccessLog) -> None:
    log.add(NOW, Account("ann.spo", "Ann Before", "spo"), "viewed")
    log.add(NOW, SPO, "viewed")
    assert len(list(log.lines(staff="ann before"))) == 2


def test_what_was_typed_for_a_user_name_and_is_none_is_not_kept(log: AccessLog) -> None:
    for typed in ("hunter2 and more", "operator", "unknown", "ann.spo", "Ann.spo"):
        log.add(NOW, typed, "sign-in failed")
    assert [line.username for line in log.lines()] == ["unknown", "ann.spo", "unknown", "unknown", "unknown"]
    with log.transaction() as c:
        assert "hunter2" not in str(c.rows("SELECT * FROM access_lines"))


def test_a_case_stands_in_the_list_of_a_line_alone(log: AccessLog) -> None:
    log.add(
        NOW,
        SPO,
        "viewed",
        references=["X123456/1"],
        selection="/x?about=X123456/2",
        detail="of X123457/1 and X123456/1",
    )
    (line,) = log.lines()
    assert line.references == ("X123456/1", "X123456/2", "X123457/1")
    assert (line.selection, line.detail) == ("/x?about=<case>", "of <case> and <case>")


def test_texts_that_a_database_cannot_keep_are_kept_as_far_as_they_can(log: AccessLog) -> None:
    log.add(NOW, SPO, "viewed", selection="\0\ud800" + "x" * 3000, detail="\0", address="\ud800" + "9" * 80)
    (line,) = log.lines()
    assert len(line.selection) == 2000 and line.selection.endswith("x") and len(line.address) == 60


# ---------------------------------------------------------------- append-only

TABLES = {
    "access_lines": "number, at, username, name, action, route, selection, sought, purpose, list, brought, detail, address",
    "access_lists": "number, digest, size, cases",
    "access_listed": "reference, list",
    "access_names": "username, name",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("pragma", ["ON", "OFF"])
def test_nothing_in_the_log_is_changed_replaced_or_removed(log: AccessLog, table: str, pragma: str) -> None:
    log.add(NOW, SPO, "viewed", references=["X123456/1"], sought="x")
    columns, first = TABLES[table], TABLES[table].partition(",")[0]
    attacks = [
        f"UPDATE {table} SET {first} = {first}", f"DELETE FROM {table}", f"DELETE FROM {table} WHERE {first} IS NOT NULL",
        f"INSERT INTO {table} ({columns}) {overriding(log, table)} SELECT {columns} FROM {table} WHERE true "
        f"ON CONFLICT ({conflict(table)}) DO UPDATE SET {first} = excluded.{first}",
    ]  # fmt: skip
    if log.store.kind == "sqlite":
        attacks += [
            f"{way} INTO {table} ({columns}) SELECT {columns} FROM {table}" for way in ("INSERT OR REPLACE", "REPLACE")
        ]
        attacks += [f"UPDATE OR REPLACE {table} SET {first} = {first}"]
    else:
        attacks += [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
    before = contents(log)
    for attack in attacks:
        with pytest.raises(LogUnavailable, match=r"never changed|GENERATED ALWAYS"), log.transaction(writes=True) as c:
            if log.store.kind == "sqlite":
                c.rows(f"PRAGMA recursive_triggers = {pragma}")
            c.rows(attack)
        assert contents(log) == before, attack


def test_a_replaying_session_changes_nothing_either(log: AccessLog) -> None:
    if log.store.kind == "sqlite":
        return
    log.add(NOW, SPO, "viewed")
    with pytest.raises(LogUnavailable, match="never changed"), log.transaction() as c:
        c.rows("SET LOCAL session_replication_role = replica")
        c.rows("DELETE FROM access_lines")


def overriding(log: AccessLog, table: str) -> str:
    return "OVERRIDING SYSTEM VALUE" if log.store.kind == "postgresql" and "number" in TABLES[table] else ""


def conflict(table: str) -> str:
    return {"access_listed": "reference, list", "access_names": "username, name"}.get(table, "number")


def contents(log: AccessLog) -> list[object]:
    with log.transaction() as c:
        return [sorted(map(str, c.rows(f"SELECT * FROM {table}"))) for table in TABLES]


# ---------------------------------------------------------------- searches


def test_a_search_is_read_only_with_the_key_from_outside(
    log: AccessLog, register: AccountRegister, empty_database: str
) -> None:
    log.add(NOW, SPO, "searched", sought="find=davies")
    assert [line.sought for line in log.lines()] == ["find=davies"]
    for key in (lambda: b"o" * 32, None):
        other = AccessLog(Database.at(empty_database), key=key)
        assert {line.sought for line in other.lines()} == {None}
        other.add(NOW, SPO, "searched", sought="find=jones")
        other.close()
    assert [line.sought for line in log.lines()] == ["", None, "find=davies"], "without a key nothing is kept of it"
    with log.transaction() as c:
        kept = str(c.rows("SELECT * FROM access_lines")) + str(c.rows("SELECT * FROM access_keys"))
    assert "davies" not in kept and "jones" not in kept


def test_a_search_moved_to_another_line_is_not_read(log: AccessLog) -> None:
    log.add(NOW, SPO, "searched", sought="find=davies")
    with log.transaction(writes=True) as c:
        c.rows(
            "INSERT INTO access_lines (at, username, name, action, route, selection, sought, purpose, brought, detail, address) "
            "SELECT at, 'another', '', action, '', '', sought, '', brought, '', '' FROM access_lines"
        )
    assert [line.sought for line in log.lines()] == [None, "find=davies"]


def test_the_searches_of_a_month_are_forgotten_with_its_key(log: AccessLog) -> None:
    log.add(NOW, SPO, "searched", sought="find=davies")
    log.add(NOW + timedelta(days=30), SPO, "searched", sought="find=jones")
    assert log.forget("2026-11") and not log.forget("2026-11") and not log.forget("2025-01")
    assert [line.sought for line in log.lines()] == ["find=jones", None]
    log.add(NOW, SPO, "searched", sought="find=smith")
    assert [line.sought for line in log.lines(limit=3)] == ["find=jones", "find=smith", None]


# ---------------------------------------------------------------- where it is kept


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_on_sqlite_the_log_is_a_file_of_its_owner_alone(log: AccessLog, empty_database: str) -> None:
    log.add(NOW, SPO, "viewed")
    path = Path(log_database(Database.at(empty_database)).path)
    assert path == Path(empty_database).with_name("case.access.sqlite")
    assert {part.name: part.stat().st_mode & 0o777 for part in path.parent.glob("case.access*")} == {
        "case.access.sqlite": 0o600, "case.access.sqlite-wal": 0o600, "case.access.sqlite-shm": 0o600,
    }  # fmt: skip


def test_records_beside_each_other_have_logs_of_their_own() -> None:
    addresses = ("a.sqlite", "a.db", "a", "b.sqlite")
    assert len({log_database(Database.at(address)).path for address in addresses}) == 4


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_log_that_was_taken_away_is_not_begun_anew_by_a_running_site(log: AccessLog, empty_database: str) -> None:
    log.add(NOW, SPO, "viewed")
    Path(log_database(Database.at(empty_database)).path).unlink()
    with pytest.raises(LogUnavailable, match="gone"):
        log.add(NOW, SPO, "viewed")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_log_that_was_put_back_from_a_backup_is_read_and_written(log: AccessLog, empty_database: str) -> None:
    log.add(NOW, SPO, "viewed", references=["X123456/1"])
    path = Path(log_database(Database.at(empty_database)).path)
    log.close()
    kept = path.read_bytes()
    log.add(NOW, SPO, "viewed", references=["X123456/2"])
    log.close()
    path.unlink()
    path.write_bytes(kept)
    assert len(list(log.lines())) == 1
    log.add(NOW, SPO, "viewed", references=["X123456/3"])
    assert [line.references for line in log.lines()] == [("X123456/3",), ("X123456/1",)]

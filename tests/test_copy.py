"""``caseaudit copy`` and ``branch``: the same record in another database, both ways; a copy that goes on under its own name."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.entries.record_entries import BRANCHES, RecordBranched
from domain.entries.schemas import load_entry
from domain.proof.signed_notes import read_keys
from domain.proof.signing_key import IN_FILE
from domain.store.application import Files
from domain.store.application_role import RIGHTS
from domain.store.database import Database
from domain.store.engines import engine_of
from domain.store.log_reader import LogReader
from domain.store.record_copy import LEFT_BEHIND, MADE_ANEW, columns_of, goes_along
from domain.store.record_keys import current_key, record_name
from tests.support.people import PASSWORD, add
from tests.support.postgres import Server
from web.app import create_app
from web.cli import main

KEEPER = Account("k.eeper", "K Eeper", "information_manager")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(IN_FILE, raising=False)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def other(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the other kind; on PostgreSQL without any table."""
    if kind == "postgresql":
        return str(tmp_path / "copy.sqlite")
    server: Server = request.getfixturevalue("postgres")
    return server.fresh()


def everything(address: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table that goes along, and those of the entries, head and tiles."""
    engine, found = engine_of(Database.at(address)), {}
    for name in (*goes_along(), "stored_events", "stored_events_head", "stored_events_tiles", "stored_late"):
        if sa.inspect(engine).has_table(name):
            table = columns_of(name, engine)
            columns = [c for c in table.columns if c.name not in ("only_row", "rowid", "notification_id")]
            with engine.connect() as c:
                rows = [tuple(map(repr, row)) for row in c.execute(sa.select(*columns))]
            found[name] = sorted(rows)
    engine.dispose()
    return {name: rows for name, rows in found.items() if rows}


@pytest.mark.slow
@pytest.mark.both
def test_a_copy_is_the_same_record(own_database: Path | str, other: str, tmp_path: Path) -> None:
    source = str(own_database)
    app = create_app(source, today=lambda: date(2005, 12, 22))
    add(app, KEEPER)
    (tmp_path / "key").write_text(run("keys", "make", "--database", source).stdout)
    (outside := tmp_path / "outside").mkdir()
    run("checkpoint", "--to", str(outside), "--database", source)
    told = run("copy", source, other)
    assert (
        "entries copied and proved; the root is" in told.stdout
        and "The access log and sessions were not copied" in told.stderr
    )
    assert everything(source) == everything(other)
    proved = run("verify", "--checkpoint", str(outside), "--key", str(tmp_path / "key"), "--database", other).output
    assert "nothing older than the checkpoint was changed" in proved
    for form in (("case", "A504771/1", "--as-at", "2005-10-03", "--format", "json"), ("export",)):
        assert run(*form, "--database", source).stdout == run(*form, "--database", other).stdout
    with closing(Files.open(other)) as files:  # and it goes on
        said = {"entry": "later", "occurred_on": "2005-12-20", "recorded_at": "2005-12-20T09:00:00+00:00", "from": "medium",
                "to": "high", "reason": "other"}  # fmt: skip
        files.record("A504771/1", [load_entry("RiskLevelChanged", said)], actor="test")
    run("verify", "--checkpoint", str(outside), "--key", str(tmp_path / "key"), "--database", other)
    with closing(AccountRegister(other)) as register:
        assert register.account(KEEPER.username).name == KEEPER.name and not register.differences()
        assert register.password(KEEPER.username) and PASSWORD
    assert "is not empty: there are entries in it" in run("copy", source, other, code=2).output


@pytest.mark.both
def test_what_holds_something_is_left_alone(empty_database: str, tmp_path: Path) -> None:
    Files.open(empty_database).close()
    taken = str(tmp_path / "taken.sqlite")
    with closing(AccountRegister(taken)) as register:
        register.setting("something", "here")
    Files.open(taken).close()
    assert "there are rows in its table settings" in run("copy", empty_database, taken, code=2).output
    assert "are the same database" in run("copy", empty_database, empty_database, code=2).output
    assert "there is no database" in run("copy", str(tmp_path / "none"), taken, code=2).output


def test_every_table_goes_along_is_made_anew_or_stays() -> None:
    assert RIGHTS.keys() >= MADE_ANEW | LEFT_BEHIND
    left = RIGHTS.keys() - MADE_ANEW - LEFT_BEHIND - set(goes_along())
    assert left and all(name.startswith(("access_", "view")) for name in left)
    assert {"accounts", "second_factors", "requests", "settings", "witnessed", "person_keys"} <= set(goes_along())


@pytest.mark.both
def test_a_copy_that_goes_on_gets_a_name_of_its_own(empty_database: str, tmp_path: Path) -> None:
    with closing(Files.open(empty_database)) as files:
        was, before = record_name(files), LogReader(files.recorder).head()
        (tmp_path / "key").write_text(run("keys", "make", "--database", empty_database).stdout)
        (outside := tmp_path / "outside").mkdir()
        run("checkpoint", "--to", str(outside), "--database", empty_database)
        told = run("branch", "--reason", "a test copy", "--database", empty_database).output
        name = record_name(files)
        assert name != was and f"This record is {name} from here on; until here it was {was}." in told
        (entered,) = files.entered(BRANCHES)
        assert isinstance(entered, RecordBranched)
        assert (entered.branched_from, entered.name, entered.reason) == (was, name, "a test copy")
        assert entered.leaves == before.frontier.size + 1 and current_key(files) is None
        head = LogReader(files.recorder).head()
        assert not head.note  # no key signs it under its own name
        (kept,) = outside.iterdir()
        for arguments in (("--checkpoint", str(kept)), ("--key", str(tmp_path / "key"))):
            said = run("verify", *arguments, "--database", empty_database, code=2).output
            assert f"this record is {name}" in said
        new = read_keys(run("keys", "make", "--database", empty_database).stdout)[0]
        assert new == current_key(files) and new.name == f"{name}/entries"
        run(
            "checkpoint", "--to", str(outside), "--database", empty_database
        )  # the witness's folder takes it as another log
    assert (
        f"up to number {entered.leaves:,} it is the record {was}" in run("verify", "--database", empty_database).output
    )

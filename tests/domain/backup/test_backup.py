"""A backup of one moment, restored into a database that is not there yet: the same record, on either database."""

import random
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import AlreadyThere, DamagedBackup, NotABackup, check_whole
from domain.backup.keys_back import WrongKeys
from domain.backup.restoring import MustBeNew, beyond
from domain.backup.table_copying import KEYS, LEFT_OUT, MADE_AGAIN, has_rows
from domain.entries.person_entries import PersonErased, TextRedacted
from domain.sealing.sealed_fields import ERASED, REDACTED, SEALED
from domain.store.application import Files
from domain.store.application_role import RIGHTS
from domain.store.checkpointing import EntriesLog
from domain.store.database import Database, NotPrepared
from domain.store.engines import engine_of
from domain.store.erased_marks import IN_FILE
from domain.store.erasing import erase, redact
from domain.store.head_check import read_kept
from domain.store.key_store import MissingKeys, move_keys
from domain.store.log_reader import LogReader
from domain.store.record_copy import columns_of
from domain.store.record_state import NotToBeOpened
from domain.store.sealer import KeysMissing
from domain.store.table_steps import REGISTER, TableSteps
from domain.store.witnessed import Witnessed
from tests.domain.backup.records import AT, CRN, NAME, TODAY, backed_up, opened, restored, sealed
from tests.domain.store.test_sealed_record import contact, read_now
from tests.support.histories import CASE, NOW
from tests.support.postgres import Server, migrate, name_of, sql
from web.cli import main

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def record(empty_database: str) -> str:
    sealed(empty_database)
    Witnessed(empty_database).close()
    return empty_database


@pytest.fixture
def target(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of the same kind that is not there yet; on PostgreSQL without any table."""
    if kind == "sqlite":
        yield str(tmp_path / "restored" / "case.sqlite")
        return
    server: Server = request.getfixturevalue("postgres")
    address = server.fresh()
    yield address
    server.drop(address)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def everything(address: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table that a backup holds, but for the numbers of steps."""
    found = {}
    with closing(AccountRegister(address)) as register:
        for engine in (register.engine, engine_of(register.log.store.database)):
            for name in sorted(RIGHTS.keys() - MADE_AGAIN - {"stored_events_steps", "access_names"}):
                if has_rows(name) and sa.inspect(engine).has_table(name):
                    table = columns_of(name, engine)
                    columns = [c for c in table.columns if c.name not in ("only_row", "rowid", "notification_id")]
                    if not columns:
                        continue
                    with engine.connect() as c:
                        found[name] = sorted(map(tuple, c.execute(sa.select(*columns)).all()), key=repr)
            engine.dispose()
    return found


def test_every_table_is_held_ended_kept_as_a_key_or_made_again() -> None:
    """Whoever adds a table says here what becomes of it: what lets somebody in by itself must not be in a backup."""
    assert {name for name in RIGHTS if not has_rows(name)} == {*LEFT_OUT, *KEYS}
    assert {*LEFT_OUT, *KEYS, *MADE_AGAIN} <= RIGHTS.keys()


def test_what_is_restored_is_what_was_backed_up(record: str, target: str, tmp_path: Path) -> None:
    with closing(AccountRegister(record)) as register:
        register.log.add(AT, OPERATOR, "viewed", references=[CASE], purpose="operation")
        with register.engine.begin() as c:
            c.execute(sa.text("INSERT INTO sign_in_tries VALUES ('somebody', 3, '2026-11-29T14:00:00+00:00')"))
    taken = backed_up(record, tmp_path / "b", tmp_path / "k")
    before = everything(record)
    for path in (tmp_path / "b", tmp_path / "k"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not Path(f"{path}.unfinished").exists()
    done = restored(tmp_path / "b", target, tmp_path / "k")
    assert (done.entries, done.lines, done.keys) == (taken.backup.manifest.entries.leaves, 1, "restored")
    after = everything(target)
    (line,) = [row for row in after["access_lines"] if "restored" in row]
    assert line[-2] == "" and "from the backup of 2026-11-29" in repr(line)
    for changed in ("access_lines", "access_lists", "access_listed"):
        assert [row for row in before.pop(changed) if row not in after[changed]] == []
        after.pop(changed)
    assert after == before
    with closing(AccountRegister(target)) as register, register.engine.connect() as c:
        assert c.execute(sa.text("SELECT count(*) FROM sign_in_tries")).scalar_one() == 0
        assert register.differences() == {} and register.password("k.eeper") == "a hash"
    with opened(target) as files, opened(record) as was:
        assert LogReader(files.recorder).head() == LogReader(was.recorder).head()
        assert read_now(files)["start"]["person"]["name"] == NAME
        assert files.record(CASE, [contact("goes on", "e9")], actor="test", now=NOW)
    run("verify", "--database", target)


def test_a_backup_goes_to_the_other_database_too(
    record: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue("postgres")
    other = str(tmp_path / "other.sqlite") if kind == "postgresql" else server.fresh()
    backed_up(record, tmp_path / "b", tmp_path / "k")
    restored(tmp_path / "b", other, tmp_path / "k")
    with opened(other) as files, opened(record) as was:
        assert LogReader(files.recorder).head() == LogReader(was.recorder).head()
        assert read_now(files) == read_now(was)
    run("verify", "--database", other)


def test_without_keys_names_read_sealed_and_nothing_is_recorded_until_they_are_put_back(
    record: str, target: str, tmp_path: Path
) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    assert NAME.encode() not in (tmp_path / "b").read_bytes()
    with closing(sqlite3.connect(f"file:{tmp_path}/b?immutable=1", uri=True)) as c:
        assert [c.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in KEYS] == [0, 0, 0]
    assert restored(tmp_path / "b", target).keys == "missing"
    with opened(target) as files:
        assert isinstance(files.keys, MissingKeys)
        assert read_now(files)["start"]["person"]["name"] == SEALED
        with pytest.raises(KeysMissing, match="keys restore"):
            files.record(CASE, [contact("nothing", "e9")], actor="test", now=NOW)
    told = run("keys", "restore", str(tmp_path / "k"), "--database", target).output
    assert "put back" in told
    with opened(target) as files:
        assert read_now(files)["start"]["person"]["name"] == NAME
    assert "are here" in run("keys", "restore", str(tmp_path / "k"), "--database", target, code=2).output


@pytest.mark.parametrize("new", [None, "a copy for training"])
def test_keys_are_put_back_into_a_record_that_goes_on_under_a_name_of_its_own(
    record: str, target: str, tmp_path: Path, new: str | None
) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    restored(tmp_path / "b", target, new=new)
    assert "put back" in run("keys", "restore", str(tmp_path / "k"), "--database", target).output
    with opened(target) as files:
        assert read_now(files)["start"]["person"]["name"] == NAME


def test_a_backup_whose_accounts_are_of_an_older_version_is_whole(
    record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    monkeypatch.setattr(TableSteps, "newest", property(lambda steps: "9999" if steps is REGISTER else "0001"))
    said = run("verify", str(tmp_path / "b"), str(tmp_path / "k")).output
    assert "of an older version" in said and "damaged" not in said


def test_keys_in_a_store_of_their_own_go_into_the_file_of_keys_as_they_are(
    record: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEAUDIT_SECRET_KEY", "a secret key of some length and of enough chance")
    monkeypatch.setenv("CASEAUDIT_KEY_STORE", str(tmp_path / "store"))
    with closing(AccountRegister(record)) as register, opened(record) as files:
        assert register.key
        move_keys(files, tmp_path / "store", actor="test")
    backed_up(record, tmp_path / "b", tmp_path / "k")
    assert restored(tmp_path / "b", target, tmp_path / "k").keys == "kept"
    (tmp_path / "store").unlink()
    with opened(target) as files:
        assert read_now(files)["start"]["person"]["name"] == SEALED
    assert "put back" in run("keys", "restore", str(tmp_path / "k"), "--database", target).output
    with opened(target) as files:
        assert read_now(files)["start"]["person"]["name"] == NAME


def test_who_was_erased_since_stays_erased(record: str, target: str, tmp_path: Path) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    with opened(record) as files:
        erase(files, CRN, PersonErased(at=NOW, reason="past its time", asked_by="ann"), actor="ann")
    assert restored(tmp_path / "b", target, tmp_path / "k").again == [CRN]
    with opened(target) as files:
        assert read_now(files)["start"]["person"]["name"] == ERASED


def test_a_text_that_was_redacted_since_stays_redacted(record: str, target: str, tmp_path: Path) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    with opened(record) as files:
        said = TextRedacted(at=NOW, case=CASE, entry="e1", path="note", reason="of somebody else", asked_by="ann")
        redact(files, said, actor="ann")
        assert read_now(files)["e1"]["note"] == REDACTED
    assert restored(tmp_path / "b", target, tmp_path / "k").again == [CRN]
    with opened(target) as files:
        assert read_now(files)["e1"]["note"] == REDACTED and read_now(files)["start"]["person"]["name"] == NAME
        assert files.erased_again == []


def test_later_keys_bring_no_erased_person_back_where_there_is_no_list_of_them(
    record: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(record, tmp_path / "b")
    with opened(record) as files:
        erase(files, CRN, PersonErased(at=NOW, reason="past its time", asked_by="ann"), actor="ann")
    backed_up(record, tmp_path / "b2", tmp_path / "k2")
    monkeypatch.setenv(IN_FILE, str(tmp_path / "nothing"))
    restored(tmp_path / "b", target, tmp_path / "k2")
    with opened(target) as files:
        assert read_now(files)["start"]["person"]["name"] == ERASED


def test_keys_that_do_not_belong_to_it_are_refused(record: str, target: str, tmp_path: Path, kind: str) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    with opened(record) as files:
        files.record(CASE, [contact("later", "e9")], actor="test", now=NOW)
    backed_up(record, tmp_path / "b2", at=AT + timedelta(hours=1))
    sealed(str(tmp_path / "other.sqlite"))
    backed_up(str(tmp_path / "other.sqlite"), tmp_path / "b3", tmp_path / "k3")
    backed_up(record, tmp_path / "b4", tmp_path / "k4", until=TODAY - timedelta(days=1))
    for backup, keys, words in (
        ("b2", "k", "lack those of people"), ("b", "k3", "those of the record"), ("b4", "k4", "that day is over"),
    ):  # fmt: skip
        with pytest.raises(WrongKeys, match=words):
            restored(tmp_path / backup, target, tmp_path / keys)
    for backup, keys in (("b", "b"), ("k", "k")):
        with pytest.raises(NotABackup, match="is asked for"):
            restored(tmp_path / backup, target, tmp_path / keys)


def test_nothing_is_written_or_restored_over(record: str, tmp_path: Path, target: str, kind: str) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    held = (tmp_path / "b").read_bytes()
    for path, keys in ((tmp_path / "b", None), (tmp_path / "b2", tmp_path / "k")):
        with pytest.raises(AlreadyThere, match="is there already"):
            backed_up(record, path, keys)
    assert (tmp_path / "b").read_bytes() == held and not (tmp_path / "b2").exists()
    with pytest.raises(AlreadyThere):
        restored(tmp_path / "b", record, tmp_path / "k")
    restored(tmp_path / "b", target, tmp_path / "k")
    with pytest.raises(AlreadyThere):
        restored(tmp_path / "b", target, tmp_path / "k")


def test_a_backup_is_no_database(record: str, tmp_path: Path) -> None:
    taken = backed_up(record, tmp_path / "b", tmp_path / "k")
    for path in ("b", "k"):
        for opens in (Files.open, AccountRegister):
            with pytest.raises(NotPrepared, match="is a backup"):
                opens(str(tmp_path / path))
        assert "is a backup" in run("verify", "--database", str(tmp_path / path), code=2).output
    assert check_whole(tmp_path / "b").digest == taken.backup.digest


def test_what_checkpoints_have_beyond_it_is_told_and_it_cannot_go_on_under_its_name(
    record: str, target: str, tmp_path: Path
) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    (tmp_path / "outside").mkdir()
    run("checkpoint", "--to", str(tmp_path / "outside"), "--database", record)
    manifest = check_whole(tmp_path / "b").manifest
    assert beyond(read_kept(tmp_path / "outside", manifest.origin), manifest).entries == 0
    with opened(record) as files:
        files.record(CASE, [contact("later", "e9"), contact("later still", "e10")], actor="test", now=NOW)
        (tmp_path / "last").write_text(str(EntriesLog(files).note()))
    found = beyond(read_kept(tmp_path / "last", manifest.origin), manifest)
    assert found.entries == 2
    with pytest.raises(MustBeNew, match="2 entries beyond"):
        restored(tmp_path / "b", target, tmp_path / "k", beside=found)
    done = restored(tmp_path / "b", target, tmp_path / "k", new="the disk is gone", beside=found)
    assert done.name != manifest.origin
    assert "the disk is gone" in run("verify", "--database", target).output


def test_half_a_backup_and_flipped_bits_are_told_with_their_place(record: str, tmp_path: Path) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    chance = random.Random(6)
    for name, kind in (("b", "backup"), ("k", "keys")):
        whole = (tmp_path / name).read_bytes()
        for end in (50, len(whole) // 2, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(10))):
            (tmp_path / "half").write_bytes(whole[:end])
            with pytest.raises((DamagedBackup, NotABackup), match=r"cut short|damaged between byte|neither"):
                check_whole(tmp_path / "half", kind)  # type: ignore[arg-type]
        for at in (0, 70, len(whole) - 3, len(whole) - 200, *(chance.randrange(len(whole)) for _ in range(30))):
            flipped = bytearray(whole)
            flipped[at] ^= 1 << chance.randrange(8)
            (tmp_path / "flipped").write_bytes(flipped)
            with pytest.raises((DamagedBackup, NotABackup)):
                check_whole(tmp_path / "flipped", kind)  # type: ignore[arg-type]
            assert "flipped: " in run("verify", str(tmp_path / "flipped"), code=1).output


def test_a_backup_is_verified_on_a_medium_that_cannot_be_written(record: str, tmp_path: Path) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    place = tmp_path / "medium"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("a medium that cannot be written needs a mount, which is not allowed here")
    try:
        for name in ("b", "k"):
            shutil.copy(tmp_path / name, place / name)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        with pytest.raises(OSError, match=r"[Rr]ead-only"):
            (place / "x").write_text("")
        told = run("verify", str(place / "b"), str(place / "k")).output
        assert (
            "is whole" in told
            and f"The keys in {place / 'k'} go with the backup {place / 'b'}" in told
            and "entries verified" in told
        )
        run("restore", str(place / "b"), "--keys", str(place / "k"), "--rehearse", "--database", str(tmp_path / "none"))
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_leaves_nothing(record: str, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("a full disk needs a mount, which is not allowed here")
    try:
        told = run("backup", str(place / "b"), "--keys", str(tmp_path / "k"), "--database", record, code=1).output
        assert "No backup was made" in told and ("full" in told or "No space" in told)
        backed_up(record, tmp_path / "b", tmp_path / "k")
        command = ("restore", str(tmp_path / "b"), str(place / "r.sqlite"), "--goes-on", "--keys", str(tmp_path / "k"))
        assert "No" in run(*command, code=1).output
        assert list(place.iterdir()) == []
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_rehearsal_leaves_nothing_and_is_noted(record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEAUDIT_SECRET_KEY", "a secret key of some length and of enough chance")
    with closing(AccountRegister(record)) as register, opened(record) as files:
        assert register.key
        move_keys(files, None, actor="test")
    run("backup", str(tmp_path / "b"), "--keys", str(tmp_path / "k"), "--database", record)
    (store,) = (tmp_path / "config").rglob("*.persons")
    store.rename(tmp_path / "away")
    (room := tmp_path / "room").mkdir()
    monkeypatch.setenv("CASEAUDIT_KEY_STORE", "")
    told = run(
        "restore",
        str(tmp_path / "b"),
        "--keys",
        str(tmp_path / "k"),
        "--rehearse",
        "--temporary",
        str(room),
        "--database",
        record,
    )
    assert "The rehearsal took" in told.output and "keys of persons are put back" in told.output
    assert list(room.iterdir()) == [] and list((tmp_path / "config").rglob("*.persons")) == []
    with closing(AccountRegister(record)) as register:
        (line,) = register.log.lines(action="restore rehearsed")
        assert "entries in" in line.detail and len(list(register.log.lines(action="backed up"))) == 1
    assert (
        "noted nowhere"
        in run("restore", str(tmp_path / "b"), "--rehearse", "--database", str(tmp_path / "none")).output
    )


def test_a_newer_program_s_record_is_refused_by_name(record: str, kind: str, target: str, tmp_path: Path) -> None:
    statement = "INSERT INTO stored_events_types VALUES ('case.moon_landed')"
    if kind == "postgresql":
        sql(record, statement)
    else:
        with closing(sqlite3.connect(record)) as c:
            c.execute(statement)
            c.commit()
    for opens in (Files.open, AccountRegister):
        with pytest.raises(NotToBeOpened, match=r"case.moon_landed; .*the way back .* is to restore a backup"):
            opens(record)
    for command in (
        ("verify",),
        ("export",),
        ("users", "list"),
        ("due",),
        ("backup", str(tmp_path / "b")),
        ("serve",),
        ("migrate",),
    ):
        assert "case.moon_landed" in run(*command, "--database", record, code=2).output


def test_a_restore_that_was_cut_off_is_opened_by_nothing(record: str, kind: str, target: str, tmp_path: Path) -> None:
    if kind != "postgresql":
        return  # an SQLite file has its name only when it is whole
    backed_up(record, tmp_path / "b", tmp_path / "k")
    migrate(target)
    sql(target, "INSERT INTO stored_events_steps VALUES (-1)")
    with pytest.raises(NotToBeOpened, match="cut off"):
        Files.open(target)
    with pytest.raises(AlreadyThere, match="drop the database"):
        restored(tmp_path / "b", target, tmp_path / "k")


def test_a_prepared_database_without_entries_takes_a_restore(
    record: str, kind: str, target: str, tmp_path: Path
) -> None:
    backed_up(record, tmp_path / "b", tmp_path / "k")
    if kind == "postgresql":
        migrate(target)
        assert name_of(target)
    restored(tmp_path / "b", target, tmp_path / "k")
    run("verify", "--database", target)
    assert Database.at(target)

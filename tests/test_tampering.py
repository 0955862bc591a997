"""Ways of tampering with a record, each on both databases: what ``verify`` says of them with nothing, a key or a checkpoint.

The intruder has all rights on the database and none of the keys. What is promised in each set-up is in docs/security.md.
"""

import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.store.application import Files
from tests.domain.store.test_store import BEGINNING, contact
from tests.support.histories import CASE, NOW, facts_of
from tests.support.once import made_once
from tests.support.postgres import Server
from tests.support.tampering import Intruder, Row
from web.cli import main

ENTRIES = 300
"""More than a tile."""

pytestmark = pytest.mark.both


@dataclass
class Record:
    """A record that is signed, with a checkpoint and the public key kept elsewhere."""

    address: str
    kind: str
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--database", self.address])

    def verify(self, *arguments: str) -> Result:
        return self.run("verify", *arguments)

    @property
    def by_key(self) -> Result:
        return self.verify("--key", str(self.folder / "key"))

    @property
    def by_checkpoint(self) -> Result:
        return self.verify("--checkpoint", str(self.folder / "witness"))

    def intruder(self) -> Intruder:
        """Somebody else, who does not have the signing key."""
        self.monkeypatch.setenv("CASEAUDIT_SIGNING_KEY_FILE", str(self.folder / "nobody"))
        return Intruder(self.address, self.kind)


KEPT = ("signing.pem", "key", "witness")
"""What is kept elsewhere: beside the record of each test."""


@pytest.fixture
def record(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Record]:
    """A copy of one record, made once a run."""
    if kind == "sqlite":
        made = made_once("signed", lambda folder: signed(str(folder / "case.sqlite"), folder))
        shutil.copytree(made, tmp_path, dirs_exist_ok=True)
        address = str(tmp_path / "case.sqlite")
    else:
        server: Server = request.getfixturevalue("postgres")
        kept = made_once("signed-kept", lambda folder: folder.chmod(0o700))
        name = server.template("signed", lambda made: signed(made, kept), of=server.migrated())
        for part in KEPT:
            (shutil.copytree if (kept / part).is_dir() else shutil.copy)(kept / part, tmp_path / part)
        address = server.fresh(name)
    monkeypatch.setenv("CASEAUDIT_SIGNING_KEY_FILE", str(tmp_path / "signing.pem"))
    yield Record(address, kind, tmp_path, monkeypatch)
    if kind != "sqlite":
        server.drop(address)


def signed(address: str, folder: Path) -> None:
    """Fill a database: entries, accounts, a signing key and its checkpoint in the folder, and one entry more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEAUDIT_SIGNING_KEY_FILE", str(folder / "signing.pem"))
        made = Record(address, "", folder, patch)
        with closing(Files.open(address)) as files:
            files.record(CASE, facts_of([BEGINNING]), actor="r.ablewhite", now=NOW)
            files.record(CASE, [contact(f"c{n}") for n in range(ENTRIES)], actor="r.ablewhite", now=NOW)
        with closing(AccountRegister(address)) as register:
            register.add(Account("r.ablewhite", "R. Ablewhite", "officer"))
            register.add(Account("s.cuff", "S. Cuff", "officer"))
        assert made.run("keys", "make").exit_code == 0
        (folder / "witness").mkdir()
        assert made.run("checkpoint", "--to", str(folder / "witness")).exit_code == 0
        (folder / "key").write_text(made.run("keys", "show").stdout, encoding="utf-8")
        with closing(Files.open(address)) as files:
            files.record(CASE, [contact("after")], actor="r.ablewhite", now=NOW)


def test_what_was_not_touched_is_proved(record: Record) -> None:
    alone, key, checkpoint = record.verify(), record.by_key, record.by_checkpoint
    assert alone.exit_code == key.exit_code == checkpoint.exit_code == 0, alone.stderr + key.stderr + checkpoint.stderr
    assert "consistent with itself; whoever can write this database could have rewritten all of it" in alone.stdout
    assert "signed with a key outside the database" in key.stdout
    assert "nothing older than the checkpoint was changed" in checkpoint.stdout
    both = record.verify("--key", str(record.folder / "key"), "--checkpoint", str(record.folder / "witness"))
    assert "only who holds the key could have added" in both.stdout
    (kept,) = (record.folder / "witness").iterdir()
    since = record.verify("--since", str(kept))
    assert since.exit_code == 0 and since.stdout.startswith("1 entry verified")
    assert "rows from before it were not read" in since.stdout and "was changed, removed" not in since.stdout


def test_a_checkpoint_of_the_access_log_begins_no_walk_over_entries(record: Record) -> None:
    log = record.folder / "access"
    log.write_text(record.run("checkpoint", "--log", "access").stdout, encoding="utf-8")
    found = record.verify("--since", str(log))
    assert found.exit_code == 2 and "it is a checkpoint of the access log; give one of the entries" in found.stderr


LAST = "(SELECT max({position}) FROM stored_events)"

CHANGES: dict[str, str] = {
    "a state edited": "UPDATE stored_events SET state = {other} WHERE {position} = 20",
    "a row in the middle deleted": "DELETE FROM stored_events WHERE {position} = 20",
    "the last row deleted": f"DELETE FROM stored_events WHERE {{position}} = {LAST}",
    "the actor changed": "UPDATE stored_events SET actor = 's.cuff' WHERE {position} = 20",
    "stored_at changed": "UPDATE stored_events SET stored_at = '2020-01-01T00:00:00.000000+00:00' WHERE {position} = 20",
    "both changed": "UPDATE stored_events SET actor = 's.cuff', stored_at = '2020-01-01T00:00:00.000000+00:00' "
    "WHERE {position} = 20",
    "the topic changed": "UPDATE stored_events SET topic = 'case.document_filed' WHERE {position} = 20",
    "the file changed": "UPDATE stored_events SET originator_id = 'X999999/1' WHERE {position} = 20",
    "the hash changed": "UPDATE stored_events SET hash = {hash} WHERE {position} = 20",
    "a row inserted": "INSERT INTO stored_events ({columns}) SELECT 'X999999/1', 1, topic, state, stored_at, actor, hash "
    "FROM stored_events WHERE {position} = 20",
    "all rows emptied": "UPDATE stored_events SET state = {empty}",
    "all rows deleted": "DELETE FROM stored_events",
    "all tiles deleted": "DELETE FROM stored_events_tiles",
    "a tile edited": "UPDATE stored_events_tiles SET root = {hash}",
    "the head's position edited": "UPDATE stored_events_head SET position = position + 5",
    "the head's count edited": "UPDATE stored_events_head SET leaves = leaves + 1",
    "the head's hash edited": "UPDATE stored_events_head SET hash = {hash}",
    "the head deleted": "DELETE FROM stored_events_head",
}
"""What is to stay caught without anything kept elsewhere, though the triggers are there again."""

COLUMNS = "originator_id, originator_version, topic, state, stored_at, actor, hash"


def filled(statement: str, kind: str) -> str:
    """The statement with bytes as this database writes them."""
    write: Callable[[bytes], str] = (
        (lambda said: f"x'{said.hex()}'") if kind == "sqlite" else (lambda said: f"'\\x{said.hex()}'::bytea")
    )
    values = {"{other}": write(b"{}"), "{hash}": write(bytes(range(32))), "{empty}": write(b""), "{columns}": COLUMNS}
    for name, value in values.items():
        statement = statement.replace(name, value)
    return statement


@pytest.mark.parametrize("way", CHANGES)
def test_a_change_of_rows_is_found_without_anything_from_elsewhere(record: Record, way: str) -> None:
    record.intruder().change(filled(CHANGES[way], record.kind))
    for found in (record.verify(), record.by_key, record.by_checkpoint):
        assert found.exit_code == 1 and "\nbroken: " in f"\n{found.stderr}", (found.output, found.stderr)


def test_two_rows_that_changed_places_are_found(record: Record) -> None:
    record.intruder().change(
        "UPDATE stored_events SET {position} = -20 WHERE {position} = 20",
        "UPDATE stored_events SET {position} = 20 WHERE {position} = 21",
        "UPDATE stored_events SET {position} = 21 WHERE {position} = -20",
    )
    assert record.verify().exit_code == 1


@pytest.mark.parametrize("count", [1, 5])
def test_last_rows_deleted_with_the_counter_are_found(record: Record, count: int) -> None:
    intruder = record.intruder()
    intruder.change(f"DELETE FROM stored_events WHERE {{position}} > {LAST} - {count}")
    if record.kind == "sqlite":
        intruder.run(
            "UPDATE sqlite_sequence SET seq = (SELECT max(rowid) FROM stored_events) WHERE name = 'stored_events'"
        )
    found = record.verify()
    assert found.exit_code == 1 and ("the head" in found.stderr or "the last entries are missing" in found.stderr)


def test_triggers_that_were_dropped_are_missed(record: Record) -> None:
    record.intruder().unguard()
    found = record.verify()
    assert found.exit_code == 1 and "the triggers that refuse changes are missing" in found.stderr


def edited(rows: list[Row]) -> list[Row]:
    return [*rows[:19], rows[19]._replace(state=rows[19].state.replace(b"c18", b"cX8")), *rows[20:]]


def test_a_hash_chain_made_anew_does_not_fit_the_tree(record: Record) -> None:
    """What passed before there was a tree: one row edited, and every hash on the chain after it."""
    from domain.store.hash_chain import ORIGIN, hashed

    intruder, previous, statements = record.intruder(), ORIGIN, []
    for row in edited(intruder.rows()):
        (previous,), _ = hashed([row[1:5]], previous, row.stored_at, row.actor)
        statements.append(
            f"UPDATE stored_events SET state = {_bytes(row.state, record.kind)}, hash = {_bytes(previous, record.kind)} "
            f"WHERE {{position}} = {row.position}"
        )
    intruder.change(*statements, f"UPDATE stored_events_head SET hash = {_bytes(previous, record.kind)}")
    found = record.verify()
    assert found.exit_code == 1 and "tile 0" in found.stderr


def _bytes(value: bytes, kind: str) -> str:
    return f"x'{value.hex()}'" if kind == "sqlite" else f"'\\x{value.hex()}'::bytea"


WITHOUT_KEY = re.compile("the head is not signed|is none that this record names")

REWRITTEN: dict[str, Callable[[list[Row]], list[Row]]] = {
    "an entry edited": edited,
    "an entry left out at the end": lambda rows: rows[:ENTRIES],
    "entries in another order": lambda rows: [*rows[:1], *_swapped(rows[1], rows[2]), *rows[3:]],
    "stored by somebody else": lambda rows: [*rows[:19], rows[19]._replace(actor="s.cuff"), *rows[20:]],
    "stored at another time": lambda rows: [rows[0]._replace(stored_at="2020-01-01T00:00:00.000000+00:00"), *rows[1:]],
}
"""Records written anew as a whole, tree and head too."""


def _swapped(one: Row, two: Row) -> list[Row]:
    return [
        two._replace(position=one.position, originator_version=one.originator_version),
        one._replace(position=two.position, originator_version=two.originator_version),
    ]


@pytest.mark.parametrize("way", REWRITTEN)
def test_a_record_written_anew_is_found_by_a_key_or_a_checkpoint(record: Record, way: str) -> None:
    record.intruder().rewrite(REWRITTEN[way])
    assert record.by_key.exit_code == 1 and WITHOUT_KEY.search(record.by_key.stderr)
    found = record.by_checkpoint
    assert found.exit_code == 1 and ("checkpoint" in found.stderr or "not signed" in found.stderr)


def test_without_its_keys_a_record_written_anew_is_still_found_by_a_checkpoint(record: Record) -> None:
    """The intruder takes the record's own word about its keys out as well."""
    record.intruder().rewrite(lambda rows: [row for row in edited(rows) if not row.originator_id.startswith("record:")])
    alone, checkpoint = record.verify(), record.by_checkpoint
    assert alone.exit_code == 0 and "consistent with itself; whoever can write" in alone.stdout
    assert checkpoint.exit_code == 1 and "not those of the checkpoint" in checkpoint.stderr
    assert WITHOUT_KEY.search(record.by_key.stderr)


UNREADABLE = b'{"type":"Nothing","recorded_at":"2006-01-01T00:00:00Z"}'


def test_an_entry_that_cannot_be_read_is_found_though_all_hashes_fit(record: Record) -> None:
    record.intruder().rewrite(lambda rows: [*rows[:19], rows[19]._replace(state=UNREADABLE), *rows[20:]])
    found = record.verify()
    assert found.exit_code == 1 and "cannot be read as an entry" in found.stderr


def test_a_row_appended_without_the_key_has_a_head_whose_signature_fails(record: Record) -> None:
    record.intruder()
    with closing(Files.open(record.address)) as files:
        files.record(CASE, [contact("forged")], actor="nobody", now=NOW)
    for found in (record.verify(), record.by_key):
        assert found.exit_code == 1 and "the head is not signed" in found.stderr


def test_who_stored_an_entry_and_has_no_account_is_named(record: Record) -> None:
    with closing(Files.open(record.address)) as files:
        files.record(CASE, [contact("forged")], actor="nobody", now=NOW)
    found = record.verify()
    assert (
        found.exit_code == 0
        and "'nobody' has no account here and stored 1 entry, the first at position" in found.stdout
    )
    assert "r.ablewhite" not in found.stdout


def test_positions_that_were_shifted_are_found(record: Record) -> None:
    record.intruder().shift(1000)
    assert "positions were shifted" in record.by_checkpoint.stderr or "signed note" in record.by_checkpoint.stderr
    assert record.by_key.exit_code == 1


def test_the_number_of_entries_is_counted_not_read_off_positions(record: Record) -> None:
    count = len(Intruder(record.address, record.kind).rows())
    assert record.verify().stdout.startswith(f"{count} entries verified")


def test_every_account_made_an_area_manager(record: Record) -> None:
    record.intruder().run("UPDATE accounts SET role = 'area_manager'")
    found = record.verify()
    assert found.exit_code == 1 and "account r.ablewhite" in found.stderr


def test_an_old_copy_put_back_is_found_by_a_later_checkpoint(record: Record) -> None:
    if record.kind == "postgresql":
        intruder = record.intruder()
        head = intruder.run("SELECT note FROM stored_events_head")[0][0]
        assert record.run("checkpoint", "--to", str(record.folder / "witness")).exit_code == 0
        intruder.rewrite(lambda rows: rows[:-1])
        intruder.run(f"UPDATE stored_events_head SET note = '{head}'")
    else:
        with closing(sqlite3.connect(record.address)) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        older = record.folder / "older.sqlite"
        shutil.copy(record.address, older)
        with closing(Files.open(record.address)) as files:
            files.record(CASE, [contact("later")], actor="r.ablewhite", now=NOW)
        assert record.run("checkpoint", "--to", str(record.folder / "witness")).exit_code == 0
        for part in record.folder.glob("case.sqlite-*"):
            part.unlink()
        shutil.move(older, record.address)
        assert record.by_key.exit_code == 0  # a key alone does not tell
    found = record.by_checkpoint
    assert found.exit_code == 1 and "an older copy was put back" in found.stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_state_as_text_and_a_raw_page_of_the_file(record: Record) -> None:
    intruder = record.intruder()
    intruder.change("UPDATE stored_events SET state = CAST(state AS text) WHERE rowid = 20")
    assert record.verify().exit_code == 1
    intruder.change("UPDATE stored_events SET state = CAST(state AS blob) WHERE rowid = 20")
    assert record.verify().exit_code == 0
    with closing(sqlite3.connect(record.address)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = Path(record.address).read_bytes()
    at = random.Random(17).choice([n for n in range(len(content)) if content[n : n + 4] == b'"c1"'])
    Path(record.address).write_bytes(content[:at] + b'"cX"' + content[at + 4 :])
    assert record.verify().exit_code == 1


# ---------------------------------------------------------------- what was kept elsewhere is not of this record


def test_a_checkpoint_of_another_record_says_so(record: Record, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with closing(Files.open(str(other / "other.sqlite"))) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
    said = CliRunner().invoke(main, ["checkpoint", "--to", str(other), "--database", str(other / "other.sqlite")])
    assert said.exit_code == 0, said.output
    (kept,) = other.glob("*.checkpoint")
    found = record.verify("--checkpoint", str(kept))
    assert found.exit_code == 2 and "another record" in found.stderr


def test_a_file_that_is_no_checkpoint_or_no_key_says_so(record: Record) -> None:
    wrong = record.folder / "wrong"
    wrong.write_text("nothing of the kind\n", encoding="utf-8")
    found = record.verify("--checkpoint", str(wrong))
    assert found.exit_code == 2 and "no checkpoint can be read from it" in found.stderr
    found = record.verify("--key", str(wrong))
    assert found.exit_code == 2 and "no verifier key" in found.stderr


def test_a_key_of_another_record_does_not_pass(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    other = record.folder / "other"
    other.mkdir(mode=0o700)
    monkeypatch.setenv("CASEAUDIT_SIGNING_KEY_FILE", str(other / "signing.pem"))
    with closing(Files.open(str(other / "other.sqlite"))) as files:
        files.record(CASE, facts_of([BEGINNING]), actor="test", now=NOW)
    at = ["--database", str(other / "other.sqlite")]
    assert CliRunner().invoke(main, ["keys", "make", *at]).exit_code == 0
    (other / "key").write_text(CliRunner().invoke(main, ["keys", "show", *at]).stdout, encoding="utf-8")
    found = record.verify("--key", str(other / "key"))
    assert found.exit_code == 2 and "the key is of " in found.stderr

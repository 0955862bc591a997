"""The keys of persons in a store of their own: who has the database alone reads nothing, and nothing is lost without the store."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from eventsourcing.persistence import PersistenceError

from domain.accounts.account_register import AccountRegister
from domain.entries.refusals import BusyFile
from domain.outside_key import IN_TEXT
from domain.sealing.sealed_fields import ERASED, SEALED
from domain.sealing.wrapping import NotUnwrapped, Wrapping
from domain.store.application import Files
from domain.store.erased_marks import IN_FILE as MARKS
from domain.store.erasing import erase
from domain.store.key_store import IN_FILE, MissingKeys, NotMoved, move_keys
from domain.store.preparation import begin_sealing
from domain.store.sealer import KeysMissing
from tests.domain.store.test_erasing import erased, raw
from tests.domain.store.test_sealed_record import contact, read_now, record
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, facts_of
from web.cli import main

pytestmark = pytest.mark.both

CRN = CASE.partition("/")[0]
SECRET, ANOTHER = "a secret of the site, for tests alone", "another secret of the site, for tests"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv(MARKS, str(folder / "marks"))
    monkeypatch.setenv(IN_FILE, str(folder / "persons.sqlite"))
    monkeypatch.setenv(IN_TEXT, SECRET)
    return folder / "persons.sqlite"


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        record(files, *facts_of([BEGINNING]), contact("came round"))
        AccountRegister(empty_database, prepare=True).close()
        yield files


def run(files: Files, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--database", files.database.address])


def again(files: Files) -> Files:
    return Files.open(files.database.address)


def keys_in_record(files: Files) -> int:
    return sum(
        int(files.recorder.rows_of(f"SELECT count(*) FROM {table}")[0][0]) for table in ("person_keys", "text_keys")
    )


def test_after_the_move_texts_open_and_new_ones_are_sealed(files: Files, store: Path) -> None:
    said = run(files, "keys", "move")
    assert said.exit_code == 0, said.output
    assert str(store) in said.output and keys_in_record(files) == 0
    assert store.stat().st_mode & 0o777 == 0o600
    with closing(again(files)) as there:
        assert read_now(there)["e1"]["note"] == "came round"
        assert there.names.found(str(BEGINNING["person"]["name"]), None) == {CASE}
        record(there, contact("and again", "e2"))
        assert record(there, contact("came round")) == []
    with closing(again(files)) as there:
        assert read_now(there)["e2"]["note"] == "and again"
    assert keys_in_record(files) == 0
    assert "already" in run(files, "keys", "move").output


def test_a_stranger_with_the_record_reads_nothing_of_it(files: Files, store: Path) -> None:
    key = files.keys.of([CRN])[CRN].current
    assert key is not None
    run(files, "keys", "move")
    if files.database.kind == "postgresql":
        with psycopg.connect(**files.database.arguments) as c:  # type: ignore[arg-type]
            tables = [
                one
                for (one,) in c.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
                ).fetchall()
            ]
            held = "".join(str(c.execute(f'SELECT t.*::text FROM "{table}" t').fetchall()) for table in tables).encode()  # type: ignore[arg-type]
    else:
        held = raw(files)
    for told in (key, key.hex().encode(), str(BEGINNING["person"]["name"]).encode(), b"came round"):
        assert told not in held
        assert told not in store.read_bytes()


@pytest.mark.parametrize("fault", ["missing", "another outside key", "of another record"])
def test_without_the_keys_texts_read_sealed_and_nothing_is_recorded(
    files: Files, store: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    run(files, "keys", "move")
    kept = store.read_bytes()
    words = {
        "missing": "no store",
        "another outside key": "the outside key is another",
        "of another record": "another record",
    }
    if fault == "missing":
        store.unlink()
    elif fault == "another outside key":
        monkeypatch.setenv(IN_TEXT, ANOTHER)
    else:
        Path(store).unlink()
        with closing(Files.open(str(store.parent / "other.sqlite"))) as other:
            begin_sealing(other.recorder)
            AccountRegister(other.database.address, prepare=True).close()
            move_keys(other, None, actor="t")
    with closing(again(files)) as there:
        assert isinstance(there.keys, MissingKeys)
        assert read_now(there)["e1"]["note"] == SEALED
        head = there.recorder.head()
        with pytest.raises(KeysMissing, match=words[fault]):
            record(there, contact("new", "e2"))
        assert there.recorder.head() == head
    assert words[fault] in run(files, "export", "--case", CASE).output
    monkeypatch.setenv(IN_TEXT, SECRET)
    store.write_bytes(kept)
    with closing(again(files)) as there:  # nothing is lost
        assert read_now(there)["e1"]["note"] == "came round"
        record(there, contact("new", "e2"))


def test_whoever_has_not_noticed_the_move_stores_no_key_in_the_record(files: Files) -> None:
    assert files.keys.of([CRN])
    assert run(files, "keys", "move").exit_code == 0
    head = files.recorder.head()
    start = facts_of([BEGINNING | {"person": BEGINNING["person"] | {"crn": "K000001"}}])
    with pytest.raises((BusyFile, PersistenceError)):
        files.record("K000001/1", start, actor="t", now=facts_of([BEGINNING])[0].recorded_at)
    assert files.recorder.head() == head and keys_in_record(files) == 0


def test_a_move_that_was_cut_off_goes_on(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Files, "enter", cut_off)
        with pytest.raises(KeyboardInterrupt):
            move_keys(files, None, actor="t")
    assert keys_in_record(files) == 2  # the person's, and that of the search by names
    with closing(again(files)) as there:
        assert read_now(there)["e1"]["note"] == "came round"
        assert move_keys(there, None, actor="t") == 1
    with closing(again(files)) as there:
        assert read_now(there)["e1"]["note"] == "came round" and keys_in_record(there) == 0


def test_erasing_reaches_the_store(files: Files, store: Path) -> None:
    run(files, "keys", "move")
    with closing(again(files)) as there:
        erase(there, CRN, erased(), actor="ann")
        assert read_now(there)["e1"]["note"] == ERASED
        assert [row["key"] for row in there.keys.rows()[0] if row["crn"] == CRN] == [None]


@pytest.mark.parametrize("at", ["below a file", "the database"])
def test_where_it_cannot_go_is_said(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    monkeypatch.delenv(IN_FILE)
    (tmp_path / "file").touch()
    own = at == "the database" and files.database.kind == "sqlite"
    said = run(files, "keys", "move", "--to", files.database.path if own else str(tmp_path / "file" / "store"))
    assert said.exit_code != 0 and "Traceback" not in said.output
    with closing(again(files)) as there:
        assert read_now(there)["e1"]["note"] == "came round"


def test_a_plain_record_has_no_keys_to_move(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        files.seals = False
        with pytest.raises(NotMoved, match="not sealed"):
            move_keys(files, None, actor="t")


def test_what_is_wrapped_is_bound_to_its_place() -> None:
    wrapped = Wrapping(b"k" * 32).wrap("text", "X123456", 1)
    assert Wrapping(b"k" * 32).unwrap(wrapped, "X123456", 1) == "text"
    for key, place in ((b"l" * 32, ("X123456", 1)), (b"k" * 32, ("X123456", 2)), (b"k" * 32, ("X12345", 61))):
        with pytest.raises(NotUnwrapped):
            Wrapping(key).unwrap(wrapped, *place)

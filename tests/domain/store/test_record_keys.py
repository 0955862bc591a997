"""``caseaudit keys``: what signs the heads of the record, and what becomes of them where the key is missing or another's."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account
from domain.entries.schemas import load_entry
from domain.entries.signing_entries import KEYS, UNSIGNED, SigningKeySet, StoredUnsigned
from domain.key_files import key_folder
from domain.proof.checkpoints import Checkpoint
from domain.proof.key_succession import check_key_set, key_set, keys_after
from domain.proof.signed_notes import Note, VerifierKey, read_keys
from domain.proof.signing_key import IN_FILE, key_path, make_signing_key
from domain.store.application import Files
from domain.store.log_reader import LogReader
from domain.store.record_keys import KeyChanged, current_key, key_entries, record_name, set_key
from tests.support.people import add, post, signed_in
from web.app import create_app
from web.cli import main

pytestmark = pytest.mark.both

KEEPER = Account("k.eeper", "K Eeper", "information_manager")
SECOND = Account("s.econd", "S Econd", "information_manager")

BEGUN = {
    "entry": "s", "occurred_on": "2026-01-01", "recorded_at": "2026-01-01T09:00:00+00:00", "order_type": "community_order",
    "ends_on": "2027-01-01", "officer": "O", "officer_grade": "po", "team": "T", "division": "D", "area": "A",
    "person": {"crn": "X123456", "date_of_birth": "1980-01-01", "name": "Jo Bloggs", "gender": "male", "ethnicity": "W1",
               "disability": False},
}  # fmt: skip

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(IN_FILE, raising=False)
    return tmp_path


@pytest.fixture
def run(empty_database: str) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", empty_database])
        assert result.exit_code == code, result.output
        return result

    Files.open(empty_database).close()
    return call


@pytest.fixture
def files(run: Run, empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as opened:
        yield opened


def record(files: Files, entry: str) -> Note | None:
    """Store an entry; the note of the head then, None where it is unsigned."""
    dated = {"occurred_on": "2026-01-05", "recorded_at": "2026-01-05T09:00:00+00:00"}
    if files.read("X123456/1").first_entry is None:
        files.record("X123456/1", [load_entry("SupervisionStarted", BEGUN)], actor="test")
    said = {"entry": entry, **dated, "from": "medium", "to": "high", "reason": "other"}
    files.record("X123456/1", [load_entry("RiskLevelChanged", said)], actor="test")
    head = LogReader(files.recorder).head()
    if not head.note:
        return None
    note = Note.read(head.note)
    assert Checkpoint.read(note.text) == Checkpoint(
        f"{head.origin}/entries", head.frontier.size, head.frontier.root, head.position
    )
    return note


def current(files: Files) -> VerifierKey:
    key = current_key(files)
    assert key is not None
    return key


def test_from_a_key_on_every_head_is_signed(run: Run, files: Files) -> None:
    assert record(files, "a") is None
    made = run("keys", "make")
    (key, access) = read_keys(made.stdout)
    assert key == current(files) and access.name == f"{record_name(files)}/access" and access.public == key.public
    assert read_keys(run("keys", "show").stdout) == [key, access]
    assert str(key_path(record_name(files))) in made.stderr
    for entry in "bcd":
        note = record(files, entry)
        assert note is not None and key.check(note) is None
    (fact,) = key_entries(files)
    assert check_key_set(fact) == key
    assert "the record has a signing key" in run("keys", "make", code=2).output


def test_a_key_that_is_there_is_taken(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    monkeypatch.setenv(IN_FILE, str(config / "own.pem"))
    key, _ = make_signing_key(record_name(files))
    assert read_keys(run("keys", "make").stdout)[0].public == key.public
    assert not list(key_folder().glob("*.signing"))


def test_without_a_key_there_is_nothing_to_show_follow_or_replace(run: Run) -> None:
    for command in ("show", "rotate", "replace --reason x"):
        assert "no signing key yet: caseaudit keys make" in run("keys", *command.split(), code=2).output


def test_a_missing_key_stops_nothing_and_is_said(run: Run, files: Files, empty_database: str) -> None:
    run("keys", "make")
    path = key_path(record_name(files))
    kept = path.read_bytes()
    path.unlink()
    with closing(Files.open(empty_database)) as later:
        assert record(later, "a") is None
        for command in (("export",), ("checkpoint",), ("keys", "show")):
            shown = run(*command)
            assert (
                f"Warning: heads of this record are not signed: the signing key is missing: there is no {path}"
                in shown.stderr
            )
        assert "put the key back, or where it is lost: caseaudit keys replace" in run("keys", "rotate", code=2).output
    path.write_bytes(kept)
    path.chmod(0o600)
    with closing(Files.open(empty_database)) as later:
        note = record(later, "b")
        assert note is not None and current(later).check(note) is None
    assert "not signed" not in run("export").stderr


def test_the_key_of_another_signs_nothing(run: Run, files: Files, empty_database: str) -> None:
    run("keys", "make")
    path = key_path(record_name(files))
    path.unlink()
    make_signing_key(record_name(files))
    with closing(Files.open(empty_database)) as later:
        assert record(later, "a") is None
    assert "holds another key" in run("export").stderr
    path.chmod(0o644)
    assert "chmod 600" in run("export").stderr


def test_a_key_follows_another_for_those_who_run_already(run: Run, files: Files) -> None:
    (first, _) = read_keys(run("keys", "make").stdout)
    note = record(files, "a")  # this process has the first key in memory
    assert note is not None and first.check(note) is None
    (second, _) = read_keys(run("keys", "rotate").stdout)
    assert second == current(files) != first
    note = record(files, "b")
    assert note is not None and second.check(note) is None and not first.has_signed(note)
    assert keys_after(first, key_entries(files)) == [first, second]
    assert "signed by the one before" in run("keys", "show").stdout


def test_a_rotation_that_was_broken_off_left_both_keys(run: Run, files: Files) -> None:
    (first, _) = read_keys(run("keys", "make").stdout)
    make_signing_key(record_name(files))  # killed here: nothing was entered
    note = record(files, "a")
    assert note is not None and first.check(note) is None
    assert read_keys(run("keys", "rotate").stdout)[0] != first


def test_a_lost_key_is_replaced_by_two(run: Run, files: Files, empty_database: str) -> None:
    app = create_app(empty_database)
    for one in (KEEPER, SECOND):
        add(app, one)
    (first, _) = read_keys(run("keys", "make").stdout)
    assert "caseaudit keys rotate sets another" in run("keys", "replace", "--reason", "x", code=2).output
    key_path(record_name(files)).unlink()
    asked = run("keys", "replace", "--reason", "the disk broke")
    assert "A second person must confirm it" in asked.stderr and current(files) == first
    assert "waits on the page Requests" in run("keys", "replace", "--reason", "again", code=2).output
    with closing(Files.open(empty_database)) as later:
        assert record(later, "a") is None
    keeper = signed_in(app, KEEPER)
    page = keeper.get("/requests").text
    assert (
        "Replace the signing key, which was lost" in page
        and "the disk broke" in page
        and str(first) in page.replace("&#43;", "+")
    )
    assert post(keeper, "/requests/1/confirmed", "/requests").status_code == 302
    second = current(files)
    assert second != first
    note = record(files, "b")
    assert note is not None and second.check(note) is None
    fact = key_entries(files)[-1]
    assert (fact.lost, fact.confirmed_by, fact.before) == ("the disk broke", KEEPER.username, str(first))
    assert "two people after the one before was lost: the disk broke" in run("keys", "show").stdout
    assert keys_after(first, key_entries(files)) == [first]  # the old key vouches for nothing
    assert "The key before was lost: the disk broke." in keeper.get("/proof").text


def test_where_nobody_can_confirm_it_holds_at_once_and_says_alone(run: Run, files: Files, empty_database: str) -> None:
    run("keys", "make")
    key_path(record_name(files)).unlink()
    assert "marked as done alone" in run("keys", "replace", "--reason", "gone").stderr
    note = record(files, "a")
    assert note is not None and current(files).check(note) is None
    assert "one person alone after the one before was lost: gone" in run("keys", "show").stdout
    with closing(AccountRegister(empty_database)) as register:
        (asked,) = register.requests.every()
        assert asked.alone and asked.kind == "signing key replaced"


def test_a_request_that_was_overtaken_changes_nothing(run: Run, files: Files, empty_database: str) -> None:
    app = create_app(empty_database)
    for one in (KEEPER, SECOND):
        add(app, one)
    run("keys", "make")
    path = key_path(record_name(files))
    kept = path.rename(path.with_suffix(".elsewhere"))
    run("keys", "replace", "--reason", "gone")
    path.unlink()
    kept.rename(path)  # it was found again, and followed by another
    (second, _) = read_keys(run("keys", "rotate").stdout)
    page = signed_in(app, KEEPER)
    answer = post(page, "/requests/1/confirmed", "/requests")
    assert (
        answer.status_code == 302
        and "Nothing was changed: the record names another signing key" in page.get("/requests").text
    )
    assert current(files) == second


def test_what_cannot_be_read_of_the_keys_keeps_no_entry_out(run: Run, files: Files, empty_database: str) -> None:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    files.enter(KEYS, SigningKeySet(at=at, vkey=f"{record_name(files)}/entries+nonsense", note="x"), actor="somebody")
    with closing(Files.open(empty_database)) as later:
        assert record(later, "a") is None
    assert "cannot be read; run: caseaudit verify" in run("export").stderr


def test_no_key_is_set_over_one_that_others_set_meanwhile(run: Run, files: Files) -> None:
    key, _ = make_signing_key(record_name(files))
    fact = key_set(datetime(2026, 11, 28, tzinfo=UTC), record_name(files), key)
    run("keys", "make")
    with pytest.raises(KeyChanged):
        set_key(files, fact, actor="test")


def test_the_key_kept_elsewhere_proves_the_head_and_no_other_does(run: Run, files: Files, config: Path) -> None:
    record(files, "a")
    kept, later, other = (config / name for name in ("kept", "later", "other"))
    kept.write_text(run("keys", "make").stdout)
    assert "signed with a key outside the database" in run("verify", "--key", str(kept)).output
    later.write_text(run("keys", "rotate").stdout)
    for path in (kept, later):
        assert "signed with a key outside the database" in run("verify", "--key", str(path)).output
    first, second = read_keys(kept.read_text())[0], read_keys(later.read_text())[0]
    for name, words in (
        (f"{record_name(files)}/entries", "is none that this record names"),
        ("elsewhere.example/caseaudit/0/entries", "the key is of elsewhere.example"),
    ):
        other.write_text(f"{make_signing_key(record_name(files))[0].verifier(name)}\n")
        assert words in run("verify", "--key", str(other), code=2 if "elsewhere" in name else 1).output
    other.write_text("no key\n")
    assert "no verifier key" in run("verify", "--key", str(other), code=2).output
    assert first != second


def test_after_a_loss_only_the_new_key_proves_the_head(
    run: Run, files: Files, config: Path, empty_database: str
) -> None:
    kept, new = config / "kept", config / "new"
    kept.write_text(run("keys", "make").stdout)
    key_path(record_name(files)).unlink()
    with_key = run("verify").output
    assert "Warning: heads of this record are not signed" in with_key  # what is there was signed before
    with closing(Files.open(empty_database)) as later:
        record(later, "a")
    assert "the head is not signed" in run("verify", code=1).output
    run("keys", "replace", "--reason", "gone")
    assert "the head is signed by the key" in run("verify").output
    assert "alone: get its public key from them" in run("verify", "--key", str(kept), code=1).output
    new.write_text(run("keys", "show").stdout)
    assert "signed with a key outside" in run("verify", "--key", str(new)).output


def test_what_was_stored_without_the_key_is_said_for_good(run: Run, files: Files, empty_database: str) -> None:
    """Whoever appends without the key cannot hide behind the next honest signature."""
    record(files, "a")
    run("keys", "make")
    record(files, "b")
    path = key_path(record_name(files))
    with closing(Files.open(empty_database)) as stranger:
        path.rename(path.with_name("away"))
        assert record(stranger, "forged") is None
        path.with_name("away").rename(path)
    assert not files.entered(UNSIGNED)
    assert record(files, "c") is not None
    (said,) = files.entered(UNSIGNED)
    assert isinstance(said, StoredUnsigned) and (said.leaves, said.signed) == (5, 4)
    assert "entry 5 was stored by somebody without the record's key" in run("verify").output
    record(files, "d")
    with closing(Files.open(empty_database)) as other:  # who does not know what was signed last
        record(other, "e")
        with other.recorder.datastore.transaction(commit=True) as c:
            c.execute("UPDATE stored_events_head SET note = 'x'")
    record(files, "f")
    assert [fact.leaves for fact in files.entered(UNSIGNED) if isinstance(fact, StoredUnsigned)] == [5, 9]


def test_a_record_whose_heads_are_all_signed_says_nothing_of_it(run: Run, files: Files, empty_database: str) -> None:
    record(files, "a")
    run("keys", "make")
    for entry in "bc":
        record(files, entry)
        with closing(Files.open(empty_database)) as other:
            record(other, f"other-{entry}")
    run("keys", "rotate")
    record(files, "d")
    assert not files.entered(UNSIGNED) and "without the record" not in run("verify").output


def test_a_key_can_follow_while_the_head_is_unsigned(run: Run, files: Files, empty_database: str, config: Path) -> None:
    (config / "first").write_text(run("keys", "make").stdout)
    path = key_path(record_name(files))
    path.rename(path.with_name("away"))
    with closing(Files.open(empty_database)) as without:
        assert record(without, "a") is None
    path.with_name("away").rename(path)
    (config / "second").write_text(run("keys", "rotate").stdout)
    (said,) = files.entered(UNSIGNED)
    assert isinstance(said, StoredUnsigned)
    for name in ("first", "second"):
        run("verify", "--key", str(config / name))
    note = record(files, "b")
    assert note is not None and current(files).check(note) is None and len(files.entered(UNSIGNED)) == 1

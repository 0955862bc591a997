"""The outside key: never in the database, refused where others could know or change it."""

import os
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.key_files import KeyUnusable, key_folder
from domain.outside_key import (
    IN_FILE,
    IN_TEXT,
    NotSealed,
    OutsideKey,
    outside_key,
)

RECORD = "0123456789abcdef" * 2
TEXT = "of this test only: 0123456789abcdef"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (IN_TEXT, IN_FILE):
        monkeypatch.delenv(name, raising=False)
    return key_folder()


def test_a_key_is_made_once_for_the_user_alone(folder: Path) -> None:
    first, again, other = outside_key(RECORD), outside_key(RECORD), outside_key("f" * 32)
    assert first.derive("cookies") == again.derive("cookies") != other.derive("cookies")
    assert (folder / f"{RECORD}.key").stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700


def test_many_who_start_at_once_get_one_key() -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(outside_key(RECORD).derive("cookies"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12 and len(set(found)) == 1


def test_each_purpose_has_a_key_of_its_own() -> None:
    key = OutsideKey(TEXT.encode())
    assert len({key.derive(purpose) for purpose in ("cookies", "sessions", "passwords")}) == 3
    assert len(key.derive("cookies")) == 32
    assert TEXT not in repr(key) and TEXT not in str(key)


def test_marks_and_seals_hold_for_whom_they_were_made() -> None:
    key, other = OutsideKey(TEXT.encode()), OutsideKey(TEXT[::-1].encode())
    assert key.mark("x", "ab", "c") != key.mark("x", "a", "bc") != key.mark("y", "a", "bc")
    assert key.is_mark(key.mark("x", "a"), "x", "a") and not other.is_mark(key.mark("x", "a"), "x", "a")
    sealed = key.seal("x", "ann", "secret")
    assert key.unseal("x", "ann", sealed) == "secret" and "secret" not in sealed
    changed = sealed[:-1] + ("0" if sealed[-1] != "0" else "1")
    for opener, owner, text in (
        (key, "ben", sealed), (other, "ann", sealed), (key, "ann", changed), (key, "ann", ""), (key, "ann", "x"),
    ):  # fmt: skip
        with pytest.raises(NotSealed):
            opener.unseal("x", owner, text)


def test_the_environment_gives_the_key_or_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(TEXT + "\n")
    path.chmod(0o600)
    monkeypatch.setenv(IN_FILE, str(path))
    from_file = outside_key(RECORD)
    monkeypatch.setenv(IN_TEXT, TEXT)
    with pytest.raises(KeyUnusable, match="set one of them"):
        outside_key(RECORD)
    monkeypatch.delenv(IN_FILE)
    assert outside_key(RECORD).derive("x") == from_file.derive("x")
    assert not key_folder().exists()


@pytest.mark.parametrize("text", ["short", "a" * 64, "ab" * 32])
def test_a_key_that_is_easily_guessed_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IN_TEXT, text)
    with pytest.raises(KeyUnusable, match="too short or repeats itself"):
        outside_key(RECORD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_file_that_others_can_read_or_write_is_refused(
    mode: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_text(TEXT)
    path.chmod(mode)
    monkeypatch.setenv(IN_FILE, str(path))
    with pytest.raises(KeyUnusable, match="chmod 600"):
        outside_key(RECORD)


def test_what_is_no_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(TEXT)
    path.chmod(0o600)
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name, words in (
        ("link", "is a link"),
        ("absent", "cannot be opened"),
        ("pipe", "is not a file"),
        (".", "not a"),
    ):
        monkeypatch.setenv(IN_FILE, str(tmp_path / name))
        with pytest.raises(KeyUnusable, match=words):
            outside_key(RECORD)


def test_a_folder_that_others_enter_is_refused(folder: Path, tmp_path: Path) -> None:
    outside_key(RECORD)
    folder.chmod(0o750)
    with pytest.raises(KeyUnusable, match="chmod 700"):
        outside_key(RECORD)
    folder.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").chmod(0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyUnusable, match="leads elsewhere"):
        outside_key(RECORD)


def test_a_kept_key_that_became_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    outside_key(RECORD)
    (folder / f"{RECORD}.key").rename(tmp_path / "moved")
    (folder / f"{RECORD}.key").symlink_to(tmp_path / "moved")
    with pytest.raises(KeyUnusable, match="is a link"):
        outside_key(RECORD)


@pytest.mark.parametrize("record", ["", "../../etc/passwd", "x" * 32, "A" * 32, f"{RECORD}\n"])
def test_no_id_in_the_database_leads_to_another_file(record: str) -> None:
    with pytest.raises(KeyUnusable, match="id of this record"):
        outside_key(record)


@pytest.mark.both
def test_nothing_in_the_database_is_the_key(empty_database: str, folder: Path) -> None:
    register = AccountRegister(empty_database)
    register.setting("secret key", "of an older version")
    key = register.key
    register.close()
    again = AccountRegister(empty_database, prepare=True)
    assert again.key.derive("x") == key.derive("x")
    with again.engine.connect() as c:
        kept = dict(c.execute(sa.text("SELECT name, value FROM settings")).fetchall())
    again.close()
    (path,) = folder.iterdir()
    assert list(kept) == ["record"] and path.stem == kept["record"] and path.read_text().strip() not in kept.values()


@pytest.mark.both
def test_another_key_than_before_is_noticed_once(empty_database: str, folder: Path) -> None:
    register = AccountRegister(empty_database)
    assert [register.key_changed() for _ in range(2)] == [False, False]
    register.close()
    (path,) = folder.iterdir()
    path.unlink()
    again = AccountRegister(empty_database)
    assert [again.key_changed() for _ in range(2)] == [True, True], "so that the right key, put back, is right"
    again.take_key()
    assert not again.key_changed()
    again.close()

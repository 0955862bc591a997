"""Folders and files of this user only: what others can write, swap or make first is not trusted."""

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from domain import private_folder
from domain.accounts.account_register import AccountRegister
from domain.private_folder import NotPrivate, check_folder, is_private, make_folder, open_ours, read_file, write_file
from domain.store.application import Files
from domain.store.database import Database
from projections.read_model.column_base import is_writable
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_made_for_its_user_only(tmp_path: Path) -> None:
    made = make_folder(tmp_path / "a" / "b")
    assert mode(made) == 0o700
    made.chmod(0o755)
    assert mode(make_folder(made)) == 0o700


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777, 0o1777, 0o720])
def test_a_folder_that_others_can_write_is_refused_as_it_is(tmp_path: Path, bits: int) -> None:
    made = make_folder(tmp_path / "a")
    made.chmod(bits)
    for refuse in (
        make_folder,
        check_folder,
        lambda path: write_file(path / "f", b""),
        lambda path: read_file(path / "f"),
    ):
        with pytest.raises(NotPrivate):
            refuse(made)
    assert not is_private(made)
    assert mode(made) == bits & 0o777 or bits == 0o1777


def test_a_folder_below_one_that_others_can_write_is_refused_unless_that_is_sticky(tmp_path: Path) -> None:
    made = make_folder(tmp_path / "shared" / "mine")
    made.parent.chmod(0o777)
    with pytest.raises(NotPrivate, match="shared"):
        check_folder(made)
    assert not is_private(made.parent / "not yet")
    made.parent.chmod(0o1777)
    check_folder(made)  # only its owner can move it away
    assert not is_private(made.parent / "not yet"), "somebody else could make it first"


def test_a_link_is_no_folder_and_no_file(tmp_path: Path) -> None:
    made = make_folder(tmp_path / "a")
    (tmp_path / "link").symlink_to(made)
    with pytest.raises(NotPrivate):
        make_folder(tmp_path / "link")
    write_file(made / "f", b"ours")
    (made / "g").symlink_to(made / "f")
    with pytest.raises(OSError):
        read_file(made / "g")
    write_file(made / "g", b"new")
    assert (read_file(made / "f"), read_file(made / "g")) == (b"ours", b"new")


def test_what_somebody_else_owns_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_folder(tmp_path / "a")
    write_file(made / "f", b"ours")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(NotPrivate, match="somebody else"):
        read_file(made / "f")


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    write_file(tmp_path / "f", b"ours")
    assert mode(tmp_path / "f") == 0o600
    for bits in (0o602, 0o620, 0o666):
        (tmp_path / "f").chmod(bits)
        with pytest.raises(NotPrivate):
            read_file(tmp_path / "f")


def test_the_group_of_a_user_alone_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_folder(tmp_path / "a" / "b")
    made.parent.chmod(0o770)
    for own in (True, False):
        monkeypatch.setattr(private_folder, "_is_own_group", lambda group, own=own: own)
        assert is_private(made) is own


def test_what_is_exported_is_for_its_user_only(tmp_path: Path) -> None:
    with open(tmp_path / "f", "w", opener=open_ours) as stream:
        stream.write("x")
    assert mode(tmp_path / "f") == 0o600


# ---------------------------------------------------------------- the database and what lies beside it


def test_the_files_of_a_database_are_for_their_user_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "new" / "case.sqlite"
        with closing(Files.open(str(path))) as files, closing(ReadModel(str(path))) as views:
            files.recorder.head()
            with task_lock(views.database, views.writing, "follow"):
                made = {one.name: mode(one) for one in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert {"case.sqlite", "case.sqlite-wal", "case.sqlite-shm", "case.sqlite-follow.lock"} <= made.keys()
    assert set(made.values()) == {0o600}


def test_a_database_of_before_is_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "case.sqlite"
    Files.open(str(path)).close()
    for opened in (Files.open, AccountRegister, ReadModel):
        path.chmod(0o644)
        opened(str(path)).close()
        assert mode(path) == 0o600


@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o775])
def test_a_database_in_a_folder_that_others_can_write_is_refused(
    tmp_path: Path, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal that somebody else puts beside it would be rolled into it, also where the folder is sticky."""
    monkeypatch.setattr(private_folder, "_is_own_group", lambda group: False)
    shared = make_folder(tmp_path / "shared")
    shared.chmod(bits)
    with pytest.raises(NotPrivate, match="others may write"):
        Files.open(str(shared / "case.sqlite"))
    assert not list(shared.iterdir())
    shared.chmod(0o700)
    Files.open(str(shared / "case.sqlite")).close()
    shared.chmod(bits)
    with pytest.raises(NotPrivate):
        Files.open(str(shared / "case.sqlite"))


def test_a_lock_is_no_link(tmp_path: Path) -> None:
    path = tmp_path / "case.sqlite"
    Files.open(str(path)).close()
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "case.sqlite-follow.lock").symlink_to(tmp_path / "elsewhere")
    with (
        closing(ReadModel(str(path))) as views,
        pytest.raises(OSError),
        task_lock(Database.at(str(path)), views.writing, "follow"),
    ):
        pass
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_columns_are_not_written_where_others_can_write(tmp_path: Path) -> None:
    home = tmp_path / "columns"
    assert is_writable(home)
    make_folder(home)
    assert is_writable(home)
    home.chmod(0o777)
    assert not is_writable(home)

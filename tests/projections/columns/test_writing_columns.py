"""Files of columns are whole or not there: where the disk is full, where a writer is killed, where others still read."""

import errno
import os
import resource
import shutil
import signal
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

from projections.columns import column_files
from projections.columns.column_files import ColumnParts, NoRoom, generations, latest_generation, read_generation
from projections.columns.column_files import write_generation as write
from projections.columns.column_store import ColumnStore
from tests.projections.columns.test_column_files import of, same
from tests.support.depth import deep, dice, kills
from tests.support.hanging import wait_until

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


@pytest.fixture(scope="module")
def few() -> ColumnStore:
    return ColumnStore.of(of(range(3), 6), 3, "3" * 64)


def files_full(home: Path) -> None:
    """In a process whose files may have 4 kB: NoRoom, and nothing is left."""
    columns = ColumnStore.of(of(range(8)))
    column_files.CASES_IN_MEMORY = 5
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    for write_all in (lambda: write(home, [columns]), lambda: ColumnParts(home / "parts-a").add(columns)):
        try:
            write_all()
        except NoRoom as error:
            assert error.errno == errno.ENOSPC
            assert "need about" in str(error)
            assert str(home) in str(error)
            assert "The old columns stay" in str(error)
        else:
            raise AssertionError("there was room")
    shutil.rmtree(home / "parts-a")


def test_a_full_disk_leaves_the_old_files(tmp_path: Path, few: ColumnStore) -> None:
    write(tmp_path, [few])
    process = CONTEXT.Process(target=files_full, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["00000001"]
    same_as(latest_generation(tmp_path), few)


def test_too_little_room_is_told_before_anything_is_written(
    tmp_path: Path, few: ColumnStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [few])
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=few.nbytes - 1))
    with pytest.raises(
        NoRoom, match=r"the new columns need about 0\.\d MB in .*: 0\.\d MB are free\. The old columns stay"
    ):
        write(tmp_path, [few])
    assert [path.name for path in tmp_path.iterdir()] == ["00000001"]


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, few: ColumnStore) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "columns"):
        with pytest.raises(OSError, match=str(home)):
            write(home, [few])


def test_only_the_user_may_read_the_files(tmp_path: Path, few: ColumnStore) -> None:
    folder = write(tmp_path / "columns", [few])
    for path in (folder.parent, folder):
        assert path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_the_last_two_and_young_ones_stay(tmp_path: Path, few: ColumnStore) -> None:
    for _ in range(4):
        write(tmp_path, [few])
    assert len(generations(tmp_path)) == 4
    for folder in generations(tmp_path):
        os.utime(folder, (time.time() - 601,) * 2)
    write(tmp_path, [few])
    assert [folder.name for folder in generations(tmp_path)] == ["00000003", "00000004", "00000005"]


def test_parts_of_the_dead_go_and_those_of_the_living_stay(
    tmp_path: Path, few: ColumnStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_files, "CASES_IN_MEMORY", 2)
    parts = ColumnParts(tmp_path / "parts-rebuilding")
    parts.add(few)
    (tmp_path / "parts-making" / "0").mkdir(parents=True)
    (tmp_path / "making-9").mkdir()
    write(tmp_path, [few])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000001", "parts-rebuilding"]
    same_as(read_generation(parts.write(tmp_path)), few)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000001", "00000002"]


def write_on(home: Path) -> None:
    """Write one generation after another, for good."""
    column_files.OLD = 0.0
    one, other = (ColumnStore.of(of(range(count), 6), count, str(count) * 64) for count in (3, 5))
    while True:
        write(home, [one])
        write(home, [other])


@pytest.mark.kills
def test_a_writer_killed_anywhere_leaves_whole_files(tmp_path: Path, few: ColumnStore) -> None:
    write(tmp_path, [few])
    known = {3: few, 5: ColumnStore.of(of(range(5), 6))}
    chance, seen = dice(9), 0
    for _ in range(kills(16)):
        process = CONTEXT.Process(target=write_on, args=(tmp_path,))
        newest = generations(tmp_path)[-1]
        process.start()
        wait_until(lambda newest=newest: generations(tmp_path)[-1] != newest)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.2))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        seen += len(list(tmp_path.glob("making-*")))
        columns = read_generation(generations(tmp_path)[-1])
        same_as(columns, known[columns.position])
    assert seen or not deep()  # a death came in the middle of writing
    write(tmp_path, [few])
    assert not list(tmp_path.glob("making-*"))


def same_as(found: ColumnStore | None, wanted: ColumnStore) -> None:
    assert found is not None
    same(found, wanted)

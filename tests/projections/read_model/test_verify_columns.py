"""Verifying the files of columns: what was forged in them, digests and all, is found."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.store.application import Files
from projections.columns.column_files import UnreadableColumns, write_generation
from projections.columns.column_manifest import ABOUT, digest, sealed
from projections.read_model.column_base import columns_folder
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up
from projections.read_model.verify_columns import newest_columns, verify_columns
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import start, store
from tests.support.columns import columns_of
from tests.support.followed import CASES, here, run


def found(views: ReadModel, home: Path) -> list[str]:
    columns = newest_columns(views, home)
    assert columns is not None
    return list(map(str, verify_columns(views, columns, here)))


def made(views: ReadModel, address: str) -> Path:
    """The newest generation of files, of all that is stored."""
    with closing(Files.open(address)) as files:
        store(files, *((case, contact("late")) for case in CASES))
    catch_up(views)
    home = columns_folder(views.database)
    assert ColumnMaker(views, home, here).make()
    return max(folder for folder in home.iterdir() if folder.is_dir())


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None] = lambda said: None) -> None:
    """Give the manifest the digests of the files as they are now, after a change of what it says."""
    said = json.loads((folder / ABOUT).read_bytes())
    del said["digest"]
    said["files"] = sealed(folder, said["files"])
    change(said)
    (folder / ABOUT).write_text(json.dumps(said | {"digest": digest(json.loads(json.dumps(said)))}))


def forge(name: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    """Change the values of a column."""

    def forged(folder: Path) -> None:
        values = np.load(folder / f"{name}.npy")
        change(values)
        np.save(folder / f"{name}.npy", values)
        rewritten(folder)

    return forged


def put(at: Any, value: Any) -> Callable[[Any], None]:
    def change(values: Any) -> None:
        values[at] = value

    return change


def turned(values: Any) -> None:
    values[:] = values[::-1].copy()


def doubled(folder: Path) -> None:
    """A spell that stands twice."""
    for path in folder.glob("spells.current.*"):
        values = np.load(path)
        np.save(path, np.append(values, values[-1:]))
    rewritten(folder)


def renamed(folder: Path) -> None:
    rewritten(folder, lambda said: said["words"].update(gender=["other", *said["words"]["gender"][1:]]))


FORGED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a day": (forge("duties.current.due_on", put(0, 9000)), "columns: duties: too many: clause="),
    "a case": (forge("duties.current.case", put(0, 1)), "columns: duties: missing: clause="),
    "a word's number": (forge("spells.current.gender", put(0, 99)), "gender=#99"),
    "a word that is not there": (forge("spells.current.gender", put(0, -2)), "gender=#-2"),
    "a place that is not there": (forge("spells.current.place", put(0, 99)), "columns: unreadable"),
    "a word": (renamed, "gender=other"),
    "a name": (forge("names.text", put(0, ord("Q"))), "columns: spells: too many: begins_on=2005-05-03"),
    "a name for search": (forge("folded.text", put(0, ord("q"))), "columns: folded names: out of order"),
    "a reference": (forge("references.text", put(6, ord("9"))), "columns: cases: missing: version="),
    "an instant": (forge("spells.current.since", lambda values: np.add(values, 1, values)), "columns: spells: missing"),
    "the order of cases": (forge("references.order", turned), "columns: references: out of order"),
    "the order of rows": (forge("recorded.case", turned), "columns: recorded: "),
    "a count of entries": (forge("cases.entries", put(2, 3)), "columns: cases: missing: version=5, taken in=3"),
    "a count of recordings": (forge("recorded.entries", put(2, 3)), "columns: recorded: too many: day="),
    "entries of other files": (
        forge("cases.elsewhere", put(2, 7)),
        "columns: cases: too many: entries=5, position=40, elsewhere=#7",
    ),
    "text that is none": (forge("references.text", put(0, 0xFF)), "columns: unreadable"),
    "a row too many": (doubled, "columns: spells: too many"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_was_forged_with_new_digests_is_found(views: ReadModel, address: str, name: str) -> None:
    folder = made(views, address)
    assert found(views, folder.parent) == []
    change, told = FORGED[name]
    change(folder)
    said = found(views, folder.parent)
    assert any(told in words for words in said), said


@pytest.mark.slow
@pytest.mark.both
def test_the_command_tells_of_the_columns(views: ReadModel, address: str) -> None:
    command = ("rebuild", "--verify", "--processes", "1", "--database", address)
    catch_up(views)
    assert "There are no files of columns." in run(*command).output
    folder = made(views, address)
    output = run(*command).output
    assert "The live views say what the entries say.\nThe columns say what the entries say, up to position" in output
    forge("duties.current.due_on", put(0, 9000))(folder)
    output = run(*command, code=1).output
    assert "The live views say what the entries say." in output
    assert "columns: duties: missing: " in output
    assert "\n2 differences" in output
    path = folder / "duties.current.due_on.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    output = run(*command, code=1).output
    assert f"columns: unreadable: why={path} is damaged: its content does not have the digest" in output
    assert "\n1 difference\n" in output


@pytest.mark.both
def test_cases_too_many_and_missing_are_found(views: ReadModel, address: str) -> None:
    folder = made(views, address)
    position, hash_ = views.position, views.stored.hash_at(views.position) or ""
    kept = {file.reference: list(file.entries.values()) for file in views.stored.files(CASES)}
    kept["X999999/1"] = kept.pop(CASES[3])
    write_generation(folder.parent, [replace(columns_of(kept), position=position, hash=hash_)])
    said = found(views, folder.parent)
    assert f"{CASES[3]}: columns: cases: missing: version=5, taken in=0" in said
    assert any(words.startswith("X999999/1: columns: cases: too many: entries=5") for words in said)


@pytest.mark.both
def test_entries_after_the_columns_make_no_difference(views: ReadModel, address: str) -> None:
    folder = made(views, address)
    with closing(Files.open(address)) as files:
        store(files, ("X777777/1", start()), (CASES[0], contact("after")))
    catch_up(views)
    assert found(views, folder.parent) == []


def test_a_damaged_generation_is_not_replaced_by_an_older_one(views: ReadModel, address: str) -> None:
    made(views, address)
    ColumnMaker(views, home := columns_folder(views.database), here).make()
    (home / "00000002" / "cases.case.npy").unlink()
    with pytest.raises(UnreadableColumns, match=r"00000002/cases\.case\.npy is missing"):
        newest_columns(views, home)


@pytest.mark.slow
def test_a_rebuild_says_that_there_is_no_room(views: ReadModel, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(views, address)
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    said = run("rebuild", "--processes", "1", "--database", address, code=1).output
    assert f"in {folder.parent}: 0.0 MB are free. The old columns stay" in said
    assert found(views, folder.parent) == []

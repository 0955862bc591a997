"""Files of columns that were damaged before they were opened: the right figures or a refusal, never other figures."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from projections.columns.case_selection import CaseSelection
from projections.columns.column_files import latest_generation, write_generation
from projections.columns.column_manifest import ABOUT, HashedPosition, OtherRecord, UnreadableColumns, digest
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.reports.duty_counts import count_duties
from tests.projections.columns.test_column_files import of
from tests.support.depth import dice, times

Damage = Callable[[Path, Path, Path], None]
"""What is done to a generation. The other two: an earlier generation, and one of another record of as many cases."""

HASHES = {5: "5" * 64, 7: "7" * 64}

FILES = [
    "references.text", "references.ends", "references.order", "names.text", "names.ends", "folded.text",
    "duties.current.due_on", "duties.current.met_on", "duties.current.case", "duties.current.place", "duties.current.since",
    "duties.superseded.until", "spells.current.tier", "spells.current.begins_on", "judgements.current.answer",
    "lates.current.case", "cases.entries", "cases.elsewhere", "recorded.day", "recorded.entries",
]  # fmt: skip


def path_of(folder: Path, name: str) -> Path:
    return folder / (name if name == ABOUT else f"{name}.npy")


def flip(name: str, share: float, bit: int = 0) -> Damage:
    """One bit, at this share of the file."""

    def damage(folder: Path, *_: Path) -> None:
        content = bytearray((path := path_of(folder, name)).read_bytes())
        content[int(share * (len(content) - 1))] ^= 1 << bit
        path.write_bytes(content)

    return damage


def rewrite(name: str, change: Callable[[bytes], bytes]) -> Damage:
    def damage(folder: Path, *_: Path) -> None:
        (path := path_of(folder, name)).write_bytes(change(path.read_bytes()))

    return damage


def swap(one: str, other: str) -> Damage:
    def damage(folder: Path, *_: Path) -> None:
        first, second = path_of(folder, one), path_of(folder, other)
        a, b = first.read_bytes(), second.read_bytes()
        first.write_bytes(b)
        second.write_bytes(a)

    return damage


def replace(name: str, which: int) -> Damage:
    """A file of the earlier generation (0) or of the other record (1)."""

    def damage(folder: Path, *others: Path) -> None:
        shutil.copy(path_of(others[which], name), path_of(folder, name))

    return damage


def whole_folder(folder: Path, _: Path, other: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


def all_but_the_manifest(folder: Path, _: Path, other: Path) -> None:
    said = (folder / ABOUT).read_bytes()
    whole_folder(folder, _, other)
    (folder / ABOUT).write_bytes(said)


def emptied(folder: Path, *_: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def a_folder_for_a_file(folder: Path, *_: Path) -> None:
    path_of(folder, "cases.case").unlink()
    path_of(folder, "cases.case").mkdir()


def forgotten_file(folder: Path, *_: Path) -> None:
    """A manifest, digest and all, that does not name a file, which is gone."""
    said = json.loads((folder / ABOUT).read_bytes())
    del said["digest"], said["files"]["lates.current.case.npy"]
    (folder / ABOUT).write_text(json.dumps(said | {"digest": digest(said)}))
    path_of(folder, "lates.current.case").unlink()


def damages() -> Iterator[tuple[str, Damage]]:
    for name in FILES:
        yield f"a bit of the data of {name}", flip(name, 1.0, len(name) % 8)
    for at, name in enumerate(FILES[:10]):
        yield f"a bit of the header of {name}", flip(name, at / 200, at % 8)
    for at in range(16):
        yield f"a bit of the manifest at {at}/16", flip(ABOUT, at / 16, at % 8)
    for name in (*FILES[::5], ABOUT):
        yield f"{name} is zeroed", rewrite(name, lambda content: bytes(len(content)))
        yield f"{name} is emptied", rewrite(name, lambda content: b"")
        yield f"{name} is shorter by a byte", rewrite(name, lambda content: content[:-1])
        yield f"{name} is longer by a byte", rewrite(name, lambda content: content + b" ")
        yield f"{name} is cut to half", rewrite(name, lambda content: content[: len(content) // 2])
        yield f"{name} is gone", lambda folder, *_, name=name: path_of(folder, name).unlink()
        yield f"{name} is of an earlier generation", replace(name, 0)
        yield f"{name} is of another record", replace(name, 1)
    for one, other in (
        ("duties.current.due_on", "duties.current.arises_on"), ("spells.current.gender", "spells.current.ethnicity"),
        ("cases.entries", "cases.case"), ("names.text", "folded.text"), ("duties.current.case", "duties.current.place"),
    ):  # fmt: skip
        yield f"{one} and {other} are swapped", swap(one, other)
    for text in ("[]", "null", "{}", "[" * 100_000, '{"format": 4}'):
        yield f"the manifest is {text[:20]}", rewrite(ABOUT, lambda _, text=text: text.encode())
    yield "all of it is of another record", whole_folder
    yield "all but the manifest is of another record", all_but_the_manifest
    yield "the folder is empty", emptied
    yield "a folder stands for a file", a_folder_for_a_file
    yield "the manifest forgets a file", forgotten_file


DAMAGES = dict(damages())


def figures(columns: ColumnStore) -> Any:
    """What the columns say, every byte of them."""
    counted = count_duties(CaseSelection(columns, Moment(date(2005, 4, 1), None)), by=("team", "tier")).by_key()
    rows = [rows for of_table in columns.tables.values() for rows in of_table.all]
    values = [
        array.tolist() for some in (*rows, *(r for (r,) in columns.plain.values())) for array in some.columns.values()
    ]
    words = {name: list(of_words.values) for name, of_words in columns.words.items()}
    found = [columns.number(reference) for reference in columns.references]
    return counted, values, words, list(columns.references), found, list(columns.names), list(columns.folded)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The folder of a generation, of an earlier one, and of one of another record."""
    home, other = tmp_path_factory.mktemp("columns"), tmp_path_factory.mktemp("other")
    earlier = write_generation(home, [ColumnStore.of(of(range(4), 5), 5, HASHES[5])])
    folder = write_generation(home, [ColumnStore.of(of(range(6), 5), 7, HASHES[7])])
    elsewhere = write_generation(other, [ColumnStore.of(of(range(20, 26), 5), 7, "b" * 64)])
    return folder, earlier, elsewhere


@pytest.fixture(scope="module")
def right(made: tuple[Path, Path, Path]) -> Any:
    columns = latest_generation(made[0].parent, HASHES.get)
    assert columns is not None
    return figures(columns)


def told(home: Path, right: Any) -> str:
    """Why the files are refused; empty where the figures are right."""
    try:
        columns = latest_generation(home, HASHES.get)
    except UnreadableColumns as error:
        assert str(home) in str(error)
        assert "Delete" in str(error)
        return str(error)
    assert columns is not None
    assert figures(columns) == right
    return ""


def test_there_are_sixty_damages() -> None:
    assert len(DAMAGES) >= 60


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_gives_no_other_figures(tmp_path: Path, made: tuple[Path, Path, Path], right: Any, name: str) -> None:
    folder = Path(shutil.copytree(made[0], tmp_path / made[0].name))
    DAMAGES[name](folder, *made[1:])
    assert told(tmp_path, right) or name.startswith(f"{ABOUT} is longer")


def test_bits_anywhere_give_no_other_figures(tmp_path: Path, made: tuple[Path, Path, Path], right: Any) -> None:
    folder, chance = Path(shutil.copytree(made[0], tmp_path / made[0].name)), dice(60)
    for _ in range(times(400)):
        path = chance.choice(sorted(folder.iterdir()))
        content = path.read_bytes()
        changed = bytearray(content)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        assert told(tmp_path, right), path
        path.write_bytes(content)
    assert not told(tmp_path, right)


def test_an_earlier_generation_stands_in_for_a_damaged_one(tmp_path: Path, made: tuple[Path, Path, Path]) -> None:
    for folder in made[:2]:
        shutil.copytree(folder, tmp_path / folder.name)
    flip("duties.current.due_on", 0.9)(tmp_path / made[0].name, *made[1:])
    columns = latest_generation(tmp_path, HASHES.get)
    assert columns is not None
    assert (columns.position, columns.hash, columns.numbers) == (5, HASHES[5], 4)


def test_files_of_another_record_are_told(tmp_path: Path, made: tuple[Path, Path, Path]) -> None:
    """Also where the record was put back to before their position, and grew again."""
    home = made[0].parent
    for hashes in ({}, {5: "0" * 64, 7: "b" * 64}):
        with pytest.raises(OtherRecord, match="was made from another record: at position 7"):
            latest_generation(home, hashes.get)
    earlier = latest_generation(home, {5: HASHES[5], 7: "b" * 64}.get)
    assert earlier is not None
    assert earlier.position == 5


def test_rows_of_entries_after_the_position_are_of_this_record_too(tmp_path: Path) -> None:
    """Entries were stored while the rows were read; then the record was put back to before them."""
    write_generation(tmp_path, [ColumnStore.of(of(range(2), 3), 5, HASHES[5])], HashedPosition(7, HASHES[7]))
    assert latest_generation(tmp_path, HASHES.get) is not None
    with pytest.raises(OtherRecord, match="at position 7"):
        latest_generation(tmp_path, {5: HASHES[5]}.get)

"""Another record is restored over the one whose columns are being made: no files hold cases of both."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from domain.store.application import Files
from projections.columns.column_store import ColumnStore
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_this_process
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import start, store
from tests.support.followed import CASES
from tests.support.restored import restored, whole_copy


@pytest.fixture
def views(tmp_path: Path) -> Iterator[ReadModel]:
    """A record of eight cases with two contacts each: 24 entries."""
    path = record(tmp_path / "one.sqlite", *((case, f"one-{n}") for n in range(2) for case in CASES))
    with closing(ReadModel(path)) as views:
        catch_up(views)
        yield views


@pytest.fixture
def other(tmp_path: Path) -> str:
    """As many cases; after 24 entries, all but the first case are as they stay, and unlike those of the record."""
    later = [(CASES[0], f"later-{n}") for n in range(5)]
    path = record(tmp_path / "two.sqlite", *((case, f"two-{n}") for n in range(4) for case in CASES[4:]), *later)
    with closing(ReadModel(path)) as views:
        catch_up(views)
    whole_copy(path, str(tmp_path / "copy.sqlite"))
    return str(tmp_path / "copy.sqlite")


def record(path: Path, *contacts: tuple[str, str]) -> str:
    with closing(Files.open(str(path))) as files:
        store(files, *((case, start()) for case in CASES))
        store(files, *((case, contact(name)) for case, name in contacts))
    return str(path)


def entries(columns: ColumnStore) -> dict[str, int]:
    """The number of entries of each case."""
    (rows,) = columns.plain["cases"]
    return {columns.references[case]: int(n) for case, n in zip(rows["case"], rows["entries"], strict=True)}


def says_what_the_tables_say(views: ReadModel, home: Path) -> None:
    found = entries(ColumnKeeper(views, home).current())
    assert found == entries(ColumnKeeper(views, home / "none").current())
    assert found == {stored.reference: stored.version for stored in views.ledgers()}


def test_files_are_not_made_from_a_base_of_another_record(views: ReadModel, other: str, tmp_path: Path) -> None:
    maker = ColumnMaker(views, tmp_path / "columns", in_this_process)
    assert maker.make()
    assert not maker.needs_files()  # it has opened its files
    restored(views.database.address, other)
    with closing(Files.open(views.database.address)) as files:
        store(files, (CASES[0], contact("after")))
    catch_up(views)
    assert maker.fold()
    says_what_the_tables_say(views, tmp_path / "columns")


@pytest.mark.parametrize("begin", ["make", "fold"])
def test_files_are_not_made_of_two_records(
    views: ReadModel, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: str
) -> None:
    """It is restored when some of the cases have been read, or before the changed ones are read."""
    home = tmp_path / "columns"
    if begin == "fold":
        assert ColumnMaker(views, home, in_this_process).make()
        with closing(Files.open(views.database.address)) as files:
            store(files, (CASES[0], contact("before")))
        catch_up(views)
    monkeypatch.setattr("projections.read_model.column_reading.CASES_PER_PIECE", 4)
    monkeypatch.setattr("projections.read_model.column_maker.CASES_IN_THIS_PROCESS", 0)

    def pool(work: Callable[..., Any], pieces: Sequence[Any]) -> Iterator[Any]:
        for number, piece in enumerate(pieces):
            if (number, begin) in ((1, "make"), (0, "fold")):
                restored(views.database.address, other)
            yield work(*piece)

    assert getattr(ColumnMaker(views, home, pool), begin)() == (begin == "make")
    catch_up(views)
    says_what_the_tables_say(views, home)

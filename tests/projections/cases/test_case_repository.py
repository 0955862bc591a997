"""The casebook keeps so much and no more, and reads what others have stored meanwhile, however much it is."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from domain.entries.case_entries import ENTRY_TYPES
from domain.store.application import Files
from projections.cases import case_repository
from projections.cases.case_repository import CaseRepository
from tests.domain.store.test_store import contact
from tests.support.histories import NOW


@pytest.mark.both
def test_files_are_listed_by_how_they_began(own_database: Path | str, kind: str) -> None:
    with closing(Files.open(str(own_database))) as files:
        begun, opened = ENTRY_TYPES["SupervisionStarted"], ENTRY_TYPES["InspectionOpened"]
        cases = files.references(begun)
        assert len(cases) == 120 and cases == sorted(cases)
        assert files.references(begun, after=cases[9], limit=3) == cases[10:13]
        assert files.references(begun, after=cases[-1]) == []
        assert files.references(opened) == ["gloucestershire-2004", "gloucestershire-2005"]


@pytest.mark.parametrize("added", [1, 3, 7])
def test_what_others_store_is_read_whether_followed_or_read_anew(
    demo_database: Path, tmp_path: Path, added: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_repository, "BATCH", 3)
    monkeypatch.setattr(case_repository, "FILES_CACHED", 2)
    path = tmp_path / "copy.sqlite"
    shutil.copy(demo_database, path)
    with closing(Files.open(str(path))) as files, closing(Files.open(str(path))) as others:
        book = CaseRepository(files)
        first, second, third = book.cases[:3]
        before = {reference: len(book.file(reference).entries) for reference in (first, second, third)}
        assert list(book._files) == [second, third]
        for n in range(added):
            others.record((first, third)[n % 2], [contact(f"other-{n}")], actor="other", now=NOW)
        after = {reference: len(book.file(reference).entries) for reference in (first, second, third)}
        grown = {first: (added + 1) // 2, second: 0, third: added // 2}
        assert {reference: after[reference] - before[reference] for reference in before} == grown
        assert len(book._files) <= 2
        assert book.last_recorded_at == CaseRepository(others).last_recorded_at

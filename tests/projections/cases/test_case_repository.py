"""The casebook keeps so much and no more, and reads what others have stored meanwhile, however much it is."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from domain.entries.case_entries import ENTRY_TYPES
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.store.application import Files
from projections.cases import followed_files
from projections.cases.case_repository import CaseRepository
from projections.history.moment import Moment
from tests.domain.aggregates.test_person_files import ONE, TWO, appointment, entry, outcome, start
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import store
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
    monkeypatch.setattr(followed_files, "BATCH", 3)
    monkeypatch.setattr(followed_files, "FILES_CACHED", 2)
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


@pytest.mark.both
def test_a_frozen_reading_takes_of_other_files_what_was_stored_then(empty_database: str) -> None:
    asked = {"title": "An audit", "area": "G", "framework": "esi-2003", "cases": [ONE], "knowledge": "hindsight"}
    opened = entry("InspectionOpened", "opened", 5, **asked)
    frozen = entry("InspectionFrozen", "frozen", 5, files=[{"case": ONE, "entries": 1}])
    with closing(Files.open(empty_database)) as files:
        store(files, (ONE, start(ONE)), (TWO, start(TWO)), (TWO, appointment("a", 1, [ONE])))
        store(files, ("an-audit", opened), ("an-audit", frozen))
        book, moment = CaseRepository(files), Moment(opened.occurred_on, None)
        store(files, (TWO, outcome("o", "a", 2)), (TWO, outcome("later", "a", 9)))

        def outcomes(inspection: str | None) -> list[str | None]:
            reading = book.read(ONE, moment, frameworks()[DEFAULT_FRAMEWORK], inspection)
            return [made.outcome for made in reading.history.appointments.values()]

        assert (outcomes("an-audit"), outcomes(None)) == ([None], ["attended_complied"])

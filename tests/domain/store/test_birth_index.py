"""Persons are found by their date of birth; in a record of before, once its dates are indexed; never when erased or redacted."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest

from domain.entries.person_entries import PersonErased, TextRedacted
from domain.store.application import Files
from domain.store.birth_index import index_births
from domain.store.erasing import erase, redact
from domain.store.preparation import begin_sealing
from tests.domain.store.test_sealed_record import BORN, CASE, CRN, NAME, NOW, about, record
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import facts_of

pytestmark = pytest.mark.both

FIRST, SECOND = date.fromisoformat(BORN), date(1971, 3, 12)


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    """A sealed record with one case, whose date of birth was corrected."""
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        record(files, *facts_of([BEGINNING]))
        new = {"person": BEGINNING["person"] | {"date_of_birth": SECOND.isoformat()}}
        record(files, about("EntryCorrected", "c1", of="start", fields=new))
        yield files


def as_of_before(files: Files) -> Files:
    """The same record as an older version left it: names are indexed, and no dates."""
    names = files.names
    kept = names.found(NAME, None)
    names.forget(CRN)
    with names.engine.begin() as c:
        c.exec_driver_sql("DELETE FROM name_digests")
    started = files.texts.entries([CASE], [type(facts_of([BEGINNING])[0])])[CASE][0]
    names._has_births = False  # as another process, which indexed the first names without this mark
    names.add([(CASE, "person.name", NAME, started.recorded_at)])
    assert names.found(NAME, None) == kept and not names.has_births()
    return files


def test_a_person_is_found_by_every_date_of_birth_that_was_recorded(files: Files) -> None:
    assert files.names.has_births()
    assert files.names.born(FIRST, None) == files.names.born(SECOND, None) == {CASE}
    assert files.names.born(SECOND + timedelta(1), None) == set()
    recorded = files.read(CASE).entries["c1"].recorded_at
    assert files.names.born(SECOND, recorded) == set(), "known from when it was recorded"


def test_a_record_of_before_is_indexed_once(files: Files) -> None:
    older = as_of_before(files)
    assert older.names.born(FIRST, None) == set()
    assert index_births(older)
    assert older.names.born(FIRST, None) == older.names.born(SECOND, None) == {CASE}
    assert not index_births(older)
    with closing(Files.open(older.database.address)) as again:
        assert not index_births(again)


def test_a_record_without_cases_stays_empty(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        assert not index_births(files) and not files.names.has_births()
        with files.names.engine.connect() as c:
            assert c.exec_driver_sql("SELECT count(*) FROM name_digests").scalar_one() == 0
        assert files.keys.rows() == ([], []), "no key is made for it either"


@pytest.mark.parametrize("before", [False, True])
def test_nobody_is_found_by_a_date_that_was_erased_or_redacted(files: Files, before: bool) -> None:
    asked = {"case": CASE, "entry": "start", "path": "person.date_of_birth"}
    redact(files, TextRedacted(at=NOW, **asked, reason="another's", asked_by="a"), actor="b")
    if before:
        index_births(as_of_before(files))
    assert files.names.born(FIRST, None) == set() and files.names.born(SECOND, None) == {CASE}
    erase(files, CRN, PersonErased(at=NOW, reason="past its time", asked_by="a"), actor="b")
    if before:
        index_births(as_of_before_erased(files))
    assert files.names.born(SECOND, None) == set()


def as_of_before_erased(files: Files) -> Files:
    with files.names.engine.begin() as c:
        c.exec_driver_sql("DELETE FROM name_digests")
    files.names._has_births = False
    return files

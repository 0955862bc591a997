"""A person with two sentences, or with two CRNs known to be one person's, is in a frame once."""

from contextlib import closing

import pytest

from domain.entries.inspection_entries import Framed
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.sampling_frame import once_a_person
from tests.domain.aggregates.test_person_files import LINKED, ONE, TWO, at, entry, start
from tests.projections.read_model.test_views import store

APART = "B000002/1"
CASES = [APART, TWO, ONE, LINKED]
FRAME = [Framed(case=case, stratum="all cases", officer="O") for case in CASES]


@pytest.mark.both
def test_a_person_is_in_the_frame_once(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        store(files, *((case, start(case)) for case in CASES))
        store(files, (TWO, entry("PersonLinked", "link", 5, crn="A000001", reason="one person")))
        store(files, (TWO, entry("PersonUnlinked", "undo", 9, link="link", reason="two")))
        book = CaseRepository(files)
        framed = {
            minute: [one.case for one in once_a_person(FRAME, book.people(CASES, minute and at(minute)))]
            for minute in (None, 5, 6, 9, 10)
        }
    apart, linked = [LINKED, APART, ONE], [LINKED, APART]
    assert framed == {None: apart, 5: apart, 6: linked, 9: linked, 10: apart}

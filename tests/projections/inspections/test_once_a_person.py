"""Who is one person, for a frame that holds a person once: two sentences under one CRN, or two CRNs known to be one person's."""

from collections.abc import Mapping
from contextlib import closing

import pytest

from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from tests.domain.aggregates.test_person_files import LINKED, ONE, TWO, at, entry, start
from tests.projections.read_model.test_views import store

APART = "B000002/1"
CASES = [APART, TWO, ONE, LINKED]


def first_of_each(people: Mapping[str, str]) -> list[str]:
    """The first case of each person, by reference."""
    first: dict[str, str] = {}
    for case in sorted(people):
        first.setdefault(people[case], case)
    return list(first.values())


@pytest.mark.both
def test_cases_of_one_person_have_the_same_person(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        store(files, *((case, start(case)) for case in CASES))
        store(files, (TWO, entry("PersonLinked", "link", 5, crn="A000001", reason="one person")))
        store(files, (TWO, entry("PersonUnlinked", "undo", 9, link="link", reason="two")))
        book = CaseRepository(files)
        framed = {minute: first_of_each(book.people(CASES, minute and at(minute))) for minute in (None, 5, 6, 9, 10)}
    apart, linked = [LINKED, APART, ONE], [LINKED, APART]
    assert framed == {None: apart, 5: apart, 6: linked, 9: linked, 10: apart}

"""Finding cases: by parts of names as written and as they sound, by references and dates of birth; both indexes find the same."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from domain.store.database import Database
from domain.store.name_digests import NAME_DIGESTS, NameDigests
from domain.store.person_keys import PersonKeys
from projections.columns.case_selection import CaseSelection
from projections.history.moment import Moment
from projections.lists.case_finding import Finder, Index, NamesInClear
from tests.projections.lists.test_work_lists import LINE, PERSON
from tests.support.columns import columns_of
from tests.support.histories import facts_of

NAMES = (
    "Zo\u00eb \u00d3 Briain",
    "Anna Strau\u00df",
    "MARY-ANN O'Neil",
    "Li",
    "Al Oni",
    "K K",
    "Brian Davies",
    "Ann Davis",
)
BORN = [date(1971, 3, 12), *[date(1970, 1, day) for day in range(2, 9)]]
CASES = [f"X{number:06}/1" for number in range(len(NAMES))]
AT = datetime(2005, 5, 3, tzinfo=UTC)


class Keyed:
    """The keyed index, as known at any time."""

    def __init__(self, names: NameDigests):
        self.names = names

    def written(self, word: str) -> set[str]:
        return self.names.found(word, None)

    def sounding(self, word: str) -> set[str]:
        return self.names.found(word, None, by_sound=True)

    def born(self, day: date) -> set[str]:
        return self.names.born(day, None)


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> list[Index]:
    folder: Path = tmp_path_factory.mktemp("names")
    keys = PersonKeys.at(Database.at(str(folder / "keys.sqlite")), create=True)
    NAME_DIGESTS.metadata.create_all(keys.engine)
    names = NameDigests(keys.engine, keys)
    names.add((case, "person.name", name, AT) for case, name in zip(CASES, NAMES, strict=True))
    names.add((case, "person.date_of_birth", day.isoformat(), AT) for case, day in zip(CASES, BORN, strict=True))
    clear = NamesInClear(
        {name: [case] for case, name in zip(CASES, NAMES, strict=True)}, lambda: dict(zip(CASES, BORN, strict=True))
    )
    return [Keyed(names), clear]


@pytest.fixture(scope="module")
def selection() -> CaseSelection:
    files = {
        case: facts_of([LINE | {"person": PERSON | {"name": name}}]) for case, name in zip(CASES, NAMES, strict=True)
    }
    return CaseSelection(columns_of(files), Moment(date(2005, 5, 3), None))


def found(finder: Finder, words: str) -> tuple[set[int], set[int]]:
    matches = finder.by_words(words)
    return set(matches.found.tolist()), set(matches.alike.tolist())


@pytest.mark.parametrize(
    ("words", "as_written", "alike"),
    [
        ("zo", set(), set()), ("zoe", {0}, set()), ("\u00d3 BRIAIN", {0}, set()), ("briain", {0}, {6}),
        ("strauss", {1}, set()), ("o'neil", {2}, set()), ("o\u2019neil", {2}, set()), ("oneil", {2}, set()),
        ("mary", {2}, set()), ("li", {3}, set()), ("k k", {5}, set()), ("davis", {7}, {6}), ("Davies", {6}, {7}),
        ("bryan davis", set(), {6}), ("davies ann", set(), {7}), ("x000003", {3}, set()), ("X000003/1 li", {3}, set()),
        ("000003", {3}, set()), ("X000003 davies", set(), set()), ("nobody", set(), set()), ("'", set(), set()),
        ("  ", set(), set()), ("%", set(), set()), ("\u03a9 \u0642 \U0001d11e", set(), set()), ("x" * 10_000, set(), set()),
        ("/1", set(), set()), ("ies", set(), set()),
    ],
)  # fmt: skip
def test_both_indexes_find_the_same(
    indexes: list[Index], selection: CaseSelection, words: str, as_written: set[int], alike: set[int]
) -> None:
    everything = np.ones(selection.columns.numbers, bool)
    for index in indexes:
        assert found(Finder(selection, everything, index), words) == (as_written, alike), type(index)


def test_a_date_of_birth_finds_those_born_on_it(indexes: list[Index], selection: CaseSelection) -> None:
    everything = np.ones(selection.columns.numbers, bool)
    for index in indexes:
        assert Finder(selection, everything, index).by_birth(BORN[0]).found.tolist() == [0]
        assert not len(Finder(selection, everything, index).by_birth(date(1950, 1, 1)).found)


def test_a_match_out_of_reach_changes_nothing(indexes: list[Index], selection: CaseSelection) -> None:
    """``davis`` is written so on a case out of reach alone: that Davies sounds like it is found all the same."""
    reach = np.array([case != 7 for case in range(len(CASES))])
    for index in indexes:
        finder = Finder(selection, reach, index)
        assert found(finder, "davis") == (set(), {6})
        assert finder.among == len(CASES) - 1

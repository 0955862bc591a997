"""Finds cases for the person signed in: among those that they may open, as known at the moment of the page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from domain.store.birth_index import index_births
from domain.store.name_digests import NameDigests
from projections.cases.person_details import PersonDetails
from projections.cases.person_names import details_of
from projections.lists.case_finding import Finder, NamesInClear
from projections.lists.picked_numbers import places_of
from web.services import current_cases


@dataclass(frozen=True)
class SealedIndex:
    """The keyed index of a record that seals its texts."""

    names: NameDigests
    known_at: datetime | None

    def written(self, word: str) -> set[str]:
        return self.names.found(word, self.known_at)

    def sounding(self, word: str) -> set[str]:
        return self.names.found(word, self.known_at, by_sound=True)

    def born(self, day: date) -> set[str]:
        index_births(current_cases.repository().files)
        return self.names.born(day, self.known_at)


def finder() -> Finder:
    """Over the cases that the person signed in may open."""
    selection, opened = current_cases.reached().selection, current_cases.opened()
    files = current_cases.repository().files
    if files.seals:
        return Finder(selection, opened, SealedIndex(files.names, current_cases.moment().known_at))
    columns, names = selection.columns, selection.spell_column("name")
    mine = places_of(opened & selection.there).tolist()
    named = defaultdict[str, list[str]](list)
    for case in mine:
        named[columns.folded[int(names[case])]].append(columns.references[case])
    return Finder(selection, opened, NamesInClear(named, lambda: _births([columns.references[case] for case in mine])))


def _births(cases: list[str]) -> dict[str, date]:
    return {
        case: person.born for case, person in details(cases).items() if person is not None and person.born is not None
    }


def details(cases: list[str]) -> dict[str, PersonDetails | None]:
    """Name and date of birth of the person of each case, at the moment of the page."""
    moment = current_cases.moment().as_recorded
    return dict(details_of(current_cases.repository().files, cases, moment))

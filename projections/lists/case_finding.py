"""Finding cases by a name, a CRN or a date of birth, among those that the reader may open.

Whatever is asked for, the same questions are put to the index, and what lies outside the reader's cases is left out before
anything is decided. So a match that they may not see changes neither what is found nor what is tried.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

import numpy as np

from domain.sealing.name_parts import searched, sounds, written
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.lists.case_search import references_with

_REFERENCE = re.compile(r"[A-Z]?\d{3,6}(/\d{0,3})?")


class Index(Protocol):
    """Finds the references of cases, as known at the moment of the page."""

    def written(self, word: str) -> set[str]:
        """With a name that has this word, or a part that begins with it."""

    def sounding(self, word: str) -> set[str]:
        """With a name of which a part sounds like it."""

    def born(self, day: date) -> set[str]:
        """Of persons born on this day."""


class Matches(NamedTuple):
    """Numbers of cases. ``alike``: those that are no match as written, but sound like it."""

    found: Array
    alike: Array


@dataclass(frozen=True)
class Finder:
    """``opened``: for each case of the selection whether the reader may open it. Only those that had begun are found."""

    selection: CaseSelection
    opened: Array
    index: Index

    @property
    def among(self) -> int:
        """How many cases are searched."""
        return int((self.opened & self.selection.there).sum())

    def by_birth(self, day: date) -> Matches:
        """The cases of persons born on a day."""
        return self._matches(self._numbered(self.index.born(day)), self._none())

    def by_words(self, words: str) -> Matches:
        """The cases of which each word is in the name or the reference; and those of which it sounds so."""
        as_written, alike = self.selection.there.copy(), self.selection.there.copy()
        parts = [part for word in words.split() for part in _parts(word)]
        for part in parts:
            of_reference = self._with_reference(part)
            found = self._numbered(self.index.written(part)) | of_reference
            as_written &= found
            alike &= found | self._numbered(self.index.sounding(part))
        return self._matches(as_written, alike) if parts else self._matches(self._none(), self._none())

    def _matches(self, as_written: Array, alike: Array) -> Matches:
        among = self.opened & self.selection.there
        return Matches(np.flatnonzero(as_written & among), np.flatnonzero(alike & ~as_written & among))

    def _with_reference(self, part: str) -> Array:
        if not _REFERENCE.fullmatch(part.upper()):
            return self._none()
        return references_with(self.selection, part)

    def _numbered(self, references: set[str]) -> Array:
        found = self._none()
        numbers = (self.selection.columns.number(reference) for reference in references)
        found[[number for number in numbers if number is not None]] = True
        return found

    def _none(self) -> Array:
        return np.zeros(self.selection.columns.numbers, bool)


def _parts(word: str) -> list[str]:
    """A reference as it is; else the parts of a name."""
    return [word] if _REFERENCE.fullmatch(word.upper()) else searched(word)


class NamesInClear:
    """The index of a record that keeps its names in the clear: by the names that cases have on the day.

    ``cases``: the references of the reader's cases, by name: each name is taken apart once, however many cases have it.
    ``births``: reads their dates of birth, when it is asked.
    """

    def __init__(self, cases: Mapping[str, Collection[str]], births: Callable[[], dict[str, date]]):
        self._cases, self._births = cases, births

    def written(self, word: str) -> set[str]:
        return self._named(lambda name: word in written(name))

    def sounding(self, word: str) -> set[str]:
        wanted = set(sounds(word))
        return self._named(lambda name: not wanted.isdisjoint(sounds(name)))

    def _named(self, fits: Callable[[str], bool]) -> set[str]:
        return {case for name, cases in self._cases.items() if fits(name) for case in cases}

    def born(self, day: date) -> set[str]:
        return {case for case, born in self._births().items() if born == day}

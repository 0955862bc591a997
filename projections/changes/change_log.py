"""The log of changes: which entries were stored on the cases within an account's reach, as references alone.

Reach is that of the moment of reading: the cases that the account answers for today, or for an inspector those of its
inspections. Left out are cases whose access is limited to anybody, persons who were erased, and what was recorded for an
inspection: of these nothing leaves the building by this way.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from domain.accounts.roles import Account
from domain.entries.case_entries import ENTRY_TYPES, Entry, about_inspections, subject_of
from domain.entries.person_entries import PersonErased, person_file
from domain.store.entry_codec import entry_of_file, stored_register_entry, topic_of
from domain.store.record_reader import Logged, RecordReader
from projections.cases import case_access
from projections.cases.case_repository import CaseRepository
from projections.cases.recorded_limits import Limits
from projections.columns.case_selection import CaseSelection
from projections.lists.case_limits import closed_cases
from projections.lists.counted_cases import counted_cases

MOST = 500
"""Changes of one page, at most."""

WINDOW = 20_000
"""Positions of the record that are looked at by one query."""

FEW_CASES, FAR = 2_000, 5 * WINDOW
"""Where an account reaches no more cases than this, and so many positions are to be looked at, its entries are found by case."""


def _is_told(declared: type[Entry]) -> bool:
    """Whether entries of a type can be told of: not those that always name the inspection for which they are recorded."""
    named = (one for one in msgspec.structs.fields(declared) if one.name == "inspection")
    return declared.kept_on == "case" and not any(one.required for one in named)


TYPES = tuple(name for name, declared in ENTRY_TYPES.items() if _is_told(declared))
"""The types of entry that a change can be of."""

_TOPICS = {topic_of(ENTRY_TYPES[name]): name for name in TYPES}


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that was stored on a case. ``about``: the entry that it corrects, withdraws or otherwise speaks of.

    ``position``, ``hash``: of the record; they are for nobody outside.
    """

    position: int
    hash: bytes
    case: str
    entry: str
    type: str
    about: str | None
    occurred_on: date
    recorded_at: datetime
    stored_at: datetime


class ChangesPage(NamedTuple):
    """Changes in the order in which they were stored. ``upto``: the position up to which nothing else is within reach.

    ``more``: whether there are changes after that already.
    """

    changes: list[Change]
    upto: int
    more: bool


@dataclass(frozen=True)
class ChangeLog:
    """The log of changes as the record has it at one moment. ``selection``: all cases as at today; ``limits``: as of now."""

    record: RecordReader
    repository: CaseRepository
    selection: CaseSelection
    limits: Limits

    @property
    def until(self) -> int:
        """The position up to which changes are told: as far as the columns go, from which reach is known."""
        return self.selection.columns.position

    def page(self, account: Account, after: int, limit: int, types: Collection[str] = ()) -> ChangesPage:
        """The next changes within an account's reach after a position: up to ``limit``, of these types (none named: of all)."""
        topics = {topic for topic, name in _TOPICS.items() if not types or name in types}
        reach, found = self._reach(account), list[Change]()
        for window in self._windows(reach, after):
            places = [place for place, file, topic in window if topic in topics and file in reach]
            for at in range(0, len(places), MOST):
                found += self._told(account, self.record.logged(places[at : at + MOST]))
                if len(found) > limit:
                    return ChangesPage(found[:limit], found[limit - 1].position, more=True)
        return ChangesPage(found, max(after, self.until), more=False)

    def _windows(self, reach: "_Reach", after: int) -> Iterator[list[tuple[int, str, str]]]:
        """Where entries of cases stand after a position, in order."""
        if self.until - after > FAR and len(reach) <= FEW_CASES:
            yield self.record.places_in(reach.cases(), after, self.until)
            return
        for begin in range(after, self.until, WINDOW):
            yield self.record.places_of_cases(begin, min(begin + WINDOW, self.until))

    def _reach(self, account: Account) -> "_Reach":
        columns = self.selection.columns
        counted = counted_cases(
            self.selection, self.limits, account, lambda: case_access.inspected(self.repository, account)
        )
        limited = closed_cases(columns, self.limits, lambda staff: True)
        return _Reach(self.selection, (counted.open & ~limited).nonzero()[0].tolist())

    def _told(self, account: Account, entries: list[Logged]) -> Iterator[Change]:
        """Those of these entries that may be told, once their files have been looked at where that is needed."""
        read = [(one, entry_of_file(one.topic, one.state)) for one in entries]
        erased = self._erased({one.reference.partition("/")[0] for one in entries})
        gone = self._gone(account, {one.reference for one in entries})
        kept = self._for_inspections(
            {one.reference for one, fact in read if about_inspections((fact,)) or subject_of(fact)}
        )
        for one, fact in read:
            if one.reference in gone or one.reference.partition("/")[0] in erased:
                continue
            if (one.reference, fact.entry) in kept:
                continue
            yield Change(
                one.position, one.hash, one.reference, fact.entry, _TOPICS[one.topic], subject_of(fact), fact.occurred_on,
                fact.recorded_at, one.stored_at,
            )  # fmt: skip

    def _for_inspections(self, references: Iterable[str]) -> set[tuple[str, str]]:
        """What on these files was recorded for an inspection, or speaks of that: each by its file and its id."""
        files = (self.repository.file(reference) for reference in references)
        return {(file.reference, entry) for file in files for entry in about_inspections(file.entries.values())}

    def _gone(self, account: Account, references: set[str]) -> set[str]:
        """Those of these cases that are out of reach by what was stored since the columns."""
        later = self.record.changed_after(references, self.until)
        if account.inspects:
            return later - case_access.inspected(self.repository, account)
        now = self.selection.moment
        return {one for one in later if not case_access.answers_for(self.repository, account, one, now)}

    def _erased(self, crns: Iterable[str]) -> set[str]:
        """Those of these CRNs that were erased."""
        stored = self.repository.files.recorder.select_many(sorted(map(person_file, crns)))
        read = ((str(one.originator_id), stored_register_entry(one.topic, one.state)) for one in stored)
        return {file.partition(":")[2] for file, fact in read if isinstance(fact, PersonErased)}


class _Reach:
    """The cases within reach, by their numbers in the columns."""

    def __init__(self, selection: CaseSelection, numbers: list[int]):
        self._columns, self._numbers = selection.columns, frozenset(numbers)

    def __contains__(self, reference: str) -> bool:
        return self._columns.number(reference) in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def cases(self) -> list[str]:
        return [self._columns.references[number] for number in self._numbers]

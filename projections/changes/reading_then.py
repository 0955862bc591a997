"""The earlier reading of a caseload, with which it is compared: for each case a day, and what was known of the case then.

What was known is told by time of recording, as everywhere; or by a *position* of the record: what had been taken in by then,
whenever it was recorded. For most cases one instant separates what had been taken in from what came later, so that the spans of
knowledge of the columns tell both apart. The few for which none does are derived from what was stored up to the position.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from domain.aggregates.other_file_ids import crn_of
from domain.aggregates.person_files import PersonFiles
from domain.entries.case_entries import Entry
from domain.store.record_reader import RecordReader
from domain.working.seen_places import SeenUpTo
from projections.arrays.date_numbers import STILL_KNOWN, day_read, days_fallen_on, instant_number
from projections.changes.record_tail import RecordTail, TakenEntries
from projections.columns.case_rows import ranges
from projections.columns.column_schema import Array, Rows
from projections.columns.column_store import ColumnStore, by_column, renumbered
from projections.history.history import end_of_day
from projections.ledger.ledger import Ledger, ledger

MOST_DERIVED = 200
"""Cases that are derived from their files at most. Of any others something that was there already may show once more."""

NOBODY_KNEW = int(np.iinfo(np.int64).min)
"""An instant at which no row was known."""


class Earlier(NamedTuple):
    """A moment to compare with: as at the end of ``day``. ``known_at``: as known then, by time of recording (exclusive).

    ``position``: by what had been taken in up to there, in place of that.
    """

    day: date
    known_at: datetime
    position: int | None = None

    @classmethod
    def end_of(cls, day: date) -> "Earlier":
        """As the file stood at the end of a day."""
        return cls(day, end_of_day(day))

    @classmethod
    def of(cls, upto: SeenUpTo, record: RecordReader) -> "Earlier":
        """The moment of a place; by time of recording where the record has nothing there, or something else (it was restored)."""
        there = upto.position > 0 and record.hash_at(upto.position) == upto.hash
        return cls(upto.day, upto.known_at, upto.position if there else None)


@dataclass(frozen=True)
class ReadingThen:
    """For each case of the columns the ``day`` (a number) and the instant (``known``) at which it is read.

    ``derived``: tables of rows, all of them known then, of cases of which the columns have none that were.
    """

    day: Array
    known: Array
    derived: Mapping[str, Rows] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        columns: ColumnStore,
        cases: Array,
        earlier: Sequence[Earlier],
        which: Array,
        record: RecordReader,
        tail: RecordTail,
    ) -> "ReadingThen":
        """``cases``: for each case whether it is wanted. ``which``: for each case the index of its moment in ``earlier``."""
        days = np.array([day_read(one.day) for one in earlier], np.uint16)
        position = np.array([-1 if one.position is None else one.position for one in earlier], np.int64)[which]
        known = np.array([instant_number(one.known_at) for one in earlier], np.int64)[which]
        wanted = np.flatnonzero(cases & (position >= 0))
        if not len(wanted):
            return cls(days[which], known)
        found = tail.between(int(position[wanted].min()), columns.position)
        if found is None:
            return cls(days[which], known)
        known[wanted] = STILL_KNOWN
        apart = _Separated(columns, found, wanted, position, record)
        known[apart.cases] = apart.first
        derived = apart.mixed[np.argsort(-position[apart.mixed], kind="stable")][:MOST_DERIVED]
        known[derived] = NOBODY_KNEW
        return cls(days[which], known, _derived(columns, derived, position, record))

    def knows(self, rows: Rows, part: slice | Array = slice(None)) -> Array:
        """For each row of the columns whether it was known in this reading."""
        instant = self.known[rows["case"][part]]
        begun: Array = rows["since"][part] < instant
        return begun & (instant <= rows["until"][part]) if "until" in rows else begun


class _Separated:
    """Of each case of which something was taken in after its position: the earliest instant at which any of that was recorded."""

    def __init__(self, columns: ColumnStore, taken: TakenEntries, wanted: Array, position: Array, record: RecordReader):
        case, entry = _entries_by_case(columns, taken, wanted, record)
        later = taken.position[entry] > position[case]
        first = np.full(columns.numbers, STILL_KNOWN, np.int64)
        np.minimum.at(first, case[later], taken.recorded[entry[later]])
        before = ~later & (taken.recorded[entry] >= first[case])
        mixed = np.zeros(columns.numbers, bool)
        mixed[case[before]] = True
        self.cases = np.flatnonzero(first != STILL_KNOWN)
        self.first = first[self.cases]
        mixed[self.cases] |= self._more_before(columns, taken, case, entry)
        self.mixed = np.flatnonzero(mixed)

    def _more_before(self, columns: ColumnStore, taken: TakenEntries, case: Array, entry: Array) -> Array:
        """Whether the file has entries recorded on that day or later which were taken in before the tail begins."""
        since = np.full(columns.numbers, np.iinfo(np.uint16).max, np.uint16)
        since[self.cases] = days_fallen_on(self.first)
        there = np.zeros(columns.numbers, np.int64)
        for rows in columns.plain["recorded"]:
            after = rows["day"] >= since[rows["case"]]
            np.add.at(there, rows["case"][after], rows["entries"][after])
        own = taken.file[entry] == self._own(columns, taken)[case]
        among = own & (days_fallen_on(taken.recorded[entry]) >= since[case])
        found: Array = there[self.cases] > np.bincount(case[among], minlength=columns.numbers)[self.cases]
        return found

    def _own(self, columns: ColumnStore, taken: TakenEntries) -> Array:
        own = np.full(columns.numbers, -1, np.int64)
        for case in self.cases.tolist():
            number = taken.files.find(columns.references[case])
            own[case] = -1 if number is None else number
        return own


def _entries_by_case(
    columns: ColumnStore, taken: TakenEntries, wanted: Array, record: RecordReader
) -> tuple[Array, Array]:
    """The entries of these cases, and of other files of their persons: for each the case, and the index of the entry."""
    pairs = list(_files(columns, taken, wanted, record))
    if not pairs:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    cases, files = np.array(pairs, np.int64).T
    order = np.argsort(taken.file, kind="stable")
    ordered = taken.file[order]
    first, last = np.searchsorted(ordered, files), np.searchsorted(ordered, files, side="right")
    return np.repeat(cases, last - first), order[ranges(first, last)]


def _files(columns: ColumnStore, taken: TakenEntries, wanted: Array, record: RecordReader) -> Iterator[tuple[int, int]]:
    """Each of these cases with the files of its person of which something was taken in: their numbers."""
    of_crn: defaultdict[str, list[int]] = defaultdict(list)
    for number in np.unique(taken.file).tolist():
        of_crn[crn_of(taken.files[number])].append(number)
    references = {columns.references[case]: case for case in wanted.tolist()}
    people = record.people.crns_of(references)
    for reference, case in references.items():
        for crn in people[reference]:
            yield from ((case, number) for number in of_crn.get(crn, ()))


def _derived(columns: ColumnStore, cases: Array, position: Array, record: RecordReader) -> Mapping[str, Rows]:
    """The rows of these cases as stored up to the position of each, with the numbers that the columns have for them."""
    upto = {columns.references[case]: int(position[case]) for case in cases.tolist()}
    people = list(record.of_people(upto, upto)) if upto else []
    if not people:
        return {}
    made = ColumnStore.of(_ledgers(people))
    words = {name: renumbered(made.words[name].values, columns.words[name]) for name in columns.words}
    numbers = [columns.number(reference) for reference in made.references]
    becomes = {**by_column(words), "case": np.array(numbers, np.int64)}
    return {name: made.tables[name].current[0].renumbered(becomes) for name in ("duties", "spells")}


def _ledgers(people: Iterable[PersonFiles]) -> Iterator[tuple[str, Ledger, Sequence[Entry]]]:
    for person in people:
        reached = person.reached
        yield person.file.reference, ledger(reached.entries, reached.elsewhere), list(person.file.entries.values())

"""Cases as arrays of numbers: their entries, what each is to the law, and the spans in which the file gave it so.

The entries of a case lie in the order of their ids, so that a place among them stands for the id; a version of an entry
that was corrected stands beside the others of the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import numpy as np

from domain.aggregates.amendments import AMENDING, amended
from domain.entries.case_entries import AppointmentMade, CaseAllocated, Entry, SupervisionStarted
from projections.arrays.date_numbers import FIRST, days_in_london
from projections.compiled.compiling import Array
from projections.compiled.fields import ByType, Numbers, days, firsts, ranks
from projections.compiled.kinds_of_entry import KindsOfEntry
from projections.compiled.law import TYPES, records
from projections.compiled.reading import Reading
from projections.ledger.knowledge_spans import EntryVersion, versions
from projections.ledger.ledger_rows import Place

ENTRY, RECORDED = attrgetter("entry"), attrgetter("recorded_at")
HOLDER = attrgetter("area", "division", "team", "officer", "officer_grade")

R = TypeVar("R", bound=tuple[Any, ...])

AT_ONCE = 512
"""Cases that are coded together at the most: their number and an instant fit into 64 bits."""


class Coded(NamedTuple):
    """The entries of some cases, those of case n from ``case_at[n]`` up to ``case_at[n + 1]``.

    Each is a record: ``kind``; ``day``; ``other``, the second date that clauses ask for, such as the day an appointment is
    for; ``ends`` and ``released``, of the start of supervision; ``since`` and ``until``, the span in which the file gave it
    so; ``order``, the rank of its recording; ``entry``, the place of the first version of the same entry; ``in_london``, the
    day of its recording; ``place``; ``amount``; and where the entries that it names, and its items, begin and end.
    """

    case_at: Array
    over: Array  # by case: how many recordings it has
    entries: Array
    named: Array  # entries
    item: Array
    areas: Array  # by place


class Cases(NamedTuple):
    """What compiled code reads, and what its numbers stand for."""

    coded: Coded
    kinds: Array
    facts: list[Entry]
    ids: list[str]
    instants: list[Sequence[datetime]]
    """By case; none in hindsight."""
    places: list[Place]

    def at(self, places: Array, row: Callable[[Any], R | None]) -> Iterator[Iterator[tuple[R, int, int]]]:
        """By case: what is told of the entries at these places, with the spans in which they were known."""
        entries = self.coded.entries
        for begin, end in pairwise(np.searchsorted(places, self.coded.case_at).tolist()):
            some = places[begin:end]
            spans = zip(some.tolist(), entries["since"][some].tolist(), entries["until"][some].tolist(), strict=True)
            yield ((told, since, until) for i, since, until in spans if (told := row(self.facts[i])) is not None)

    def of_type(self, fact_type: type[Entry], row: Callable[[Any], R | None]) -> Iterator[Iterator[tuple[R, int, int]]]:
        """As ``at``, of all entries of a type."""
        return self.at(np.flatnonzero(self.kinds["type"][self.coded.entries["kind"]] == TYPES[fact_type]), row)


class Coding:
    """Codes cases, and remembers the words that it met."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self._kinds = KindsOfEntry(reading)
        self._place_numbers: dict[tuple[str, ...], int] = {}
        self._area_numbers: dict[str, int] = {}
        self._places: list[Place] = []
        self._areas: list[int] = []
        self._items: dict[Any, int] = {}
        summed = {c.counts.type: c.sum for c in reading.clauses if c.counts is not None and c.sum is not None}
        dated = {t: of.date for t, of in reading.fields.items()} | {AppointmentMade: "for_on"}
        self._summed = _given(summed)
        self._dated = _given(dated)
        self._naming = _given({t: of.entry for t, of in reading.fields.items()})
        self._items_of = _given({t: of.item for t, of in reading.fields.items()})

    def standing(self, cases: Sequence[list[Entry]]) -> Cases:
        """Cases as their files stand, from all entries: one recording, as it were."""
        return self._coded([sorted(amended(list(entries)), key=ENTRY) for entries in cases], None)

    def growing(self, cases: Sequence[list[Entry]]) -> Cases:
        """Cases as their files grew, from all entries."""
        grown: dict[int, tuple[list[datetime], list[EntryVersion]]] = {}
        ordered = []
        for at, entries in enumerate(cases):
            if AMENDING.isdisjoint(map(type, entries)):
                ordered.append(sorted(entries, key=ENTRY))
            else:
                instants, found = versions(entries)
                found.sort(key=lambda version: version.fact.entry)
                grown[at] = instants, found
                ordered.append([version.fact for version in found])
        return self._coded(ordered, grown)

    def _coded(
        self, cases: list[list[Entry]], grown: dict[int, tuple[list[datetime], list[EntryVersion]]] | None
    ) -> Cases:
        every = list(chain.from_iterable(cases))
        case_at = np.cumsum([0, *map(len, cases)]).astype(np.int64)
        case = np.repeat(np.arange(len(cases)), np.diff(case_at))
        sorted_ = ByType(every)
        kind = self._kinds_of(sorted_)
        recorded = list(map(RECORDED, every))
        seconds = np.fromiter(map(datetime.timestamp, recorded), np.float64, len(every))
        recorded_at = np.rint(seconds * 1e6).astype(np.int64)
        order, over, first = ranks(recorded_at, case, len(cases))
        entry = np.arange(len(every), dtype=np.int64)
        instants: list[Sequence[datetime]] = []
        if grown is None:
            since, until, over = np.zeros_like(order), np.ones_like(order), np.ones_like(over)
        else:
            since, until = order.copy(), over[case]
            instants = [[recorded[i] for i in some] for some in first]
        for at, (known, found) in (grown or {}).items():
            here = slice(case_at[at], case_at[at + 1])
            since[here] = [version.since for version in found]
            until[here] = [version.until for version in found]
            over[at], instants[at] = len(known), known
            entry[here] = firsts([version.fact.entry for version in found], int(case_at[at]))
        ids = list(map(ENTRY, every))
        names = sorted_.lists(self._naming, _finder(ids, case_at.tolist(), case.tolist(), entry.tolist()))
        items = sorted_.lists(self._items_of, self._item)
        table = records(
            kind=kind, day=days(every), other=sorted_.dates(self._dated),
            ends=sorted_.dates({SupervisionStarted: "ends_on"}), released=sorted_.dates({SupervisionStarted: "released_on"}),
            since=since, until=until, order=order, entry=entry, in_london=days_in_london(recorded_at) + FIRST.toordinal(),
            place=self._place(sorted_), amount=self._amount(sorted_),
            named_at=names.at[:-1], named_end=names.at[1:], item_at=items.at[:-1], item_end=items.at[1:],
        )  # fmt: skip
        coded = Coded(case_at, over, table, names.numbers, items.numbers, np.array(self._areas, np.int64))
        return Cases(coded, self._kinds.table, every, ids, instants, self._places)

    def _kinds_of(self, sorted_: ByType) -> Array:
        found = np.empty(sorted_.size, np.int64)
        for fact_type, (places, entries) in sorted_.of.items():
            found[places] = self._kinds.numbers(fact_type, entries)
        return found

    def _item(self, _: list[int], values: list[Any]) -> list[int]:
        return [self._items.setdefault(value, len(self._items)) for value in values]

    def _place(self, sorted_: ByType) -> Array:
        found = np.full(sorted_.size, -1, np.int64)
        for at, entries in sorted_.some(SupervisionStarted, CaseAllocated):
            found[at] = [self._place_number(holder) for holder in map(HOLDER, entries)]
        return found

    def _place_number(self, holder: tuple[str, ...]) -> int:
        number = self._place_numbers.get(holder)
        if number is None:
            number = self._place_numbers[holder] = len(self._places)
            self._places.append(Place(*holder))
            self._areas.append(self._area_numbers.setdefault(holder[0], len(self._area_numbers)))
        return number

    def _amount(self, sorted_: ByType) -> Array:
        found = np.zeros(sorted_.size)
        for places, values in sorted_.field(self._summed):
            found[places] = list(values)
        return found


def _finder(ids: list[str], case_at: list[int], case: list[int], entry: list[int]) -> Numbers:
    """Finds the entry that another of the same case names; -1: none."""
    by_case = [dict(zip(ids[begin:end], entry[begin:end], strict=True)).get for begin, end in pairwise(case_at)]

    def found(at: list[int], names: list[Any]) -> list[int]:
        return [by_case[case[i]](name, -1) for i, name in zip(at, names, strict=True)]

    return found


def _given(wanted: Mapping[type[Entry], str | None]) -> dict[type[Entry], str]:
    return {fact_type: name for fact_type, name in wanted.items() if name is not None}

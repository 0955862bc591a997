"""What changed on a caseload since its reader last marked it as seen: from where each case is compared, and what stays listed."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.calendar.workdays import working_days
from domain.store.record_reader import RecordReader
from domain.working.seen_marks import SeenCase, SeenMark
from domain.working.seen_places import SeenUpTo
from projections.changes.caseload_changes import KINDS, STAYING, CaseloadChanges
from projections.changes.compared_spells import VERY_HIGH, ComparedSpells
from projections.changes.import_runs import ImportRun, import_runs
from projections.changes.reading_then import Earlier, ReadingThen
from projections.changes.record_tail import RecordTail
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.ledger.ledger import Place

AT_FIRST = 5
"""Working days back from which somebody reads who has never marked anything as seen."""


def days_back(day: date, count: int) -> date:
    """The day so many working days before a day."""
    days = working_days()
    return days[max(0, bisect_left(days, day) - count)]


def at_first(day: date) -> SeenUpTo:
    """From where somebody reads on a day who has never marked anything as seen."""
    back = days_back(day, AT_FIRST)
    return SeenUpTo(0, "", back, end_of_day(back))


@dataclass(frozen=True)
class Seen:
    """What one account has marked as seen: by team, and of single cases (by reference)."""

    marks: Mapping[str, SeenMark]
    cases: Mapping[str, SeenCase]
    first: SeenUpTo

    def of_team(self, team: str) -> SeenUpTo:
        mark = self.marks.get(team)
        return self.first if mark is None else mark.upto

    def of_case(self, reference: str, team: str) -> SeenUpTo:
        """From where a case is compared, but for what stays listed."""
        mark, single = self.of_team(team), self.cases.get(reference)
        if single is None or single.opened is None:
            return mark
        return max(mark, single.opened, key=lambda upto: upto.order)

    def staying(self, reference: str, team: str) -> SeenUpTo:
        """From where a case is compared for what stays until it is opened."""
        single = self.cases.get(reference)
        return self.of_case(reference, team) if single is None or single.held is None else single.held


@dataclass(frozen=True)
class SinceSeen:
    """What changed on some cases since they were seen. ``teams``: those that hold them, by key."""

    found: CaseloadChanges
    seen: Seen
    teams: Sequence[str]

    @classmethod
    def of(
        cls, now: CaseSelection, cases: Array, here: Callable[[Place], bool], seen: Seen, record: RecordReader,
        tail: RecordTail,
    ) -> "SinceSeen":  # fmt: skip
        """``cases``: for each case whether it is wanted. ``here``: which places belong to the caseload."""
        places = _Places(now, cases, seen, record)

        def reading(upto: Callable[[str, str], SeenUpTo]) -> ReadingThen:
            earlier, which = places.earlier(upto)
            return ReadingThen.of(now.columns, cases, earlier, which, record, tail)

        staying = reading(seen.staying)
        then = staying
        if any(single.held is not None for single in seen.cases.values()):
            very_high = ComparedSpells.of(now, staying).risk[1] == VERY_HIGH
            references = now.columns.references
            grave = {references[case] for case in np.flatnonzero(cases & very_high).tolist()}
            then = reading(lambda case, team: (seen.staying if case in grave else seen.of_case)(case, team))
        return cls(CaseloadChanges.of(now, then, cases, here, staying), seen, places.teams)

    def held(self, team: str) -> dict[str, SeenUpTo]:
        """The cases of a team that stay listed when its changes are marked as seen, each with the place from which it is listed."""
        found, columns = self.found, self.found.selection.columns
        places = columns.words["place"].values
        stays = np.flatnonzero(found.stays & found.cases).tolist()
        held = {columns.references[case]: places[int(found.selection.place[case])].key("team") for case in stays}
        return {reference: self.seen.staying(reference, team) for reference, of in held.items() if of == team}

    def held_already(self, cases: Array) -> int:
        """How many of these cases (numbers) are held by an earlier mark, and have nothing that another mark would take away."""
        found, references = self.found, self.found.selection.columns.references
        places = self.found.selection.columns.words["place"].values
        held = np.zeros(self.found.selection.columns.numbers, bool)
        for reference in self.seen.cases:
            number = references.find(reference)
            if number is not None:
                team = places[int(found.selection.place[number])].key("team")
                upto = self.seen.of_case(reference, team)
                held[number] = self.seen.staying(reference, team).order < upto.order
        seen_again = np.logical_or.reduce([found.having(kind) for kind in KINDS if kind not in STAYING])
        return int(np.count_nonzero((held & (found.very_high | ~seen_again))[cases]))

    def imports(self, tail: RecordTail, importers: Collection[str]) -> list[ImportRun]:
        """The imports since then that brought entries on these cases; none where nothing was marked as seen yet.

        ``importers``: the accounts whose entries all came by import.
        """
        selection, found = self.found.selection, [mark.upto.position for mark in self.seen.marks.values()]
        columns, places = selection.columns, selection.columns.words["place"].values
        positions = [position for position in found if position]
        taken = tail.between(min(positions), columns.position) if positions else None

        def after(case: int) -> int:
            team = places[int(selection.place[case])].key("team")
            return self.seen.of_case(columns.references[case], team).position or columns.position

        return [] if taken is None else import_runs(columns, taken, self.found.cases, after, importers)

    def listed(self, imports: Collection[ImportRun]) -> Array:
        """For each case whether its changes are listed: where an import changed past verdicts alone, they are counted with it."""
        every = np.ones(self.found.selection.columns.numbers, bool)
        imported = sorted({case for run in imports for case in run.cases})
        others = np.logical_or.reduce([self.found.having(kind) for kind in KINDS if kind != "past"])
        every[imported] = ~(self.found.having("past") & ~others)[imported]
        return every


class _Places:
    """The cases by team, and the places in the record that the record still has."""

    def __init__(self, now: CaseSelection, cases: Array, seen: Seen, record: RecordReader):
        self._now, self._seen, self._record = now, seen, record
        values = now.columns.words["place"].values
        held = np.unique(now.place[cases & now.there]).tolist()
        self.teams = sorted({values[number].key("team") for number in held})
        self._of_place = {number: values[number].key("team") for number in held}
        self._single = [case for case in map(now.columns.number, seen.cases) if case is not None and cases[case]]
        self._kept: dict[SeenUpTo, Earlier] = {}

    def earlier(self, upto: Callable[[str, str], SeenUpTo]) -> tuple[list[Earlier], Array]:
        """The moments to compare with, and for each case the index of its own among them."""
        numbers: dict[Earlier, int] = {}

        def number(place: SeenUpTo) -> int:
            return numbers.setdefault(self._moment(place), len(numbers))

        first = number(self._seen.first)
        of_team = {team: number(upto("", team)) for team in self.teams}
        table = np.full(len(self._now.columns.words["place"].values) + 1, first, np.int64)
        for place, team in self._of_place.items():
            table[place] = of_team[team]
        which = table[self._now.place]
        for case in self._single:
            team = self._of_place.get(int(self._now.place[case]), "")
            which[case] = number(upto(self._now.columns.references[case], team))
        return list(numbers), which

    def _moment(self, upto: SeenUpTo) -> Earlier:
        if upto not in self._kept:
            self._kept[upto] = Earlier.of(upto, self._record)
        return self._kept[upto]

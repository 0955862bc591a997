"""The duties of the national standards that are open on a day: due, overdue, or missed; for the cases of a list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from projections.arrays.date_numbers import working_days_before
from projections.cases.caseload import listed_when_over
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.duty_scan import DutyRun, scan_duties, scan_duties_of
from projections.lists.duty_list import DutyList
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import DUE, OPEN

DENSE = 8
"""Cases are read as a whole range of numbers where at least one in so many of its cases is wanted."""

CLOSE = 64
"""Two cases belong to one range where their numbers differ by no more than this."""

FEW = 64
"""A range with fewer cases is not read as a whole."""


@dataclass(frozen=True)
class OpenDuties:
    """Open duties, as arrays; each property has a value for each duty."""

    duties: DutyList

    @classmethod
    def of(cls, selection: CaseSelection, cases: Array) -> "OpenDuties":
        """Those of some cases. ``cases``: for each case whether it is wanted."""
        found = (run.only((run.state == DUE) | (run.state == OPEN)) for run in runs_of(selection, cases))
        return cls(DutyList(selection, [run for run in found if len(run.state)]))

    @property
    def selection(self) -> CaseSelection:
        return self.duties.selection

    @cached_property
    def due_on(self) -> Array:
        return self.duties.column("due_on")

    @cached_property
    def due(self) -> Array:
        """Whether it is due and a caseload lists it."""
        due: Array = (self.duties.state == DUE) & self._listed
        return due

    @cached_property
    def overdue(self) -> Array:
        """Whether it is overdue and a caseload lists it. A time for contact is missed, never overdue."""
        overdue: Array = (self.duties.state == OPEN) & ~self._window & self._listed
        return overdue

    @property
    def left_undone(self) -> Array:
        """Whether it is overdue and of a case that has ended."""
        found: Array = (self.duties.state == OPEN) & ~self._window & self.selection.over[self.duties.case]
        return found

    @cached_property
    def missed(self) -> Array:
        """Whether it is a time for contact that has passed with too few contacts."""
        missed: Array = (self.duties.state == OPEN) & self._window
        return missed

    @cached_property
    def days_left(self) -> Array:
        """Working days from the day read to the day it is due; negative when that has passed."""
        days = working_days_before()
        left: Array = days[self.due_on] - days[self.selection.day]
        return left

    def under(self, clauses: frozenset[int]) -> Array:
        """Whether it is a duty under one of these clauses (numbers)."""
        return self._of_clause([number in clauses for number in range(len(catalogue().clauses))])

    @cached_property
    def _window(self) -> Array:
        return self._of_clause([clause.kind == "frequency" for clause in catalogue().clauses])

    @cached_property
    def _listed(self) -> Array:
        over = self.selection.over[self.duties.case]
        listed: Array = ~over | self._of_clause([listed_when_over(clause) for clause in catalogue().clauses])
        return listed

    def _of_clause(self, table: list[bool]) -> Array:
        return np.repeat(np.array([table[run.clause] for run in self.duties.runs], bool), self.duties.lengths)


def owed_within(selection: CaseSelection, cases: Array, days: int, *, left_undone: bool = False) -> DutyList:
    """The duties of some cases that are overdue on the day read or fall due in the next ``days`` days.

    ``cases``: for each case whether it is wanted. A missed time for contact is left out: it cannot be met any more.
    ``left_undone``: in their place, what is overdue on cases that have ended.
    """
    found = OpenDuties.of(selection, cases)
    if left_undone:
        return found.duties.only(found.left_undone)
    return found.duties.only(found.overdue | (found.due & (found.due_on <= int(selection.day) + days)))


def runs_of(selection: CaseSelection, cases: Array, clauses: Iterable[int] | None = None) -> Iterator[DutyRun]:
    """The duties of some cases, clause by clause. ``cases``: for each case whether it is wanted.

    ``clauses``: numbers in the catalogue; None: all of the national standards.
    """
    dense, alone = stretches(np.flatnonzero(cases))
    among = np.zeros(int(alone[-1] - alone[0]) + 1 if len(alone) else 0, bool)
    among[alone - alone[:1]] = True
    for clause in catalogue().standards if clauses is None else clauses:
        for first, last, whole in dense:
            for run in scan_duties(selection, clause, first, last):
                yield run if whole else run.only(cases[run.case])
        if len(alone):
            yield from scan_duties_of(selection, clause, alone, among)


def stretches(numbers: Array) -> tuple[list[tuple[int, int, bool]], Array]:
    """Ranges of case numbers that are read as a whole, each with whether all its cases are wanted; and the other cases."""
    dense, alone = [], [numbers[:0]]
    for stretch in np.split(numbers, np.flatnonzero(np.diff(numbers) > CLOSE) + 1):
        if len(stretch) < FEW or len(stretch) * DENSE <= stretch[-1] - stretch[0]:
            alone.append(stretch)
        else:
            first, last = int(stretch[0]), int(stretch[-1]) + 1
            dense.append((first, last, last - first == len(stretch)))
    return dense, np.concatenate(alone)

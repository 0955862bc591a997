"""A list of duties of many cases, as arrays: filtered, counted and sorted as numbers. Only duties shown become objects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import EntryIds, read_rows
from projections.columns.column_schema import Array, CodedValues
from projections.columns.duty_scan import DutyRun
from projections.ledger.ledger import Place, obligation_of
from projections.lists.reference_ranks import reference_ranks
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import IN_TIME, Obligation, state_in


class ListedDuty(NamedTuple):
    """One duty counted in a figure. ``place``: who held the case on the day it was due."""

    reference: str
    name: str
    place: Place
    obligation: Obligation


MOST_KEYS = 1 << 27
"""Sort keys are less than this, so that a key, a case and a day fit into 64 bits."""


@dataclass(frozen=True)
class DutyList:
    """The duties of some runs. An index of a duty counts on through all runs."""

    selection: CaseSelection
    runs: Sequence[DutyRun]
    framework: str = DEFAULT_FRAMEWORK
    """The framework (its id) as which clauses are stated."""

    def __len__(self) -> int:
        return int(self._ends[-1])

    @cached_property
    def case(self) -> Array:
        """The number of each duty's case."""
        return _joined([run.case for run in self.runs])

    @cached_property
    def state(self) -> Array:
        """The state of each duty on the moment's day."""
        return _joined([run.state for run in self.runs])

    def column(self, name: str) -> Array:
        """A column of the rows, for all duties."""
        return _joined([run.column(name) for run in self.runs])

    @cached_property
    def reference(self) -> Array:
        """For each duty the rank of its case's reference among the cases of the list."""
        among = np.bincount(self.case, minlength=self.selection.columns.numbers)
        cases = np.flatnonzero(among)
        among[cases] = reference_ranks(self.selection.columns.references, cases)
        found: Array = among[self.case]
        return found

    @property
    def clause(self) -> Array:
        """For each duty the rank of its clause's id among all ids."""
        rank = {name: number for number, name in enumerate(_clause_ids())}
        of_run = [rank[catalogue().clauses[run.clause].id] for run in self.runs]
        return np.repeat(of_run, self.lengths).astype(np.int64)

    def coded(self, name: str) -> CodedValues:
        """``clause`` (its id), or an attribute of each duty's case: the values, and for each duty the number of its value."""
        if name == "clause":
            return CodedValues(_clause_ids(), self.clause)
        values, numbers = self.selection.coded(name)
        return CodedValues(values, numbers[self.case])

    @property
    def every(self) -> Array:
        """The indices of all duties."""
        return np.arange(len(self))

    def only(self, which: Array) -> "DutyList":
        """The duties for which ``which`` is true."""
        parts = np.split(which, self._ends[1:-1])
        return DutyList(
            self.selection, [run.only(part) for run, part in zip(self.runs, parts, strict=False)], self.framework
        )

    @property
    def in_time_then_due(self) -> Array:
        """A sort key: duties that are not met in time come first, each kind by due date."""
        in_time = state_in(self.state, IN_TIME).astype(np.int64)
        key: Array = (in_time << 16) + self.column("due_on")
        return key

    def where(self, name: str, fits: Callable[[Any], bool]) -> "DutyList":
        """The duties whose value (see ``coded``) fits."""
        values, coded = self.coded(name)
        return self.only(np.array([*map(fits, values), False], bool)[coded])

    def in_order(self, key: Array, first: int, last: int, *, descending: bool = False) -> Array:
        """The indices of the duties from the place ``first`` up to, not including, ``last`` in order of a key.

        ``key``: for each duty a number below ``MOST_KEYS``. Duties with equal keys stand in order of reference and due
        date, then of their other columns, whichever way the key is sorted. Only the duties at these places are sorted.
        """
        if first >= last or not len(self):
            return np.zeros(0, np.int64)
        whole = key.astype(np.int64)
        whole = whole.max() - whole if descending else whole
        whole = (((whole << 20) + self.reference) << 16) + self.column("due_on")
        low, high = np.partition(whole, (first, last - 1))[[first, last - 1]]
        among = np.flatnonzero((whole >= low) & (whole <= high))
        order = np.lexsort([*(column[among] for column in self._further()), whole[among]])
        begin = first - int(np.count_nonzero(whole < low))
        return among[order[begin : begin + last - first]]

    def shown(self, which: Array, entries_of: EntryIds | None = None) -> list[ListedDuty]:
        """The duties at these indices, in their order. ``entries_of``: see ``read_rows``."""
        columns, names = self.selection.columns, self.selection.spell_column("name")
        of_run, found = np.searchsorted(self._ends, which, side="right") - 1, dict[int, ListedDuty]()
        for number in np.unique(of_run).tolist():
            run, places = self.runs[number], np.flatnonzero(of_run == number)
            inside = which[places] - self._ends[number]
            at = inside + run.at.start if isinstance(run.at, slice) else run.at[inside]
            rows = read_rows(columns, "duties", run.rows, at, entries_of)
            for place, case, row in zip(places.tolist(), run.case[inside].tolist(), rows, strict=True):
                found[place] = ListedDuty(
                    columns.references[case], columns.names[int(names[case])], row.place,
                    obligation_of(row, self.framework),
                )  # fmt: skip
        return [found[place] for place in range(len(which))]

    def lines(self, which: Array, snapshots: Mapping[int, CaseSnapshot], entries_of: EntryIds | None) -> list[DutyLine]:
        """The duties at these indices as lines of a list. ``snapshots``: of their cases, by number."""
        duties = zip(self.case[which].tolist(), self.shown(which, entries_of), strict=True)
        return [DutyLine.on_the_day(snapshots[case], duty.obligation) for case, duty in duties]

    def _further(self) -> list[Array]:
        """The columns by which duties of one case and due date are sorted; the last one counts first."""
        numbers = np.repeat([run.clause for run in self.runs], self.lengths)
        last = map(self.column, ("value", "met_on", "ended_on", "met_by"))
        by = [self.column("arises_on"), self.clause, self.column("raised_by"), numbers, *last]
        return by[::-1]

    @cached_property
    def lengths(self) -> list[int]:
        """The number of duties of each run."""
        return [len(run.state) for run in self.runs]

    @cached_property
    def _ends(self) -> Array:
        """The index of the first duty of each run; last, the number of duties."""
        return np.concatenate(([0], np.cumsum(self.lengths, dtype=np.int64)))


@cache
def _clause_ids() -> list[str]:
    """The ids of all clauses, in order."""
    return sorted({clause.id for clause in catalogue().clauses})


def _joined(columns: list[Array]) -> Array:
    return np.concatenate(columns) if columns else np.zeros(0, np.int64)

"""What the record shows of an agreed action: a measure since it was agreed, or duties that were to be done.

``measure:ID``: duties of a measure that fell due since the action was agreed, beside the year before. ``duties:CLAUSE``: what
was open on the day it was agreed or arose since, and is due by the day agreed: how much of it is done. ``high:CLAUSE``: the
same of cases at high risk of harm on the day read.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np

from domain.aggregates.action_plans import Action
from domain.policy.measures.measure import Measure
from domain.policy.measures.measure_files import reports
from projections.arrays.date_numbers import day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.duty_scan import DutyRun, scan_duties
from projections.ledger.ledger import Place
from projections.lists.open_duties import OpenDuties
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import DONE, LAPSED, UNKNOWN, state_in
from projections.reports.duty_results import held_as_of
from projections.reports.periods import Period, moment_at, period
from projections.reports.proportions import Proportion, total
from projections.reports.told_figures import ToldFigures

Holds = Callable[[Place], bool]


class Progress(NamedTuple):
    """``now``: done of all, or met of what fell due since. ``before``: of a measure, the year before it was agreed."""

    now: Proportion
    before: Proportion | None = None


@dataclass(frozen=True)
class Progresses:
    """Works out the progress of the actions of some places. ``selection``: the cases as at the moment read.

    ``opened``: for each case whether the reader may open it; no other counts.
    """

    told: ToldFigures
    selection: CaseSelection
    opened: Array
    holds: Holds

    def of(self, action: Action) -> Progress | None:
        """None where nothing in the record shows the action."""
        way, _, what = action.agreed.shows.partition(":")
        if way == "measure":
            return self._of_measure(shown_measures()[what], action.agreed.agreed_on)
        if way in ("duties", "high"):
            until = action.closed.closed_on if action.closed else None
            return Progress(self._done(what, action.agreed.agreed_on, action.agreed.by_when, until, high=way == "high"))
        return None

    def _of_measure(self, measure: Measure, since: date) -> Progress:
        moment = self.selection.moment
        before = period(moment_at(moment, since - timedelta(days=1)), 12)
        now, was = (self._figure(measure, one) for one in (Period(moment, since - timedelta(days=1)), before))
        return Progress(now, was)

    def _figure(self, measure: Measure, asked: Period) -> Proportion:
        found = self.told.open_cases(asked, measure.clauses, held_as_of(measure), self.holds)
        return total(Proportion(*row) for counts in found.values() for row in counts.counts.tolist())

    def _done(self, clause: str, since: date, until: date, closed: date | None, *, high: bool) -> Proportion:
        """``closed``: the day on which the action was over; what arose later does not count."""
        numbers = [number for number in catalogue().standards if catalogue().clauses[number].id == clause]
        cases = self.opened & (self.selection.high_risk if high else True)
        places = np.array([*map(self.holds, self.selection.columns.words["place"].values)], bool)
        found = Proportion()
        for number in numbers:
            for run in scan_duties(self.selection, number):
                counts = self._counts(run, since, until, closed) & cases[run.case] & places[run.column("place")]
                found += Proportion(int((counts & state_in(run.state, DONE)).sum()), int(counts.sum()))
        return found

    def _counts(self, run: DutyRun, since: date, until: date, closed: date | None) -> Array:
        """Which duties of a run were to be done between two days."""
        first, due = np.uint16(day_number(since)), run.column("due_on")
        last = min(until, self.selection.moment.on if closed is None else closed)
        counts: Array = (run.state != UNKNOWN) & (run.state != LAPSED) & (due <= day_number(until))
        counts &= (run.column("met_on") >= first) & (run.column("arises_on") <= day_number(last))
        if catalogue().clauses[run.clause].kind == "frequency":  # what is missed cannot be made good
            counts &= due >= first
        return counts


def open_by_clause(selection: CaseSelection, cases: Array) -> Mapping[str, int]:
    """How many duties are open on some cases (for each case whether it is wanted), by clause (its id), the most first."""
    found = OpenDuties.of(selection, cases)
    names, clause = found.duties.coded("clause")
    counts = Counter(clause[found.due | found.overdue].tolist())
    return {names[number]: count for number, count in counts.most_common()}


@cache
def shown_measures() -> Mapping[str, Measure]:
    """The measures that may show an action: shares of duties, by id."""
    return {name: one for name, one in reports().measures.items() if one.counts in ("in_time", "done")}


@cache
def shown_clauses() -> Mapping[str, str]:
    """The clauses of the standards whose duties may show an action, in their order: id -> subject."""
    return {clause.id: clause.subject for clause in map(catalogue().clauses.__getitem__, catalogue().standards)}


@cache
def what_may_show() -> frozenset[str]:
    """Everything that may show an action."""
    ways = (f"{way}:{clause}" for way in ("duties", "high") for clause in shown_clauses())
    return frozenset((*(f"measure:{name}" for name in shown_measures()), *ways))

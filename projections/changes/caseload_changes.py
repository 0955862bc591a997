"""What changed on a caseload between an earlier reading and now: by case, counted and in order, as arrays.

A change and its reversal are no change: each case is compared as it was with as it is. What is resolved is gone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np

from projections.arrays.date_numbers import working_days_before
from projections.changes.compared_duties import ComparedDuties, Duties, changed_on
from projections.changes.compared_spells import VERY_HIGH, ComparedSpells
from projections.changes.past_verdicts import PastVerdicts
from projections.changes.reading_then import ReadingThen
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import OPEN

ChangeKind = Literal["harm", "absences", "overdue", "transfers", "past"]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
"""The kinds of changes, the gravest first: risk or MAPPA level raised, absences to decide, newly overdue, transfers in, past
verdicts changed."""

STAYING: tuple[ChangeKind, ...] = ("harm", "transfers")
"""The kinds that stay until the case is opened; on a case of very high risk every kind does."""

FOLDED_AFTER = 10
"""Working days after which a change that nobody marked as seen is counted and no longer listed."""


class Order(NamedTuple):
    """``cases``: the numbers of the cases with changes, in the order of a list. ``old``: of cases whose changes are folded."""

    cases: Array
    old: Array


@dataclass(frozen=True)
class CaseloadChanges:
    """What changed on some cases. ``spells`` are compared with ``staying``, all else with ``then``; they differ in the cases that
    stay listed since an earlier mark.
    """

    selection: CaseSelection
    cases: Array
    duties: ComparedDuties
    spells: ComparedSpells
    then: ReadingThen
    arrived: Array
    """For each case whether it was not held here then."""

    @classmethod
    def of(
        cls,
        now: CaseSelection,
        then: ReadingThen,
        cases: Array,
        here: Callable[[Place], bool],
        staying: ReadingThen | None = None,
    ) -> "CaseloadChanges":
        """Of some cases (for each case whether it is wanted). ``here``: which places belong to the caseload."""
        staying = then if staying is None else staying
        spells = ComparedSpells.of(now, staying)
        cases = cases & now.there
        arrived = cases & now.held_where(here) & ~now.over & ~spells.held(here)
        old = cases & ~arrived  # of a case that has just come nothing else is news
        return cls(now, cases, ComparedDuties.of(now, then, old), spells, then, arrived)

    @cached_property
    def days(self) -> Mapping[ChangeKind, Array]:
        """By kind, for each case the day (a number) of its last change; 0: it has none."""
        found: dict[ChangeKind, Array] = {kind: np.zeros(self.selection.columns.numbers, np.int64) for kind in KINDS}
        current = self.cases & ~self.selection.over & ~self.arrived
        for raised, name in ((self.spells.risk_raised, "risk"), (self.spells.mappa_raised, "mappa_level")):
            cases = np.flatnonzero(raised & current)
            found["harm"][cases] = np.maximum(found["harm"][cases], self.spells.holds_since(cases, name))
        cases = np.flatnonzero(self.arrived)
        found["transfers"][cases] = self.spells.holds_since(cases, "place")
        kinds: Mapping[ChangeKind, Duties] = {"absences": self.duties.absences, "overdue": self.duties.overdue}
        for kind, duties in kinds.items():
            np.maximum.at(found[kind], duties.case, changed_on(duties, self.then, self.selection))
        learnt = np.maximum(self.verdicts.learnt_on, self.then.day[self.verdicts.case])
        np.maximum.at(found["past"], self.verdicts.case, learnt.astype(np.int64))
        return found

    @cached_property
    def verdicts(self) -> PastVerdicts:
        """The duties whose verdict is another one now. What has become overdue by that is not among them: it is overdue."""
        every = self.every_verdict
        window = np.array([clause.kind == "frequency" for clause in catalogue().clauses])
        return every.only_where(
            every.gone | (every.now != OPEN) | window[every.clause] | self.selection.over[every.case]
        )

    @cached_property
    def every_verdict(self) -> PastVerdicts:
        """The same, with what is overdue now."""
        return PastVerdicts.of(self.duties.verdicts)

    def having(self, kind: ChangeKind) -> Array:
        """For each case whether it has a change of a kind."""
        found: Array = self.days[kind] > 0
        return found

    @cached_property
    def very_high(self) -> Array:
        """For each case whether its risk of harm is very high now."""
        found: Array = self.spells.risk[1] == VERY_HIGH
        return found

    @cached_property
    def stays(self) -> Array:
        """For each case whether its line stays until the case is opened."""
        some = np.logical_or.reduce([self.having(kind) for kind in KINDS])
        stays: Array = (some & self.very_high) | np.logical_or.reduce([self.having(kind) for kind in STAYING])
        return stays

    def in_order(self, among: Array | None = None, *, fold: bool = True) -> Order:
        """The cases with changes, the gravest kind first and in it the newest first, then by number.

        ``among``: for each case whether it is asked for. ``fold``: whether to leave out those of long ago.
        """
        days = np.stack([self.days[kind] for kind in KINDS])
        some = days.any(axis=0) if among is None else days.any(axis=0) & among
        cases = np.flatnonzero(some)
        kind, newest = (days[:, cases] > 0).argmax(axis=0), days[:, cases].max(axis=0)
        worked = working_days_before()
        old = (worked[int(self.selection.day)] - worked[newest] > FOLDED_AFTER) & ~self.stays[cases] & fold
        order = np.lexsort((cases, -newest, kind, ~self.very_high[cases]))
        return Order(cases[order][~old[order]], cases[old])

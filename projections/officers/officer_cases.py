"""The cases of an officer as at a moment: how many, of which risk, what is overdue, what came to them and when."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList
from projections.lists.open_duties import OpenDuties
from projections.lists.todo_items import is_managers
from projections.obligations.clause_catalogue import catalogue

NEW = timedelta(days=90)
"""How long a case counts as new to its officer (a parameter)."""

Holds = Callable[[Place], bool]
AtMoment = Callable[[Moment], CaseSelection]
"""Gives the same cases as at a moment."""


@dataclass(frozen=True)
class OfficerCases:
    """The cases that an officer holds on the day and that have not ended.

    ``theirs``: whether a place is the officer's. ``opened``: for each case whether the reader may open it; no other counts.
    ``at``: the same cases as at another moment.
    """

    selection: CaseSelection
    theirs: Holds
    opened: Array
    at: AtMoment

    @cached_property
    def held(self) -> Array:
        """For each case of the columns whether it is one of them."""
        held: Array = self.selection.held_where(self.theirs) & self.opened & ~self.selection.over
        return held

    @cached_property
    def numbers(self) -> Array:
        return np.flatnonzero(self.held)

    @property
    def high(self) -> int:
        """How many are at high risk of harm."""
        return int(self.selection.high_risk[self.numbers].sum())

    @property
    def in_custody(self) -> int:
        """How many are in custody on the day."""
        values, numbers = self.selection.columns.words["away"].values, self.selection.spell_column("away")
        return sum(number >= 0 and values[number] == "custody" for number in numbers[self.numbers].tolist())

    @cached_property
    def inherited(self) -> Array:
        """The numbers of those that somebody else held ``NEW`` days before."""
        return self.numbers[self._before >= 0][~self._theirs_before[self._before >= 0]]

    @property
    def new(self) -> int:
        """How many began, or came to them, in the last ``NEW`` days."""
        return int(np.count_nonzero(~self._theirs_before))

    @cached_property
    def _before(self) -> Array:
        """For each of them the number of the place that held it ``NEW`` days before; -1: it had not begun."""
        moment = self.selection.moment
        then = self.at(Moment(moment.on - NEW, moment.known_at))
        return then.place[self.numbers]

    @cached_property
    def _theirs_before(self) -> Array:
        places = self.selection.columns.words["place"].values
        table = np.array([*map(self.theirs, places), False], bool)
        found: Array = table[self._before]
        return found

    @property
    def by_risk_and_tier(self) -> Mapping[tuple[str | None, int | None], int]:
        """How many there are of each level of risk and tier (None: not assessed, no tier)."""
        risk, tier = (self.selection.coded(name) for name in ("risk", "tier"))
        return Counter(
            (risk.values[risk.numbers[case]], tier.values[tier.numbers[case]]) for case in self.numbers.tolist()
        )

    @cached_property
    def _open(self) -> OpenDuties:
        return OpenDuties.of(self.selection, self.held)

    @cached_property
    def overdue(self) -> DutyList:
        """What is overdue of the officer's own: it was due while they held the case, and no manager does it."""
        return self._open.duties.only(self._open.overdue & self._due_with_them & ~managers_own(self._open))

    @property
    def overdue_of_managers(self) -> int:
        """How much is overdue on their cases that a manager does, such as countersigning and oversight."""
        return int(np.count_nonzero(self._open.overdue & managers_own(self._open)))

    @property
    def overdue_before(self) -> int:
        """How many more duties on their cases are overdue that were due before the case came to them."""
        return int(np.count_nonzero(self._open.overdue & ~self._due_with_them & ~managers_own(self._open)))

    @property
    def _due_with_them(self) -> Array:
        table = np.array([*map(self.theirs, self.selection.columns.words["place"].values), False], bool)
        found: Array = table[self._open.duties.column("place").astype(np.int64)]
        return found


def managers_own(duties: OpenDuties) -> Array:
    """For each duty whether a manager does it."""
    clauses = enumerate(catalogue().clauses)
    return duties.under(frozenset(number for number, clause in clauses if is_managers(clause)))

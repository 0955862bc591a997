"""Past verdicts that differ: what a duty's verdict on an earlier day was as the file stood, and what it is as known now."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from domain.calendar.london_time import day_of
from domain.calendar.workdays import working_days_between
from domain.entries.case_entries import Entry
from projections.arrays.date_numbers import STILL_KNOWN, days_fallen_on, instant_of
from projections.arrays.string_codes import StringArray, StringArrayChain
from projections.changes.compared_duties import Duties, Verdicts
from projections.columns.column_rows import EntryIds
from projections.columns.column_schema import Array
from projections.lists.duty_list import ListedDuty
from projections.lists.reference_ranks import reference_ranks
from projections.obligations.duty_state import FELL_AND_IN_TIME, FELL_DUE, UNKNOWN, Obligation, state_in

EntriesOf = Callable[[str], Iterable[Entry]]
"""Gives the entries of a case and of its person's other files, by its reference."""

Verdict = bool | None
"""Whether a duty was met in time; None: it had not fallen due, or was not there."""


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A duty with another verdict. ``number``: of its case. ``known_at``: the instant of the recording that did it.

    ``because``: the entries of that recording; none where the duty is gone and nothing says which did it.
    """

    reference: str
    number: int
    obligation: Obligation
    was: Verdict
    now: Verdict
    known_at: datetime | None
    because: tuple[Entry, ...] = ()

    @property
    def days_after(self) -> int | None:
        """Working days from the day of the entry to its recording; None where there is no entry."""
        late = [working_days_between(fact.occurred_on, day_of(fact.recorded_at)) for fact in self.because]
        return max(late) if late else None


@dataclass(frozen=True)
class PastVerdicts:
    """Verdicts that differ, as arrays: first those of duties that there are now, then of those that are ``gone``.

    ``was``: the state then. ``stood``: how many verdicts there were then in all.
    """

    stood: int
    there: Duties
    missing: Duties
    was: Array

    @classmethod
    def of(cls, found: Verdicts) -> "PastVerdicts":
        return cls(found.stood, found.now, found.gone, np.concatenate((found.was, found.gone.then)))

    def __len__(self) -> int:
        return len(self.was)

    @cached_property
    def case(self) -> Array:
        return np.concatenate((self.there.case, self.missing.case)).astype(np.int64)

    @cached_property
    def gone(self) -> Array:
        """For each whether the duty is there no more."""
        return np.arange(len(self)) >= len(self.there)

    @property
    def now(self) -> Array:
        """The state of the duty today; ``UNKNOWN``: it is gone."""
        return np.concatenate((self.there.now, np.full(len(self.missing), UNKNOWN)))

    @property
    def clause(self) -> Array:
        """The number of the clause of each."""
        lengths = [len(piece.case) for duties in (self.there, self.missing) for piece in duties.pieces]
        clauses = [piece.clause for duties in (self.there, self.missing) for piece in duties.pieces]
        return np.repeat(clauses, lengths).astype(np.int64)

    @cached_property
    def known_at(self) -> Array:
        """The instants of the recordings that did it; the largest where nothing says which."""
        return np.concatenate((self.there.since, self.missing.until)).astype(np.int64)

    @property
    def learnt_on(self) -> Array:
        """The days (numbers) of these recordings; 1 where nothing says which."""
        return np.where(self.known_at == STILL_KNOWN, 1, days_fallen_on(self.known_at))

    @cached_property
    def verdicts(self) -> tuple[Array, Array]:
        """For each the verdict then and as known now: 1 in time, 0 not, -1 none."""
        now = np.concatenate((self.there.now_then, np.full(len(self.missing), UNKNOWN)))
        return _coded(self.was), _coded(now)

    @property
    def ways(self) -> Mapping[tuple[Verdict, Verdict], int]:
        """How many became what."""
        pairs = zip(*(map(_said, codes.tolist()) for codes in self.verdicts), strict=True)
        return Counter(pairs)

    def only(self, cases: Array) -> "PastVerdicts":
        """Those of some cases (for each case whether it is wanted)."""
        return self.only_where(cases[self.case])

    def only_where(self, which: Array) -> "PastVerdicts":
        count = len(self.there)
        return PastVerdicts(
            self.stood, self.there.only(which[:count]), self.missing.only(which[count:]), self.was[which]
        )

    @cached_property
    def in_order(self) -> Array:
        """Their indices by case, due date and clause."""
        cases, at = np.unique(self.case, return_inverse=True)
        due = np.concatenate((self.there.column("due_on"), self.missing.column("due_on")))
        order: Array = np.lexsort((self.clause, due, reference_ranks(self._references, cases)[at]))
        return order

    @property
    def _references(self) -> StringArray | StringArrayChain:
        return self.there.selection.columns.references

    def lines(self, which: Array, entries_of: EntryIds, facts_of: EntriesOf) -> list[VerdictChange]:
        """Those at these indices, in their order."""
        count, found = len(self.there), dict[int, ListedDuty]()
        for duties, begin, end in ((self.there, 0, count), (self.missing, count, len(self))):
            inside = which[(which >= begin) & (which < end)]
            shown = duties.listed.shown(inside - begin, entries_of)
            found |= zip(inside.tolist(), shown, strict=True)
        return [self._line(at, found[at], facts_of) for at in which.tolist()]

    def _line(self, at: int, shown: ListedDuty, facts_of: EntriesOf) -> VerdictChange:
        instant = instant_of(int(self.known_at[at]))
        facts = facts_of(shown.reference) if instant is not None else ()
        was, now = (_said(int(codes[at])) for codes in self.verdicts)
        because = tuple(fact for fact in facts if fact.recorded_at == instant)
        return VerdictChange(shown.reference, int(self.case[at]), shown.obligation, was, now, instant, because)


def _coded(states: Array) -> Array:
    states = states.astype(np.uint8)
    return np.where(state_in(states, FELL_DUE), state_in(states, FELL_AND_IN_TIME).astype(np.int8), -1)


def _said(code: int) -> Verdict:
    return None if code < 0 else bool(code)

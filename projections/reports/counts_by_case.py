"""Duties counted by case: what a comparison draws from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from domain.policy.clauses import Clause
from projections.columns.column_schema import Array
from projections.columns.duty_scan import DutyRun
from projections.ledger.ledger import Place
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import state_in
from projections.reports.comparison import CaseSums

Grouping = Callable[[Clause], str]
"""Under which name duties of a clause are counted."""


def together(_: Clause) -> str:
    """All clauses as one."""
    return ""


class UnitAndRest(NamedTuple):
    """Cases of a unit, and of everybody else: for each case how many duties were met, of how many."""

    unit: Array
    rest: Array


@dataclass(frozen=True)
class CountsByCase:
    """For each case and place (its number in ``places``) how many duties were met, of how many (``counts``: two columns).

    A case that two places held is counted in both, each with the duties that were due there.
    """

    places: Sequence[Place]
    place: Array
    case: Array
    counts: Array

    def apart(self, holds: Callable[[Place], bool]) -> UnitAndRest:
        """The cases of some places, and those of all others."""
        return self.divided(self._inside(holds))

    def sums_apart(self, holds: Callable[[Place], bool]) -> tuple[CaseSums, CaseSums]:
        """``apart``, added up. It looks at the cases of these places alone."""
        wanted = [n for n, place in enumerate(self.places) if holds(place)]
        rows = [self._by_place[self._begins[n] : self._begins[n + 1]] for n in wanted]
        at = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        cases, of = np.unique(self._case_at[at], return_inverse=True)
        unit, whole = _summed(of, self.counts[at], len(cases)), self._whole[cases]
        left = whole - unit
        rest = self._sums.plus(CaseSums.of(whole), -1).plus(CaseSums.of(left[left[:, 1] > 0]))
        return CaseSums.of(unit), rest

    @cached_property
    def _by_place(self) -> Array:
        """The rows in order of place."""
        return np.argsort(self.place, kind="stable")

    @cached_property
    def _begins(self) -> Array:
        """For each place, and after the last, where its rows begin in ``_by_place``."""
        return np.searchsorted(self.place[self._by_place], np.arange(len(self.places) + 1))

    @cached_property
    def _cases(self) -> tuple[Array, Array]:
        """For each row the number of its case among those there are; and the counts of each case, whoever held it."""
        cases, at = np.unique(self.case, return_inverse=True)
        return at, _summed(at, self.counts, len(cases))

    @property
    def _case_at(self) -> Array:
        return self._cases[0]

    @property
    def _whole(self) -> Array:
        return self._cases[1]

    @cached_property
    def _sums(self) -> CaseSums:
        return CaseSums.of(self._whole)

    def divided(self, inside: Array) -> UnitAndRest:
        """Those rows that are ``inside``, and the others, by case."""
        return UnitAndRest(self._by_case(inside)[1], self._by_case(~inside)[1])

    def of(self, holds: Callable[[Place], bool]) -> Array:
        """The cases of some places."""
        return self.numbered(holds)[1]

    def numbered(self, holds: Callable[[Place], bool]) -> tuple[Array, Array]:
        """The numbers of the cases of some places, ascending, and the counts of each."""
        return self._by_case(self._inside(holds))

    def _inside(self, holds: Callable[[Place], bool]) -> Array:
        inside: Array = np.array([*map(holds, self.places), False], bool)[self.place]
        return inside

    def _by_case(self, which: Array) -> tuple[Array, Array]:
        cases, at = np.unique(self.case[which], return_inverse=True)
        return cases, _summed(at, self.counts[which], len(cases))


def _summed(at: Array, counts: Array, length: int) -> Array:
    """The counts added up by ``at``, a number below ``length`` for each row."""
    columns = [np.bincount(at, counts[:, n], length) for n in range(2)]  # whole numbers, which stay exact
    summed: Array = np.stack(columns, axis=1).astype(np.int64)
    return summed


def before_and_now(was: CountsByCase, now: CountsByCase, holds: Callable[[Place], bool]) -> Array:
    """The cases of some places in two periods: met and of how many before, met and of how many now; 0 where none fell due."""
    parts = [was.numbered(holds), now.numbered(holds)]
    cases = np.union1d(parts[0][0], parts[1][0])
    found = np.zeros((len(cases), 4), np.int64)
    for column, (numbers, counts) in zip((0, 2), parts, strict=True):
        found[np.searchsorted(cases, numbers), column : column + 2] = counts
    return found


NOTHING = CountsByCase((), *(np.zeros(0, np.int64),) * 2, np.zeros((0, 2), np.int64))
"""Where nothing fell due."""


def counts_by_case(
    runs: Iterable[DutyRun], held: range, places: Sequence[Place], cases: int, group: Grouping = together
) -> Mapping[str, CountsByCase]:
    """The duties of some runs that fell due, by group. ``held``: the states that count as met. ``cases``: how many there are."""
    parts: dict[str, list[tuple[Array, Array]]] = {}
    for run in runs:
        code = run.column("place").astype(np.int64) * cases + run.case
        parts.setdefault(group(catalogue().clauses[run.clause]), []).append((code, state_in(run.state, held)))
    return {name: _counted(some, places, cases) for name, some in parts.items()}


def _counted(parts: Sequence[tuple[Array, Array]], places: Sequence[Place], cases: int) -> CountsByCase:
    codes, met = (np.concatenate(column) for column in zip(*parts, strict=True))
    found, at, n = np.unique(codes, return_inverse=True, return_counts=True)
    counts = np.stack([np.bincount(at, met, len(found)).astype(np.int64), n], axis=1)
    numbers, place = np.unique(found // cases, return_inverse=True)
    return CountsByCase([places[number] for number in numbers.tolist()], place, found % cases, counts)

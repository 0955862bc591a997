"""What is counted beside a figure of duties that fell due, because it flatters the figure or explains it.

* *dispensed*: duties that read dispensed on the day read. They count as not met.
* *told late*: duties met in time by what the file said only after the day they were due (``DutyRow.told_late``).
* *transferred*: duties whose case left the place in the ``NEAR`` working days up to the day they were due. They are in no figure of
  that place.
* *snoozed*: duties that somebody had hidden from their own list within ``NEAR`` working days of the day they were due.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from domain.calendar.workdays import working_days_between
from projections.arrays.date_numbers import working_days_before
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, known
from projections.columns.duty_scan import DutyRun
from projections.columns.keyed_counts import KeyedCounts, in_order
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList
from projections.reports.duty_counts import fell_due_runs, held
from projections.reports.duty_results import NEAR, CountedApart, SnoozedDuty


@dataclass(frozen=True)
class ApartByPlace:
    """Counts by the place that held the case on the day a duty was due, and the place that it came from shortly before (None:
    from none): dispensed, told late, transferred. ``clauses``: numbers.
    """

    since: date
    clauses: tuple[int, ...]

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        return count_apart(selection, self.since, self.clauses)


def count_apart(
    selection: CaseSelection, since: date | None, clauses: Iterable[int] | None, cases: Array | None = None
) -> KeyedCounts:
    """As ``ApartByPlace``, of some cases. ``cases``: for each case whether it counts (None: all do)."""
    places, moves = list(selection.columns.words["place"].values), Moves(selection)
    size = len(places) + 1
    totals: dict[int, Array] = {}
    for run in fell_due_runs(selection, since, clauses, cases):
        dispensed, late = held(run, "dispensed"), held(run, "told_late")
        giver = moves.giver(run)
        which = np.flatnonzero(dispensed | late | (giver >= 0))
        codes = run.column("place")[which].astype(np.int64) * size + giver[which] + 1
        for code, *of in zip(codes.tolist(), *(x[which].tolist() for x in (dispensed, late, giver >= 0)), strict=True):
            totals[code] = totals.get(code, np.zeros(3, np.int64)) + np.array(of, np.int64)
    keys = [(places[code // size], places[code % size - 1] if code % size else None) for code in totals]
    return in_order(keys, *np.array([*totals.values()], np.int64).reshape(len(keys), 3).T)


class Moves:
    """The days on which cases went from one officer to another, as known at the moment. A place that is renamed is no move."""

    def __init__(self, selection: CaseSelection):
        self.selection = selection

    @cached_property
    def _found(self) -> tuple[Array, Array]:
        """For each move the number of its case and day in one, in order; and the place that gave the case away."""
        parts = []
        for rows in self.selection.columns.spells.parts(self.selection.instant):
            then = known(rows, self.selection.instant)
            at = np.arange(len(rows)) if then is None else np.flatnonzero(then)
            parts.append(tuple(rows[name][at].astype(np.int64) for name in ("case", "begins_on", "place")))
        case, day, place = (np.concatenate(of) for of in zip(*parts, strict=True))
        order = np.lexsort((day, case))
        case, day, place = case[order], day[order], place[order]
        moved = np.flatnonzero((case[1:] == case[:-1]) & (place[1:] != place[:-1])) + 1
        places = self.selection.columns.words["place"].values
        moved = moved[[_moved(places[a], places[b]) for a, b in zip(place[moved - 1], place[moved], strict=True)]]
        return (case[moved] << 16) + day[moved], place[moved - 1]

    def giver(self, run: DutyRun) -> Array:
        """For each duty the place (a number) that gave its case away in the ``NEAR`` working days up to its day; -1: none did."""
        moves, gave = self._found
        found = np.full(len(run.state), -1, np.int64)
        if not len(moves):
            return found
        due, case = run.column("due_on").astype(np.int64), run.case.astype(np.int64)
        at = np.searchsorted(moves, (case << 16) + due, side="right") - 1
        last = moves[np.maximum(at, 0)]
        days = working_days_before()
        near = (at >= 0) & (last >> 16 == case) & (days[due] - days[last & 0xFFFF] <= NEAR)
        found[near] = gave[at[near]]
        return found


def _moved(before: Place, after: Place) -> bool:
    """Whether a case went to another officer, and did not only get a new name for its place."""
    if before.officer_id and after.officer_id:
        return before.officer_id != after.officer_id
    return before.officer != after.officer


def apart_of(found: KeyedCounts, snoozed: Sequence[Place], holds: Callable[[Place], bool]) -> CountedApart:
    """What is counted beside the figure of some places. ``snoozed``: the place of each duty that was hidden."""
    total = np.zeros(3, np.int64)
    for (place, giver), of in zip(found.keys, found.counts, strict=True):
        inside = holds(place)
        total[:2] += of[:2] * inside
        total[2] += of[2] * (giver is not None and holds(giver) and not inside)
    dispensed, late, transferred = total.tolist()
    return CountedApart(dispensed, late, transferred, sum(map(holds, snoozed)))


def apart_among(duties: DutyList) -> CountedApart:
    """What of duties that fell due is dispensed with, and what was told late; the list does not know of transfers and snoozes."""
    counts = (sum(int(held(run, counted).sum()) for run in duties.runs) for counted in ("dispensed", "told_late"))
    return CountedApart(*counts)


def snoozed_places(
    selection: CaseSelection, since: date, clauses: frozenset[str], snoozed: Iterable[SnoozedDuty]
) -> list[Place]:
    """Where the case of each hidden duty is held that was due after ``since`` up to the day read, under these clauses (ids)."""
    places, found = selection.columns.words["place"].values, list[Place]()
    for one in snoozed:
        if one.clause not in clauses or not since < one.due_on <= selection.moment.on:
            continue
        first, last = sorted((one.due_on, one.snoozed_on))
        number = selection.columns.number(one.reference)
        if number is not None and selection.there[number] and working_days_between(first, last) <= NEAR:
            found.append(places[int(selection.place[number])])
    return found

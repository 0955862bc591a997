"""Officers or teams in a list: how many cases each has, what is overdue, how often contact was arranged in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.policy.measures.measure import Measure
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.open_duties import OpenDuties
from projections.officers.officer_cases import NEW, AtMoment, Holds, managers_own
from projections.officers.officer_figures import MONTHS
from projections.reports.comparison import Comparison
from projections.reports.duty_results import CountedApart, held_as_of
from projections.reports.periods import period
from projections.reports.proportions import Proportion, total
from projections.reports.told_comparison import comparisons
from projections.reports.told_figures import ToldFigures


@dataclass(frozen=True)
class UnitLine:
    """The current cases of a unit. ``new``: that began there, or came to it, in the last 90 days."""

    cases: int
    high: int
    overdue: int
    new: int


def unit_lines(
    selection: CaseSelection, opened: Array, units: Sequence[Holds], at: AtMoment, *, of_officers: bool
) -> list[UnitLine]:
    """A line for each unit, in their order; no two may hold one place. ``opened``: for each case whether the reader may open it.

    ``at``: the same cases as at another moment. What was due before a unit held the case is not overdue with it, and what a
    manager does is not overdue with an officer.
    """
    of = _unit_of(selection.columns.words["place"].values, units)
    current = selection.there & opened & ~selection.over
    unit = np.where(current, of[selection.place], -1)
    numbers = np.flatnonzero(unit >= 0)
    moment = selection.moment
    before = of[at(Moment(moment.on - NEW, moment.known_at)).place[numbers]]
    duties = OpenDuties.of(selection, unit >= 0)
    there = of[duties.duties.column("place").astype(np.int64)] == unit[duties.duties.case]
    there &= ~managers_own(duties) if of_officers else True
    counted = [
        np.bincount(unit[cases], minlength=len(units)).tolist()
        for cases in (
            numbers, numbers[selection.high_risk[numbers]], duties.duties.case[duties.overdue & there],
            numbers[before != unit[numbers]],
        )
    ]  # fmt: skip
    return [UnitLine(*counts) for counts in zip(*counted, strict=True)]


def _unit_of(places: Sequence[Place], units: Sequence[Holds]) -> Array:
    """For each place the number of the unit that holds it; -1: none. The last one stands for no place."""
    found = np.full(len(places) + 1, -1, np.int64)
    for place, of in enumerate(places):
        found[place] = next((number for number, holds in enumerate(units) if holds(of)), -1)
    return found


@dataclass(frozen=True)
class UnitFigure:
    """A measure of one unit, how it differs from the rest of its area, and the area's figure. ``apart``: counted beside it."""

    own: Proportion
    against: Comparison | None
    area: Proportion
    apart: CountedApart


def unit_figures(
    told: ToldFigures, measure: Measure, moment: Moment, units: Mapping[str, Sequence[Holds]]
) -> dict[str, list[UnitFigure]]:
    """A measure of duties for the units of each area, in their order, over a year up to the moment."""
    asked, held_as = period(moment, MONTHS), held_as_of(measure)
    apart = told.open_apart(asked, measure.clauses)
    found: dict[str, list[UnitFigure]] = {}
    for area, holds in units.items():

        def inside(place: Place, area: str = area) -> bool:
            return place.area == area

        compared = comparisons(told, asked, measure.clauses, held_as, inside)
        own = told.open_cases(asked, measure.clauses, held_as, inside).get("")
        found[area] = [
            UnitFigure(
                total(Proportion(*row) for row in own.of(one).tolist()) if own is not None else Proportion(),
                compared.of(one), compared.area(), apart(one),
            )
            for one in holds
        ]  # fmt: skip
    return found

"""The figures of an officer: measures over a year and by quarter, beside the area's, and how they differ from the rest of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from domain.policy.measures.measure import Measure
from projections.history.moment import Moment
from projections.officers.officer_cases import Holds
from projections.reports.comparison import Comparison
from projections.reports.disclosure import at_month_ends
from projections.reports.duty_results import CountedApart, held_as_of
from projections.reports.measure_figures import ReportRequest, trend
from projections.reports.periods import Period, moment_at, period
from projections.reports.proportions import WITHHELD, Proportion, Scope, total
from projections.reports.quarters import quarter_end, quarters
from projections.reports.told_comparison import Comparisons, comparisons
from projections.reports.told_figures import ToldFigures

MONTHS = 12
"""The months of a figure (a parameter)."""

QUARTERS = 5
"""Quarters over time: a year, and the one that the day is in."""


@dataclass(frozen=True)
class QuarterBeside:
    """An officer's figure of a quarter, and the area's. ``part``: the quarter is not over on the last day asked about."""

    asked: Period
    own: Proportion
    area: Proportion
    part: bool


@dataclass(frozen=True)
class OfficerMeasure:
    """A measure over a year. ``cases``: behind it. ``against``: how it differs from the rest of the area.

    ``apart``: what is counted beside its figure. ``area_on``: the month end of which the area's rounded figures are; None: they
    are exact, of the day read.
    """

    measure: Measure
    year: Proportion
    cases: int
    area: Proportion
    against: Comparison | None
    quarters: Sequence[QuarterBeside]
    apart: CountedApart
    area_on: date | None = None


@dataclass(frozen=True)
class AreaFigures:
    """What the officers of some areas are set beside: for each measure the comparisons, and for some their quarters (by end).

    ``as_at``: the month end of which they are, rounded; None: they are exact.
    """

    compared: Mapping[str, Comparisons]
    quarters: Mapping[str, Mapping[date, Proportion]]
    as_at: date | None = None


def area_figures(
    told: ToldFigures, measures: Sequence[Measure], charted: Measure, moment: Moment, in_areas: Holds
) -> AreaFigures:
    """The figures of some areas, as the reader is told them. ``charted``: the measure whose quarters are wanted."""
    asked = period(moment, MONTHS)
    compared = {one.id: comparisons(told, asked, one.clauses, held_as_of(one), in_areas) for one in measures}
    points = trend(told, charted, ReportRequest(moment, MONTHS, Scope(), in_areas))
    stood = moment.known_at is not None
    line = {quarter_end(q.end): q.stood if stood else q.hindsight for q in quarters(points, moment.on)}
    exact = told.is_exact_in(asked, in_areas)
    return AreaFigures(compared, {charted.id: line}, None if exact else at_month_ends(asked, told.today).moment.on)


def officer_measure(
    told: ToldFigures, measure: Measure, moment: Moment, theirs: Holds, beside: AreaFigures
) -> OfficerMeasure:
    """A measure of duties for an officer: of the cases that the reader may open. ``beside``: the figures of their areas."""
    own = told.open_cases(period(moment, MONTHS), measure.clauses, held_as_of(measure), theirs)
    cases = [counts.of(theirs) for counts in own.values()]
    compared = beside.compared[measure.id]
    return OfficerMeasure(
        measure,
        total(Proportion(*row) for some in cases for row in some.tolist()),
        sum(map(len, cases)),
        compared.area(),
        compared.of(theirs),
        _quarters(told, measure, moment, theirs, beside.quarters.get(measure.id, {})),
        told.open_apart(period(moment, MONTHS), measure.clauses)(theirs),
        beside.as_at,
    )


def _quarters(
    told: ToldFigures, measure: Measure, moment: Moment, theirs: Holds, area: Mapping[date, Proportion]
) -> list[QuarterBeside]:
    found, end = list[QuarterBeside](), moment.on
    while len(found) < QUARTERS:
        last = quarter_end(end)
        since = last + timedelta(days=1) - relativedelta(months=3) - timedelta(days=1)
        asked = Period(moment_at(moment, end), since)
        own = told.open_cases(asked, measure.clauses, held_as_of(measure), theirs)
        figure = total(Proportion(*row) for counts in own.values() for row in counts.counts.tolist())
        found.append(QuarterBeside(asked, figure, area.get(last, WITHHELD), end < last))
        end = since
    return found[::-1]

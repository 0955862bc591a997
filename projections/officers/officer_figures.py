"""The figures of an officer: measures over a year and by quarter, beside the area's, and how they differ from the rest of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from domain.policy.measures.measure import Measure
from projections.history.moment import Moment
from projections.officers.officer_cases import Holds
from projections.reports.comparison import Comparison
from projections.reports.duty_results import held_as_of
from projections.reports.measure_figures import ReportRequest, figures, trend
from projections.reports.periods import Period, moment_at, period
from projections.reports.proportions import WITHHELD, Proportion, Scope, total
from projections.reports.quarters import quarter_end, quarters
from projections.reports.told_comparison import comparisons
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
    """A measure over a year. ``cases``: behind it. ``against``: how it differs from the rest of the area."""

    measure: Measure
    year: Proportion
    cases: int
    area: Proportion
    against: Comparison | None
    quarters: Sequence[QuarterBeside]


def officer_measure(
    told: ToldFigures, measure: Measure, moment: Moment, theirs: Holds, in_areas: Holds
) -> OfficerMeasure:
    """A measure of duties for an officer. ``in_areas``: whether a place lies in the areas of theirs.

    The officer's figures count the cases that the reader may open; those of the area are as the reader is told them.
    """
    asked, held_as = period(moment, MONTHS), held_as_of(measure)
    own = told.open_cases(asked, measure.clauses, held_as, theirs)
    cases = [counts.of(theirs) for counts in own.values()]
    return OfficerMeasure(
        measure,
        total(Proportion(*row) for some in cases for row in some.tolist()),
        sum(map(len, cases)),
        figures(told, measure, asked, in_areas).figure(in_areas),
        comparisons(told, asked, measure.clauses, held_as, in_areas).of(theirs),
        _quarters(told, measure, moment, theirs, _area_quarters(told, measure, moment, in_areas)),
    )


def _quarters(
    told: ToldFigures, measure: Measure, moment: Moment, theirs: Holds, areas: Mapping[object, Proportion]
) -> list[QuarterBeside]:
    found, end = list[QuarterBeside](), moment.on
    while len(found) < QUARTERS:
        since = quarter_end(end) + timedelta(days=1) - relativedelta(months=3) - timedelta(days=1)
        asked = Period(moment_at(moment, end), since)
        own = told.open_cases(asked, measure.clauses, held_as_of(measure), theirs)
        figure = total(Proportion(*row) for counts in own.values() for row in counts.counts.tolist())
        found.append(QuarterBeside(asked, figure, areas.get(quarter_end(end), WITHHELD), end < quarter_end(end)))
        end = since
    return found[::-1]


def _area_quarters(told: ToldFigures, measure: Measure, moment: Moment, in_areas: Holds) -> Mapping[object, Proportion]:
    """The last day of a quarter -> the area's figure of it."""
    points = trend(told, measure, ReportRequest(moment, MONTHS, Scope(), in_areas))
    stood = moment.known_at is not None
    return {quarter_end(q.end): q.stood if stood else q.hindsight for q in quarters(points, moment.on)}

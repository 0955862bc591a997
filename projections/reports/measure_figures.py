"""Measure figures: for a place, beside the period before, its area and another place; for its parts; and over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from domain.policy.measures.measure import Measure
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.change_over_time import Changes, changes
from projections.reports.comparison import Comparison, differs
from projections.reports.disclosure import last_month_end, months_before
from projections.reports.duty_results import CountedApart, LateFigure, held_as_of
from projections.reports.periods import LONGEST, Period, moment_at, month_ends, period, period_before
from projections.reports.proportions import Proportion, Scope
from projections.reports.told_comparison import Comparisons, comparisons
from projections.reports.told_counts import Told, WaitFigure
from projections.reports.told_figures import ToldFigures

Mine = Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a reader asks of a report: the months up to the moment's day, the place, and a place to compare with.

    ``mine``: whether the reader answers for a place. Other places count only in the figure of a whole area. ``rounded``: it
    was moved to a month end, since a case that counts is closed to the reader.
    """

    moment: Moment
    months: int
    scope: Scope
    mine: Mine
    beside: Scope | None = None
    rounded: bool = False

    @property
    def period(self) -> Period:
        if self.rounded:
            return Period(self.moment, months_before(self.moment.on, self.months))
        return period(self.moment, self.months)

    @property
    def before(self) -> Period:
        if self.rounded:
            since = self.period.since
            return Period(moment_at(self.moment, since), months_before(since, self.months))
        return period_before(self.period, self.months)

    def holds(self, place: Place) -> bool:
        return self.scope.holds(place) and self.mine(place)

    def among(self, place: Place) -> bool:
        """Whether a place is in the place asked for, or in the one set beside it."""
        return self.mine(place) and (self.scope.holds(place) or (self.beside is not None and self.beside.holds(place)))

    def at_month_end(self, today: date) -> "ReportRequest":
        """The same, moved to the last month end that is over."""
        return replace(self, moment=last_month_end(self.moment, today), rounded=True)


def as_told(told: ToldFigures, asked: ReportRequest) -> ReportRequest:
    """What is asked, moved to a month end where a case that counts is closed to the reader."""
    return asked if told.is_exact_in(asked.period, asked.among) else asked.at_month_end(told.today)


class PlaceLine(NamedTuple):
    """One measure's figure for a place. ``area``: the figure of the whole areas that the place is in.

    ``against``: how it differs from the rest of these; ``changed``: whether it changed since the period before; None where
    nothing is compared.
    """

    measure: Measure
    scope: Scope
    now: Proportion
    before: Proportion
    area: Proportion
    beside: Proportion | None
    against: Comparison | None = None
    changed: Comparison | None = None
    against_beside: Comparison | None = None
    """How it differs from the place set beside it."""
    apart: CountedApart | None = None
    """What is counted beside its figure; None: withheld, or no figure of duties."""


class WaitLine(NamedTuple):
    """One measure's waits for a place, with the same columns as ``PlaceLine``."""

    measure: Measure
    scope: Scope
    now: WaitFigure
    before: WaitFigure
    area: WaitFigure
    beside: WaitFigure | None


class Lines(NamedTuple):
    """The line of the place asked for, and the lines of its parts at the next level at which they differ."""

    whole: PlaceLine
    parts: list[PlaceLine]


class WaitLines(NamedTuple):
    """The waits of the place asked for, and of its parts."""

    whole: WaitLine
    parts: list[WaitLine]


class RecordedIn(NamedTuple):
    """The entries recorded in a period on the cases of a place; None: withheld."""

    scope: Scope
    recorded: LateFigure | None


class Point(NamedTuple):
    """The month after ``since`` up to ``end``: as known at its end (``stood``), and with hindsight."""

    since: date
    end: date
    stood: Proportion
    hindsight: Proportion


def figures(told: ToldFigures, measure: Measure, asked: Period, among: Mine) -> Told:
    """A measure's figures: over duties that fell due in the period, or over the cases as at its end."""
    if measure.counts == "answer":
        return told.verdicts(asked.moment, measure.question or "", among)
    return told.duties(asked, measure.clauses, held_as_of(measure), among)


def lines(told: ToldFigures, measure: Measure, asked: ReportRequest) -> Lines:
    """The figure of the place asked for, and those of its parts at the next level at which they differ."""
    now, was = (figures(told, measure, one, asked.among) for one in (asked.period, asked.before))
    in_areas = areas_of(told, asked)
    area = figures(told, measure, asked.period, in_areas).figure(in_areas)
    compared, since = (
        compared_with_rest(told, measure, asked, in_areas),
        changed_since(told, measure, asked, asked.among),
    )
    apart = told.apart(asked.period, measure.clauses, asked.among)

    def line(scope: Scope) -> PlaceLine:
        def holds(place: Place) -> bool:
            return scope.holds(place) and asked.mine(place)

        against = None if compared is None else compared.of(holds)
        return PlaceLine(
            measure,
            scope,
            now.figure(holds),
            was.figure(holds),
            area,
            _beside(now, asked),
            against,
            since.of(holds),
            apart=apart(holds),
        )

    parts = asked.scope.parts(place for place in (*now.places(), *was.places()) if asked.mine(place))
    below = [line(part) for part in (parts.scopes if parts else [])]
    whole = line(asked.scope)._replace(against_beside=_against_beside(told, measure, asked))
    return Lines(whole, [one for one in below if not (one.now.withheld and one.before.withheld)])


def compared_with_rest(told: ToldFigures, measure: Measure, asked: ReportRequest, in_areas: Mine) -> Comparisons | None:
    """Compares places with the rest of their areas; None where the figures of the places themselves are rounded."""
    if measure.counts == "answer" or asked.rounded:
        return None
    return comparisons(told, asked.period, measure.clauses, held_as_of(measure), in_areas)


def changed_since(told: ToldFigures, measure: Measure, asked: ReportRequest, among: Mine) -> Changes:
    """Whether the figures of places changed since the period before."""
    return changes(told, measure, asked.before, asked.period, among)


def _against_beside(told: ToldFigures, measure: Measure, asked: ReportRequest) -> Comparison | None:
    """How the place asked for differs from the one set beside it, without what is in both: by the rule of ``comparison``."""
    beside = asked.beside
    if beside is None or measure.counts == "answer" or asked.rounded:
        return None
    found = told.open_cases(asked.period, measure.clauses, held_as_of(measure), asked.among).get("")
    if found is None:
        return None
    return differs(found.of(asked.scope.holds), found.of(lambda p: beside.holds(p) and not asked.scope.holds(p)))


def _beside(now: Told, asked: ReportRequest) -> Proportion | None:
    if asked.beside is None:
        return None
    beside = asked.beside
    return now.figure(lambda place: beside.holds(place) and asked.mine(place))


def areas_of(told: ToldFigures, asked: ReportRequest) -> Mine:
    """Whether a place lies in one of the areas of the place asked for."""
    areas = {place.area for place in told.places() if asked.holds(place)}
    return lambda place: place.area in areas


def wait_lines(told: ToldFigures, measure: Measure, asked: ReportRequest) -> WaitLines:
    """The waits of the place asked for, and of its parts."""
    in_areas = areas_of(told, asked)
    now, was = (told.waits(one, measure.clauses, asked.among) for one in (asked.period, asked.before))
    area = told.waits(asked.period, measure.clauses, in_areas).of(in_areas)

    def line(scope: Scope) -> WaitLine:
        def holds(place: Place) -> bool:
            return scope.holds(place) and asked.mine(place)

        beside = asked.beside
        return WaitLine(
            measure, scope, now.of(holds), was.of(holds), area,
            None if beside is None else now.of(lambda place: beside.holds(place) and asked.mine(place)),
        )  # fmt: skip

    parts = asked.scope.parts(place for place in (*now.told.places(), *was.told.places()) if asked.mine(place))
    below = [line(part) for part in (parts.scopes if parts else [])]
    return WaitLines(line(asked.scope), [one for one in below if not (one.now.withheld and one.before.withheld)])


def trend(told: ToldFigures, measure: Measure, asked: ReportRequest, scope: Scope | None = None) -> list[Point]:
    """A point for each month, as far back as the record goes (see ``periods.LONGEST``); the last one up to the day read.

    Where a case that counts in any month is closed to the reader, the last month is the last that is over.
    """
    whose = scope or asked.scope

    def wanted(place: Place) -> bool:
        return whose.holds(place) and asked.mine(place)

    months = _months(told, asked.moment.on)[-LONGEST:]
    if not all(told.is_exact_in(Period(end, months[0].since), wanted) for end in _both(months[-1])):
        months = _months(told, last_month_end(asked.moment, told.today).on)
    stood, known = (
        _series(
            told, measure, [Period(moment, month.since) for month, moment in zip(months, moments, strict=True)], wanted
        )
        for moments in zip(*map(_both, months), strict=True)
    )
    found = [Point(month.since, month.moment.on, *both) for month, *both in zip(months, stood, known, strict=True)]
    found = found[-LONGEST:]
    while found and not found[0].stood.n and not found[0].hindsight.n:
        found.pop(0)
    return found


def _both(month: Period) -> tuple[Moment, Moment]:
    """The end of a month as known then, and with hindsight."""
    return Moment(month.moment.on, end_of_day(month.moment.on)), Moment(month.moment.on, None)


def _months(told: ToldFigures, day: date) -> list[Period]:
    """The months of the record up to a day, with hindsight."""
    ends = month_ends(told.first_day(), day)
    return [Period(Moment(end, None), end.replace(day=1) - timedelta(days=1)) for end in ends]


def _series(told: ToldFigures, measure: Measure, months: Sequence[Period], wanted: Mine) -> list[Proportion]:
    if measure.counts == "answer":
        every = [figures(told, measure, one, wanted) for one in months[-LONGEST:]]
        every = [Told({})] * (len(months) - len(every)) + every
    else:
        every = told.series(months, measure.clauses, held_as_of(measure), wanted)
    return [one.figure(wanted) for one in every]


def recorded(told: ToldFigures, asked: ReportRequest) -> list[RecordedIn]:
    """Entries recorded in the period, and late ones by their delay: for the place and its parts."""
    found = told.recorded(asked.period, asked.holds)
    parts = asked.scope.parts(place for place in found.places if asked.holds(place))
    every = [RecordedIn(scope, found.of(_held(scope, asked))) for scope in (parts.scopes if parts else [])]
    own = RecordedIn(asked.scope, found.of(asked.holds))
    return [own, *(one for one in every if one.recorded is not None)]


def _held(scope: Scope, asked: ReportRequest) -> Mine:
    return lambda place: scope.holds(place) and asked.mine(place)

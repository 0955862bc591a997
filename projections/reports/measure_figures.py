"""Measure figures: for a place, beside the period before, its area and another place; for its parts; and over time."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from domain.policy.measures.measure import Measure
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.duty_counts import held_as_of
from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import RecordedCount
from projections.reports.periods import Period, month_ends, period, period_before
from projections.reports.proportions import Proportion, Scope, Waits, total

Mine = Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a reader asks of a report: the months up to the moment's day, the place, and a place to compare with.

    ``mine``: whether the reader answers for a place. Other places count only in the figure of a whole area.
    """

    moment: Moment
    months: int
    scope: Scope
    mine: Mine
    beside: Scope | None = None

    @property
    def period(self) -> Period:
        return period(self.moment, self.months)

    @property
    def before(self) -> Period:
        return period_before(self.period, self.months)

    def holds(self, place: Place) -> bool:
        return self.scope.holds(place) and self.mine(place)


class PlaceLine(NamedTuple):
    """One measure's figure for a place. ``area``: the figure of the whole areas that the place is in."""

    measure: Measure
    scope: Scope
    now: Proportion
    before: Proportion
    area: Proportion
    beside: Proportion | None


class WaitLine(NamedTuple):
    """One measure's waits for a place, with the same columns as ``PlaceLine``."""

    measure: Measure
    scope: Scope
    now: Waits
    before: Waits
    area: Waits
    beside: Waits | None


class Lines(NamedTuple):
    """The line of the place asked for, and the lines of its parts at the next level at which they differ."""

    whole: PlaceLine
    parts: list[PlaceLine]


class WaitLines(NamedTuple):
    """The waits of the place asked for, and of its parts."""

    whole: WaitLine
    parts: list[WaitLine]


class RecordedIn(NamedTuple):
    """The entries recorded in a period on the cases of a place."""

    scope: Scope
    recorded: RecordedCount


class Point(NamedTuple):
    """The month after ``since`` up to ``end``: as known at its end (``stood``), and with hindsight."""

    since: date
    end: date
    stood: Proportion
    hindsight: Proportion


def figures(queries: DutyQueries, measure: Measure, asked: Period) -> dict[Place, Proportion]:
    """A measure's figure in every place: over duties that fell due in the period, or over the cases as at its end."""
    found: dict[Place, Proportion] = {}
    if measure.counts == "answer":
        for place, verdicts in queries.verdicts(asked.moment, measure.question or "").items():
            found[place] = Proportion(verdicts.sufficient, verdicts.n)
    else:
        for count in queries.counts(asked, measure.clauses, held_as_of(measure)):
            found[count.place] = found.get(count.place, Proportion()) + count.figure
    return found


def lines(queries: DutyQueries, measure: Measure, asked: ReportRequest) -> Lines:
    """The figure of the place asked for, and those of its parts at the next level at which they differ."""
    now, was = figures(queries, measure, asked.period), figures(queries, measure, asked.before)
    areas = _areas([*now, *was], asked)

    def line(scope: Scope) -> PlaceLine:
        return PlaceLine(
            measure,
            scope,
            total(f for place, f in now.items() if scope.holds(place) and asked.mine(place)),
            total(f for place, f in was.items() if scope.holds(place) and asked.mine(place)),
            total(f for place, f in now.items() if place.area in areas),
            _beside(now, asked),
        )

    parts = asked.scope.parts(place for place in (*now, *was) if asked.mine(place))
    return Lines(line(asked.scope), [line(part) for part in (parts.scopes if parts else [])])


def _beside(now: Mapping[Place, Proportion], asked: ReportRequest) -> Proportion | None:
    if asked.beside is None:
        return None
    return total(f for place, f in now.items() if asked.beside.holds(place) and asked.mine(place))


def _areas(places: Sequence[Place], asked: ReportRequest) -> set[str]:
    return {place.area for place in places if asked.holds(place)}


def wait_lines(queries: DutyQueries, measure: Measure, asked: ReportRequest) -> WaitLines:
    """The waits of the place asked for, and of its parts."""
    areas = _areas(queries.places(), asked)
    now, was = (
        queries.waits(p, measure.clauses, lambda place: place.area in areas or asked.mine(place))
        for p in (asked.period, asked.before)
    )

    def line(scope: Scope) -> WaitLine:
        def of(found: Mapping[Place, Counter[int | None]], whose: Scope) -> Waits:
            return _together(w for place, w in found.items() if whose.holds(place) and asked.mine(place))

        return WaitLine(
            measure, scope, of(now, scope), of(was, scope), _together(w for p, w in now.items() if p.area in areas),
            None if asked.beside is None else of(now, asked.beside),
        )  # fmt: skip

    parts = asked.scope.parts(place for place in (*now, *was) if asked.mine(place))
    return WaitLines(line(asked.scope), [line(part) for part in (parts.scopes if parts else [])])


def _together(several: Iterable[Counter[int | None]]) -> Waits:
    days: Counter[int | None] = Counter()
    for one in several:
        days.update(one)
    return Waits.of(days)


def trend(queries: DutyQueries, measure: Measure, asked: ReportRequest, scope: Scope | None = None) -> list[Point]:
    """A point for each month, as far back as the record goes (see ``periods.LONGEST``); the last one up to the day read."""
    whose = scope or asked.scope
    months = [(end.replace(day=1) - timedelta(days=1), end) for end in month_ends(queries.first_day(), asked.moment.on)]

    def series(*, hindsight: bool) -> list[Proportion]:
        periods = [Period(Moment(end, None if hindsight else end_of_day(end)), since) for since, end in months]

        def wanted(place: Place) -> bool:
            return whose.holds(place) and asked.mine(place)

        if measure.counts == "answer":
            every = (figures(queries, measure, one) for one in periods)
            return [total(figure for place, figure in found.items() if wanted(place)) for found in every]
        return queries.series(periods, measure.clauses, held_as_of(measure), wanted)

    stood, known = series(hindsight=False), series(hindsight=True)
    found = [Point(*month, *both) for month, *both in zip(months, stood, known, strict=True)]
    while found and not found[0].stood.n and not found[0].hindsight.n:
        found.pop(0)
    return found


def recorded(queries: DutyQueries, asked: ReportRequest) -> list[RecordedIn]:
    """Entries recorded in the period, and late ones by their delay: for the place and its parts."""
    found = {place: r for place, r in queries.recorded(asked.period).items() if asked.holds(place)}
    parts = asked.scope.parts(found)
    result = []
    for scope in (asked.scope, *(parts.scopes if parts else [])):
        own = [r for place, r in found.items() if scope.holds(place)]
        late = sum((r.late for r in own), Counter[int]())
        result.append(RecordedIn(scope, RecordedCount(sum(r.entries for r in own), late)))
    return result

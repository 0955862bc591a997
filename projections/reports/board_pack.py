"""The figures of a board pack: a measure for a place, its divisions and teams, and by quarter. Never of an officer.

A pack leaves the building: what counts fewer than five people is in none, nor what sums would give away (``small_places``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from domain.policy.measures.measure import Measure
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.comparison import Comparison
from projections.reports.counted_people import CountedPeople
from projections.reports.measure_figures import (
    Mine,
    ReportRequest,
    areas_of,
    changed_since,
    compared_with_rest,
    figures,
    trend,
)
from projections.reports.periods import Period
from projections.reports.proportions import WITHHELD, Proportion, Scope
from projections.reports.quarters import Quarter, quarter_end, quarters
from projections.reports.small_places import SmallPlaces, hidden_among
from projections.reports.told_comparison import Comparisons
from projections.reports.told_counts import Told
from projections.reports.told_figures import ToldFigures


class PackPlace(NamedTuple):
    """The figure of one division or team; ``withheld`` where few people are behind it.

    ``against``: how it differs from the rest of the area; None where nothing is compared.
    """

    scope: Scope
    figure: Proportion
    against: Comparison | None = None


@dataclass(frozen=True)
class PackMeasure:
    """One measure for the place asked for. ``people``: behind its figure; None: not told.

    ``changed``: whether its figure changed since the period before; None: not told.
    """

    measure: Measure
    now: Proportion
    before: Proportion
    area: Proportion
    people: int | None
    places: Sequence[PackPlace]
    quarters: Sequence[Quarter]
    area_quarters: Sequence[Quarter]
    changed: Comparison | None = None


def pack_measure(told: ToldFigures, measure: Measure, asked: ReportRequest, *, charted: bool) -> PackMeasure:
    """The figures of a measure. ``charted``: with its divisions, teams and quarters; else without any."""
    in_areas = areas_of(told, asked)
    now, before = (_of_period(told, measure, one, asked, in_areas) for one in (asked.period, asked.before))
    area = replace(asked, scope=Scope(), mine=in_areas)
    return PackMeasure(
        measure,
        now.figure(asked.holds),
        before.figure(asked.holds),
        figures(told, measure, asked.period, in_areas).figure(in_areas),
        now.behind.number or None,
        pack_places(now, compared_with_rest(told, measure, asked, in_areas), asked) if charted else [],
        _quarters(told, measure, asked, in_areas) if charted else [],
        quarters(trend(told, measure, area), asked.moment.on) if charted else [],
        changed_since(told, measure, asked, asked.holds).of(asked.holds),
    )


@dataclass(frozen=True)
class Printable:
    """The figures of a measure in a period, as far as they may be printed. ``behind``: who counts at the places asked for."""

    counts: Told
    small: SmallPlaces
    behind: CountedPeople
    every: Sequence[Place]

    def figure(self, holds: Mine) -> Proportion:
        """The figure of some places; withheld where few people are behind it or follow from it."""
        return self.counts.figure(holds) if self.small.allow(holds, self.every) else WITHHELD


def _of_period(told: ToldFigures, measure: Measure, period: Period, asked: ReportRequest, in_areas: Mine) -> Printable:
    return Printable(
        figures(told, measure, period, asked.holds), _small(told, measure, period, in_areas),
        _behind(told, measure, period, asked.holds), told.places(),
    )  # fmt: skip


def _small(told: ToldFigures, measure: Measure, period: Period, in_areas: Mine) -> SmallPlaces:
    return told.small_places(
        period, measure.clauses, measure.question if measure.counts == "answer" else None, in_areas
    )


def _behind(told: ToldFigures, measure: Measure, asked: Period, holds: Mine) -> CountedPeople:
    """Who is behind a measure's figure, by place."""
    if measure.counts == "answer":
        return told.people_answered(asked.moment, measure.question or "", holds)
    return told.people_under(asked, measure.clauses, holds)


def is_whole_area(told: ToldFigures, asked: ReportRequest) -> bool:
    """Whether the place asked for is all of its areas, so that there is nothing else to set it beside."""
    in_areas = areas_of(told, asked)
    return all(asked.holds(place) for place in told.places() if in_areas(place))


def pack_places(now: Printable, compared: Comparisons | None, asked: ReportRequest) -> list[PackPlace]:
    """The divisions of the place asked for, each with its teams below it; the teams alone where there is one division.

    Names in order; none for a team.
    """
    if asked.scope.level in ("team", "officer"):
        return []
    held: dict[str, set[str]] = {}
    for place in now.behind.held:
        held.setdefault(place.division, set()).add(place.team)
    found = []
    for division, teams in sorted(held.items()):
        if len(held) > 1:
            found.append(_place(Scope("division", division), now, compared, asked))
        found += [_place(Scope("team", team), now, compared, asked) for team in sorted(teams)]
    return found


def _place(scope: Scope, now: Printable, compared: Comparisons | None, asked: ReportRequest) -> PackPlace:
    holds = _in(scope, asked)
    figure = now.figure(holds)
    return PackPlace(scope, figure, None if compared is None or figure.withheld else compared.of(holds))


def _in(scope: Scope, asked: ReportRequest) -> Mine:
    return lambda place: scope.holds(place) and asked.holds(place)


def _quarters(told: ToldFigures, measure: Measure, asked: ReportRequest, in_areas: Mine) -> list[Quarter]:
    """The quarters of the place asked for; those of few people are withheld, and others that would tell them."""
    found, every = quarters(trend(told, measure, asked), asked.moment.on), told.places()
    people = [_behind(told, measure, _period_of(quarter), asked.holds).number for quarter in found]
    closed = hidden_among(people)
    for n, quarter in enumerate(found):
        if not _small(told, measure, _period_of(quarter), in_areas).allow(asked.holds, every):
            closed.add(n)
    return [
        quarter._replace(stood=WITHHELD, hindsight=WITHHELD) if n in closed else quarter
        for n, quarter in enumerate(found)
    ]


def _period_of(quarter: Quarter) -> Period:
    first = quarter_end(quarter.end) + timedelta(days=1) - relativedelta(months=3)
    return Period(Moment(quarter.end, None), first - timedelta(days=1))


def furthest_below(pack: PackMeasure) -> PackPlace | None:
    """The team with the lowest share of those that are below their area (``comparison``); None where none is."""
    below = [place for place in pack.places if place.scope.level == "team" and place.against == "worse"]
    return min(below, key=lambda place: (place.figure.score or 0, place.scope.name), default=None)


def printable(told: ToldFigures, asked: ReportRequest, clause: str) -> Callable[[Scope], bool]:
    """Whether the figure of a part of the place asked for under one clause may be printed; of ``Scope()``: of all of it."""
    small, every = told.small_places(asked.period, [clause], None, areas_of(told, asked)), told.places()
    return lambda scope: small.allow(_in(scope, asked), every)

"""The figures of a board pack: a measure for a place, its divisions and teams, and by quarter. Never of an officer.

A pack leaves the building: what counts fewer than five people is in none, nor what sums would give away (``small_places``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from domain.policy.measures.measure import Measure
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.comparison import Comparison
from projections.reports.disclosure import FEW
from projections.reports.measure_figures import Mine, ReportRequest, areas_of, compared_with_rest, figures, trend
from projections.reports.periods import Period
from projections.reports.proportions import WITHHELD, Proportion, Scope
from projections.reports.quarters import Quarter, quarter_end, quarters
from projections.reports.small_places import hidden_among, hidden_places
from projections.reports.told_comparison import Comparisons
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
    """One measure for the place asked for. ``people``: behind its figure; None: not told."""

    measure: Measure
    now: Proportion
    before: Proportion
    area: Proportion
    people: int | None
    places: Sequence[PackPlace]
    quarters: Sequence[Quarter]
    area_quarters: Sequence[Quarter]


def pack_measure(told: ToldFigures, measure: Measure, asked: ReportRequest, *, charted: bool) -> PackMeasure:
    """The figures of a measure. ``charted``: with its divisions, teams and quarters; else without any."""
    now, before = (figures(told, measure, one, asked.holds) for one in (asked.period, asked.before))
    behind, was = (_behind(told, measure, one, asked.holds) for one in (asked.period, asked.before))
    in_areas = areas_of(told, asked)
    area = replace(asked, scope=Scope(), mine=in_areas)
    return PackMeasure(
        measure,
        _unless_few(now.figure(asked.holds), people_of(behind)),
        _unless_few(before.figure(asked.holds), people_of(was)),
        figures(told, measure, asked.period, in_areas).figure(in_areas),
        people_of(behind) or None,
        pack_places(behind, now.figure, compared_with_rest(told, measure, asked, in_areas), asked) if charted else [],
        _quarters(told, measure, asked) if charted else [],
        quarters(trend(told, measure, area), asked.moment.on) if charted else [],
    )


def _behind(told: ToldFigures, measure: Measure, asked: Period, holds: Mine) -> Mapping[Place, frozenset[str]]:
    """Who is behind a measure's figure, by place."""
    if measure.counts == "answer":
        return told.people_answered(asked.moment, measure.question or "", holds)
    return told.people_under(asked, measure.clauses, holds)


def people_of(behind: Mapping[Place, frozenset[str]]) -> int:
    """How many people there are at these places together."""
    return len(frozenset[str]().union(*behind.values()))


def _unless_few(figure: Proportion, people: int) -> Proportion:
    return WITHHELD if 0 < people < FEW else figure


def pack_places(
    behind: Mapping[Place, frozenset[str]],
    figure: Callable[[Mine], Proportion],
    compared: Comparisons | None,
    asked: ReportRequest,
) -> list[PackPlace]:
    """The divisions of the place asked for, each with its teams below it; the teams alone where there is one division.

    ``behind``: who counts where. ``figure``: that of the places for which something holds. Names in order; none for a team.
    """
    if asked.scope.level in ("team", "officer"):
        return []
    held: dict[str, dict[str, dict[Place, frozenset[str]]]] = {}
    for place, people in sorted(behind.items()):
        held.setdefault(place.division, {}).setdefault(place.team, {})[place] = people
    counts = {division: {team: people_of(of) for team, of in teams.items()} for division, teams in held.items()}
    closed, teams_closed = hidden_places(counts)
    found = []
    for division, teams in held.items():
        if len(held) > 1:
            scope = Scope("division", division)
            found.append(_place(scope, asked, figure, compared, hidden=division in closed))
        for team in teams:
            hidden = (division, team) in teams_closed
            found.append(_place(Scope("team", team), asked, figure, compared, hidden=hidden))
    return found


def _place(
    scope: Scope,
    asked: ReportRequest,
    figure: Callable[[Mine], Proportion],
    compared: Comparisons | None,
    *,
    hidden: bool,
) -> PackPlace:
    if hidden:
        return PackPlace(scope, WITHHELD)
    holds = _in(scope, asked)
    return PackPlace(scope, figure(holds), None if compared is None else compared.of(holds))


def _in(scope: Scope, asked: ReportRequest) -> Mine:
    return lambda place: scope.holds(place) and asked.holds(place)


def _quarters(told: ToldFigures, measure: Measure, asked: ReportRequest) -> list[Quarter]:
    """The quarters of the place asked for; those of few people are withheld, and others that would tell them."""
    found = quarters(trend(told, measure, asked), asked.moment.on)
    people = [people_of(_behind(told, measure, _period_of(quarter), asked.holds)) for quarter in found]
    few = hidden_among(people)
    return [
        quarter._replace(stood=WITHHELD, hindsight=WITHHELD) if n in few else quarter for n, quarter in enumerate(found)
    ]


def _period_of(quarter: Quarter) -> Period:
    first = quarter_end(quarter.end) + timedelta(days=1) - relativedelta(months=3)
    return Period(Moment(quarter.end, None), first - timedelta(days=1))


def furthest_below(pack: PackMeasure) -> PackPlace | None:
    """The team with the lowest share of those that are below their area (``comparison``); None where none is."""
    below = [place for place in pack.places if place.scope.level == "team" and place.against == "worse"]
    return min(below, key=lambda place: (place.figure.score or 0, place.scope.name), default=None)


def hidden_teams(told: ToldFigures, asked: ReportRequest, clause: str) -> set[str]:
    """The teams of which a figure under one clause would be about, or would tell of, few people."""
    teams: dict[str, set[str]] = {}
    for place, people in told.people_under(asked.period, [clause], asked.holds).items():
        teams.setdefault(place.team, set()).update(people)
    names = list(teams)
    return {names[n] for n in hidden_among([len(teams[name]) for name in names])}

"""Training needs: the clauses that a team or an officer misses more than the rest of their area does (see ``comparison``)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.ledger.ledger import Place
from projections.reports.comparison import Comparison
from projections.reports.measure_figures import ReportRequest, areas_of
from projections.reports.proportions import WITHHELD, Level, Proportion, Scope
from projections.reports.told_comparison import Comparisons, comparisons
from projections.reports.told_counts import Told
from projections.reports.told_figures import ToldFigures


class TrainingNeed(NamedTuple):
    """The figure of one team or officer on a clause, beside its area's. ``against``: how it differs from the rest of that."""

    level: Level
    name: str
    team: str
    clause: str
    figure: Proportion
    area: Proportion
    against: Comparison | None


class FigureKey(NamedTuple):
    """The team or officer (``level``, ``name``) that a figure is about."""

    level: Level
    area: str
    team: str
    name: str


@dataclass(frozen=True)
class TrainingNeeds:
    """``below``: where training is needed. ``others``: all other figures. Teams first, then officers, each in order of name."""

    below: list[TrainingNeed]
    others: list[TrainingNeed]


def every_clause() -> list[str]:
    """The ids of all clauses of the standards and of the ESI framework's expectations, in their order."""
    return list(dict.fromkeys(clause.id for clause in frameworks()[DEFAULT_FRAMEWORK].clauses))


LEVELS: tuple[Level, ...] = ("team", "officer")


def needs(told: ToldFigures, asked: ReportRequest, levels: Sequence[Level] = LEVELS) -> TrainingNeeds:
    """The figures of the teams and officers of a place, clause by clause: duties met in time, beside their whole area.

    What is withheld is left out. ``levels``: teams alone, say.
    """
    own, in_areas = told.by_clause(asked.period, every_clause(), asked.holds), areas_of(told, asked)
    areas = told.by_clause(asked.period, every_clause(), in_areas)
    compared = _compared(told, asked)
    found = []
    for clause, figures in own.items():
        wholes = _by_area(areas.get(clause))
        for key, places in _held(figures.counts, asked, levels).items():
            if (figure := figures.figure_of(places)).n:
                against = None if asked.rounded else compared[key.area].of(set(places).__contains__, clause)
                whole = wholes.get(key.area, WITHHELD)
                found.append(TrainingNeed(key.level, key.name, key.team, clause, figure, whole, against))
    found.sort(key=lambda n: (n.level != "team", n.team, n.name, n.clause))
    below = [n for n in found if n.against == "worse"]
    return TrainingNeeds(below, [n for n in found if n.against != "worse"])


def _compared(told: ToldFigures, asked: ReportRequest) -> Mapping[str, Comparisons]:
    """For each area of the place asked for what compares with it."""

    def of(area: str) -> Comparisons:
        return comparisons(
            told, asked.period, every_clause(), "in_time", lambda place: place.area == area, lambda clause: clause.id
        )  # fmt: skip

    return {} if asked.rounded else {area: of(area) for area in {p.area for p in told.places() if asked.holds(p)}}


def _by_area(told: Told | None) -> dict[str, Proportion]:
    """The figure of each area; ``told``: None where nothing fell due by the last month end."""
    areas: dict[str, list[Place]] = {}
    for place in told.counts if told is not None else ():
        areas.setdefault(place.area, []).append(place)
    return {} if told is None else {area: told.figure_of(places) for area, places in areas.items()}


def _parts(place: Place, scope: Scope, levels: Sequence[Level]) -> Iterable[FigureKey]:
    if scope.level != "officer" and "team" in levels:
        yield FigureKey("team", place.area, place.team, place.team)
    if "officer" in levels:
        yield FigureKey("officer", place.area, place.team, place.officer)


def _held(places: Iterable[Place], asked: ReportRequest, levels: Sequence[Level]) -> dict[FigureKey, list[Place]]:
    """Of these places those of each team and officer that are asked for."""
    found: dict[FigureKey, list[Place]] = {}
    for place in filter(asked.holds, places):
        for key in _parts(place, asked.scope, levels):
            found.setdefault(key, []).append(place)
    return found

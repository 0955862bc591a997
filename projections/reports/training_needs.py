"""Training needs: the clauses that a team or an officer misses more than their area does, by more than chance."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.ledger.ledger import Place
from projections.reports.caseload_matrix import MatrixCell
from projections.reports.duty_queries import DutyQueries
from projections.reports.periods import Period
from projections.reports.proportions import Level, Proportion, Scope


class TrainingNeed(NamedTuple):
    """The figure of one team or officer on a clause, beside its area's. ``against``: ``below`` or ``above`` it, or None."""

    level: Level
    name: str
    team: str
    clause: str
    figure: Proportion
    area: Proportion
    against: str | None


class FigureKey(NamedTuple):
    """The team or officer (``level``, ``name``) and the clause that a figure is about."""

    level: Level
    area: str
    team: str
    name: str
    clause: str


@dataclass(frozen=True)
class TrainingNeeds:
    """``below``: where training is needed, the furthest below the area first. ``others``: all other figures."""

    below: list[TrainingNeed]
    others: list[TrainingNeed]


def every_clause() -> list[str]:
    """The ids of all clauses of the standards and of the ESI framework's expectations, in their order."""
    return list(dict.fromkeys(clause.id for clause in frameworks()[DEFAULT_FRAMEWORK].clauses))


def needs(queries: DutyQueries, asked: Period, scope: Scope, mine: Callable[[Place], bool]) -> TrainingNeeds:
    """The figures of the teams and officers of a place, clause by clause: duties met in time, beside their whole area.

    A difference exceeds chance, as in the matrix, where the two 95 % intervals do not overlap.
    """
    counts = queries.counts(asked, every_clause(), "in_time", "clause")
    areas: dict[tuple[str, str], Proportion] = {}
    parts: dict[FigureKey, Proportion] = {}
    for count in counts:
        figure, place = count.figure, count.place
        areas[place.area, count.value] = areas.get((place.area, count.value), Proportion()) + figure
        if scope.holds(place) and mine(place):
            for key in _parts(place, count.value, scope):
                parts[key] = parts.get(key, Proportion()) + figure
    found = []
    for (level, area, team, name, clause), figure in parts.items():
        whole = areas[area, clause]
        against = MatrixCell(figure.held, figure.n).against(MatrixCell(whole.held, whole.n))
        found.append(TrainingNeed(level, name, team, clause, figure, whole, against))
    found.sort(key=lambda n: (_short(n), n.level, n.team, n.name, n.clause))
    below = [n for n in found if n.against == "below"]
    return TrainingNeeds(below, [n for n in found if n.against != "below"])


def _parts(place: Place, clause: str, scope: Scope) -> Iterable[FigureKey]:
    if scope.level != "officer":
        yield FigureKey("team", place.area, place.team, place.team, clause)
    yield FigureKey("officer", place.area, place.team, place.officer, clause)


def _short(need: TrainingNeed) -> float:
    """Points above the area (negative: below), to sort by."""
    return float((need.figure.score or 0) - (need.area.score or 0))

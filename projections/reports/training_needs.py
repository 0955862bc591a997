"""Training needs: the clauses that a team or an officer misses more than their area does, by more than chance."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.policy.frameworks import DEFAULT_FRAMEWORK, frameworks
from projections.ledger.ledger import Place
from projections.reports.caseload_matrix import MatrixCell
from projections.reports.duty_queries import DutyQueries
from projections.reports.periods import Period
from projections.reports.proportions import Level, Proportion, Scope


class TrainingNeed(NamedTuple):
    """How one officer or team meets a clause, beside its area. ``against``: ``below`` or ``above`` it by more than chance."""

    level: Level
    name: str
    team: str
    clause: str
    figure: Proportion
    area: Proportion
    against: str | None


@dataclass(frozen=True)
class TrainingNeeds:
    """``below``: where training is needed, the furthest below first; ``others``: everything else that fell due."""

    below: list[TrainingNeed]
    others: list[TrainingNeed]


def every_clause() -> list[str]:
    """The ids of all clauses of the standards and of the ESI framework's expectations, in their order."""
    return list(dict.fromkeys(clause.id for clause in frameworks()[DEFAULT_FRAMEWORK].clauses))


def needs(queries: DutyQueries, asked: Period, scope: Scope, mine: Callable[[Place], bool]) -> TrainingNeeds:
    """Of the teams and officers in a place, clause by clause: met in time, against the whole of their area.

    *Larger than chance* as in the matrix: the two 95 % intervals do not touch.
    """
    counts = queries.counts(asked, every_clause(), "in_time", "clause")
    areas: dict[tuple[str, str], Proportion] = {}
    parts: dict[tuple[Level, str, str, str, str], Proportion] = {}
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


def _parts(place: Place, clause: str, scope: Scope) -> Iterable[tuple[Level, str, str, str, str]]:
    if scope.level != "officer":
        yield "team", place.area, place.team, place.team, clause
    yield "officer", place.area, place.team, place.officer, clause


def _short(need: TrainingNeed) -> float:
    """Points above the area; the furthest below has the least."""
    return float((need.figure.score or 0) - (need.area.score or 0))

"""The scorecard: places ranked by the weights that they earn, and what changed their scores since the period before.

Officers are never ranked: they have lines, but no score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from domain.policy.measures.scorecard_targets import Scorecard, Target
from projections.ledger.ledger import Place
from projections.reports.duty_results import held_as_of
from projections.reports.measure_figures import ReportRequest
from projections.reports.periods import Period
from projections.reports.proportions import Level, Proportion, Scope
from projections.reports.told_counts import Told
from projections.reports.told_figures import ToldFigures


@dataclass(frozen=True)
class ScorecardLine:
    """One line of the scorecard for one place. ``earned``: what it earns of its weight; None: nothing fell due."""

    target: Target
    figure: Proportion

    @property
    def earned(self) -> Fraction | None:
        if self.figure.score is None:
            return None
        return self.target.weight * min(Fraction(1), self.figure.score / self.target.target)


@dataclass(frozen=True)
class Ranked:
    """A place on the scorecard. ``score``: per cent of the weights of the lines that count. ``rank``: from 1; ties share one."""

    scope: Scope
    lines: Sequence[ScorecardLine]
    rank: int | None = None

    @property
    def score(self) -> Fraction | None:
        counting = [line for line in self.lines if line.earned is not None]
        weights = sum(line.target.weight for line in counting)
        earned = sum((line.earned or Fraction(0) for line in counting), Fraction(0))
        return 100 * earned / weights if weights else None

    def points(self, line: ScorecardLine) -> Fraction:
        """The points that a line contributes to the score."""
        weights = sum(other.target.weight for other in self.lines if other.earned is not None)
        return 100 * (line.earned or Fraction(0)) / weights if weights else Fraction(0)


class PointChange(NamedTuple):
    """A line of the scorecard, and the points by which it changed a score."""

    target: Target
    points: Fraction


@dataclass(frozen=True)
class RankChange:
    """A place now and in the period before, and the changes of its score, the largest first."""

    now: Ranked
    was: Ranked
    by: Sequence[PointChange]


class Ranking(NamedTuple):
    """The places of one level in order of rank; officers in order of name."""

    level: Level
    places: list[RankChange]

    @property
    def is_ranked(self) -> bool:
        return self.level != "officer"


def ranking(told: ToldFigures, card: Scorecard, asked: ReportRequest) -> Ranking | None:
    """The parts of a place at the next level at which they differ, in order of rank; None where there are none.

    A line that is withheld counts as one in which nothing fell due.
    """
    now, was = (_figures(told, card, period, asked) for period in (asked.period, asked.before))
    places = [place for found in (*now.values(), *was.values()) for place in found.places() if asked.mine(place)]
    parts = asked.scope.parts(places)
    if parts is None:
        return None
    level, scopes = parts
    ranked, earlier = (
        {s.scope: s for s in _ranked([_standing(card, found, part, asked) for part in scopes])} for found in (now, was)
    )
    moved = [RankChange(ranked[part], earlier[part], _by(ranked[part], earlier[part])) for part in scopes]
    found = Ranking(level, sorted(moved, key=lambda m: m.now.scope.name))
    if found.is_ranked:
        found.places.sort(key=lambda m: (m.now.rank is None, m.now.rank or 0))
    return found


def _figures(told: ToldFigures, card: Scorecard, period: Period, asked: ReportRequest) -> Mapping[str, Told]:
    return {
        target.id: told.duties(period, target.measure.clauses, held_as_of(target.measure), asked.holds)
        for target in card.targets
    }


def _standing(card: Scorecard, figures: Mapping[str, Told], part: Scope, asked: ReportRequest) -> Ranked:
    def holds(place: Place) -> bool:
        return part.holds(place) and asked.holds(place)

    return Ranked(part, [ScorecardLine(target, figures[target.id].figure(holds)) for target in card.targets])


def _ranked(standings: Sequence[Ranked]) -> list[Ranked]:
    scores = [s.score for s in standings if s.score is not None]
    return [
        Ranked(s.scope, s.lines, None if (own := s.score) is None else 1 + sum(score > own for score in scores))
        for s in standings
    ]


def _by(now: Ranked, was: Ranked) -> list[PointChange]:
    if now.score is None or was.score is None:
        return []
    moved = [
        PointChange(a.target, now.points(a) - was.points(b))
        for a, b in zip(now.lines, was.lines, strict=True)
        if now.points(a) != was.points(b)
    ]
    return sorted(moved, key=lambda by: -abs(by.points))

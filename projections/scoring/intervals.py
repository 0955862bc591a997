"""The 95 % interval of a criterion's or section's score, and of the difference between two of them.

A figure is a weighted sum of question scores. Its interval is combined from the questions' Wilson intervals by the method
of variance estimates recovery (Zou and Donner 2008; Newcombe's method for a difference is a special case). The questions
are answered about the same cases, so their correlations are taken from the cases. With one question the interval is Wilson's.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from domain.policy.frameworks.framework import WEIGHTS, Framework
from projections.scoring.answers import Answer
from projections.scoring.scores import CriterionScore, Interval, QuestionScore, Score, SectionScore

Weights = Mapping[str, float]
"""Question id -> the weight of that question's score in a figure."""


class ScoreWithInterval(NamedTuple):
    """A score in per cent, and its 95 % interval."""

    score: float
    interval: Interval


def intervals(score: Score, cases: Sequence[Sequence[Answer]]) -> dict[str, Interval]:
    """The interval of every criterion and section with a score, by id. ``cases``: the answers from which it was scored."""
    asked = {name: q for name, q in score.questions.items() if q.n}
    pulls = _pulls(asked, cases)
    figures = [(c.criterion.id, c.score, of_criterion(score.framework, c)) for c in score.criteria]
    figures += [(s.section.id, s.score, of_section(score.framework, s)) for s in score.sections]
    return {
        name: _interval(float(exact), weights, asked, pulls) for name, exact, weights in figures if exact is not None
    }


def of_criterion(framework: Framework, criterion: CriterionScore) -> Weights:
    """The weight of each question with relevant cases: equal, or by the number of relevant cases where they are pooled."""
    relevant = [q for q in criterion.questions if q.n]
    pooled = framework.aggregation == "pooled"
    every = sum(q.n for q in relevant) if pooled else len(relevant)
    return {q.question.id: (q.n if pooled else 1) / every for q in relevant}


def of_section(framework: Framework, section: SectionScore) -> Weights:
    """The weight of each question in a section: by its criterion's weight, or only in the lowest criterion."""
    scored = [c for c in section.criteria if c.score is not None]
    if framework.lowest_decides:
        scored = sorted(scored, key=lambda c: c.score or 0)[:1]
    every = sum(WEIGHTS[c.criterion.weight] for c in scored)
    return {
        name: WEIGHTS[c.criterion.weight] / every * weight
        for c in scored
        for name, weight in of_criterion(framework, c).items()
    }


def difference(before: ScoreWithInterval, now: ScoreWithInterval) -> Interval:
    """The interval of the difference in points between the figures of two samples; each is given with its interval."""
    (p, was), (q, is_now) = before, now
    low = q - p - sqrt((q - is_now.low) ** 2 + (was.high - p) ** 2)
    high = q - p + sqrt((is_now.high - q) ** 2 + (p - was.low) ** 2)
    return Interval(low, high)


def _pulls(asked: Mapping[str, QuestionScore], cases: Sequence[Sequence[Answer]]) -> dict[str, list[float]]:
    """By question: how far each case pulls the score from its value, as a vector of length 1 (all 0 where no case does)."""
    pulls: dict[str, list[float]] = {name: [] for name in asked}
    for case in cases:
        for answer in case:
            if (q := asked.get(answer.question.id)) is not None:
                counts = answer.answer in ("sufficient", "insufficient")
                pulls[q.question.id].append((answer.answer == "sufficient") - q.sufficient / q.n if counts else 0.0)
    for name, pull in pulls.items():
        length = sqrt(sum(x * x for x in pull))
        pulls[name] = [x / length for x in pull] if length else pull
    return pulls


def _interval(
    score: float, weights: Weights, asked: Mapping[str, QuestionScore], pulls: Mapping[str, Sequence[float]]
) -> Interval:
    below: dict[str, float] = {}
    above: dict[str, float] = {}
    for name, weight in weights.items():
        low, high = asked[name].interval or (0.0, 100.0)
        exact = 100 * asked[name].sufficient / asked[name].n
        below[name], above[name] = weight * (exact - low), weight * (high - exact)
    down = up = 0.0
    names = list(weights)
    for i, one in enumerate(names):
        down, up = down + below[one] ** 2, up + above[one] ** 2
        for other in names[i + 1 :]:
            together = sum(a * b for a, b in zip(pulls[one], pulls[other], strict=True))
            down += 2 * together * below[one] * below[other]
            up += 2 * together * above[one] * above[other]
    return Interval(low=max(0.0, score - sqrt(max(down, 0.0))), high=min(100.0, score + sqrt(max(up, 0.0))))

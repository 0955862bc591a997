"""Scores: answers counted into questions, criteria and sections, and rounded as an inspection prints them.

Scores are exact fractions until they are printed. A question's score has n and a 95 % interval (Wilson).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, sqrt
from statistics import NormalDist
from typing import NamedTuple

from domain.policy.frameworks.framework import WEIGHTS, Criterion, Framework, Question, Section
from projections.scoring.answers import Answer
from projections.scoring.verdicts import VERDICTS

Z95 = NormalDist().inv_cdf(0.975)


class Interval(NamedTuple):
    """A 95 % interval, from ``low`` to ``high``: of a share in per cent, of a difference in points."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question over a sample of cases. ``absent``: how many of ``insufficient`` lack altogether what was required."""

    question: Question
    sufficient: int
    insufficient: int
    not_applicable: int
    not_answered: int
    absent: int

    @property
    def n(self) -> int:
        """The relevant cases: those with an answer that counts."""
        return self.sufficient + self.insufficient

    @property
    def score(self) -> Fraction | None:
        """Per cent of the relevant cases; None when there is none."""
        return Fraction(100 * self.sufficient, self.n) if self.n else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the score, in per cent."""
        return wilson(self.sufficient, self.n)


@dataclass(frozen=True, slots=True)
class CriterionScore:
    criterion: Criterion
    questions: tuple[QuestionScore, ...]
    score: Fraction | None
    printed: int | None
    left_out: bool = False
    """Whether the inspection does not assess it (*not re-scored*): nothing of it is counted."""


@dataclass(frozen=True, slots=True)
class SectionScore:
    section: Section
    criteria: tuple[CriterionScore, ...]
    score: Fraction | None
    printed: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """A sample's scores under one framework."""

    framework: Framework
    cases: int
    sections: tuple[SectionScore, ...]

    @property
    def criteria(self) -> tuple[CriterionScore, ...]:
        return tuple(criterion for section in self.sections for criterion in section.criteria)

    @property
    def questions(self) -> dict[str, QuestionScore]:
        return {q.question.id: q for criterion in self.criteria for q in criterion.questions}


def score(framework: Framework, cases: Sequence[Iterable[Answer]], left_out: Collection[str] = frozenset()) -> Score:
    """The scores of a sample. ``cases``: the answers of each case. ``left_out``: the criteria of which nothing is counted."""
    counted: dict[str, Counter[str]] = {question: Counter() for question in framework.questions}
    for case in cases:
        for answer in case:
            counts = counted[answer.question.id]
            counts[answer.answer] += 1
            counts["absent"] += answer.absent
    for criterion in framework.criteria:
        if criterion.id in left_out:
            counted |= {question.id: Counter() for question in criterion.questions}
    return score_of(framework, counted, len(cases), left_out)


def score_of(
    framework: Framework,
    counted: Mapping[str, Mapping[str, int]],
    cases: int,
    left_out: Collection[str] = frozenset(),
) -> Score:
    """The scores of ``cases`` cases. ``counted``: for each question the counts by verdict, and of ``absent``.

    ``left_out``: the criteria that are not assessed; a section is then the mean of the others. Where the lowest decides it has
    no score: what was not assessed could be the lowest.
    """
    sections = []
    for section in framework.sections:
        criteria = tuple(
            replace(_criterion(framework, criterion, counted), left_out=criterion.id in left_out)
            for criterion in section.criteria
        )
        exact = _section(framework, criteria)
        sections.append(SectionScore(section, criteria, exact, printed(framework, exact)))
    return Score(framework, cases, tuple(sections))


def printed(framework: Framework, exact: Fraction | None) -> int | None:
    """A score as the framework prints it: whole per cent, halves up (or to even)."""
    if exact is None:
        return None
    return floor(exact + Fraction(1, 2)) if framework.rounding == "half_up" else round(exact)


def wilson(sufficient: int, n: int) -> Interval | None:
    """Wilson's 95 % interval for ``sufficient`` of ``n``, in per cent: 11 of 15 is 48 to 89. None when n is 0.

    Its lower end at 0 of n is 0 and its upper end at n of n is 100, exactly.
    """
    if n == 0:
        return None
    p, z2 = sufficient / n, Z95 * Z95
    middle = p + z2 / (2 * n)
    reach = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = (middle - reach) / (1 + z2 / n), (middle + reach) / (1 + z2 / n)
    return Interval(low=100 * low if sufficient else 0.0, high=100 * high if sufficient < n else 100.0)


def _criterion(framework: Framework, criterion: Criterion, counted: Mapping[str, Mapping[str, int]]) -> CriterionScore:
    questions = tuple(
        QuestionScore(question, **{name: counted[question.id][name] for name in (*VERDICTS, "absent")})
        for question in criterion.questions
    )
    relevant = [q for q in questions if q.n]
    if not relevant:
        exact = None
    elif framework.aggregation == "pooled":
        exact = Fraction(100 * sum(q.sufficient for q in relevant), sum(q.n for q in relevant))
    else:
        exact = sum((q.score or Fraction(0) for q in relevant), Fraction(0)) / len(relevant)
    return CriterionScore(criterion, questions, exact, printed(framework, exact))


class _WeightedScore(NamedTuple):
    """A criterion's weight and score in its section."""

    weight: int
    score: Fraction


def _section(framework: Framework, criteria: Sequence[CriterionScore]) -> Fraction | None:
    """The weighted mean of the criteria with a score (see ``WEIGHTS``), or the lowest of them: none where one is left out."""
    if framework.lowest_decides and any(c.left_out for c in criteria):
        return None
    parts = [
        _WeightedScore(
            WEIGHTS[c.criterion.weight], Fraction(c.printed) if framework.section_mean_of == "printed" else c.score
        )
        for c in criteria
        if c.score is not None and c.printed is not None
    ]
    if not parts:
        return None
    if framework.lowest_decides:
        return min(part.score for part in parts)
    return sum((part.weight * part.score for part in parts), Fraction(0)) / sum(part.weight for part in parts)

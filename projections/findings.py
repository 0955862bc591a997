"""Findings: what a figure says in a sentence, how it went since last time, and whether more than chance is in it."""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Protocol

from domain.codes import Direction
from domain.inspecting import FindingWritten
from projections.scores import QuestionScore, Score, printed


def direction(before: int | None, now: int | None) -> Direction | None:
    """How a printed figure went; None where there is nothing to compare."""
    if before is None or now is None:
        return None
    return "improved" if now > before else "deteriorated" if now < before else "unchanged"


class Measured(Protocol):
    """A share of cases or duties: per cent, with its 95 % interval."""

    @property
    def score(self) -> Fraction | None: ...
    @property
    def interval(self) -> tuple[float, float] | None: ...


def difference(before: Measured, now: Measured) -> tuple[float, float] | None:
    """The 95 % interval of the difference in points (Newcombe 1998, method 10, from the two Wilson intervals).

    None where one of the two has no relevant case.
    """
    was, is_now = before.interval, now.interval
    if was is None or is_now is None or before.score is None or now.score is None:
        return None
    p, q = float(before.score), float(now.score)
    low = q - p - sqrt((q - is_now[0]) ** 2 + (was[1] - p) ** 2)
    high = q - p + sqrt((is_now[1] - q) ** 2 + (p - was[0]) ** 2)
    return low, high


def exceeds_chance(before: Measured, now: Measured) -> bool | None:
    """Whether the interval of the difference leaves out nought; None where there is none."""
    found = difference(before, now)
    return None if found is None else found[0] > 0 or found[1] < 0


@dataclass(frozen=True)
class Drafted:
    """A finding drafted from one question's figure. ``before``: the same question in the inspection that this follows."""

    now: QuestionScore
    before: QuestionScore | None
    printed: int | None
    was: int | None

    @property
    def direction(self) -> Direction | None:
        return direction(self.was, self.printed)

    @property
    def beyond_chance(self) -> bool | None:
        return None if self.before is None else exceeds_chance(self.before, self.now)


def drafted(score: Score, before: Score | None) -> dict[str, Drafted]:
    """A draft for every question that has a figure, by the question's id."""
    earlier = before.questions if before is not None else {}
    return {
        name: Drafted(
            now,
            earlier.get(name),
            printed(score.framework, now.score),
            printed(score.framework, earlier[name].score) if name in earlier else None,
        )
        for name, now in score.questions.items()
        if now.n
    }


@dataclass(frozen=True)
class Checked:
    """A finding as written, beside the figure that it speaks of: the question's, or the criterion's."""

    finding: FindingWritten
    was: int | None
    now: int | None

    @property
    def figure_went(self) -> Direction | None:
        return direction(self.was, self.now)

    @property
    def agrees(self) -> bool | None:
        """Whether the direction that the words name is the figure's own; None where they name none, or it has none."""
        if self.finding.direction is None or self.figure_went is None:
            return None
        return self.finding.direction == self.figure_went


def checked(finding: FindingWritten, score: Score, before: Score | None) -> Checked:
    """The finding beside its figure."""

    def figure(of: Score | None) -> int | None:
        if of is None:
            return None
        if finding.question is not None:
            exact: Fraction | None = of.questions[finding.question].score if finding.question in of.questions else None
            return printed(of.framework, exact)
        return next((c.printed for c in of.criteria if c.criterion.id == finding.criterion), None)

    return Checked(finding, figure(before), figure(score))

"""Findings: a figure as a sentence, its direction since the last inspection, and whether the change exceeds chance."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from domain.entries.code_lists import Direction
from domain.entries.inspection_entries import FindingWritten
from projections.scoring import intervals
from projections.scoring.scores import Interval, QuestionScore, Score, printed


def direction(before: int | None, now: int | None) -> Direction | None:
    """The direction of a printed figure; None where there is nothing to compare."""
    if before is None or now is None:
        return None
    return "improved" if now > before else "deteriorated" if now < before else "unchanged"


class Measured(Protocol):
    """A share of cases or duties: per cent, with its 95 % interval."""

    @property
    def score(self) -> Fraction | None: ...
    @property
    def interval(self) -> Interval | None: ...


def difference(before: Measured, now: Measured) -> Interval | None:
    """The 95 % interval of the difference in points (Newcombe 1998, method 10, from the two Wilson intervals).

    None where one of the two has no relevant case.
    """
    was, is_now = before.interval, now.interval
    if was is None or is_now is None or before.score is None or now.score is None:
        return None
    return intervals.difference(
        intervals.ScoreWithInterval(float(before.score), was), intervals.ScoreWithInterval(float(now.score), is_now)
    )


def exceeds_chance(before: Measured, now: Measured) -> bool | None:
    """Whether the interval of the difference excludes 0; None where there is no interval."""
    found = difference(before, now)
    return None if found is None else found.low > 0 or found.high < 0


@dataclass(frozen=True)
class DraftFinding:
    """A finding drafted from one question's figure.

    ``before``: the same question in the inspection that this one follows. ``high``: the same question for the cases at high
    risk of harm, where these are not all. ``printed`` and ``was``: printed scores now and before. ``cases``: in the sample.
    ``same_evidence``: whether both rest on the same evidence; None where one does not say on which.
    """

    now: QuestionScore
    before: QuestionScore | None
    high: QuestionScore | None
    printed: int | None
    was: int | None
    cases: int
    same_evidence: bool | None = True

    @property
    def direction(self) -> Direction | None:
        """How the figure went, as far as it may be said: never of a change within chance, nor between different evidence."""
        went = direction(self.was, self.printed)
        return went if self.same_evidence and (went == "unchanged" or self.beyond_chance) else None

    def sentence(self, earlier: str = "original inspection") -> str:
        """The finding as a sentence of a report. ``earlier``: the name of the inspection before."""
        words = f"{self.now.question.finding} in {_share(self.now, self.printed, self.cases)}"
        if self.was is not None:
            words += f"{self._compared} in the {earlier}" + ("" if self.direction else self._not_said)
        if self.high is not None:
            words += f"; with high risk of harm cases, in {self.high.sufficient} of {self.high.n}"
        return f"{words}."

    @property
    def _compared(self) -> str:
        if self.direction == "improved":
            return f", an improvement on {self.was}%"
        if self.direction == "deteriorated":
            return f", as against {self.was}%"
        return ", as" if self.direction == "unchanged" else f"; {self.was}%"

    @property
    def _not_said(self) -> str:
        """Why no direction is said of a figure that moved."""
        return ", a difference within chance" if self.same_evidence else ", not adjusted for its other evidence"

    @property
    def beyond_chance(self) -> bool | None:
        return None if self.before is None else exceeds_chance(self.before, self.now)


def _share(q: QuestionScore, per_cent: int | None, cases: int) -> str:
    relevant = "relevant " if q.n < cases else ""
    noun = "case" if q.n == 1 else "cases"
    if q.sufficient == q.n:
        return f"all {q.n} relevant {noun}" if relevant else "all cases"
    if q.sufficient == 0:
        return f"none of the {q.n} {relevant}{noun}"
    return f"{per_cent}% of {relevant}cases ({q.sufficient} of {q.n})"


def draft_findings(
    score: Score, before: Score | None, high: Score | None = None, *, same_evidence: bool | None = True
) -> dict[str, DraftFinding]:
    """A draft for every question with a figure, by question id. ``high``: the high risk of harm sub-sample.

    ``same_evidence``: whether ``before`` rests on the same evidence; None where one of them does not say.
    """
    earlier = before.questions if before is not None else {}
    of_high = high.questions if high is not None else {}
    return {
        name: DraftFinding(
            now,
            earlier.get(name),
            part if (part := of_high.get(name)) is not None and 0 < part.n < now.n else None,
            printed(score.framework, now.score),
            printed(score.framework, earlier[name].score) if name in earlier else None,
            score.cases,
            same_evidence,
        )
        for name, now in score.questions.items()
        if now.n
    }


@dataclass(frozen=True)
class CheckedFinding:
    """A finding as written, beside the printed figure that it is about: a question's or a criterion's."""

    finding: FindingWritten
    was: int | None
    now: int | None

    @property
    def figure_went(self) -> Direction | None:
        return direction(self.was, self.now)

    @property
    def agrees(self) -> bool | None:
        """Whether the finding names the figure's own direction; None where either has no direction."""
        if self.finding.direction is None or self.figure_went is None:
            return None
        return self.finding.direction == self.figure_went


def check_finding(finding: FindingWritten, score: Score, before: Score | None) -> CheckedFinding:
    """A finding beside its figure, before and now."""

    def figure(of: Score | None) -> int | None:
        if of is None:
            return None
        if finding.question is not None:
            exact: Fraction | None = of.questions[finding.question].score if finding.question in of.questions else None
            return printed(of.framework, exact)
        return next((c.printed for c in of.criteria if c.criterion.id == finding.criterion), None)

    return CheckedFinding(finding, figure(before), figure(score))

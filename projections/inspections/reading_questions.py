"""The questions of a framework about one case, as shown to the assessor who reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from domain.entries.case_entries import QualityJudged
from domain.policy.frameworks.framework import Framework, Question
from projections.cases.case_reading import Reading
from projections.scoring.answers import Answer

CommentReason = Literal["not applicable", "overruling"]
"""What a comment must explain: why a question does not apply, or why a derived answer is overruled."""


@dataclass(frozen=True)
class ReadingQuestion:
    """One question about one case, as shown to its reader.

    ``derived``: the derived answer, to confirm or overrule; None: the question is not derived. ``settled``: there is nothing
    to judge. ``mine``: this reader's answer; None: not answered.
    """

    question: Question
    answer: Answer
    derived: str | None
    settled: bool
    mine: QualityJudged | None

    @property
    def open(self) -> bool:
        """Whether the reader has still to answer it."""
        return not self.settled and self.mine is None and self.derived is None

    def is_new(self, said: str, comment: str) -> bool:
        """Whether this answer and comment differ from what the reader has already recorded."""
        standing = (self.mine.answer, self.mine.comment or "") if self.mine else ("", "")
        return not self.settled and (said, comment) != standing and bool(said or comment)

    def overrules(self, said: str) -> bool:
        """Whether this answer replaces a different derived one."""
        return self.derived is not None and said != self.derived

    def comment_wanted(self, said: str, comment: str) -> CommentReason | None:
        """What a missing comment must explain; None where no comment is needed or one is given."""
        if comment:
            return None
        if said == "not_applicable" and self.question.required:
            return "not applicable"
        return "overruling" if self.overrules(said) else None


def questions_asked(framework: Framework, reading: Reading, inspection: str, *, second: bool) -> list[ReadingQuestion]:
    """Every question of the framework in the order in which a case is read, for the first or the second reader."""
    answers = {answer.question.id: answer for answer in reading.answers}
    own = (j for j in reading.judgements if j.inspection == inspection and j.second == second and not j.adjudicates)
    mine = {j.question: j for j in own}
    return [_asked(answers[name], mine.get(name)) for name in framework.reading_order]


def unanswered(asked: Sequence[ReadingQuestion]) -> int:
    """How many of the questions the reader has still to answer."""
    return sum(one.open for one in asked)


def _asked(answer: Answer, mine: QualityJudged | None) -> ReadingQuestion:
    nothing_there = answer.absent and answer.question.scored_by == "judged"
    never_required = mine is None and answer.basis == "judged" and answer.answer == "not_applicable"
    derived: str | None = None
    if answer.question.derive is not None:
        derived = answer.answer if answer.basis == "derived" else answer.other or answer.answer
    return ReadingQuestion(answer.question, answer, derived, nothing_there or never_required, mine)

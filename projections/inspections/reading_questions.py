"""The questions of a framework about one case, as shown to the assessor who reads it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from domain.entries.case_entries import QualityJudged
from domain.policy.conditions import fits
from domain.policy.frameworks.framework import Framework, Prompt, Question
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
    blind: bool = False
    """The inspection hides what the entries give until the reader has answered."""
    prompts: tuple[Prompt, ...] = ()
    """The prompts that are for this case. What is noted on them is kept with the answer, and makes none."""

    @property
    def noted(self) -> dict[str, str]:
        """What this reader noted on each prompt."""
        return {one.prompt: one.answer for one in self.mine.prompts} if self.mine else {}

    @property
    def open(self) -> bool:
        """Whether the reader has still to answer it."""
        return not self.settled and self.mine is None and (self.derived is None or self.blind)

    @property
    def shown(self) -> str | None:
        """The derived answer as far as its reader may see it yet; None where there is none, or it is hidden."""
        return None if self.blind and self.mine is None else self.derived

    def is_new(self, said: str, comment: str, noted: Mapping[str, str] = MappingProxyType({})) -> bool:
        """Whether this answer, comment and what is noted on the prompts differ from what the reader has already recorded."""
        standing = (self.mine.answer, self.mine.comment or "") if self.mine else ("", "")
        new = (said, comment) != standing or dict(noted) != self.noted
        return not self.settled and new and bool(said or comment or noted)

    def overrules(self, said: str) -> bool:
        """Whether this answer replaces a different derived one that the reader has seen."""
        return self.shown is not None and said != self.shown

    def comment_wanted(self, said: str, comment: str) -> CommentReason | None:
        """What a missing comment must explain; None where no comment is needed or one is given."""
        if comment:
            return None
        if said == "not_applicable" and self.question.required:
            return "not applicable"
        return "overruling" if self.overrules(said) else None


def questions_asked(
    framework: Framework,
    reading: Reading,
    inspection: str,
    *,
    second: bool,
    left_out: Collection[str] = (),
    blind: bool = False,
) -> list[ReadingQuestion]:
    """Every question of the framework in the order in which a case is read, for the first or the second reader.

    ``left_out``: the criteria that are not re-scored; nothing is asked for them. ``blind``: what the entries give is hidden
    until the reader has answered.
    """
    answers = {answer.question.id: answer for answer in reading.answers}
    own = (j for j in reading.judgements if j.inspection == inspection and j.second == second and not j.adjudicates)
    mine = {j.question: j for j in own}
    case = reading.history.attributes(reading.moment.on)
    return [
        _asked(answers[name], mine.get(name), case, blind)
        for name in framework.for_own_cases.reading_order
        if framework.criterion_of(name).id not in left_out
    ]


def unanswered(asked: Sequence[ReadingQuestion]) -> int:
    """How many of the questions the reader has still to answer."""
    return sum(one.open for one in asked)


def _asked(answer: Answer, mine: QualityJudged | None, case: Mapping[str, Any], blind: bool) -> ReadingQuestion:
    if not fits(answer.question.applies_if, case):
        return ReadingQuestion(answer.question, answer, None, True, None)
    prompts = tuple(prompt for prompt in answer.question.prompts if fits(prompt.applies_if, case))
    nothing_there = answer.absent and answer.question.scored_by == "judged"
    never_required = mine is None and answer.basis == "judged" and answer.answer == "not_applicable"
    derived: str | None = None
    if answer.question.derive is not None:
        derived = answer.answer if answer.basis == "derived" else answer.other or answer.answer
    return ReadingQuestion(answer.question, answer, derived, nothing_there or never_required, mine, blind, prompts)

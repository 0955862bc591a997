"""Agreement between two sets of answers to the same questions: the share agreed, Cohen's kappa, the disagreements.

An assessor who finishes a reading and leaves a derived answer unchanged confirms it: that counts as an answer of theirs.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from projections.cases.case_reading import Reading
from projections.scoring.answers import Answer
from projections.scoring.verdicts import Verdict

SAID: tuple[Verdict, ...] = ("sufficient", "insufficient", "not_applicable")


class CaseQuestion(NamedTuple):
    """One question about one case."""

    reference: str
    question: str


class AnswerPair(NamedTuple):
    """Two answers to one question about one case."""

    asked: CaseQuestion
    first: Verdict
    other: Verdict


@dataclass(frozen=True)
class Agreement:
    """Pairs of answers, and how far they agree. ``kappa`` is from -1 to 1; None where chance alone gives full agreement."""

    pairs: Sequence[AnswerPair]

    @property
    def n(self) -> int:
        return len(self.pairs)

    @property
    def agreed(self) -> int:
        return sum(pair.first == pair.other for pair in self.pairs)

    @property
    def disagreements(self) -> list[AnswerPair]:
        return [pair for pair in self.pairs if pair.first != pair.other]

    @property
    def kappa(self) -> Fraction | None:
        """Cohen's kappa over sufficient, insufficient and not applicable."""
        if not self.pairs:
            return None
        first, other = Counter(p.first for p in self.pairs), Counter(p.other for p in self.pairs)
        by_chance = Fraction(sum(first[said] * other[said] for said in SAID), self.n**2)
        return None if by_chance == 1 else (Fraction(self.agreed, self.n) - by_chance) / (1 - by_chance)


def compare(
    first: Mapping[CaseQuestion, Verdict],
    other: Mapping[CaseQuestion, Verdict],
    first_left: Mapping[CaseQuestion, Verdict] | None = None,
    other_left: Mapping[CaseQuestion, Verdict] | None = None,
) -> Agreement:
    """The questions that both answered, in the order of the first.

    ``first_left``, ``other_left``: the derived answers that each left unchanged. They count only where the other one gave an
    answer: a derived answer that both left unchanged says nothing about their agreement.
    """
    left, other_left = first_left or {}, other_left or {}
    found = [
        AnswerPair(asked, said, other.get(asked) or other_left[asked])
        for asked, said in first.items()
        if asked in other or asked in other_left
    ]
    found += [
        AnswerPair(asked, left[asked], said) for asked, said in other.items() if asked not in first and asked in left
    ]
    return Agreement(found)


def judged_answers(
    readings: Iterable[Reading], inspection: str, *, second: bool = False
) -> dict[CaseQuestion, Verdict]:
    """The answers that the first (or the second) assessors of an inspection gave themselves, the last on each question."""
    return {
        CaseQuestion(reading.reference, judgement.question): judgement.answer
        for reading in readings
        for judgement in reading.judgements
        if judgement.inspection == inspection and judgement.second == second
    }


def left_as_derived(readings: Iterable[Reading], finished: Collection[str]) -> dict[CaseQuestion, Verdict]:
    """The derived answers that assessors left unchanged, in the cases whose reading is ``finished``."""
    return {
        CaseQuestion(reading.reference, answer.question.id): answer.answer
        for reading in readings
        if reading.reference in finished
        for answer in reading.answers
        if answer.question.derive is not None and answer.basis == "derived" and not answer.both
    }


def judged_and_derived(readings: Sequence[Reading], finished: Collection[str] = ()) -> Agreement:
    """Judged beside derived answers, where a question has both: the judgement first.

    ``finished``: the cases whose reading is finished; there, derived answers left unchanged count as confirmed.
    """
    said_both = [_on_both(reading, answer) for reading in readings for answer in reading.answers if answer.both]
    return Agreement(
        [*said_both, *(AnswerPair(asked, said, said) for asked, said in left_as_derived(readings, finished).items())]
    )


def _on_both(reading: Reading, answer: Answer) -> AnswerPair:
    """A question answered on both bases, the judgement first."""
    asked, other = CaseQuestion(reading.reference, answer.question.id), answer.other or answer.answer
    if answer.basis == "judged":
        return AnswerPair(asked, first=answer.answer, other=other)
    return AnswerPair(asked, first=other, other=answer.answer)

"""Agreement between two sets of answers to the same questions: the share agreed, Cohen's kappa, the disagreements.

An assessor who finishes a reading and leaves what the entries answer confirms it: that, too, is an answer of theirs.
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
    """``kappa``: how far they agree beyond chance, from -1 to 1; None where chance alone would agree on everything."""

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
    """The answers that both give, in the order of the first.

    ``first_left``, ``other_left``: what each left as the entries answer it. It counts where the other one said something:
    what both left says nothing about how far two readers agree.
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
    """What the first (or the second) assessors of an inspection answered themselves: their last word on each question."""
    return {
        CaseQuestion(reading.reference, judgement.question): judgement.answer
        for reading in readings
        for judgement in reading.judgements
        if judgement.inspection == inspection and judgement.second == second
    }


def left_as_derived(readings: Iterable[Reading], finished: Collection[str]) -> dict[CaseQuestion, Verdict]:
    """What assessors left as the entries answer it, in the cases whose reading is ``finished``."""
    return {
        CaseQuestion(reading.reference, answer.question.id): answer.answer
        for reading in readings
        if reading.reference in finished
        for answer in reading.answers
        if answer.question.derive is not None and answer.basis == "derived" and not answer.both
    }


def judged_and_derived(readings: Sequence[Reading], finished: Collection[str] = ()) -> Agreement:
    """What assessors judged beside what the entries give, where both answer: the judgement first.

    ``finished``: the cases whose reading is finished, where what was left is confirmed.
    """
    said_both = [_on_both(reading, answer) for reading in readings for answer in reading.answers if answer.both]
    return Agreement(
        [*said_both, *(AnswerPair(asked, said, said) for asked, said in left_as_derived(readings, finished).items())]
    )


def _on_both(reading: Reading, answer: Answer) -> AnswerPair:
    """An answer on both bases, the judgement first."""
    asked, other = CaseQuestion(reading.reference, answer.question.id), answer.other or answer.answer
    if answer.basis == "judged":
        return AnswerPair(asked, first=answer.answer, other=other)
    return AnswerPair(asked, first=other, other=answer.answer)

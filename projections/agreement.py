"""Agreement between two sets of answers to the same questions: the share agreed, Cohen's kappa, the disagreements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from projections.answers import Verdict
from projections.casebook import Reading

SAID: tuple[Verdict, ...] = ("sufficient", "insufficient", "not_applicable")


Asked = tuple[str, str]
"""A case and a question."""


class Pair(NamedTuple):
    """Two answers to one question about one case."""

    reference: str
    question: str
    first: Verdict
    other: Verdict


@dataclass(frozen=True)
class Agreement:
    """``kappa``: how far they agree beyond chance, from -1 to 1; None where chance alone would agree on everything."""

    pairs: Sequence[Pair]

    @property
    def n(self) -> int:
        return len(self.pairs)

    @property
    def agreed(self) -> int:
        return sum(pair.first == pair.other for pair in self.pairs)

    @property
    def disagreements(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.first != pair.other]

    @property
    def kappa(self) -> Fraction | None:
        """Cohen's kappa over sufficient, insufficient and not applicable."""
        if not self.pairs:
            return None
        first, other = Counter(p.first for p in self.pairs), Counter(p.other for p in self.pairs)
        by_chance = Fraction(sum(first[said] * other[said] for said in SAID), self.n**2)
        return None if by_chance == 1 else (Fraction(self.agreed, self.n) - by_chance) / (1 - by_chance)


def compare(first: Mapping[Asked, Verdict], other: Mapping[Asked, Verdict]) -> Agreement:
    """The answers that both give, in the order of the first."""
    return Agreement([Pair(*asked, said, other[asked]) for asked, said in first.items() if asked in other])


def judged(readings: Iterable[Reading], inspection: str, *, second: bool = False) -> dict[Asked, Verdict]:
    """What the first (or the second) assessors of an inspection answered themselves: their last word on each question."""
    return {
        (reading.reference, judgement.question): judgement.answer
        for reading in readings
        for judgement in reading.judgements
        if judgement.inspection == inspection and judgement.second == second
    }


def judged_and_derived(readings: Iterable[Reading]) -> Agreement:
    """What assessors judged beside what the entries give, where both answer: the judgement first."""
    return Agreement([
        Pair(reading.reference, answer.question.id, *(said if answer.basis == "judged" else said[::-1]))
        for reading in readings
        for answer in reading.answers
        if answer.both and (said := (answer.answer, answer.other or answer.answer))
    ])  # fmt: skip

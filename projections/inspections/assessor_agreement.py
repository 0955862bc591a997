"""Agreement between two sets of answers to the same questions: the share agreed, Cohen's kappa, the disagreements.

Two readings of a case are compared as they stood before either reader could see the other, and only in what both answered
themselves: an answer that the entries give and nobody touched is nobody's. Whether a reader agrees with the entries is
counted where they answered a question that the entries answer too.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import QualityJudged
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.scoring.answers import Answer
from projections.scoring.scores import Z95, Interval, wilson
from projections.scoring.verdicts import Verdict

SAID: tuple[Verdict, ...] = ("sufficient", "insufficient", "not_applicable")


class CaseQuestion(NamedTuple):
    """One question about one case."""

    reference: str
    question: str


class AnswerPair(NamedTuple):
    """Two answers to one question about one case. ``readers``: the staff keys of who gave them, where persons gave both."""

    asked: CaseQuestion
    first: Verdict
    other: Verdict
    readers: tuple[str, ...] = ()


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
    def interval(self) -> Interval | None:
        """The 95 % interval of the share agreed, in per cent (Wilson). None without a pair."""
        return wilson(self.agreed, self.n)

    @property
    def disagreements(self) -> list[AnswerPair]:
        return [pair for pair in self.pairs if pair.first != pair.other]

    @property
    def kappa(self) -> Fraction | None:
        """Cohen's kappa over sufficient, insufficient and not applicable."""
        if not self.pairs:
            return None
        by_chance = self._by_chance
        return None if by_chance == 1 else (Fraction(self.agreed, self.n) - by_chance) / (1 - by_chance)

    @property
    def kappa_interval(self) -> Interval | None:
        """The 95 % interval of kappa, from -1 to 1, by the large-sample standard error (Fleiss, Cohen and Everitt 1969).

        It takes the pairs as independent, though several are of one case; with few pairs it is rough. None without a kappa.
        """
        kappa = self.kappa
        if kappa is None:
            return None
        shares = {pair: times / self.n for pair, times in Counter((p.first, p.other) for p in self.pairs).items()}
        first, other = self._margins
        agreed, apart, left = 0.0, 0.0, float(1 - kappa)
        for (said, also), share in shares.items():
            if said == also:
                agreed += share * (1 - (first[said] + other[said]) / self.n * left) ** 2
            else:
                apart += share * ((other[said] + first[also]) / self.n) ** 2
        chance = float(self._by_chance)
        spread = agreed + left**2 * apart - (float(kappa) - chance * left) ** 2
        reach = Z95 * sqrt(max(spread, 0.0) / self.n) / (1 - chance)
        return Interval(max(-1.0, float(kappa) - reach), min(1.0, float(kappa) + reach))

    @property
    def kappa_interval_told(self) -> Interval | None:
        """The same as people are told it: None where its error is nought, where all agree, say. That makes no kappa exact."""
        found = self.kappa_interval
        return found if found is not None and round(found.low, 4) < round(found.high, 4) else None

    @property
    def _margins(self) -> tuple[Counter[str], Counter[str]]:
        return Counter(p.first for p in self.pairs), Counter(p.other for p in self.pairs)

    @property
    def _by_chance(self) -> Fraction:
        first, other = self._margins
        return Fraction(sum(first[said] * other[said] for said in SAID), self.n**2)

    def by(self, keys: Callable[[AnswerPair], Iterable[str]]) -> dict[str, "Agreement"]:
        """The agreement for each key, in order of the keys. A pair counts once for each key that it has."""
        found: defaultdict[str, list[AnswerPair]] = defaultdict(list)
        for pair in self.pairs:
            for key in dict.fromkeys(keys(pair)):
                found[key].append(pair)
        return {key: Agreement(found[key]) for key in sorted(found)}


def compare(first: Mapping[CaseQuestion, QualityJudged], other: Mapping[CaseQuestion, QualityJudged]) -> Agreement:
    """The questions that both answered, in the order of the first."""
    return Agreement(
        [
            AnswerPair(asked, said.answer, other[asked].answer, (reader_key(said), reader_key(other[asked])))
            for asked, said in first.items()
            if asked in other
        ]
    )


def reader_key(judged: QualityJudged) -> str:
    """The staff key of whoever gave an answer: the id, or the name where the entry gives none."""
    return judged.by_id or judged.by


def read_twice(repository: CaseRepository, inspection: str, found: Inspection, cases: Iterable[str]) -> Agreement:
    """Both readings of those of these cases whose two readings are finished, as they stood when the later of them was."""
    first: dict[CaseQuestion, QualityJudged] = {}
    other: dict[CaseQuestion, QualityJudged] = {}
    for case in cases:
        judged = _before_seen(repository, found, inspection, case)
        for second, said in ((False, first), (True, other)):
            said |= {CaseQuestion(case, j.question): j for j in judged if j.second == second}
    return compare(first, other)


def _before_seen(repository: CaseRepository, found: Inspection, inspection: str, case: str) -> list[QualityJudged]:
    """The answers of both readers of a case as they stood before either could see the other; none where one still reads."""
    until = found.both_finished_at(case)
    if until is None:
        return []
    judged = repository.history(case, until + timedelta(microseconds=1)).all(QualityJudged)
    return [j for j in judged if j.inspection == inspection and not j.adjudicates]


def judged_and_derived(readings: Iterable[Reading]) -> Agreement:
    """Judged beside derived answers, where a question has both: the judgement first."""
    return Agreement([_on_both(reading, answer) for reading in readings for answer in reading.answers if answer.both])


def _on_both(reading: Reading, answer: Answer) -> AnswerPair:
    """A question answered on both bases, the judgement first."""
    asked, other = CaseQuestion(reading.reference, answer.question.id), answer.other or answer.answer
    if answer.basis == "judged":
        return AnswerPair(asked, first=answer.answer, other=other)
    return AnswerPair(asked, first=other, other=answer.answer)

"""What assessors answered on cases of calibration, beside one another, and how far each two of them agree.

Only what a reader answered themselves is compared, as they finished it: what the entries answer and nobody touched is nobody's.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

from domain.aggregates.calibration_rules import answerer
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import QualityJudged
from domain.entries.code_lists import JudgedAnswer
from projections.cases.case_repository import CaseRepository
from projections.inspections.assessor_agreement import Agreement, AnswerPair, CaseQuestion


class CalibratedQuestion(NamedTuple):
    """The answers to one question about one case by staff key, and how many of all pairs of them are the same."""

    asked: CaseQuestion
    answers: Mapping[str, JudgedAnswer]

    @property
    def pairs(self) -> list[AnswerPair]:
        return [
            AnswerPair(self.asked, one, other, (reader, also))
            for (reader, one), (also, other) in combinations(self.answers.items(), 2)
        ]

    @property
    def agreement(self) -> Agreement:
        return Agreement(self.pairs)


def compared(
    book: CaseRepository, inspection: str, found: Inspection, cases: Iterable[str]
) -> list[CalibratedQuestion]:
    """The answers of all who finished these cases, by case and in the order in which a case is read."""
    every = []
    for case in cases:
        answers = {
            reader: _answers(book, inspection, found, case, reader) for reader in found.calibration.readers(case)
        }
        for name in found.framework.for_own_cases.reading_order:
            said = {reader: of[name].answer for reader, of in answers.items() if name in of}
            if said:
                every.append(CalibratedQuestion(CaseQuestion(case, name), said))
    return every


def agreed(questions: Iterable[CalibratedQuestion]) -> Agreement:
    """How far each two readers agree, over all these questions."""
    return Agreement([pair for one in questions for pair in one.pairs])


def _answers(
    book: CaseRepository, inspection: str, found: Inspection, case: str, reader: str
) -> dict[str, QualityJudged]:
    """The answers of one reader by question, the last given."""
    until = found.calibration.read[case, reader].recorded_at + timedelta(microseconds=1)
    judged = book.history(case, until).all(QualityJudged)
    return {
        one.question: one
        for one in judged
        if one.calibration and one.inspection == inspection and reader in {*answerer(one), one.recorded_by}
    }

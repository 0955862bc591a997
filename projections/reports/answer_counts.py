"""Cases whose answer to a question counts: told one by one, and counted by place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from projections.columns.case_answers import INSUFFICIENT, SUFFICIENT, AnswerBlock
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.keyed_counts import KeyedCounts, in_order
from projections.columns.score_counts import case_blocks


class CountedAnswers(NamedTuple):
    """Cases (numbers) whose answer to a question counts; for each, whether it is sufficient, and whether absent."""

    cases: Array
    sufficient: Array
    absent: Array


def counting_answers(framework: Framework, selection: CaseSelection, question: str) -> Iterator[CountedAnswers]:
    """The cases whose answer to a question counts, some thousands at a time."""
    asked = framework.questions[question]
    for numbers in case_blocks(np.where(selection.there, 0, -1)):
        verdict, absent = AnswerBlock(framework, selection, numbers).answer(asked)
        which = selection.there[numbers] & ((verdict == SUFFICIENT) | (verdict == INSUFFICIENT))
        yield CountedAnswers(numbers[which], verdict[which] == SUFFICIENT, absent[which])


@dataclass(frozen=True)
class VerdictsByPlace:
    """Counts the ``Verdicts`` on a question of a framework (ids) by the place that holds the case on the day."""

    framework: str
    question: str

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        places = list(selection.columns.words["place"].values)
        totals = np.zeros((3, len(places)), np.int64)
        for some in counting_answers(frameworks()[self.framework], selection, self.question):
            place = selection.place[some.cases]
            for total, of in zip(totals, (place[some.sufficient], place, place[some.absent]), strict=True):
                total += np.bincount(of, minlength=len(places))
        return in_order([(place,) for place in places], *totals)

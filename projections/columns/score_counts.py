"""The tally: the answers of all cases, counted by group. It gives scores of samples and tables of questions by team or officer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from domain.policy.frameworks import Framework
from projections.columns.case_answers import ABSENT_OF, INSUFFICIENT, VERDICT_OF, AnswerBlock
from projections.columns.case_selection import By, CaseSelection, Groups, Key
from projections.columns.column_schema import Array
from projections.scoring.scores import Score, score_of
from projections.scoring.verdicts import VERDICTS

ABSENT = len(VERDICTS)
COUNTED = (*VERDICTS, "absent")
"""What is counted for each question, in the order of a tally's last axis."""

COUNTED_AS = np.where(ABSENT_OF, ABSENT, VERDICT_OF)
"""What a case counts as in every situation of the verdict table. Absent is insufficient too, and is added there in the end."""

BLOCK = 32_768
"""Cases taken at a time. Fewer cost more calls; more no longer fit into the processor's cache."""

DENSE_SHARE = 2
"""Pick out the rows of the cases counted where these are fewer than one in so many."""

CLOSE = 64
"""Two cases lie close together if no more than so many others are between them."""

BLOCK_AT_LEAST = 512
"""Fewer than so many cases are picked out, wherever they lie: with others, in one block."""


@dataclass(frozen=True)
class ScoreCounts:
    """``counts[group, question, what]``, with ``what`` as in ``COUNTED``; ``cases[group]``: how many cases it has."""

    framework: Framework
    keys: Sequence[Key]
    counts: Array
    cases: Array

    def score(self, group: int) -> Score:
        """The score of one group."""
        return _score(self.framework, self.counts[group], int(self.cases[group]))

    def by_key(self) -> dict[Key, Score]:
        """The score of every group."""
        return {key: self.score(at) for at, key in enumerate(self.keys)}


@dataclass(frozen=True)
class SampleScore:
    """The score of some cases, and of those among them at high risk of harm."""

    score: Score
    high_risk: Score


def score(framework: Framework, selection: CaseSelection, cases: Array | None = None) -> SampleScore:
    """The score of the cases that are there as at a moment, or of those among them for which ``cases`` is true."""
    chosen = selection.there if cases is None else selection.there & cases
    groups = Groups([(False,), (True,)], np.where(chosen, selection.high_risk.astype(np.int32), -1))
    counted = tally(framework, selection, groups)
    return SampleScore(
        _score(framework, counted.counts.sum(axis=0), int(counted.cases.sum())),
        counted.score(1),
    )


def table(framework: Framework, selection: CaseSelection, by: By, cases: Array | None = None) -> ScoreCounts:
    """The questions by team, officer, division, area or another attribute of the case on the day read."""
    groups = selection.groups(by)
    return tally(framework, selection, groups if cases is None else Groups(groups.keys, np.where(cases, groups.of, -1)))


def tally(framework: Framework, selection: CaseSelection, groups: Groups) -> ScoreCounts:
    """Every question counted by group; cases in no group (-1) are left out."""
    room = len(groups.keys)
    counts = np.zeros((len(framework.questions), (room + 1) * len(COUNTED)), np.int64)
    for cases in case_blocks(groups.of):
        block = AnswerBlock(framework, selection, cases)
        places = groups.of[cases].astype(np.intp)
        places[places < 0] = room  # counted as well, and dropped in the end
        places *= len(COUNTED)
        for number, question in enumerate(framework.questions.values()):
            outcome = COUNTED_AS.take(block.situations(question))
            counts[number] += np.bincount(places + outcome, minlength=counts.shape[1])
    by_group = counts.reshape(len(framework.questions), room + 1, len(COUNTED)).transpose(1, 0, 2)[:room]
    by_group[:, :, INSUFFICIENT] += by_group[:, :, ABSENT]  # which they are besides
    return ScoreCounts(framework, groups.keys, by_group, np.bincount(groups.of[groups.of >= 0], minlength=room))


def case_blocks(of: Array) -> Iterator[Array]:
    """The numbers of the cases to be counted, so many at a time.

    ``of``: the group of each case, -1: none. Where cases of groups lie close together, all from the first to the last of
    them are taken; elsewhere only they are.
    """
    chosen = np.flatnonzero(of >= 0)
    alone = []
    for stretch in np.split(chosen, np.flatnonzero(np.diff(chosen) > CLOSE) + 1):
        if len(stretch) >= BLOCK_AT_LEAST and len(stretch) * DENSE_SHARE > stretch[-1] - stretch[0]:
            yield from _split(np.arange(stretch[0], stretch[-1] + 1))
        else:
            alone.append(stretch)
    yield from _split(np.concatenate(alone or [chosen[:0]]))


def _split(cases: Array) -> Iterator[Array]:
    return (cases[first : first + BLOCK] for first in range(0, len(cases), BLOCK))


def _score(framework: Framework, counts: Array, cases: int) -> Score:
    counted = {
        question: dict(zip(COUNTED, map(int, counts[at]), strict=True))
        for at, question in enumerate(framework.questions)
    }  # fmt: skip
    return score_of(framework, counted, cases)

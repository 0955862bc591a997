"""Count the answers of all cases by group: for scores of samples, and for tables of questions by team or officer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from projections.columns.case_answers import ABSENT_OF, INSUFFICIENT, VERDICT_OF, AnswerBlock
from projections.columns.case_selection import By, CaseSelection, Groups
from projections.columns.column_schema import Array
from projections.columns.keyed_counts import Key, KeyedCounts, keyed
from projections.columns.layered_counts import counted
from projections.scoring.scores import Score, score_of
from projections.scoring.verdicts import VERDICTS

ABSENT = len(VERDICTS)
COUNTED = (*VERDICTS, "absent")
"""What is counted for each question, in the order of the last axis of ``ScoreCounts.counts``."""

COUNTED_AS = np.where(ABSENT_OF, ABSENT, VERDICT_OF).astype(np.uint8)
"""For each situation of the verdict table the index in ``COUNTED``. Absent is added to insufficient at the end."""

RISKS: tuple[Key, ...] = ((False,), (True,))
"""Whether a case is at high risk of harm."""

TOGETHER = 3
"""Questions counted at once: the outcomes of so many fit into one byte."""

BLOCK = 32_768
"""Cases per block. Fewer cost more calls; more do not fit into the processor's cache."""

DENSE_SHARE = 2
"""A range of cases is taken whole where more than one in so many of its cases is counted."""

CLOSE = 64
"""Two counted cases belong to one range where their numbers differ by no more than this."""

BLOCK_AT_LEAST = 512
"""A range with fewer counted cases is not taken whole: its cases are put into a block with others."""


@dataclass(frozen=True)
class ScoreCounts:
    """``counts[group, question, what]``, with ``what`` as in ``COUNTED``. ``cases[group]``: how many cases the group has."""

    framework: Framework
    keys: Sequence[Key]
    counts: Array
    cases: Array

    @classmethod
    def of(cls, framework: Framework, found: KeyedCounts) -> "ScoreCounts":
        """From counts of every question and the number of cases, by key."""
        counts = found.counts[:, :-1].reshape(len(found.keys), len(framework.questions), len(COUNTED))
        return cls(framework, found.keys, counts, found.counts[:, -1])

    def score(self, group: int) -> Score:
        """The score of one group."""
        return _score(self.framework, self.counts[group], int(self.cases[group]))

    def by_key(self) -> dict[Key, Score]:
        """The score of every group."""
        return {key: self.score(at) for at, key in enumerate(self.keys)}


@dataclass(frozen=True)
class SampleScore:
    """The score of some cases, and of those of them at high risk of harm."""

    score: Score
    high_risk: Score


def score_cases(framework: Framework, selection: CaseSelection, cases: Array | None = None) -> SampleScore:
    """The score of the cases that had begun, or of those of them for which ``cases`` is true."""
    if cases is None:
        found = counted(selection, AnswersByRisk(framework.id))
    else:
        found = _keyed(count_answers(framework, selection, _by_risk(selection, cases)))
    low, high = (found.of(key) for key in RISKS)
    both = ScoreCounts.of(framework, KeyedCounts(RISKS, np.stack([low + high, high])))
    return SampleScore(both.score(0), both.score(1))


def score_table(framework: Framework, selection: CaseSelection, by: By, cases: Array | None = None) -> ScoreCounts:
    """The questions by team, officer, division, area or another attribute of the case on the day read."""
    if cases is None:
        return ScoreCounts.of(framework, counted(selection, AnswersByGroup(framework.id, tuple(by))))
    groups = selection.groups(by)
    return count_answers(framework, selection, Groups(groups.keys, np.where(cases, groups.of, -1)))


@dataclass(frozen=True)
class AnswersByGroup:
    """Counts the answers of all cases under a framework (its id) by attributes of the case."""

    framework: str
    by: tuple[str, ...]

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        return _keyed(count_answers(frameworks()[self.framework], selection, selection.groups(self.by)))


@dataclass(frozen=True)
class AnswersByRisk:
    """Counts the answers of all cases under a framework (its id) by whether the case is at high risk of harm."""

    framework: str

    def __call__(self, selection: CaseSelection) -> KeyedCounts:
        every = np.ones(selection.columns.numbers, bool)
        return _keyed(count_answers(frameworks()[self.framework], selection, _by_risk(selection, every)))


def _by_risk(selection: CaseSelection, cases: Array) -> Groups:
    return Groups(list(RISKS), np.where(selection.there & cases, selection.high_risk.astype(np.int32), -1))


def _keyed(found: ScoreCounts) -> KeyedCounts:
    """For each key the counts of every question, then the number of cases."""
    return keyed(
        found.keys, found.counts.reshape(len(found.keys), len(found.framework.questions) * len(COUNTED)), found.cases
    )


def count_answers(framework: Framework, selection: CaseSelection, groups: Groups) -> ScoreCounts:
    """Every question counted by group; cases in no group (-1) are left out."""
    room, questions = len(groups.keys), list(framework.questions.values())
    counts = np.zeros((room, len(questions), len(COUNTED)), np.int64)
    for cases in case_blocks(groups.of):
        block, of = AnswerBlock(framework, selection, cases), groups.of[cases]
        here = np.flatnonzero(np.bincount(of + 1, minlength=room + 1)[1:])  # the groups that have cases in the block
        places = np.full(room + 1, len(here), np.intp)  # -1 is counted too, and dropped at the end
        places[here] = np.arange(len(here))
        places = places.take(of)
        for first in range(0, len(questions), TOGETHER):
            some = questions[first : first + TOGETHER]
            outcomes = [COUNTED_AS.take(block.situations(question), mode="clip") for question in some]
            counts[here, first : first + TOGETHER] += _counted(places, outcomes, len(here) + 1)[:-1]
    counts[:, :, INSUFFICIENT] += counts[:, :, ABSENT]  # an absent answer is insufficient too
    return ScoreCounts(framework, groups.keys, counts, np.bincount(groups.of[groups.of >= 0], minlength=room))


def _counted(places: Array, outcomes: Sequence[Array], room: int) -> Array:
    """How many cases of each place (below ``room``) have each outcome of each question: ``[place, question, outcome]``.

    All are counted at once, by one number for each case.
    """
    one = outcomes[0]
    for other in outcomes[1:]:
        one = one * np.uint8(len(COUNTED)) + other
    size = len(COUNTED) ** len(outcomes)
    every = np.bincount(places * size + one, minlength=room * size).reshape(room, *[len(COUNTED)] * len(outcomes))
    axes = range(1, len(outcomes) + 1)
    return np.stack([every.sum(axis=tuple(axis for axis in axes if axis != kept)) for kept in axes], axis=1)


def case_blocks(of: Array) -> Iterator[Array]:
    """The numbers of the cases to count, ``BLOCK`` at a time.

    ``of``: the group of each case (-1: none). Where the cases of groups are close together, the whole range from the first
    to the last is taken; elsewhere only the cases of groups.
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

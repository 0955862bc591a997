"""Count the answers of all cases by group: for scores of samples, and for tables of questions by team or officer."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from domain.policy.frameworks.framework import Framework
from projections.columns.case_answers import ABSENT_OF, INSUFFICIENT, VERDICT_OF, AnswerBlock
from projections.columns.case_selection import By, CaseSelection, Groups, Key, grouped, sortable
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore
from projections.scoring.scores import Score, score_of
from projections.scoring.verdicts import VERDICTS

ABSENT = len(VERDICTS)
COUNTED = (*VERDICTS, "absent")
"""What is counted for each question, in the order of the last axis of ``ScoreCounts.counts``."""

COUNTED_AS = np.where(ABSENT_OF, ABSENT, VERDICT_OF).astype(np.uint8)
"""For each situation of the verdict table the index in ``COUNTED``. Absent is added to insufficient at the end."""

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


MANY = 250
"""So many cases changed at once are counted once, and kept, also where others have changed since."""

GroupsOf = Callable[[CaseSelection, Array], Groups]
"""Groups those cases of a selection for which the array is true."""


@dataclass(frozen=True)
class ScoreCounts:
    """``counts[group, question, what]``, with ``what`` as in ``COUNTED``. ``cases[group]``: how many cases the group has."""

    framework: Framework
    keys: Sequence[Key]
    counts: Array
    cases: Array

    @property
    def nbytes(self) -> int:
        """The bytes of the counts."""
        return int(self.counts.nbytes + self.cases.nbytes)

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
        counted = _of_all(framework, selection, "risk", _by_risk)
    else:
        counted = count_answers(framework, selection, _by_risk(selection, selection.there & cases))
    return SampleScore(
        _score(framework, counted.counts.sum(axis=0), int(counted.cases.sum())),
        counted.score(1),
    )


def score_table(framework: Framework, selection: CaseSelection, by: By, cases: Array | None = None) -> ScoreCounts:
    """The questions by team, officer, division, area or another attribute of the case on the day read."""
    if cases is None:
        counted = _of_all(framework, selection, tuple(by), partial(_by_attributes, by))
        return _without_empty(counted)
    groups = selection.groups(by)
    return count_answers(framework, selection, Groups(groups.keys, np.where(cases, groups.of, -1)))


def _by_risk(selection: CaseSelection, among: Array) -> Groups:
    return Groups([(False,), (True,)], np.where(among, selection.high_risk.astype(np.int32), -1))


def _by_attributes(by: By, selection: CaseSelection, among: Array) -> Groups:
    return grouped([selection.coded(name) for name in by], among)


def _of_all(framework: Framework, selection: CaseSelection, grouping: Hashable, groups: GroupsOf) -> ScoreCounts:
    """All cases counted, from what is kept of a store below and the changes since. ``grouping``: a name for ``groups``."""
    columns, moment = selection.columns, selection.moment
    key = ("answers", framework.id, moment, grouping)

    def count() -> ScoreCounts:
        below = _counted_below(columns, key)
        if below is None or columns.gone is None:
            return count_answers(framework, selection, groups(selection, selection.there))
        before, after = CaseSelection(below, moment), CaseSelection(columns.laid_over(below), moment)
        less = count_answers(framework, before, groups(before, before.there & columns.gone[: below.numbers]))
        more = count_answers(framework, after, groups(after, after.there))
        return _added(_of_all(framework, before, grouping, groups), less, more)

    return columns.kept.get(key, count)


def _counted_below(columns: ColumnStore, key: Hashable) -> ColumnStore | None:
    """The store below from whose counts to go on: the nearest that has them, or that has so many changes of its own that
    they should be counted only once."""
    below = columns.below
    while below is not None and below.below is not None and key not in below.kept:
        if below.numbers - below.below.numbers >= MANY:
            break
        below = below.below
    return below


def _added(whole: ScoreCounts, less: ScoreCounts, more: ScoreCounts) -> ScoreCounts:
    """The counts of a whole, less some and with some more."""
    keys = sorted({*whole.keys, *less.keys, *more.keys}, key=sortable)
    place = {key: at for at, key in enumerate(keys)}
    counts = np.zeros((len(keys), *whole.counts.shape[1:]), np.int32)
    cases = np.zeros(len(keys), np.int64)
    for part, sign in ((whole, 1), (less, -1), (more, 1)):
        at = [place[key] for key in part.keys]
        counts[at] += sign * part.counts
        cases[at] += sign * part.cases
    return ScoreCounts(whole.framework, keys, counts, cases)


def _without_empty(counted: ScoreCounts) -> ScoreCounts:
    """The same without the groups that have no cases any more."""
    held = np.flatnonzero(counted.cases)
    keys = [counted.keys[at] for at in held.tolist()]
    return ScoreCounts(counted.framework, keys, counted.counts[held], counted.cases[held])


def count_answers(framework: Framework, selection: CaseSelection, groups: Groups) -> ScoreCounts:
    """Every question counted by group; cases in no group (-1) are left out."""
    room, questions = len(groups.keys), list(framework.questions.values())
    counts = np.zeros((room, len(questions), len(COUNTED)), np.int32)
    for cases in case_blocks(groups.of):
        block, of = AnswerBlock(framework, selection, cases), groups.of[cases]
        here = np.flatnonzero(np.bincount(of + 1, minlength=room + 1)[1:])  # the groups that have cases in the block
        places = np.full(room + 1, len(here), np.intp)  # -1 is counted too, and dropped at the end
        places[here] = np.arange(len(here))
        for first in range(0, len(questions), TOGETHER):
            some = questions[first : first + TOGETHER]
            outcomes = [COUNTED_AS.take(block.situations(question), mode="clip") for question in some]
            counts[here, first : first + TOGETHER] += _counted(places[of], outcomes, len(here) + 1)[:-1]
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

"""The tally: every question of a framework answered for every case at once, and counted by group.

The rules are those of ``answers`` (see there), on the states of all duties in place of one case's. A test holds both
against each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.frameworks import Framework, Question
from projections.answers import VERDICTS
from projections.catalogue import catalogue
from projections.owed import owed
from projections.rows import Array, known
from projections.scores import Score, score_of
from projections.slices import AsAt, By, Groups, Key
from projections.states import DONE, FELL_DUE, IN_TIME, NOT_ARISEN, STATES, of_any

SUFFICIENT, INSUFFICIENT, NOT_APPLICABLE, NOT_ANSWERED = range(4)
ABSENT = len(VERDICTS)
COUNTED = (*VERDICTS, "absent")
"""What is counted for each question, in the order of a tally's last axis."""

JUDGED = ("case", "on", "recorded", "order", "question", "answer", "overrules")

BLOCK = 16_384
"""Cases taken at a time: what is counted of them stays in the processor's cache."""


@dataclass(frozen=True)
class Tally:
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
class Sample:
    """The score of some cases, and of those among them at high risk of harm."""

    score: Score
    high_risk: Score


def score(framework: Framework, at: AsAt, cases: Array | None = None) -> Sample:
    """The score of the cases that are there as at a moment, or of those among them for which ``cases`` is true."""
    chosen = at.there if cases is None else at.there & cases
    groups = Groups([(False,), (True,)], np.where(chosen, at.high_risk.astype(np.int32), -1))
    counted = tally(framework, at, groups)
    return Sample(
        _score(framework, counted.counts.sum(axis=0), int(counted.cases.sum())),
        counted.score(1),
    )


def table(framework: Framework, at: AsAt, by: By, cases: Array | None = None) -> Tally:
    """The questions by team, officer, division, area or another attribute of the case on the day read."""
    groups = at.groups(by)
    return tally(framework, at, groups if cases is None else Groups(groups.keys, np.where(cases, groups.of, -1)))


def tally(framework: Framework, at: AsAt, groups: Groups) -> Tally:
    """Every question counted by group; cases in no group (-1) are left out."""
    room = len(groups.keys)
    counts = np.zeros((len(framework.questions), room, len(COUNTED)), np.int64)
    for first in range(0, at.columns.numbers, BLOCK):
        block = Block(framework, at, first, min(first + BLOCK, at.columns.numbers))
        of = groups.of[first : block.last]
        inside = np.flatnonzero(of >= 0)
        if len(inside):
            places = of[inside].astype(np.intp) * len(VERDICTS)
            for number, question in enumerate(framework.questions.values()):
                verdict, absent = block.answer(question)
                found = np.bincount(places + verdict[inside], minlength=room * len(VERDICTS))
                counts[number, :, :ABSENT] += found.reshape(room, len(VERDICTS))
                counts[number, :, ABSENT] += np.bincount(of[inside][absent[inside]], minlength=room)
    cases = np.bincount(groups.of[groups.of >= 0], minlength=room)
    return Tally(framework, groups.keys, counts.transpose(1, 0, 2), cases)


class Block:
    """The cases from ``first`` up to, not including, ``last``, as at a moment under a framework."""

    def __init__(self, framework: Framework, at: AsAt, first: int, last: int):
        self.framework, self.at, self.first, self.last = framework, at, first, last
        self._states: dict[str, Array] = {}
        self._unions: dict[tuple[str, ...], Array] = {}

    def answer(self, question: Question) -> tuple[Array, Array]:
        """For each case the verdict (its place among ``VERDICTS``), and whether what was required is absent."""
        size = self.last - self.first
        judged, overrules = self._judged(question)
        has_judged = judged >= 0
        if question.derive is None:
            verdict = np.where(has_judged, judged, self._unanswered(question))
            absent = np.zeros(size, bool)
        else:
            verdict, absent = self._derived(question)
            by_hand = has_judged if question.scored_by == "judged" else has_judged & overrules
            verdict = np.where(by_hand, judged, verdict)
            absent &= ~by_hand
        if question.required:
            required = self.duties(question.required)
            missing = (of_any(FELL_DUE, required) > 0) & (of_any(DONE, required) == 0)
            verdict = np.where(missing, INSUFFICIENT, verdict)
            absent |= missing
        return verdict, absent

    def duties(self, clauses: tuple[str, ...]) -> Array:
        """How many duties under these clauses (by id) each case has in each state."""
        found = self._unions.get(clauses)
        if found is None:
            found = self._unions[clauses] = sum(
                (self._states_of(clause) for clause in dict.fromkeys(clauses)),
                np.zeros((self.last - self.first, STATES), np.int64),
            )
        return found

    def _states_of(self, clause: str) -> Array:
        found = self._states.get(clause)
        if found is None:
            size = self.last - self.first
            counts = np.zeros(size * STATES, np.int64)
            for number in numbers_of(self.framework)[clause]:
                for run in owed(self.at, number, self.first, self.last):
                    place = (run.case.astype(np.intp) - self.first) * STATES + run.state
                    counts += np.bincount(place, minlength=size * STATES)
            found = self._states[clause] = counts.reshape(size, STATES)
        return found

    def _derived(self, question: Question) -> tuple[Array, Array]:
        derive = question.derive
        assert derive is not None
        counts = self.duties(derive.clauses)
        fallen = of_any(FELL_DUE, counts)
        done = of_any(tuple(s for s in DONE if s in FELL_DUE), counts)
        held = done if derive.measure == "done" else of_any(tuple(s for s in IN_TIME if s in FELL_DUE), counts)
        enough = held >= derive.share * fallen
        verdict = np.where(enough, SUFFICIENT, INSUFFICIENT)
        return np.where(fallen > 0, verdict, NOT_APPLICABLE), (fallen > 0) & ~enough & (done == 0)

    def _unanswered(self, question: Question) -> Array:
        if not question.required:
            return np.full(self.last - self.first, NOT_ANSWERED)
        counts = self.duties(question.required)
        arisen = counts.sum(axis=-1) - counts[:, NOT_ARISEN]
        return np.where(arisen > 0, NOT_ANSWERED, NOT_APPLICABLE)

    def _judged(self, question: Question) -> tuple[Array, Array]:
        """The verdict of the last judgement that counts, -1 where there is none, and whether it overrules."""
        verdict = np.full(self.last - self.first, -1)
        overrules = np.zeros(self.last - self.first, bool)
        asked = self.at.columns.words["question"].find(question.id)
        if asked is not None:
            case, which, answer, over = self._judgements
            here = which == asked
            # In order of time: of several for one case, the last one stays.
            verdict[case[here]] = answer[here]
            overrules[case[here]] = over[here]
        return verdict, overrules

    @cached_property
    def _judgements(self) -> tuple[Array, Array, Array, Array]:
        """The judgements that count on the day, the earliest first: case, question, verdict, whether it overrules."""
        columns, day, instant = self.at.columns, self.at.day, self.at.instant
        frameworks = [self.framework.takes_answers_of(name) for name in columns.words["framework"].values]
        verdicts = np.array([VERDICTS.index(word) for word in columns.words["answer"].values], np.int64)
        found = []
        for rows in columns.judgements.parts(instant):
            part = slice(*np.searchsorted(rows["case"], (self.first, self.last)))
            counts = (rows["on"][part] <= day) & np.array(frameworks, bool)[rows["framework"][part]]
            then = known(rows, instant, part)
            chosen = np.flatnonzero(counts if then is None else counts & then) + part.start
            found.append([rows[name][chosen] for name in JUDGED])
        case, on, recorded, order, question, answer, overrules = map(np.concatenate, zip(*found, strict=True))
        last = np.lexsort((order, recorded, on, case)) if len(found) > 1 else slice(None)
        return case[last] - self.first, question[last], verdicts[answer[last]], overrules[last]


def numbers_of(framework: Framework) -> Mapping[str, Sequence[int]]:
    """The clauses of a framework by id: their numbers in the catalogue, one an edition."""
    found: dict[str, list[int]] = {}
    for number, clause in catalogue().of_framework[framework.id].items():
        found.setdefault(clause.id, []).append(number)
    return found


def _score(framework: Framework, counts: Array, cases: int) -> Score:
    counted = {
        question: dict(zip(COUNTED, map(int, counts[at]), strict=True))
        for at, question in enumerate(framework.questions)
    }  # fmt: skip
    return score_of(framework, counted, cases)

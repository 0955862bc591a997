"""Answers to the questions of a framework for a block of some thousands of cases at once.

The duties of each case are counted by state. The verdict table (``projections.scoring.verdicts``) gives the answer, as in
``projections.scoring.answers`` for one case. A test compares both.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from domain.policy.frameworks.framework import Framework, Question
from domain.policy.frameworks.framework_files import frameworks
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, known
from projections.columns.duty_scan import DutyRun, positions_of_cases, positions_where, scan_duties, scan_duties_of
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import ARISEN, DONE, FELL_AND_DONE, FELL_AND_IN_TIME, FELL_DUE, state_in
from projections.scoring.verdicts import NOT_JUDGED, RULINGS, VERDICTS, DerivedCounts, RequiredCounts, situation

SUFFICIENT, INSUFFICIENT = np.int8(VERDICTS.index("sufficient")), np.int8(VERDICTS.index("insufficient"))

VERDICT_OF = np.array([VERDICTS.index(ruling.answer) for ruling in RULINGS], np.int8)
ABSENT_OF = np.array([ruling.absent for ruling in RULINGS])
"""For each situation of the verdict table: the index of its answer in ``VERDICTS``, and whether it is absent."""

JUDGED = ("case", "question", "judged_on", "recorded_at", "order", "answer", "overrules")


class CaseDuties(NamedTuple):
    """A run of duties in order of case.

    ``state``: of each duty. ``last``: the index of each case's last duty. ``place``: each case's place in the block.
    """

    state: Array
    last: Array
    place: slice | Array


class BlockAnswers(NamedTuple):
    """The answer of each case of a block: the index of the verdict in ``VERDICTS``, and whether what was required is
    absent."""

    verdict: Array
    absent: Array


class BlockJudgements(NamedTuple):
    """Judgements in order of question and time.

    ``question``: the number of each one's question. ``place``: its case's place in the block. ``verdict``: its number (see
    ``verdicts.situation``). ``overrules``: whether it overrules.
    """

    question: Array
    place: Array
    verdict: Array
    overrules: Array


class AnswerBlock:
    """Some cases (numbers in ascending order) as at a moment under a framework."""

    def __init__(self, framework: Framework, selection: CaseSelection, cases: Array):
        self.framework, self.selection, self.cases = framework, selection, cases
        self.first, self.last = int(cases[0]), int(cases[-1]) + 1
        self.whole = self.last - self.first == len(cases)
        self._owed: dict[str, list[CaseDuties]] = {}
        self._counts: dict[tuple[range, str], Array] = {}

    def answer(self, question: Question) -> BlockAnswers:
        situations = self.situations(question)
        return BlockAnswers(VERDICT_OF.take(situations), ABSENT_OF.take(situations))

    def situations(self, question: Question) -> Array:
        """For each case the index of its situation in the verdict table."""
        judged, overrules = self._judged(question)
        required, derived = self._required(question), self._derived(question)
        found: Array = situation(question, required, derived, judged, overrules)
        return found

    def _required(self, question: Question) -> RequiredCounts | None:
        clauses = question.required
        if not clauses:
            return None
        return RequiredCounts(self._in(ARISEN, clauses), self._in(FELL_DUE, clauses), self._in(DONE, clauses))

    def _derived(self, question: Question) -> DerivedCounts | None:
        derive = question.derive
        if derive is None:
            return None
        fallen, done = self._in(FELL_DUE, derive.clauses), self._in(FELL_AND_DONE, derive.clauses)
        held = done if derive.measure == "done" else self._in(FELL_AND_IN_TIME, derive.clauses)
        return DerivedCounts(fallen, held, done)

    def _in(self, states: range, clauses: tuple[str, ...]) -> Array:
        """How many duties under these clauses (ids) each case has in one of these states."""
        first, *others = (self._of_clause(states, clause) for clause in clauses)
        return sum(others, start=first)

    def _of_clause(self, states: range, clause: str) -> Array:
        found = self._counts.get((states, clause))
        if found is None:
            found = self._counts[states, clause] = np.zeros(len(self.cases), np.int32)
            for state, last, place in self._owed_under(clause):
                counts: Array = state_in(state, states)
                if len(last) < len(state):
                    # The running count at the last duty of each case, minus the count at the case before.
                    counts = np.cumsum(counts, dtype=np.int32)[last]
                    counts[1:] -= counts[:-1]
                found[place] += counts
        return found

    def _owed_under(self, clause: str) -> list[CaseDuties]:
        found = self._owed.get(clause)
        if found is None:
            found = self._owed[clause] = []
            for number in numbers_of(self.framework.id).get(clause, ()):
                for run in self._runs(number):
                    if not len(run.case):
                        continue
                    last = np.append(np.flatnonzero(run.case[1:] != run.case[:-1]), len(run.case) - 1)
                    place = self._place(run.case[last])
                    in_line = int(place[-1]) - int(place[0]) == len(place) - 1
                    found.append(CaseDuties(run.state, last, slice(place[0], place[-1] + 1) if in_line else place))
        return found

    def _runs(self, number: int) -> Iterator[DutyRun]:
        if self.whole:
            return scan_duties(self.selection, number, self.first, self.last)
        return scan_duties_of(self.selection, number, self.cases, self._among)

    def _place(self, case: Array) -> Array:
        """The place of each of these cases in the block (-1: not in it)."""
        return case - np.int32(self.first) if self.whole else self._places[case - self.first]

    @cached_property
    def _places(self) -> Array:
        places = np.full(self.last - self.first, -1, np.int32)
        places[self.cases - self.first] = np.arange(len(self.cases))
        return places

    @cached_property
    def _among(self) -> Array:
        among: Array = self._places >= 0
        return among

    def _judged(self, question: Question) -> tuple[Array, Array]:
        """The number of the last judgement that counts (see ``situation``), and whether it overrules."""
        judged, overrules = np.full(len(self.cases), NOT_JUDGED, np.uint8), np.zeros(len(self.cases), bool)
        asked = self.selection.columns.words["question"].find(question.id)
        if asked is not None:
            found = self._judgements
            here = slice(*np.searchsorted(found.question, np.array((asked, asked + 1), found.question.dtype)))
            # They are in order of time: of several for one case, the last assignment remains.
            judged[found.place[here]] = found.verdict[here]
            overrules[found.place[here]] = found.overrules[here]
        return judged, overrules

    @cached_property
    def _judgements(self) -> BlockJudgements:
        """The judgements that count on the day."""
        columns, day, instant = self.selection.columns, self.selection.day, self.selection.instant
        counts = np.array([*map(self.framework.takes_answers_of, columns.words["framework"].values)], bool)
        numbers = np.array([1 + VERDICTS.index(word) for word in columns.words["answer"].values], np.uint8)
        found = []
        for rows in columns.judgements.parts(instant):
            ends = np.array((self.first, self.last), rows["case"].dtype)
            begin, end = np.searchsorted(rows["case"], ends).tolist()
            part: slice | Array = slice(begin, end)
            if not self.whole:
                part = positions_of_cases(rows["case"][part], self.cases, self._among) + begin
            chosen = (rows["judged_on"][part] <= day) & counts[rows["framework"][part]]
            then = known(rows, instant, part)
            at = positions_where(part, chosen if then is None else chosen & then)
            found.append([rows[name][at] for name in JUDGED])
        case, question, on, recorded, order, answer, overrules = map(np.concatenate, zip(*found, strict=True))
        place, turn = self._place(case), np.arange(len(case))
        if len(case) > len(found[0][0]):
            # Rows of one table are in order of time. Cases with rows in two tables are sorted here.
            mixed = np.zeros(len(self.cases), bool)
            mixed[place[len(found[0][0]) :]] = True
            apart, together = np.flatnonzero(~mixed[place]), np.flatnonzero(mixed[place])
            turn = np.append(apart, together[np.lexsort([column[together] for column in (order, recorded, on)])])
        turn = turn[np.argsort(question[turn], kind="stable")]
        return BlockJudgements(question[turn], place[turn], numbers[answer[turn]], overrules[turn])


@cache
def numbers_of(framework: str) -> Mapping[str, Sequence[int]]:
    """For each clause id of a framework its numbers in the catalogue, one for each edition."""
    assert framework in frameworks()
    found: dict[str, list[int]] = {}
    for number, clause in catalogue().of_framework[framework].items():
        found.setdefault(clause.id, []).append(number)
    return found

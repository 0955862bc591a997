"""Answers to the questions of a framework for a block of some thousands of cases at once.

The duties of each case are counted by state. The verdict table (``projections.scoring.verdicts``) gives the answer, as in
``projections.scoring.answers`` for one case. A test compares both.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from domain.policy.frameworks.framework import Framework, Question
from domain.policy.frameworks.framework_files import frameworks
from projections.columns.case_rows import rows_from, rows_of_cases
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, Rows, known
from projections.columns.duty_scan import CaseDuties, positions_where, scan_by_case, scan_cases_of
from projections.columns.packed_counts import packed_counts, summed
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import ARISEN, DONE, FELL_AND_DONE, FELL_AND_IN_TIME, FELL_DUE
from projections.scoring.verdicts import (
    NOT_FOR_CASE,
    NOT_JUDGED,
    RULINGS,
    VERDICTS,
    DerivedCounts,
    RequiredCounts,
    situation,
)

SUFFICIENT, INSUFFICIENT = np.int8(VERDICTS.index("sufficient")), np.int8(VERDICTS.index("insufficient"))

VERDICT_OF = np.array([VERDICTS.index(ruling.answer) for ruling in RULINGS], np.int8)
ABSENT_OF = np.array([ruling.absent for ruling in RULINGS])
"""For each situation of the verdict table: the index of its answer in ``VERDICTS``, and whether it is absent."""


class BlockAnswers(NamedTuple):
    """The answer of each case of a block: the index of the verdict in ``VERDICTS``, and whether what was required is
    absent."""

    verdict: Array
    absent: Array


OVERRULES = np.uint8(8)
"""Added to the number of a judgement that overrules: a power of two above these numbers."""


class ChosenRows(NamedTuple):
    """Rows of a table, and the indices of those that are chosen."""

    rows: Rows
    at: slice | Array

    def column(self, name: str) -> Array:
        return self.rows[name][self.at]


class AnswerBlock:
    """Some cases (numbers in ascending order) as at a moment under a framework."""

    def __init__(self, framework: Framework, selection: CaseSelection, cases: Array):
        self.framework, self.selection, self.cases = framework, selection, cases
        self.first, self.last = int(cases[0]), int(cases[-1]) + 1
        self.whole = self.last - self.first == len(cases)
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
        counted = required_states(question)
        return RequiredCounts(*(self._in(states, question.required) for states in counted)) if counted else None

    def _derived(self, question: Question) -> DerivedCounts | None:
        counted = derived_states(question)
        if question.derive is None or counted is None:
            return None
        return DerivedCounts(*(self._in(states, question.derive.clauses) for states in counted))

    def _in(self, states: range, clauses: tuple[str, ...]) -> Array:
        """How many duties under these clauses (ids) each case has in one of these states."""
        first, *others = (self._of_clause(states, clause) for clause in clauses)
        return sum(others, start=first.astype(np.int32)) if others else first

    def _of_clause(self, states: range, clause: str) -> Array:
        if (states, clause) not in self._counts:
            for counted, found in self._counted(clause):
                self._counts[counted, clause] = found
        return self._counts[states, clause]

    def _counted(self, clause: str) -> Iterator[tuple[range, Array]]:
        """All counts of a clause that the framework's questions ask for."""
        numbers = numbers_of(self.framework.id).get(clause, ())
        every = self.selection.columns.duties.parts(self.selection.instant)
        most = sum(rows.most_of_case[number] for rows in every for number in numbers)
        packings = packed_counts(counted_of(self.framework.id)[clause], most)
        totals = [np.zeros(len(self.cases), packing.type) for packing in packings]
        for state, last, case in chain.from_iterable(map(self._duties, numbers)):
            place = self._place(case)
            in_line = int(place[-1]) - int(place[0]) == len(place) - 1
            at: slice | Array = slice(int(place[0]), int(place[-1]) + 1) if in_line else place
            for packing, total in zip(packings, totals, strict=True):
                total[at] += summed(packing.of_state.take(state, mode="clip"), last)
        for packing, total in zip(packings, totals, strict=True):
            yield from packing.unpacked(total)

    def _duties(self, number: int) -> Iterator[CaseDuties]:
        if self.whole:
            return scan_by_case(self.selection, number, self.first, self.last)
        return scan_cases_of(self.selection, number, self.cases, self._among)

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
        judged = np.full(len(self.cases), NOT_JUDGED, np.uint8)
        found = self._judgements(question.id)
        if found:
            case, answer, overrules = (joined(found, name) for name in ("case", "answer", "overrules"))
            place, verdict = self._place(case), self._verdicts.take(answer)
            verdict += OVERRULES * overrules
            if len(found) > 1:
                turn = self._turns(found, place)
                place, verdict = place[turn], verdict[turn]
            # They are in order of time: of several for one case, the last assignment remains.
            judged[place] = verdict
        if question.applies_if:
            judged[~self.selection.select(**dict(question.applies_if))[self.cases]] = NOT_FOR_CASE
        return judged & (OVERRULES - 1), judged >= OVERRULES

    def _judgements(self, question: str) -> list[ChosenRows]:
        """The judgements on a question that count on the day, in order of case and time in each table."""
        asked, selection = self.selection.columns.words["question"].find(question), self.selection
        found = []
        for rows in selection.columns.judgements.parts(selection.instant):
            part = self._part(rows, rows.of_question.get(-1 if asked is None else asked, slice(0, 0)))
            chosen = (rows["judged_on"][part] <= selection.day) & self._counting.take(rows["framework"][part])
            then = known(rows, selection.instant, part)
            chosen = chosen if then is None else chosen & then
            at = part if chosen.all() else positions_where(part, chosen)
            if len(chosen):
                found.append(ChosenRows(rows, at))
        return found

    def _part(self, rows: Rows, every: slice) -> slice | Array:
        """The rows of the block's cases in a part of a table that is in order of case."""
        if self.whole:
            return rows_from(rows, every, self.first, self.last)
        return rows_of_cases(rows, every, self.cases, self._among)

    def _turns(self, found: Sequence[ChosenRows], place: Array) -> Array:
        """The order of judgements in time. Only cases with rows in two tables need sorting."""
        mixed = np.zeros(len(self.cases), bool)
        mixed[place[len(found[0].column("case")) :]] = True
        apart, together = np.flatnonzero(~mixed[place]), np.flatnonzero(mixed[place])
        times = (joined(found, name)[together] for name in ("order", "recorded_at", "judged_on"))
        return np.append(apart, together[np.lexsort([*times])])

    @cached_property
    def _counting(self) -> Array:
        """For each framework (a number) whether answers under it count."""
        words = self.selection.columns.words["framework"].values
        return np.array([*map(self.framework.takes_answers_of, words)], bool)

    @cached_property
    def _verdicts(self) -> Array:
        """For each answer (a number) the number of the judgement (see ``situation``)."""
        words = self.selection.columns.words["answer"].values
        return np.array([1 + VERDICTS.index(word) for word in words], np.uint8)


def joined(found: Sequence[ChosenRows], name: str) -> Array:
    """A column of the rows chosen, one table after the other."""
    first, *others = (one.column(name) for one in found)
    return np.concatenate([first, *others]) if others else first


@cache
def numbers_of(framework: str) -> Mapping[str, Sequence[int]]:
    """For each clause id of a framework its numbers in the catalogue, one for each edition."""
    assert framework in frameworks()
    found: dict[str, list[int]] = {}
    for number, clause in catalogue().of_framework[framework].items():
        found.setdefault(clause.id, []).append(number)
    return found


def required_states(question: Question) -> RequiredCounts | None:
    """The states of duties that are counted for what a question requires; None: it requires nothing."""
    return RequiredCounts(ARISEN, FELL_DUE, DONE) if question.required else None


def derived_states(question: Question) -> DerivedCounts | None:
    """The states of duties that are counted to derive a question's answer; None: it is not derived."""
    if question.derive is None:
        return None
    held = FELL_AND_DONE if question.derive.measure == "done" else FELL_AND_IN_TIME
    return DerivedCounts(FELL_DUE, held, FELL_AND_DONE)


@cache
def counted_of(framework: str) -> Mapping[str, Sequence[range]]:
    """For each clause id the states of its duties that are counted for some question of a framework, each once."""
    found: dict[str, dict[range, None]] = {}
    for question in frameworks()[framework].questions.values():
        derive = question.derive.clauses if question.derive else ()
        for clauses, counted in ((question.required, required_states(question)), (derive, derived_states(question))):
            for clause in clauses:
                found.setdefault(clause, {}).update(dict.fromkeys(counted or ()))
    return {clause: tuple(counted) for clause, counted in found.items()}

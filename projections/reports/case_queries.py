"""Case queries: what reports ask about all cases: who holds them, their answers, what was recorded on them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np

from domain.aggregates.other_file_ids import crn_of
from domain.policy.clauses import Clause
from domain.policy.frameworks.framework import Framework
from projections.arrays.date_numbers import day_of
from projections.columns.case_answers import numbers_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, CodedValues
from projections.columns.column_store import ColumnStore
from projections.columns.kept_selections import KeptSelections
from projections.columns.keyed_counts import KeyedCounts
from projections.columns.layered_counts import CaseCount, counted
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.obligations.clause_catalogue import catalogue
from projections.reports.answer_counts import CountedAnswers, VerdictsByPlace, counting_answers
from projections.reports.counted_people import CountedPeople, number_in
from projections.reports.counts_by_case import CountsByCase
from projections.reports.duty_results import AnsweredCase, Attribute, LateEntry, RecordedCount, Verdicts
from projections.reports.periods import Period
from projections.reports.recorded_entries import LateByPlace, RecordedByPlace, late_entries

Wanted = Callable[[Place], bool]


class CaseQueries:
    """Queries on a column store under one framework. Safe to share between threads that only read.

    Clauses are given by id; the framework's own expectations are included. ``KeyError``: the framework has no such clause.
    """

    def __init__(self, columns: ColumnStore, framework: Framework, selections: KeptSelections | None = None):
        self.columns, self.framework = columns, framework
        self._selection = (KeptSelections(columns) if selections is None else selections).at

    def selection(self, moment: Moment) -> CaseSelection:
        """The cases as at a moment."""
        return self._selection(moment)

    def places(self) -> Sequence[Place]:
        """All places in the record, in order."""
        return sorted(self._places)

    def first_day(self) -> date | None:
        """The first day of supervision of any case, as known today; None: there is no case."""
        started = [rows["started_on"].min() for rows in self.columns.spells.current if len(rows)]
        return day_of(int(min(started))) if started else None

    def holders(self, moment: Moment) -> Mapping[str, Place]:
        """The place that holds each case that had begun, on the day."""
        selection = self._selection(moment)
        return {
            self._references[n]: self._places[int(selection.place[n])] for n in np.flatnonzero(selection.there).tolist()
        }

    def holding(self, moment: Moment) -> CountedPeople:
        """The people whose cases each place holds on the day."""
        selection = self._selection(moment)
        cases = np.flatnonzero(selection.there)
        return CountedPeople.once(self._places, selection.place[cases], self._persons[cases])

    def attribute(self, moment: Moment, attribute: Attribute) -> CodedValues:
        """The value of an attribute of the person of each case."""
        return self._selection(moment).coded(attribute)

    def answers(self, moment: Moment, question: str) -> list[AnsweredCase]:
        """The cases whose answer to a question of the framework counts."""
        selection = self._selection(moment)
        names, places, found = selection.spell_column("name"), selection.place, list[AnsweredCase]()
        for counting in counting_answers(self.framework, selection, question):
            for case, sufficient, absent in zip(*(column.tolist() for column in counting), strict=True):
                name, place = self.columns.names[int(names[case])], self._places[int(places[case])]
                found.append(AnsweredCase(self._references[case], name, place, sufficient, absent, case))
        return found

    def answered(self, moment: Moment, question: str) -> CountedPeople:
        """The people of ``answers``, by the place that holds the case on the day."""
        cases = self._answering(moment, question)[0]
        place = self._selection(moment).place[cases]
        return CountedPeople.once(self._places, place, self._persons[cases])

    def answers_by_case(self, moment: Moment, question: str, wanted: Wanted) -> CountsByCase:
        """The ``answers`` of some places: one of one where it is sufficient, else none of one."""
        cases, sufficient, _ = self._answering(moment, question)
        place = self._selection(moment).place[cases]
        inside = self._allowed(wanted)[place]
        counts = np.stack([sufficient, np.ones(len(cases), bool)], axis=1).astype(np.int64)
        return CountsByCase(self._places, place[inside], cases[inside], counts[inside])

    def _answering(self, moment: Moment, question: str) -> CountedAnswers:
        """The cases of ``answers``, whether they are sufficient, and whether absent."""
        parts = [*counting_answers(self.framework, self._selection(moment), question)]
        nothing = CountedAnswers(np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, bool))
        return CountedAnswers(*(np.concatenate(column) for column in zip(nothing, *parts, strict=True)))

    def verdicts(self, moment: Moment, question: str) -> Mapping[Place, Verdicts]:
        """``answers``, counted by the place that holds the case on the day."""
        found = self._counted(moment, VerdictsByPlace(self.framework.id, question))
        return {place: Verdicts(*counts) for (place,), counts in zip(found.keys, found.counts.tolist(), strict=True)}

    def recorded(self, period: Period) -> Mapping[Place, RecordedCount]:
        """Entries recorded in a period, by the place that holds the case on its last day."""
        entries = self._counted(period.moment, RecordedByPlace(period.since))
        found = {
            place: RecordedCount(number, Counter())
            for (place,), (number, _) in zip(entries.keys, entries.counts.tolist(), strict=True)
        }
        late = self._counted(period.moment, LateByPlace(period.since))
        for (place, days), (times,) in zip(late.keys, late.counts.tolist(), strict=True):
            found[place].late[days] = times
        return found

    def late(self, period: Period, wanted: Wanted) -> list[LateEntry]:
        """The entries recorded late that ``recorded`` counts, one by one."""
        return list(late_entries(self._selection(period.moment), period.since, self._allowed(wanted)))

    def clause(self, clause: str) -> Clause:
        """The clause of this id, in its first edition."""
        return catalogue().clauses[numbers_of(self.framework.id)[clause][0]]

    @cached_property
    def _references(self) -> list[str]:
        return list(self.columns.references)

    @cached_property
    def _persons(self) -> Array:
        """For each case the number of its person (the CRN)."""
        numbers = dict[str, int]()
        return np.array([number_in(numbers, crn_of(reference)) for reference in self._references], np.int64)

    @property
    def _places(self) -> list[Place]:
        """Every place by its number."""
        return self.columns.words["place"].values

    def _allowed(self, wanted: Wanted) -> Array:
        """For each place (a number), whether it is wanted."""
        return np.array([wanted(place) for place in self._places], bool)

    def _numbers(self, clauses: Iterable[str]) -> tuple[int, ...]:
        numbers = numbers_of(self.framework.id)
        return tuple(number for clause in clauses for number in numbers[clause])

    def _counted(self, moment: Moment, count: CaseCount) -> KeyedCounts:
        return counted(self._selection(moment), count)

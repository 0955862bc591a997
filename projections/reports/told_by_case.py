"""Duties and answers case by case: what comparisons draw from."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from projections.history.moment import Moment
from projections.reports.counts_by_case import NOTHING, CountsByCase, Grouping, UnitAndRest, together
from projections.reports.disclosure import at_month_ends
from projections.reports.duty_results import Attribute, HeldAs
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds
from projections.reports.rounded_counts import Naming
from projections.reports.told_counts import Told
from projections.reports.told_duties import ToldDuties


class ToldCases(NamedTuple):
    """Duties by case, by group. ``told``: gives the figures of a group as they are told, worked out when they are first asked
    for; then ``counts`` has only cases open to the reader. None: it has all.
    """

    counts: Mapping[str, CountsByCase]
    told: Callable[[str], Told] | None


class ToldByCase(ToldDuties):
    """Duties and answers by case, as far as a reader may know them."""

    def by_case(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds, group: Grouping
    ) -> ToldCases:
        """The duties that fell due, case by case: all of these places, where the reader may open all; else those that they may
        open, as at the last month end, beside the figures of all.
        """
        if self.reach is None or self.is_exact_in(asked, among):
            return ToldCases(self._queries.by_case(asked, clauses, held_as, among, group), None)
        found = self.open_cases(at_month_ends(asked, self.today), clauses, held_as, among, group)
        by_group: dict[str, list[str]] = {}
        for clause in clauses:
            by_group.setdefault(group(self._queries.clause(clause)), []).append(clause)
        apart = held_as == "in_time" and all(name == clause for name, (clause, *_) in by_group.items())

        @cache
        def every() -> Mapping[str, Told]:
            return self.by_clause(asked, clauses, among)

        @cache
        def told(name: str) -> Told:
            if apart:
                return every().get(name, Told({}, ()))
            return self.duties(asked, by_group.get(name, []), held_as, among)

        return ToldCases(found, told)

    def exact_by_case(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds
    ) -> CountsByCase | None:
        """The duties of ``duties`` by case; None where these are not exact."""
        if not self.is_exact_in(asked, among):
            return None
        return self._queries.by_case(asked, clauses, held_as, among, together).get("", NOTHING)

    def exact_answers_by_case(self, moment: Moment, question: str, among: Holds) -> CountsByCase | None:
        """The answers of ``verdicts`` by case; None where these are not exact."""
        if not self.is_exact_on(moment, among):
            return None
        return self._queries.answers_by_case(moment, question, among)

    def cases_by_group(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Naming, among: Holds
    ) -> Mapping[str, UnitAndRest]:
        """The cases behind each group of ``by_group``, and those of the others; of none where it is not exact."""
        counts = self.exact_by_case(asked, clauses, held_as, among)
        if counts is None:
            return {}
        values, coded = self._queries.attribute(asked.moment, split)
        groups = [name(value) for value in values]
        of = np.array([sorted({*groups}).index(group) for group in groups], np.int64)[coded[counts.case]]
        return {group: counts.divided(of == number) for number, group in enumerate(sorted({*groups}))}

    def open_cases(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds, group: Grouping = together
    ) -> Mapping[str, CountsByCase]:
        """The duties that fell due in these places of the cases that the reader may open and answers for: exact, by case."""
        if self.reach is None:
            return self._queries.by_case(asked, clauses, held_as, among, group)
        mine, opened = self.reach.mine, ~self.reach.closed(self._queries.columns)
        return self._queries.by_case(
            asked, clauses, held_as, lambda place: among(place) and mine(place), group, opened
        )  # fmt: skip

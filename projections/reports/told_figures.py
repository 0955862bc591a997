"""The gate of disclosure: every figure of a report passes here, and is told exactly or as ``disclosure`` allows.

Reports are built from ``ToldFigures`` and nothing else; ``DutyQueries`` has the exact counts of all cases, whoever asks.
"""

from collections.abc import Mapping, Set
from dataclasses import replace

import numpy as np

from domain.aggregates.other_file_ids import crn_of
from projections.columns.column_schema import Array
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.disclosure import FEW, at_month_ends, by_place
from projections.reports.duty_results import DutyLoad, LateFigure, late_together, loads_together
from projections.reports.enforcement_paths import AbsencePath, Decisions
from projections.reports.people_blocks import blocks
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds
from projections.reports.rounded_counts import RoundedCounts
from projections.reports.told_by_case import ToldByCase
from projections.reports.told_counts import Told, ToldLates, ToldLoads
from projections.reports.told_gate import in_areas
from projections.reports.told_people import ToldPeople


class ToldFigures(ToldPeople, ToldByCase):
    """The figures that a reader is told: of duties (``ToldDuties``, ``ToldByCase``), of people, and of what is below."""

    def verdicts(self, moment: Moment, question: str, among: Holds) -> Told:
        """The cases whose answer to a question counts: sufficient, n, absent."""
        if self.is_exact_on(moment, among):
            return self._once(("verdicts", moment, question), lambda: self._exact_verdicts(moment, question))
        areas = self._areas_of(among)
        return self._once(
            ("verdicts", moment, question, areas), lambda: self._rounded_verdicts(moment, question, areas)
        )

    def _exact_verdicts(self, moment: Moment, question: str) -> Told:
        return Told({place: np.array(of) for place, of in self._queries.verdicts(moment, question).items()})

    def _rounded_verdicts(self, moment: Moment, question: str, areas: Set[str]) -> Told:
        at, wanted = self._month_end(moment), in_areas(areas)
        found = {place: np.array(of) for place, of in self._queries.verdicts(at, question).items() if wanted(place)}
        people = self._queries.answered(at, question).at(wanted)
        return Told(by_place(found), blocks(people), {*people.held})

    def loads(self, moment: Moment, among: Holds) -> ToldLoads:
        """What falls due in the coming weeks, was done and is overdue."""
        if self.forecasts_exactly(moment, among):
            exact = self._queries.loads(moment)
            return ToldLoads(exact.keys(), lambda holds: loads_together(of for p, of in exact.items() if holds(p)))
        at, wanted = self._month_end(moment), self._areas(among)
        found = {place: load for place, load in self._queries.loads(at).items() if wanted(place)}
        told = self._held(at, by_place({place: np.array(of[1:]) for place, of in found.items()}), wanted)
        weeks = replace(told, counts=by_place({place: np.array(of.weeks) for place, of in found.items()}, [0]))

        def load(holds: Holds) -> DutyLoad | None:
            due, others = weeks.at(holds), told.at(holds)
            if due is None or others is None:
                return None
            return DutyLoad(tuple(np.maximum(due, 0).tolist()), *np.maximum(others, 0).tolist())

        return ToldLoads([*told.places()], load)

    def recorded(self, asked: Period, among: Holds) -> ToldLates:
        """The entries recorded in a period on the cases that these places hold at its end."""
        if self.is_exact_on(asked.moment, among):
            exact = self._queries.recorded(asked)
            return ToldLates(exact.keys(), lambda holds: late_together(of for p, of in exact.items() if holds(p)))
        at, wanted = at_month_ends(asked, self.today), self._areas(among)
        inside = self._queries.recorded(at)
        told = self._held(at.moment, RoundedCounts(self._queries, at, wanted).of_entries(inside), wanted)

        def figure(holds: Holds) -> LateFigure | None:
            counts = told.at(holds)
            if counts is None:
                return None
            late, entries = np.maximum(counts, 0).tolist()
            if len({crn_of(entry.reference) for entry in self._queries.late(at, holds)}) < FEW:
                return LateFigure(entries, late)
            of = late_together(of for place, of in inside.items() if holds(place))
            return of._replace(entries=entries, late=late, longest=None)

        return ToldLates([*told.places()], figure)

    def absence_paths(self, asked: Period, wanted: Holds, decisions: Decisions) -> list[AbsencePath]:
        """The paths of absences, exactly: whoever asks has asked ``is_exact_in`` before."""
        return self._queries.absence_paths(asked, wanted, decisions)

    def _held(self, at: Moment, counts: Mapping[Place, Array], wanted: Holds) -> Told:
        """Rounded counts about the cases that places hold at a moment."""
        people = self._queries.holding(at).at(wanted)
        return Told(counts, blocks(people), {*people.held})

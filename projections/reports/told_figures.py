"""The gate of disclosure: every figure of a report passes here, and is told exactly or as ``disclosure`` allows.

Reports are built from ``ToldFigures`` and nothing else; ``DutyQueries`` has the exact counts of all cases, whoever asks.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np

from projections.arrays.date_numbers import month_number
from projections.columns.column_schema import Array
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.counted_people import by_month, by_value, grouped, once, pooled, told_by_area
from projections.reports.counts_by_case import CountsByCase, Grouping, together
from projections.reports.disclosure import FEW, Counted, at_month_ends, blocks, by_place
from projections.reports.duty_queries import DutyQueries, person_of
from projections.reports.duty_results import (
    BEFORE,
    WEEKS,
    Attribute,
    CountedApart,
    DutyLoad,
    HeldAs,
    LateFigure,
    PlaceGroup,
    SnoozedDuty,
    Split,
    late_together,
    loads_together,
)
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds, ReaderReach
from projections.reports.rounded_counts import Naming, RoundedCounts, added, pair_of
from projections.reports.small_places import SmallPlaces
from projections.reports.told_counts import Told, ToldLates, ToldLoads, ToldWaits


class ToldCases(NamedTuple):
    """Duties by case, by group. ``told``: gives the figures of a group as they are told, worked out when they are first asked
    for; then ``counts`` has only cases open to the reader. None: it has all.
    """

    counts: Mapping[str, CountsByCase]
    told: Callable[[str], Told] | None


def _in_areas(areas: Set[str]) -> Holds:
    return lambda place: place.area in areas


ToldApart = Callable[[Holds], CountedApart | None]
"""What is counted beside the figure of some places; None: withheld."""


@dataclass(frozen=True)
class ToldFigures:
    """The figures that a reader is told. ``reach``: None for whoever runs the service, who is told all exactly.

    ``today``: the day on which it is asked. ``among``, an argument of each question: all places of which figures are asked
    together. They are exact where the reader may open every case that these places held in the time that counts. Clauses
    are given by id.
    """

    _queries: DutyQueries
    reach: ReaderReach | None
    today: date
    snoozed: Sequence[SnoozedDuty] = ()
    """The duties that anybody has ever hidden from their own list."""

    _rounded: dict[tuple[Period, tuple[str, ...], HeldAs, frozenset[str]], Told] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The duties that were told, by what was asked: several tables of a page ask for the same."""

    def is_exact(self, moment: Moment, among: Holds, since: date, until: date) -> bool:
        """Whether every case held in these places after ``since`` up to ``until`` is open to the reader."""
        return self.reach is None or self.reach.covers(self._queries.selection(moment), among, since, until)

    def is_exact_in(self, asked: Period, among: Holds) -> bool:
        """The same for a period."""
        return self.is_exact(asked.moment, among, asked.since, asked.moment.on)

    def is_exact_on(self, moment: Moment, among: Holds) -> bool:
        """The same for the moment's day."""
        return self.is_exact(moment, among, moment.on - timedelta(days=1), moment.on)

    def forecasts_exactly(self, moment: Moment, among: Holds) -> bool:
        """The same for the weeks that a load counts."""
        return self.is_exact(moment, among, moment.on - timedelta(weeks=BEFORE), moment.on + timedelta(weeks=WEEKS))

    def opens(self, reference: str) -> bool:
        """Whether the reader may open this case, as far as the columns know it."""
        if self.reach is None:
            return True
        case = self._queries.columns.number(reference)
        return case is not None and not self.reach.closed(self._queries.columns)[case]

    def places(self) -> Sequence[Place]:
        """All places in the record, in order."""
        return self._queries.places()

    def first_day(self) -> date | None:
        """The first day of supervision of any case; None: there is no case."""
        return self._queries.first_day()

    def duties(self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds) -> Told:
        """The duties that fell due: held, n."""
        if self.is_exact_in(asked, among):
            return Told({count.place: pair_of(count.figure) for count in self._queries.counts(asked, clauses, held_as)})
        areas = self._areas_of(among)
        key = asked, tuple(clauses), held_as, areas
        if key not in self._rounded:
            self._rounded[key] = self._rounded_duties(asked, clauses, held_as, areas)
        return self._rounded[key]

    def _rounded_duties(self, asked: Period, clauses: Sequence[str], held_as: HeldAs, areas: Set[str]) -> Told:
        """``duties`` of these areas as they are told where they are not exact."""
        at, wanted = at_month_ends(asked, self.today), _in_areas(areas)
        found = self._queries.people(at, clauses, wanted, "clause")
        people, apart = grouped(found), grouped(found, str)
        counts = RoundedCounts(self._queries, at, wanted).of_clauses(clauses, held_as)
        return Told(
            added([*counts.values()]), blocks(people, apart), people, grouped(self._closed(at, clauses, wanted))
        )

    def apart(self, asked: Period, clauses: Sequence[str], among: Holds) -> ToldApart:
        """What is counted beside the figures of ``duties``: withheld where these are not exact."""
        if not self.is_exact_in(asked, among):
            return lambda _: None
        return self._queries.apart(asked, clauses, self.snoozed)

    def open_apart(self, asked: Period, clauses: Sequence[str]) -> Callable[[Holds], CountedApart]:
        """The same beside the figures of ``open_cases``: of the cases that the reader may open and answers for."""
        if self.reach is None:
            return self._queries.apart(asked, clauses, self.snoozed)
        opened, mine = ~self.reach.closed(self._queries.columns), self.reach.mine
        shown = [one for one in self.snoozed if self.opens(one.reference)]
        found = self._queries.apart(asked, clauses, shown, opened)
        return lambda holds: found(lambda place: holds(place) and mine(place))

    def _closed(
        self, at: Period, clauses: Sequence[str], wanted: Holds, by: Split = "clause"
    ) -> Mapping[PlaceGroup, Counted]:
        """The people behind the duties of cases that are closed to the reader."""
        closed = None if self.reach is None else self.reach.closed(self._queries.columns)
        return self._queries.people(at, clauses, wanted, by, closed)

    def by_clause(self, asked: Period, clauses: Sequence[str], among: Holds) -> dict[str, Told]:
        """The same for each clause by itself, met in time. Clauses under which nothing fell due are left out."""
        if self.is_exact_in(asked, among):
            exact: dict[str, dict[Place, Array]] = {}
            for count in self._queries.counts(asked, clauses, "in_time", "clause"):
                exact.setdefault(count.value, {})[count.place] = pair_of(count.figure)
            return {clause: Told(counts) for clause, counts in exact.items()}
        at, wanted = at_month_ends(asked, self.today), self._areas(among)
        counts = RoundedCounts(self._queries, at, wanted).of_clauses(clauses, "in_time")
        people = by_value(self._queries.people(at, clauses, wanted, "clause"))
        closed = by_value(self._closed(at, clauses, wanted))
        return {
            clause: Told(counts[clause], blocks(some), some, closed.get(clause, {})) for clause, some in people.items()
        }

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

    def _areas(self, among: Holds) -> Holds:
        """Whether a place lies in an area in which one of these lies."""
        return _in_areas(self._areas_of(among))

    def _areas_of(self, among: Holds) -> frozenset[str]:
        """The areas in which these places lie."""
        return frozenset(place.area for place in self.places() if among(place))

    def by_group(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Naming, among: Holds
    ) -> dict[str, Told]:
        """The duties by group of people: held, n."""
        if self.is_exact_in(asked, among):
            found: dict[str, dict[Place, Array]] = {}
            for count in self._queries.counts(asked, clauses, held_as, split):
                of = found.setdefault(name(count.value), {})
                of[count.place] = of.get(count.place, 0) + pair_of(count.figure)
            return {group: Told(counts) for group, counts in found.items()}
        at, wanted = at_month_ends(asked, self.today), self._areas(among)
        people = grouped(self._queries.people(at, clauses, wanted, split), name)
        apart: dict[Place, dict[tuple[str, str], Counted]] = {}
        for clause in clauses:
            for place, groups in grouped(self._queries.people(at, [clause], wanted, split), name).items():
                apart.setdefault(place, {}).update({(clause, group): some for group, some in groups.items()})
        told, every = told_by_area(people), blocks(pooled(people), apart)
        closed = by_value(self._closed(at, clauses, wanted, split), name)
        return {
            group: Told(
                counts, [b for b in every if told[next(iter(b)).area].get(group)], people, closed.get(group, {})
            )
            for group, counts in RoundedCounts(self._queries, at, wanted)
            .of_groups(clauses, held_as, split, name)
            .items()
        }

    def people_by_group(
        self, asked: Period, clauses: Sequence[str], split: Attribute, name: Naming, among: Holds
    ) -> dict[str, int]:
        """How many people are behind each group of ``by_group``; of none where it is not exact."""
        if not self.is_exact_in(asked, among):
            return {}
        people: dict[str, set[str]] = {}
        for (_, value), counted in self._queries.people(asked, clauses, among, split).items():
            people.setdefault(name(value), set()).update(one.person for one in counted)
        return {group: len(some) for group, some in people.items()}

    def people_under(self, asked: Period, clauses: Sequence[str], among: Holds) -> Mapping[Place, frozenset[str]]:
        """Who (CRNs) is behind the duties of each place; of none where the figures are not exact."""
        if not self.is_exact_in(asked, among):
            return {}
        found: dict[Place, set[str]] = {}
        for (place, _), people in self._queries.people(asked, clauses, among, "clause").items():
            found.setdefault(place, set()).update(one.person for one in people)
        return {place: frozenset(people) for place, people in found.items()}

    def small_places(self, asked: Period, clauses: Sequence[str], question: str | None, areas: Holds) -> SmallPlaces:
        """Which places of whole areas have few people behind a figure. It tells no number, so it is asked of all cases.

        ``question``: of a figure that counts answers; else None.
        """
        found: dict[Place, set[str]] = {}
        if question is not None:
            for case in self._queries.answers(asked.moment, question):
                if areas(case.place):
                    found.setdefault(case.place, set()).add(person_of(case.reference))
        else:
            for (place, _), people in self._queries.people(asked, clauses, areas, "clause").items():
                found.setdefault(place, set()).update(one.person for one in people)
        return SmallPlaces(found)

    def people_answered(self, moment: Moment, question: str, among: Holds) -> Mapping[Place, frozenset[str]]:
        """The same behind the answers to a question."""
        if not self.is_exact_on(moment, among):
            return {}
        found: dict[Place, set[str]] = {}
        for case in self._queries.answers(moment, question):
            if among(case.place):
                found.setdefault(case.place, set()).add(person_of(case.reference))
        return {place: frozenset(people) for place, people in found.items()}

    def series(self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs, among: Holds) -> list[Told]:
        """The duties that fell due in each of some consecutive months. Not exact, they must begin with the record."""
        if self.is_exact(periods[-1].moment, among, periods[0].since, periods[-1].moment.on):
            exact = self._queries.series(periods, clauses, held_as)
            return [Told({place: pair_of(of[n]) for place, of in exact.items()}) for n in range(len(periods))]
        ends, wanted = [at_month_ends(period, self.today) for period in periods], self._areas(among)
        totals = [
            {place: np.stack([*map(pair_of, of)]) for place, of in found.items() if wanted(place)}
            for found in (self._queries.series(ends, [clause], held_as) for clause in clauses)
        ]
        counts = added([by_place(some, [0]) for some in totals])
        whole = Period(ends[-1].moment, ends[0].since)
        people, closed = (
            by_month(grouped(found))
            for found in (self._queries.people(whole, clauses, wanted, "clause"), self._closed(whole, clauses, wanted))
        )
        return [
            Told(
                {p: of[n] for p, of in counts.items()},
                blocks(some := people.get(month, {})),
                some,
                closed.get(month, {}),
            )
            for n, month in enumerate(month_number(end.moment.on) for end in ends)
        ]

    def waits(self, asked: Period, clauses: Sequence[str], among: Holds) -> ToldWaits:
        """How long the duties that fell due took."""
        told = self.duties(asked, clauses, "done", among)
        at = asked if told.exact else at_month_ends(asked, self.today)
        return ToldWaits(told, self._queries.waits(at, clauses, among))

    def verdicts(self, moment: Moment, question: str, among: Holds) -> Told:
        """The cases whose answer to a question counts: sufficient, n, absent."""
        if self.is_exact_on(moment, among):
            return Told({place: np.array(of) for place, of in self._queries.verdicts(moment, question).items()})
        at, wanted = self._month_end(moment), self._areas(among)
        found = {place: np.array(of) for place, of in self._queries.verdicts(at, question).items() if wanted(place)}
        cases: dict[Place, set[str]] = {}
        for case in self._queries.answers(at, question):
            if wanted(case.place):
                cases.setdefault(case.place, set()).add(person_of(case.reference))
        return Told(by_place(found), blocks(once(cases)), cases)

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
            if len({person_of(entry.reference) for entry in self._queries.late(at, holds)}) < FEW:
                return LateFigure(entries, late)
            of = late_together(of for place, of in inside.items() if holds(place))
            return of._replace(entries=entries, late=late, longest=None)

        return ToldLates([*told.places()], figure)

    def _held(self, at: Moment, counts: Mapping[Place, Array], wanted: Holds) -> Told:
        """Rounded counts about the cases that places hold at a moment."""
        people = {place: some for place, some in self._queries.holding(at).items() if wanted(place)}
        return Told(counts, blocks(once(people)), people)

    def _month_end(self, moment: Moment) -> Moment:
        return at_month_ends(Period(moment, moment.on), self.today).moment

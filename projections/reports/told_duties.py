"""Duties that fell due, as a reader is told them: by place, clause, group of people and month, and how long they took."""

from collections.abc import Callable, Sequence, Set

from projections.arrays.date_numbers import month_number
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.reports.counted_people import several
from projections.reports.disclosure import at_month_ends, by_place
from projections.reports.duty_results import Attribute, CountedApart, HeldAs
from projections.reports.people_blocks import blocks, blocks_apart, pooled, told_by_area
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds
from projections.reports.rounded_counts import Naming, RoundedCounts, added
from projections.reports.told_counts import Told, ToldWaits
from projections.reports.told_gate import DisclosureGate, in_areas

ToldApart = Callable[[Holds], CountedApart | None]
"""What is counted beside the figure of some places; None: withheld."""


class ToldDuties(DisclosureGate):
    """The duties that a reader is told of."""

    def duties(self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds) -> Told:
        """The duties that fell due: held, n."""
        key = asked, tuple(clauses), held_as
        if self.is_exact_in(asked, among):
            return self._once(("duties", key), lambda: self._exact_duties(*key))
        areas = self._areas_of(among)
        return self._once(("duties", key, areas), lambda: self._rounded_duties(*key, areas))

    def _exact_duties(self, asked: Period, clauses: Sequence[str], held_as: HeldAs) -> Told:
        return Told({count.place: count.pair for count in self._queries.counts(asked, clauses, held_as)})

    def _rounded_duties(self, asked: Period, clauses: Sequence[str], held_as: HeldAs, areas: Set[str]) -> Told:
        """``duties`` of these areas as they are told where they are not exact."""
        at, wanted = at_month_ends(asked, self.today), in_areas(areas)
        people = self._queries.people(at, clauses, wanted, "clause")
        counts = RoundedCounts(self._queries, at, wanted).of_clauses(clauses, held_as)
        told = blocks(people.together(), people)
        return Told(added([*counts.values()]), told, {*people.held}, self._closed(at, clauses, wanted))

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

    def by_clause(self, asked: Period, clauses: Sequence[str], among: Holds) -> dict[str, Told]:
        """The same for each clause by itself, met in time. Clauses under which nothing fell due are left out."""
        key = asked, tuple(clauses)
        if self.is_exact_in(asked, among):
            return self._once(("by clause", key), lambda: self._exactly_by_clause(*key))
        areas = self._areas_of(among)
        return self._once(("by clause", key, areas), lambda: self._rounded_by_clause(*key, areas))

    def _exactly_by_clause(self, asked: Period, clauses: Sequence[str]) -> dict[str, Told]:
        exact: dict[str, dict[Place, Array]] = {}
        for count in self._queries.counts(asked, clauses, "in_time", "clause"):
            exact.setdefault(count.value, {})[count.place] = count.pair
        return {clause: Told(counts) for clause, counts in exact.items()}

    def _rounded_by_clause(self, asked: Period, clauses: Sequence[str], areas: Set[str]) -> dict[str, Told]:
        at, wanted = at_month_ends(asked, self.today), in_areas(areas)
        counts = RoundedCounts(self._queries, at, wanted).of_clauses(clauses, "in_time")
        people, closed = self._queries.people(at, clauses, wanted, "clause"), self._closed(at, clauses, wanted)
        made = blocks_apart(people)
        return {
            clause: Told(counts[clause], made[clause], {*places}, closed.under(clause))
            for clause, places in people.held_by_value.items()
        }

    def by_group(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Naming, among: Holds
    ) -> dict[str, Told]:
        """The duties by group of people: held, n."""
        if self.is_exact_in(asked, among):
            found: dict[str, dict[Place, Array]] = {}
            for count in self._queries.counts(asked, clauses, held_as, split):
                of = found.setdefault(name(count.value), {})
                of[count.place] = of.get(count.place, 0) + count.pair
            return {group: Told(counts) for group, counts in found.items()}
        at, wanted = at_month_ends(asked, self.today), self._areas(among)
        people = self._queries.people(at, clauses, wanted, split).named(name)
        apart = several(
            self._queries.people(at, [clause], wanted, split).named(lambda value, clause=clause: (clause, name(value)))  # type: ignore[misc]
            for clause in clauses
        )
        told = told_by_area(people)
        every, held = blocks(pooled(people, told), apart), {*people.held}
        closed = self._closed(at, clauses, wanted, split).named(name)
        return {
            group: Told(counts, [b for b in every if told[next(iter(b)).area].get(group)], held, closed.under(group))
            for group, counts in RoundedCounts(self._queries, at, wanted)
            .of_groups(clauses, held_as, split, name)
            .items()
        }

    def series(self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs, among: Holds) -> list[Told]:
        """The duties that fell due in each of some consecutive months. Not exact, they must begin with the record."""
        key = tuple(periods), tuple(clauses), held_as
        if self.is_exact(periods[-1].moment, among, periods[0].since, periods[-1].moment.on):
            return self._once(("series", key), lambda: self._exact_series(*key))
        areas = self._areas_of(among)
        return self._once(("series", key, areas), lambda: self._rounded_series(*key, areas))

    def _exact_series(self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs) -> list[Told]:
        exact = self._queries.series(periods, clauses, held_as)
        return [Told({place: of[n] for place, of in exact.items()}) for n in range(len(periods))]

    def _rounded_series(
        self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs, areas: Set[str]
    ) -> list[Told]:
        ends, wanted = [at_month_ends(period, self.today) for period in periods], in_areas(areas)
        totals = [
            {place: of for place, of in found.items() if wanted(place)}
            for found in (self._queries.series(ends, [clause], held_as) for clause in clauses)
        ]
        counts = added([by_place(some, [0]) for some in totals])
        whole = Period(ends[-1].moment, ends[0].since)
        people = self._queries.people(whole, clauses, wanted, "clause").by_month()
        closed, made = self._closed(whole, clauses, wanted).by_month(), blocks_apart(people)
        return [
            Told(
                {place: of[n] for place, of in counts.items()},
                made.get(month, []),
                {*people.held_by_value.get(month, ())},
                closed.under(month),
            )
            for n, month in enumerate(month_number(end.moment.on) for end in ends)
        ]

    def waits(self, asked: Period, clauses: Sequence[str], among: Holds) -> ToldWaits:
        """How long the duties that fell due took."""
        told = self.duties(asked, clauses, "done", among)
        at = asked if told.exact else at_month_ends(asked, self.today)
        return ToldWaits(told, self._queries.waits(at, clauses, among))

"""The gate of disclosure: every figure of a report passes here, and is told exactly or as ``disclosure`` allows.

Reports are built from ``ToldFigures`` and nothing else; ``DutyQueries`` has the exact counts of all cases, whoever asks.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from projections.columns.column_schema import Array
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports import disclosure
from projections.reports.disclosure import BEGINNING, Block, blocks, by_place, groups_told, is_whole
from projections.reports.duty_counts import HeldAs
from projections.reports.duty_queries import Attribute, DutyQueries, person_of
from projections.reports.duty_results import BEFORE, WEEKS, DutyLoad, RecordedCount
from projections.reports.periods import Period
from projections.reports.proportions import WITHHELD, Proportion, Waits
from projections.reports.reader_reach import Holds, ReaderReach

EVERYWHERE = frozenset[Place]()


class Told(NamedTuple):
    """Counts of places, as a reader is told them. ``blocks``: None where they are exact; else see ``disclosure``.

    ``counts``: an array for each place, to be added up over places. ``people``: the places in which anybody counts.
    """

    counts: Mapping[Place, Array]
    blocks: Sequence[Block] | None = None
    people: Collection[Place] = EVERYWHERE

    @property
    def exact(self) -> bool:
        return self.blocks is None

    def at(self, holds: Holds) -> Array | None:
        """The counts of these places together; None where they are withheld or no place has any."""
        if self.blocks is not None and not is_whole(self.blocks, {place for place in self.people if holds(place)}):
            return None
        found = [counts for place, counts in self.counts.items() if holds(place)]
        return np.sum(found, axis=0) if found else None

    def figure(self, holds: Holds) -> Proportion:
        """``held`` and ``n`` of these places together, of an array that holds these two."""
        return self.proportion(self.at(holds))

    def proportion(self, counts: Array | None) -> Proportion:
        """The figure of two counts. What is not exact is withheld where it is rounded away."""
        if counts is None:
            return Proportion() if self.exact else WITHHELD
        held, n = counts.tolist()
        if self.exact:
            return Proportion(held, n)
        return Proportion(min(max(held, 0), n), n) if n > 0 else WITHHELD

    def places(self) -> Iterable[Place]:
        """The places of which figures may be told."""
        return self.counts if self.blocks is None else [place for block in self.blocks for place in block]

    def first(self, columns: int) -> "Told":
        """The same with the first of its counts only."""
        return self._replace(counts={place: counts[:columns] for place, counts in self.counts.items()})


class WaitFigure(NamedTuple):
    """Waits of some duties in working days. ``n``: how many; ``waiting``: not met by the day. The rest: None where not reached."""

    n: int = 0
    waiting: int = 0
    median: int | None = None
    ninetieth: int | None = None
    withheld: bool = False


class LateFigure(NamedTuple):
    """Entries recorded, ``late`` ones among them, and the delays of these; None: nothing was late, or it is withheld."""

    entries: int
    late: int
    median: int | None = None
    ninetieth: int | None = None
    longest: int | None = None


@dataclass(frozen=True)
class ToldWaits:
    """Waits of places: ``of`` some of them."""

    told: Told
    days: Mapping[Place, Counter[int | None]]

    def of(self, holds: Holds) -> WaitFigure:
        figure = self.told.figure(holds)
        if figure.withheld:
            return WaitFigure(withheld=True)
        waited = (some for place, some in self.days.items() if holds(place))
        waits = Waits.of(sum(waited, Counter[int | None]()))
        return WaitFigure(figure.n, figure.n - figure.held, waits.median, waits.ninetieth)


@dataclass(frozen=True)
class ToldLoads:
    """Loads of ``places``: ``of`` some of them, or None where it is withheld."""

    places: Collection[Place]
    of: Callable[[Holds], DutyLoad | None]


@dataclass(frozen=True)
class ToldLates:
    """Entries recorded on the cases of ``places``: ``of`` some of them, or None where it is withheld."""

    places: Collection[Place]
    of: Callable[[Holds], LateFigure | None]


@dataclass(frozen=True)
class ToldFigures:
    """The figures that a reader is told. ``reach``: None for whoever runs the service, who is told all exactly.

    ``today``: the day on which it is asked. ``among``, an argument of each question: all places of which figures are asked
    together. They are exact where the reader may open every case that these places held in the time that counts. Clauses
    are given by id.
    """

    queries: DutyQueries
    reach: ReaderReach | None
    today: date

    def is_exact(self, moment: Moment, among: Holds, since: date, until: date) -> bool:
        """Whether every case held in these places after ``since`` up to ``until`` is open to the reader."""
        return self.reach is None or self.reach.covers(self.queries.selection(moment), among, since, until)

    def is_exact_in(self, asked: Period, among: Holds) -> bool:
        """The same for a period."""
        return self.is_exact(asked.moment, among, asked.since, asked.moment.on)

    def duties(self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds) -> Told:
        """The duties that fell due: held, n."""
        if self.is_exact_in(asked, among):
            counts = {count.place: _pair(count.figure) for count in self.queries.counts(asked, clauses, held_as)}
            return Told(counts)
        found = self._rounded(asked, clauses, held_as, among)
        people = _together(found.people)
        counts = {place: np.sum([of[place] for of in found.counts.values()], axis=0) for place in found.places}
        return Told(counts, blocks(people), people)

    def by_clause(self, asked: Period, clauses: Sequence[str], among: Holds) -> dict[str, Told]:
        """The same for each clause by itself, met in time. Clauses under which nothing fell due are left out."""
        if self.is_exact_in(asked, among):
            exact: dict[str, dict[Place, Array]] = {}
            for count in self.queries.counts(asked, clauses, "in_time", "clause"):
                exact.setdefault(count.value, {})[count.place] = _pair(count.figure)
            return {clause: Told(counts) for clause, counts in exact.items()}
        found = self._rounded(asked, clauses, "in_time", among)
        told = {}
        for clause, some in found.people.items():
            people = {place: {"": persons} for place, persons in some.items()}
            told[clause] = Told(found.counts[clause], blocks(people), people)
        return told

    def _rounded(self, asked: Period, clauses: Sequence[str], held_as: HeldAs, among: Holds) -> "_Rounded":
        at, wanted = disclosure.at_month_ends(asked, self.today), self._areas(among)
        whole, inside = (
            {
                (count.value, count.place): _pair(count.figure)
                for count in self.queries.counts(period, clauses, held_as, "clause")
                if wanted(count.place)
            }
            for period in (Period(at.moment, BEGINNING), at)
        )
        places, counts = sorted({place for _, place in whole}), {}
        for clause in dict.fromkeys(clause for clause, _ in whole):
            totals = {place: _since(whole.get((clause, place)), inside.get((clause, place))) for place in places}
            counts[clause] = {place: made[1] for place, made in by_place(totals, [0]).items()}
        people: dict[str, dict[Place, frozenset[str]]] = {}
        for (place, clause), some in self.queries.people(at, clauses, wanted, "clause").items():
            people.setdefault(clause, {})[place] = some
        return _Rounded(places, counts, people)

    def _areas(self, among: Holds) -> Holds:
        """Whether a place lies in an area in which one of these lies."""
        areas = {place.area for place in self.queries.places() if among(place)}
        return lambda place: place.area in areas

    def by_group(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Callable[[object], str],
        among: Holds,
    ) -> dict[str, Told]:  # fmt: skip
        """The duties by group of people: held, n and, where exact, the people. ``name``: the group of a value."""
        if self.is_exact_in(asked, among):
            return self._exact_groups(asked, clauses, held_as, split, name)
        at, wanted = disclosure.at_month_ends(asked, self.today), self._areas(among)
        people: dict[Place, dict[str, set[str]]] = {}
        for (place, value), some in self.queries.people(at, clauses, wanted, split).items():
            people.setdefault(place, {}).setdefault(name(value), set()).update(some)
        counts = self._rounded_groups(at, clauses, held_as, split, name, wanted)
        told, found = _told_by_area(people), blocks(_pooled(people))
        return {
            group: Told(of, [b for b in found if told[next(iter(b)).area].get(group) is not None], people)
            for group, of in counts.items()
        }

    def people_of(
        self, asked: Period, clauses: Sequence[str], split: Attribute, name: Callable[[object], str], among: Holds
    ) -> dict[str, int]:
        """How many people are behind each group of ``by_group``; of none where it is not exact."""
        if not self.is_exact_in(asked, among):
            return {}
        people: dict[str, set[str]] = {}
        for (_, value), some in self.queries.people(asked, clauses, among, split).items():
            people.setdefault(name(value), set()).update(some)
        return {group: len(some) for group, some in people.items()}

    def _exact_groups(
        self, asked: Period, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Callable[[object], str]
    ) -> dict[str, Told]:
        found: dict[str, dict[Place, Array]] = {}
        for count in self.queries.counts(asked, clauses, held_as, split):
            of = found.setdefault(name(count.value), {})
            of[count.place] = of.get(count.place, np.zeros(2, np.int64)) + _pair(count.figure)
        return {group: Told(counts) for group, counts in found.items()}

    def _rounded_groups(
        self, at: Period, clauses: Sequence[str], held_as: HeldAs, split: Attribute, name: Callable[[object], str],
        wanted: Holds,
    ) -> dict[str, dict[Place, Array]]:  # fmt: skip
        """For each group and place the counts of the period, clause by clause of rounded totals along the groups, too."""
        every: list[dict[Place, dict[str, Array]]] = []
        for clause in clauses:
            totals: dict[Place, dict[str, Array]] = {}
            for part, period in enumerate((Period(at.moment, BEGINNING), at)):
                for count in self.queries.counts(period, [clause], held_as, split):
                    if wanted(count.place):
                        of = totals.setdefault(count.place, {}).setdefault(
                            name(count.value), np.zeros((2, 2), np.int64)
                        )
                        of[part] += _pair(count.figure)
            every.append(totals)
        groups = sorted({group for totals in every for of in totals.values() for group in of})
        told: dict[str, dict[Place, Array]] = {group: {} for group in groups}
        for totals in every:
            stacked = {
                place: np.stack([_since(*of[group]) if group in of else _since(None, None) for group in groups])
                for place, of in totals.items()
            }
            for place, made in by_place(stacked, [0, 1]).items():
                for number, group in enumerate(groups):
                    of_group = told[group]
                    of_group[place] = of_group.get(place, np.zeros(2, np.int64)) + made[number, 1]
        return told

    def series(self, periods: Sequence[Period], clauses: Sequence[str], held_as: HeldAs, among: Holds) -> list[Told]:
        """The duties that fell due in each of some consecutive periods. Not exact, they must begin with the record."""
        first, last = periods[0], periods[-1]
        if self.is_exact(last.moment, among, first.since, last.moment.on):
            found = self.queries.series(periods, clauses, held_as)
            return [Told({place: _pair(of[n]) for place, of in found.items()}) for n in range(len(periods))]
        ends, wanted = [disclosure.at_month_ends(period, self.today) for period in periods], self._areas(among)
        counts: list[dict[Place, Array]] = [{} for _ in periods]
        for clause in clauses:
            found = self.queries.series(ends, [clause], held_as)
            totals = {place: np.array([_pair(one) for one in of]) for place, of in found.items() if wanted(place)}
            for place, made in by_place(totals, [0]).items():
                for of_period, pair in zip(counts, made, strict=True):
                    of_period[place] = of_period.get(place, np.zeros(2, np.int64)) + pair
        whole = Period(ends[-1].moment, ends[0].since)
        people: list[dict[Place, dict[str, frozenset[str]]]] = [{} for _ in periods]
        for (place, at), some in self.queries.people(whole, clauses, wanted, [end.moment.on for end in ends]).items():
            people[at][place] = {"": some}
        return [Told(of, blocks(some), some) for of, some in zip(counts, people, strict=True)]

    def waits(self, asked: Period, clauses: Sequence[str], among: Holds) -> ToldWaits:
        """How long the duties that fell due took."""
        told = self.duties(asked, clauses, "done", among)
        at = asked if told.exact else disclosure.at_month_ends(asked, self.today)
        return ToldWaits(told, self.queries.waits(at, clauses, among))

    def verdicts(self, moment: Moment, question: str, among: Holds) -> Told:
        """The cases whose answer to a question counts: sufficient, n, absent."""
        if self.is_exact(moment, among, moment.on - timedelta(days=1), moment.on):
            return Told({place: np.array(of) for place, of in self.queries.verdicts(moment, question).items()})
        at, wanted = self._month_end(moment), self._areas(among)
        found = self.queries.verdicts(at, question)
        people: dict[Place, dict[str, set[str]]] = {}
        for case in self.queries.answers(at, question):
            if wanted(case.place):
                people.setdefault(case.place, {}).setdefault("", set()).add(person_of(case.reference))
        return Told(
            by_place({place: np.array(of) for place, of in found.items() if wanted(place)}), blocks(people), people
        )

    def loads(self, moment: Moment, among: Holds) -> ToldLoads:
        """What falls due in the coming weeks, was done and is overdue."""
        if self.forecasts_exactly(moment, among):
            found = self.queries.loads(moment)
            return ToldLoads(
                found.keys(), lambda holds: sum_loads(load for place, load in found.items() if holds(place))
            )
        at, wanted = self._month_end(moment), self._areas(among)
        people = {place: {"": some} for place, some in self.queries.holding(at).items() if wanted(place)}
        load = {place: load for place, load in self.queries.loads(at).items() if wanted(place)}
        told = Told(by_place({place: np.array(of[1:]) for place, of in load.items()}), blocks(people), people)
        weeks = told._replace(counts=by_place({place: np.array(of.weeks) for place, of in load.items()}, [0]))

        def of(holds: Holds) -> DutyLoad | None:
            due, others = weeks.at(holds), told.at(holds)
            if due is None or others is None:
                return None
            return DutyLoad(tuple(np.maximum(due, 0).tolist()), *np.maximum(others, 0).tolist())

        return ToldLoads([*told.places()], of)

    def forecasts_exactly(self, moment: Moment, among: Holds) -> bool:
        """Whether loads are told exactly: every case that the places hold in the weeks that count is open."""
        since, until = moment.on - timedelta(weeks=BEFORE), moment.on + timedelta(weeks=WEEKS)
        return self.is_exact(moment, among, since, until)

    def recorded(self, asked: Period, among: Holds) -> ToldLates:
        """The entries recorded in a period on the cases that these places hold at its end."""
        if self.is_exact(asked.moment, among, asked.moment.on - timedelta(days=1), asked.moment.on):
            found = self.queries.recorded(asked)
            return ToldLates(found.keys(), lambda holds: _late(of for place, of in found.items() if holds(place)))
        at, wanted = disclosure.at_month_ends(asked, self.today), self._areas(among)
        whole, inside = (self.queries.recorded(one) for one in (Period(at.moment, BEGINNING), at))
        totals = {
            place: _since(_recorded(of), _recorded(inside.get(place))) for place, of in whole.items() if wanted(place)
        }
        counts = {place: made[1] for place, made in by_place(totals, [0]).items()}
        people = {place: {"": some} for place, some in self.queries.holding(at.moment).items() if wanted(place)}
        told = Told(counts, blocks(people), people)

        def of(holds: Holds) -> LateFigure | None:
            rounded = told.at(holds)
            if rounded is None:
                return None
            late, entries = np.maximum(rounded, 0).tolist()
            if len({person_of(entry.reference) for entry in self.queries.late(at, holds)}) < disclosure.FEW:
                return LateFigure(entries, late)
            exact = _late(of for place, of in inside.items() if holds(place))
            return exact._replace(entries=entries, late=late, longest=None)

        return ToldLates([*told.places()], of)

    def _month_end(self, moment: Moment) -> Moment:
        return disclosure.at_month_ends(Period(moment, moment.on), self.today).moment


class _Rounded(NamedTuple):
    """Counts of a period made of rounded totals, and the people behind them: by clause and place."""

    places: Sequence[Place]
    counts: Mapping[str, Mapping[Place, Array]]
    people: Mapping[str, Mapping[Place, frozenset[str]]]


def sum_loads(loads: Iterable[DutyLoad]) -> DutyLoad:
    """The loads added up."""
    every = DutyLoad()
    for load in loads:
        every = every.plus(load)
    return every


def _pair(figure: Proportion) -> Array:
    return np.array((figure.held, figure.n), np.int64)


def _since(whole: Array | None, inside: Array | None) -> Array:
    """Two rows: the counts before a period, and those inside it. ``whole``: both together."""
    none = np.zeros(2, np.int64)
    inside = none if inside is None else inside
    return np.stack([(none if whole is None else whole) - inside, inside])


def _together(people: Mapping[str, Mapping[Place, frozenset[str]]]) -> dict[Place, dict[str, set[str]]]:
    """The people of all clauses together, as one group."""
    found: dict[Place, dict[str, set[str]]] = {}
    for some in people.values():
        for place, persons in some.items():
            found.setdefault(place, {}).setdefault("", set()).update(persons)
    return found


def _told_by_area(people: Mapping[Place, Mapping[str, set[str]]]) -> dict[str, dict[str, str | None]]:
    """For each area what its groups are told as (``groups_told``)."""
    areas: dict[str, dict[str, set[str]]] = {}
    for place, groups in people.items():
        for group, some in groups.items():
            areas.setdefault(place.area, {}).setdefault(group, set()).update(some)
    return {area: groups_told({group: len(some) for group, some in groups.items()}) for area, groups in areas.items()}


def _pooled(people: Mapping[Place, Mapping[str, set[str]]]) -> dict[Place, dict[str, set[str]]]:
    """The people with the groups of each area that are told together as one, called by no name."""
    told, found = _told_by_area(people), dict[Place, dict[str, set[str]]]()
    for place, groups in people.items():
        for group, some in groups.items():
            found.setdefault(place, {}).setdefault(told[place.area][group] or "", set()).update(some)
    return found


def _recorded(of: RecordedCount | None) -> Array | None:
    """How many entries were late, of how many."""
    return None if of is None else np.array((sum(of.late.values()), of.entries), np.int64)


def _late(found: Iterable[RecordedCount]) -> LateFigure:
    entries, late = 0, Counter[int]()
    for of in found:
        entries, late = entries + of.entries, late + of.late
    days = Waits.of(dict(late.items()))
    return LateFigure(entries, days.n, days.median, days.ninetieth, days.longest)

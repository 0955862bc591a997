"""Which figures a reader is told exactly: those of places of which they may open every case that counts."""

from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar, cast

from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.counted_people import CountedPeople
from projections.reports.disclosure import at_month_ends
from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import BEFORE, WEEKS, SnoozedDuty, Split
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds, ReaderReach


def in_areas(areas: Set[str]) -> Holds:
    """Whether a place lies in these areas."""
    return lambda place: place.area in areas


T = TypeVar("T")


@dataclass(frozen=True)
class DisclosureGate:
    """Whom figures are told. ``reach``: None for whoever runs the service, who is told all exactly.

    ``today``: the day on which it is asked. ``among``, an argument of each question: all places of which figures are asked
    together. They are exact where the reader may open every case that these places held in the time that counts. Clauses
    are given by id.
    """

    _queries: DutyQueries
    reach: ReaderReach | None
    today: date
    snoozed: Sequence[SnoozedDuty] = ()
    """The duties that anybody has ever hidden from their own list."""

    _made: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was told, by what was asked: several tables of a page ask for the same."""

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once."""
        if key not in self._made:
            self._made[key] = make()
        return cast(T, self._made[key])

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

    def _areas(self, among: Holds) -> Holds:
        """Whether a place lies in an area in which one of these lies."""
        return in_areas(self._areas_of(among))

    def _areas_of(self, among: Holds) -> frozenset[str]:
        """The areas in which these places lie."""
        return frozenset(place.area for place in self.places() if among(place))

    def _month_end(self, moment: Moment) -> Moment:
        return at_month_ends(Period(moment, moment.on), self.today).moment

    def _closed(self, at: Period, clauses: Sequence[str], wanted: Holds, by: Split = "clause") -> CountedPeople:
        """The people behind the duties of cases that are closed to the reader."""
        closed = None if self.reach is None else self.reach.closed(self._queries.columns)
        return self._queries.people(at, clauses, wanted, by, closed)

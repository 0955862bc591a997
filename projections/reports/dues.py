"""Dues: the duties of many cases as the reports count them. One source answers every question of this protocol.

A duty counts when it fell due after ``since`` and by the moment's day (``Obligation.counts``), and belongs to who held the
case on its due date, as in the matrix.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, Protocol

from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.obligations.derive import Obligation
from projections.reports.periods import Period

Split = Literal["clause", "gender", "ethnicity", "disability"]

WEEKS = 8
"""How far the forecast looks ahead."""

BEFORE = 26
"""Weeks before the day read over which what was done is counted, against the forecast."""


class Count(NamedTuple):
    """Duties of one place (and one value of what they are split by) that count, and how many were held."""

    place: Place
    key: Any
    held: int
    n: int


class Behind(NamedTuple):
    """One duty behind a figure."""

    reference: str
    name: str
    place: Place
    obligation: Obligation


class Answered(NamedTuple):
    """One case that counts in the figure of a question, and where it is held on the day. ``absent``: insufficient because
    what was required is not there at all.
    """

    reference: str
    name: str
    place: Place
    sufficient: bool
    absent: bool


class Verdicts(NamedTuple):
    """Cases whose answer counts: sufficient ones, all of them, and those where nothing was there at all."""

    sufficient: int
    n: int
    absent: int


class Load(NamedTuple):
    """What a place has before it and behind it. ``weeks``: duties due in each of the next weeks; ``arranged``: how many of
    them are met by something already on the file; ``done``: duties met in the ``BEFORE`` weeks up to the day; ``overdue``:
    what the caseload lists as overdue.
    """

    weeks: tuple[int, ...] = (0,) * WEEKS
    arranged: int = 0
    done: int = 0
    overdue: int = 0

    def plus(self, other: "Load") -> "Load":
        weeks = tuple(a + b for a, b in zip(self.weeks, other.weeks, strict=True))
        return Load(weeks, self.arranged + other.arranged, self.done + other.done, self.overdue + other.overdue)


class Late(NamedTuple):
    """One entry recorded late, by so many working days."""

    reference: str
    name: str
    place: Place
    type: str
    occurred_on: date
    recorded_on: date
    working_days: int


class Recorded(NamedTuple):
    """Entries recorded in a period, and the working days by which those recorded late were late."""

    entries: int
    late: Counter[int]


Measure = Literal["in_time", "done"]
Wanted = Callable[[Place], bool]


class Dues(Protocol):
    """What the reports ask of a record. ``clauses`` are ids; the ESI framework's expectations are among them."""

    def counts(
        self, moment: Moment, since: date, clauses: Sequence[str], measure: Measure, split: Split | None = None
    ) -> list[Count]: ...

    def series(
        self, periods: Sequence[Period], clauses: Sequence[str], measure: Measure, wanted: Wanted
    ) -> list[tuple[int, int]]:
        """For each of some periods, each beginning where the one before ends: how many duties were held, of how many."""
        ...

    def persons(
        self, moment: Moment, since: date, clauses: Sequence[str], attribute: Split, wanted: Wanted
    ) -> Mapping[tuple[Place, Any], frozenset[str]]:
        """The cases that have a duty that counts, by who held it when it was due and by an attribute."""
        ...

    def waits(
        self, moment: Moment, since: date, clauses: Sequence[str], wanted: Wanted
    ) -> Mapping[Place, Counter[int | None]]:
        """Of the duties that count: how many took so many working days from arising to being met; None: not met by the day."""
        ...

    def places(self) -> Sequence[Place]:
        """Every place where a case has ever been held, or a duty fallen due."""
        ...

    def verdicts(self, moment: Moment, question: str) -> Mapping[Place, Verdicts]:
        """``answers``, counted by who holds the case on the day."""
        ...

    def behind(self, moment: Moment, since: date, clauses: Sequence[str], wanted: Wanted) -> list[Behind]: ...

    def answers(self, moment: Moment, question: str) -> list[Answered]:
        """The cases whose answer to a question of the ESI framework counts."""
        ...

    def loads(self, moment: Moment) -> Mapping[Place, Load]:
        """Of the national standards. What falls due belongs to who will hold the case; what is overdue, to who holds it."""
        ...

    def recorded(self, moment: Moment, since: date) -> Mapping[Place, Recorded]:
        """Entries recorded after a day and by the moment's, by who holds the case on the moment's day."""
        ...

    def late(self, moment: Moment, since: date, wanted: Wanted) -> list[Late]:
        """The entries recorded late that ``recorded`` counts."""
        ...

    def coming(self, moment: Moment, first: date, last: date, wanted: Wanted) -> list[Behind]:
        """The duties of the national standards that fall due after ``first`` up to ``last``, as ``loads`` counts them."""
        ...

    def holders(self, moment: Moment) -> Mapping[str, Place]:
        """Who holds each case that had begun, on the day."""
        ...

    def first_day(self) -> date | None:
        """The first day of supervision of any case, by all that is known today; None: there is no case."""
        ...

"""The results of duty queries: counts and loads by place, and the duties, cases and entries that they count."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from domain.policy.measures.measure import Measure
from projections.ledger.ledger import Place
from projections.reports.proportions import Proportion, Waits

if TYPE_CHECKING:  # it loads the database's library
    from domain.working.snoozes import Snooze
    from projections.columns.column_schema import Array

WEEKS = 8
"""Weeks of the forecast."""

BEFORE = 26
"""Weeks up to the day read in which duties met are counted, to compare with the forecast."""


Attribute = Literal["gender", "ethnicity", "disability"]
Split = Literal["clause"] | Attribute
"""What duties are told apart by, besides places."""


HeldAs = Literal["in_time", "done"]
"""What ``held`` counts of the duties that fell due: those met in time, or those met in time or late."""

CountedAs = HeldAs | Literal["dispensed", "told_late"]
"""The same, or what is counted apart: those dispensed with, or those met in time by what was recorded after the day."""


def held_as_of(measure: Measure) -> HeldAs:
    """What ``held`` counts in the figure of a measure of duties."""
    return "done" if measure.counts == "done" else "in_time"


class Count(NamedTuple):
    """The duties of one place that fell due. ``value``: the clause or attribute they are split by; None: not split.

    ``pair``: how many are held, of how many.
    """

    place: Place
    value: Any
    pair: "Array"

    @property
    def figure(self) -> Proportion:
        return Proportion(*self.pair.tolist())


class AnsweredCase(NamedTuple):
    """One case that counts in the figure of a question. ``place``: where it is held on the day.

    ``absent``: insufficient because what was required is missing altogether. ``case``: its number in the columns.
    """

    reference: str
    name: str
    place: Place
    sufficient: bool
    absent: bool
    case: int


class Verdicts(NamedTuple):
    """Cases whose answer counts: how many are sufficient, how many there are, how many are absent."""

    sufficient: int
    n: int
    absent: int


class DutyLoad(NamedTuple):
    """The duties of the national standards that a place has to do and has done.

    ``weeks``: due in each of the next ``WEEKS`` weeks. ``arranged``: how many of these an entry dated later already meets.
    ``done``: met in the ``BEFORE`` weeks up to the day. ``overdue``: listed as overdue on the caseload.
    """

    weeks: tuple[int, ...] = (0,) * WEEKS
    arranged: int = 0
    done: int = 0
    overdue: int = 0

    def plus(self, other: "DutyLoad") -> "DutyLoad":
        weeks = tuple(a + b for a, b in zip(self.weeks, other.weeks, strict=True))
        return DutyLoad(weeks, self.arranged + other.arranged, self.done + other.done, self.overdue + other.overdue)


def loads_together(loads: Iterable[DutyLoad]) -> DutyLoad:
    """The loads added up."""
    every = DutyLoad()
    for load in loads:
        every = every.plus(load)
    return every


class LateEntry(NamedTuple):
    """One entry recorded ``working_days`` late. ``place``: where its case is held on the day read. ``case``: its number."""

    reference: str
    name: str
    place: Place
    type: str
    occurred_on: date
    recorded_on: date
    working_days: int
    case: int


class RecordedCount(NamedTuple):
    """Entries recorded in a period. ``late``: how many were late by each number of working days."""

    entries: int
    late: Counter[int]


class LateFigure(NamedTuple):
    """Entries recorded, ``late`` ones among them, and the delays of these in working days; None: none was late, or withheld."""

    entries: int
    late: int
    median: int | None = None
    ninetieth: int | None = None
    longest: int | None = None


def late_together(found: Iterable[RecordedCount]) -> LateFigure:
    """The entries of several places together."""
    entries, late = 0, Counter[int]()
    for of in found:
        entries, late = entries + of.entries, late + of.late
    days = Waits.of(dict(late.items()))
    return LateFigure(entries, days.n, days.median, days.ninetieth, days.longest)


NEAR = 5
"""Working days about the day a duty was due in which a transfer or a snooze is counted beside figures (a parameter of ours)."""


class CountedApart(NamedTuple):
    """What is counted beside a figure of duties: how many are dispensed, told late, transferred, snoozed (``counted_apart``)."""

    dispensed: int = 0
    told_late: int = 0
    transferred: int = 0
    snoozed: int = 0

    def plus(self, other: "CountedApart") -> "CountedApart":
        return CountedApart(*(a + b for a, b in zip(self, other, strict=True)))


class SnoozedDuty(NamedTuple):
    """A duty that somebody had hidden from their list: its case and clause (ids), when it was due, and when it was hidden."""

    reference: str
    clause: str
    due_on: date
    snoozed_on: date


def snoozed_duties(snoozed: "Iterable[Snooze]") -> list[SnoozedDuty]:
    """The duties among these rows."""
    return [
        SnoozedDuty(one.row.reference, one.row.name, one.due_on, one.from_on)
        for one in snoozed
        if one.row.kind == "duty"
    ]

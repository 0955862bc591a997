"""What the duty queries give: counts, loads and waits by place, and the duties, cases and entries behind them."""

from collections import Counter
from datetime import date
from typing import Any, NamedTuple

from projections.ledger.ledger import Place
from projections.obligations.duty_state import Obligation
from projections.reports.proportions import Proportion

WEEKS = 8
"""How far the forecast looks ahead."""

BEFORE = 26
"""Weeks before the day read over which what was done is counted, against the forecast."""


class Count(NamedTuple):
    """The duties of one place that fell due. ``value``: of what they are split by; None where they are not."""

    place: Place
    value: Any
    figure: Proportion


class PlaceGroup(NamedTuple):
    """The people of one place with one value of an attribute."""

    place: Place
    value: Any


class ListedDuty(NamedTuple):
    """One duty behind a figure. ``place``: who held the case on the day it was due. It names no entries."""

    reference: str
    name: str
    place: Place
    obligation: Obligation


class AnsweredCase(NamedTuple):
    """One case that counts in the figure of a question. ``place``: where it is held on the day.

    ``absent``: insufficient because what was required is not there at all.
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


class DutyLoad(NamedTuple):
    """What a place has before it and behind it, in duties of the national standards.

    ``weeks``: due in each of the next ``WEEKS`` weeks. ``arranged``: how many of those something on the file meets
    already. ``done``: met in the ``BEFORE`` weeks up to the day. ``overdue``: what the caseload lists as overdue.
    """

    weeks: tuple[int, ...] = (0,) * WEEKS
    arranged: int = 0
    done: int = 0
    overdue: int = 0

    def plus(self, other: "DutyLoad") -> "DutyLoad":
        weeks = tuple(a + b for a, b in zip(self.weeks, other.weeks, strict=True))
        return DutyLoad(weeks, self.arranged + other.arranged, self.done + other.done, self.overdue + other.overdue)


class LateEntry(NamedTuple):
    """One entry recorded late, by so many working days. ``place``: where its case is held on the day."""

    reference: str
    name: str
    place: Place
    type: str
    occurred_on: date
    recorded_on: date
    working_days: int


class RecordedCount(NamedTuple):
    """Entries recorded in a period. ``late``: how many of them were late by each number of working days."""

    entries: int
    late: Counter[int]

"""The caseload matrix: officers by clause subject, each cell the share of duties met in time, with n and a trend.

A duty counts when it fell due within the period up to the day read. It belongs to the officer who held the case on the day
it was due. Lapsed duties do not count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from dateutil.relativedelta import relativedelta

from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList
from projections.obligations.clause_catalogue import catalogue
from projections.reports.duty_counts import count_duties, fell_due_runs
from projections.reports.duty_results import CountedApart, CountedAs

MONTHS = 12
"""The default period of a matrix: months up to the day read (a parameter)."""

TREND = 6
"""Months of the trend, one point each."""

POINTS = 5
"""Months with duties below which no trend is drawn."""

TARGET = 90
"""The target: per cent of duties met in time (a parameter: no national standard sets it)."""

FEW = 5
"""Cells with fewer duties than this are shown and not coloured."""

STEPS = (0, 10, 20, 35)
"""Points below target above which a cell's heat increases by one."""

ALL = "all"
"""The name of the column over all subjects."""


class Month(NamedTuple):
    """Duties of one month: how many were met in time, of how many."""

    in_time: int = 0
    n: int = 0


class TeamOfficer(NamedTuple):
    team: str
    name: str


@dataclass(slots=True)
class MatrixCell:
    """Duties met in time, of the ``n`` that fell due. ``months``: the same for each month of the trend, the oldest first.

    ``apart``: what is counted beside them: those dispensed with, and those told late.
    """

    in_time: int = 0
    n: int = 0
    months: list[Month] = field(default_factory=lambda: [Month()] * TREND)
    apart: CountedApart = field(default_factory=CountedApart)

    def add(self, sum_: "DutySum") -> None:
        self.in_time += sum_.in_time
        self.n += sum_.n
        self.apart = self.apart.plus(sum_.apart)
        if sum_.month < TREND:
            at = TREND - 1 - sum_.month
            month = self.months[at]
            self.months[at] = Month(month.in_time + sum_.in_time, month.n + sum_.n)

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.in_time, self.n) if self.n else None

    @property
    def has_trend(self) -> bool:
        """Whether enough months have duties that a line says something."""
        return sum(month.n > 0 for month in self.months) >= POINTS

    def below(self, target: int) -> Fraction:
        """Points below the target; 0 where it is reached or nothing fell due."""
        return Fraction(0) if self.share is None else max(Fraction(0), target - 100 * self.share)

    def heat(self, target: int) -> int | None:
        """0 (at target) to 4 (far below); None where there are too few duties to colour."""
        if self.n < FEW:
            return None
        below = self.below(target)
        return sum(below > step for step in STEPS)


class DutySum(NamedTuple):
    """Duties of one place under one subject in one month: how many were met in time, of ``n``.

    ``month``: 0 is the one that ends on the day read, 1 the one before.
    """

    place: Place
    subject: str
    month: int
    in_time: int
    n: int
    apart: CountedApart = CountedApart()


MatrixRow = dict[str, MatrixCell]
"""Subject (or ``all``) to its cell."""


@dataclass(frozen=True)
class Matrix:
    """The rows of officers, of teams and of areas, and the row of all."""

    subjects: Sequence[str]
    officers: Mapping[TeamOfficer, MatrixRow]
    teams: Mapping[str, MatrixRow]
    areas: Mapping[str, MatrixRow]
    whole: MatrixRow


def duty_sums(selection: CaseSelection, months: int = MONTHS, cases: Array | None = None) -> list[DutySum]:
    """The duties that fell due in the ``months`` up to the day read, by place, subject and month.

    ``cases``: for each case whether it counts (None: all do).
    """
    since = selection.moment.on - relativedelta(months=months)
    found, dispensed, late = (
        count_duties(selection, since, by=("place", "subject", "month"), counted_as=counted, cases=cases).by_key()
        for counted in COUNTED
    )
    return [
        DutySum(place, subject, month, figure.held, figure.n, CountedApart(dispensed[key].held, late[key].held))
        for key, figure in found.items()
        for place, subject, month in (key,)
    ]


COUNTED: tuple[CountedAs, ...] = ("in_time", "dispensed", "told_late")


def matrix(found: Iterable[DutySum], subjects: Sequence[str]) -> Matrix:
    """The matrix of these sums; ``subjects`` in the order of the standards."""
    officers: dict[TeamOfficer, MatrixRow] = {}
    teams: dict[str, MatrixRow] = {}
    areas: dict[str, MatrixRow] = {}
    whole: MatrixRow = {}
    seen = set()
    for one in found:
        held = one.place
        seen.add(one.subject)
        for row in (
            officers.setdefault(TeamOfficer(held.team, held.officer), {}), teams.setdefault(held.team, {}),
            areas.setdefault(held.area, {}), whole,
        ):  # fmt: skip
            _add(row, one)
    return Matrix([s for s in subjects if s in seen], officers, teams, areas, whole)


def whole_row(found: Iterable[DutySum]) -> MatrixRow:
    """The row of all of these sums."""
    row: MatrixRow = {}
    for one in found:
        _add(row, one)
    return row


def _add(row: MatrixRow, one: DutySum) -> None:
    for column in (one.subject, ALL):
        cell = row.get(column)
        if cell is None:
            cell = row[column] = MatrixCell()
        cell.add(one)


def clauses_about(subject: str) -> list[int]:
    """The numbers of the clauses of the national standards on a subject (``all``: on any)."""
    return [number for number in catalogue().standards if subject in (ALL, catalogue().clauses[number].subject)]


def counted_duties(
    selection: CaseSelection,
    months: int = MONTHS,
    wanted: Callable[[Place], bool] = lambda place: True,
    subject: str = ALL,
    cases: Array | None = None,
) -> DutyList:
    """The duties that count on a subject, of the places ``wanted`` on their due dates. ``cases``: see ``duty_sums``."""
    since, clauses = selection.moment.on - relativedelta(months=months), clauses_about(subject)
    fits = np.array([wanted(place) for place in selection.columns.words["place"].values], bool)
    runs = fell_due_runs(selection, since, clauses, cases)
    return DutyList(selection, [run.only(fits[run.column("place")]) for run in runs])

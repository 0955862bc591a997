"""The caseload: one line a case as at a moment, and the list of what is overdue and falls due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from domain.clauses import Clause
from domain.workdays import working_days_between
from projections.casebook import Reading
from projections.history import is_high_risk, value_on
from projections.obligations import Obligation, State


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a case was held on a day."""

    area: str
    division: str
    team: str
    officer: str
    officer_grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCase:
    """What every line about a case says of it, as at the day read."""

    reference: str
    name: str
    order_type: str
    holding: Holding
    risk: str | None
    tier: int | None
    ended_on: date | None
    """When supervision ended, if it had by then; what must be done at its end may still be owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine(OfCase):
    """One case on the caseload, as at a moment. ``next_due_on``: the earliest day on which something still owed is due."""

    mappa_level: int | None
    started_on: date
    overdue: int
    missed: int
    next_due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed(OfCase):
    """One duty of one case on the day, with who answers for it."""

    obligation: Obligation
    state: State
    days_left: int
    """Working days from the day read to the day it is due; negative when that has passed."""

    @property
    def clause(self) -> Clause:
        return self.obligation.clause


def holding(reading: Reading) -> Holding:
    """Where the case was held on the day (its first allocation before that)."""
    allocation = reading.history.allocation
    return Holding(*(value_on(allocation, reading.moment.on) or allocation[0].value))


def of_case(reading: Reading) -> dict[str, Any]:
    """The values of ``OfCase`` for this reading."""
    history, day = reading.history, reading.moment.on
    assert history.started is not None
    return {
        "reference": reading.reference,
        "name": history.started.person.name,
        "order_type": history.started.order_type,
        "holding": holding(reading),
        "risk": value_on(history.risk, day),
        "tier": value_on(history.tier, day),
        "ended_on": history.end.on if history.end is not None and history.end.on <= day else None,
    }


def line(reading: Reading) -> CaseLine:
    history, day = reading.history, reading.moment.on
    assert history.start is not None
    owed = listed(reading)
    return CaseLine(
        **of_case(reading),
        mappa_level=value_on(history.mappa_level, day),
        started_on=history.start.on,
        overdue=sum(o.state(day) == "overdue" for o in owed),
        missed=sum(o.state(day) == "missed" for o in reading.obligations if o.clause.of_standards),
        next_due_on=min((o.due_on for o in owed if o.state(day) == "due"), default=None),
    )


def due(readings: Iterable[Reading], within_days: int = 0) -> list[Owed]:
    """What is overdue on the readings' day, and what falls due within so many days of it, the longest due first.

    A window that was missed cannot be made good: it is history, and not listed.
    """
    found = [
        owed
        for reading in readings
        for owed in outstanding(reading)
        if owed.state == "overdue" or owed.obligation.due_on <= reading.moment.on + timedelta(days=within_days)
    ]
    return sorted(found, key=lambda o: (o.obligation.due_on, o.reference, o.clause.id))


def outstanding(reading: Reading) -> list[Owed]:
    """What somebody can still do on the readings' day: overdue or due, however far ahead."""
    day, case = reading.moment.on, of_case(reading)
    return [
        Owed(**case, obligation=o, state=state, days_left=working_days_between(day, o.due_on))
        for o in listed(reading)
        if (state := o.state(day)) in ("overdue", "due")
    ]


def listed(reading: Reading) -> list[Obligation]:
    """The duties that a caseload lists: what the national standards ask and somebody can still do on the day.

    A framework's expectations are for its own score; what was overdue when supervision ended is history.
    """
    end = reading.history.end
    over = end is not None and end.on <= reading.moment.on
    return [o for o in reading.obligations if o.clause.of_standards and (not over or o.clause.after == "end")]


def high_risk(readings: Iterable[Reading]) -> list[Reading]:
    """The high risk of harm sub-sample: cases assessed as high or very high on the readings' day."""
    return [r for r in readings if is_high_risk(r.history, r.moment.on)]


def select(
    readings: Iterable[Reading], *, area: str | None = None, team: str | None = None, officer: str | None = None
) -> Sequence[Reading]:
    """The cases held in this area, team or by this officer on the readings' day; None: any."""
    wanted = {"area": area, "team": team, "officer": officer}
    return [
        r for r in readings
        if all(value is None or getattr(holding(r), name) == value for name, value in wanted.items())
    ]  # fmt: skip

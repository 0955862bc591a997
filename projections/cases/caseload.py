"""The caseload: one line a case as at a moment, and the list of what is overdue and falls due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from domain.calendar.workdays import working_days_between
from domain.policy.clauses import Clause
from projections.cases.case_repository import Reading
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.history import is_high_risk, value_on
from projections.ledger.ledger import Place
from projections.obligations.derive import Obligation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCase:
    """What every line about a case says of it, as at the day read."""

    reference: str
    name: str
    order_type: str
    holding: Place
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
class DutyLine(OfCase):
    """One duty of one case on the day, with who answers for it."""

    obligation: Obligation
    state: State
    days_left: int
    """Working days from the day read to the day it is due; negative when that has passed."""

    @property
    def clause(self) -> Clause:
        return self.obligation.clause


def holding(reading: Reading) -> Place:
    """Where the case was held on the day (its first allocation before that)."""
    allocation = reading.history.allocation
    return Place(*(value_on(allocation, reading.moment.on) or allocation[0].value))


def of_case(case: CaseSnapshot) -> dict[str, Any]:
    """The values of ``OfCase``."""
    spell = case.spell
    return {
        "reference": case.reference,
        "name": spell.name,
        "order_type": spell.order_type,
        "holding": spell.place,
        "risk": spell.risk,
        "tier": spell.tier,
        "ended_on": spell.ended_on,
    }


def line(case: CaseSnapshot) -> CaseLine:
    duties, day = [held.obligation for held in case.standards], case.day
    owed = listed(duties, over=case.spell.ended_on is not None)
    return CaseLine(
        **of_case(case),
        mappa_level=case.spell.mappa_level,
        started_on=case.spell.started_on,
        overdue=sum(o.state(day) == "overdue" for o in owed),
        missed=sum(o.state(day) == "missed" for o in duties),
        next_due_on=min((o.due_on for o in owed if o.state(day) == "due"), default=None),
    )


def due(cases: Iterable[CaseSnapshot], within_days: int = 0) -> list[DutyLine]:
    """What is overdue on the day read, and what falls due within so many days of it, the longest due first.

    A window that was missed cannot be made good: it is history, and not listed.
    """
    found = [
        owed
        for case in cases
        for owed in outstanding(case)
        if owed.state == "overdue" or owed.obligation.due_on <= case.day + timedelta(days=within_days)
    ]
    return sorted(found, key=lambda o: (o.obligation.due_on, o.reference, o.clause.id))


def outstanding(case: CaseSnapshot) -> list[DutyLine]:
    """What somebody can still do on the day read: overdue or due, however far ahead."""
    day, said = case.day, of_case(case)
    return [
        DutyLine(**said, obligation=o, state=state, days_left=working_days_between(day, o.due_on))
        for o in listed((held.obligation for held in case.standards), over=case.spell.ended_on is not None)
        if (state := o.state(day)) in ("overdue", "due")
    ]


def listed(duties: Iterable[Obligation], *, over: bool) -> list[Obligation]:
    """Of the duties of the national standards, those that a caseload lists: what somebody can still do on the day.

    ``over``: supervision had ended by then; what was overdue then is history, but for what is done at its end.
    """
    return [o for o in duties if not over or o.clause.after == "end"]


def high_risk(readings: Iterable[Reading]) -> list[Reading]:
    """The high risk of harm sub-sample: cases assessed as high or very high on the readings' day."""
    return [r for r in readings if is_high_risk(r.history, r.moment.on)]

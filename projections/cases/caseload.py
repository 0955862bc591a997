"""The caseload: one line for each case as at a moment, and the list of duties that are overdue or fall due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar.workdays import working_days_between
from domain.policy.clauses import Clause
from projections.cases.case_snapshot import CaseSnapshot
from projections.obligations.duty_state import Obligation, State


@dataclass(frozen=True, slots=True)
class LineOfCase:
    """A line of a list about cases. Its snapshot holds the attributes of the case on the day."""

    case: CaseSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine(LineOfCase):
    """One case on the caseload, as at a moment. ``next_due_on``: the earliest due date of a duty that is *due*."""

    overdue: int
    missed: int
    next_due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine(LineOfCase):
    """One duty of one case, and its state on the day read."""

    obligation: Obligation
    state: State
    days_left: int
    """Working days from the day read to the day it is due; negative when that has passed."""

    @classmethod
    def on_the_day(cls, case: CaseSnapshot, obligation: Obligation, state: State) -> "DutyLine":
        """The line of a duty that is in this state on the snapshot's day."""
        days_left = working_days_between(case.day, obligation.due_on)
        return cls(case, obligation=obligation, state=state, days_left=days_left)

    @property
    def clause(self) -> Clause:
        return self.obligation.clause


def case_line(case: CaseSnapshot) -> CaseLine:
    """The caseload's line of a case: duties overdue, missed and due next under the national standards."""
    duties, day = [held.obligation for held in case.standards], case.day
    owed = listed(duties, over=case.has_ended)
    return CaseLine(
        case,
        overdue=sum(o.state(day) == "overdue" for o in owed),
        missed=sum(o.state(day) == "missed" for o in duties),
        next_due_on=min((o.due_on for o in owed if o.state(day) == "due"), default=None),
    )


def due_list(cases: Iterable[CaseSnapshot], within_days: int = 0) -> list[DutyLine]:
    """The duties that are overdue on the day read or fall due within so many days after it, by due date.

    A missed window is not listed: it cannot be met any more.
    """
    found = [
        owed
        for case in cases
        for owed in outstanding(case)
        if owed.state == "overdue" or owed.obligation.due_on <= case.day + timedelta(days=within_days)
    ]
    return sorted(found, key=lambda o: (o.obligation.due_on, o.case.reference, o.clause.id))


def outstanding(case: CaseSnapshot) -> list[DutyLine]:
    """The duties that can still be met on the day read: overdue, or due however far ahead."""
    return [
        DutyLine.on_the_day(case, o, state)
        for o in listed((held.obligation for held in case.standards), over=case.has_ended)
        if (state := o.state(case.day)) in ("overdue", "due")
    ]


def listed(duties: Iterable[Obligation], *, over: bool) -> list[Obligation]:
    """Of duties of the national standards, those that a caseload lists.

    ``over``: supervision had ended by the day. Then only duties that arise at its end are listed.
    """
    return [o for o in duties if not over or o.clause.after == "end"]

"""The lists of the desk: what an SPO must look at on a day. Each count is the length of its list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine, LineOfCase, outstanding
from projections.ledger.ledger import LateRow

WEEK, MONTH = timedelta(days=7), timedelta(days=28)
"""How far ahead and back the lists go: calendar days, the day read not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLine(LineOfCase):
    """An entry recorded late."""

    recorded: LateRow


Line = DutyLine | LateLine


class DeskList(NamedTuple):
    """One list: its group and title on the desk, a sentence on its contents, and a function that picks its lines from a case."""

    id: str
    group: str
    title: str
    says: str
    pick: Callable[[CaseSnapshot, Sequence[DutyLine]], Iterable[Line]]


def _state(*states: str) -> Callable[[DutyLine, date], bool]:
    return lambda owed, day: owed.state in states


def _within(span: timedelta) -> Callable[[DutyLine, date], bool]:
    return lambda owed, day: owed.state == "due" and owed.obligation.due_on <= day + span


def _duties(
    holds: Callable[[DutyLine, date], bool], *clauses: str, high_risk: bool = False
) -> Callable[[CaseSnapshot, Sequence[DutyLine]], Iterable[Line]]:
    """The outstanding duties for which ``holds`` is true on the day (under these clauses; at high risk of harm only)."""

    def pick(case: CaseSnapshot, owed: Sequence[DutyLine]) -> Iterable[Line]:
        return (
            o for o in owed
            if (not clauses or o.clause.id in clauses)
            and (not high_risk or case.is_high_risk)
            and holds(o, case.day)
        )  # fmt: skip

    return pick


def _enforcement(case: CaseSnapshot, owed: Sequence[DutyLine]) -> Iterable[Line]:
    return (o for o in owed if o.clause.subject == "enforcement" and o.clause.id != "absence-decision")


def _missed(case: CaseSnapshot, owed: Sequence[DutyLine]) -> Iterable[Line]:
    """Contact windows that closed in the last four weeks with too few contacts in them."""
    day = case.day
    for _, o in case.standards:
        if o.window and day - MONTH < o.due_on < day and o.state(day) == "missed":
            yield DutyLine.on_the_day(case, o, "missed")


def _late(case: CaseSnapshot, owed: Sequence[DutyLine]) -> Iterable[Line]:
    return (LateLine(case, recorded=row) for row in case.lates if case.day - MONTH < row.recorded_on <= case.day)


_OPEN = _state("overdue", "due")

LISTS: dict[str, DeskList] = {
    listed.id: listed
    for listed in (
        DeskList("overdue", "Standards", "Overdue", "What the national standards asked for by now and is not done.",
                 _duties(_state("overdue"))),
        DeskList("due-in-7-days", "Standards", "Due in 7 days", "What falls due in the next seven days.",
                 _duties(_within(WEEK))),
        DeskList("due-in-28-days", "Standards", "Due in 28 days", "What falls due in the next four weeks.",
                 _duties(_within(MONTH))),
        DeskList("contact-missed", "Standards", "Contact missed",
                 "Times for contact that closed in the last 28 days with too few appointments in them.", _missed),
        DeskList("no-countersigned-assessment", "High risk of harm without", "Countersigned assessment",
                 "High risk of harm, and no manager has countersigned the assessment.",
                 _duties(_OPEN, "assessment-countersigned", high_risk=True)),
        DeskList("no-risk-management-plan", "High risk of harm without", "Risk management plan",
                 "High risk of harm, and no risk management plan made since it became so, or since it changed.",
                 _duties(_OPEN, "risk-management-plan", "risk-management-plan-after-change", high_risk=True)),
        DeskList("no-review", "High risk of harm without", "Review in time",
                 "High risk of harm, and a review of the assessment, the plan or the risk management plan is overdue.",
                 _duties(_state("overdue"), "risk-of-harm-review", "risk-of-harm-review-after-change", "plan-review",
                         "risk-management-plan-review", high_risk=True)),
        DeskList("no-oversight", "High risk of harm without", "Oversight in time",
                 "High risk of harm, and management oversight is overdue.",
                 _duties(_state("overdue"), "management-oversight", high_risk=True)),
        DeskList("absences", "Enforcement", "Absences awaiting a decision",
                 "Absences that nobody has decided to be acceptable or not.", _duties(_OPEN, "absence-decision")),
        DeskList("clocks", "Enforcement", "Clocks running",
                 "Explanations, warnings, breach and recall still to be done, with the working days left.", _enforcement),
        DeskList("recorded-late", "Recording", "Recorded late",
                 "Entries recorded in the last 28 days, more than one working day after the day they are dated.", _late),
    )
}  # fmt: skip
"""Every list of the desk by its id, in reading order."""


def desk(cases: Iterable[CaseSnapshot]) -> dict[str, list[Line]]:
    """Every list, from one pass over the cases."""
    found: dict[str, list[Line]] = {name: [] for name in LISTS}
    for case in cases:
        owed = outstanding(case)
        for name, listed in LISTS.items():
            found[name].extend(listed.pick(case, owed))
    return found

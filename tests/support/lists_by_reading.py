"""The lists of the desk, the caseload and what is owed, told case by case from snapshots: the columns must say the same."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import CaseLine, DutyLine, LateLine, NoticeLine, by_due_date, outstanding
from projections.lists.work_lists import LISTS
from projections.obligations.duty_state import Obligation

WEEK, MONTH = timedelta(days=7), timedelta(days=28)

Line = DutyLine | LateLine | NoticeLine
Holds = Callable[[DutyLine, date], bool]


def case_line(case: CaseSnapshot) -> CaseLine:
    """The caseload's line of a case."""
    owed = outstanding(case)
    return CaseLine(
        case,
        overdue=sum(o.state == "overdue" for o in owed),
        missed=sum(held.obligation.state(case.day) == "missed" for held in case.standards),
        next_due_on=min((o.obligation.due_on for o in owed if o.state == "due"), default=None),
    )


def due_list(cases: Iterable[CaseSnapshot], within_days: int) -> list[DutyLine]:
    """What is overdue on the day read or falls due within so many days after it."""
    owed = (o for case in cases for o in outstanding(case))
    return by_due_date(
        o for o in owed if o.state == "overdue" or o.obligation.due_on <= o.case.day + timedelta(days=within_days)
    )


def overdue(owed: DutyLine, day: date) -> bool:
    return owed.state == "overdue"


def any_open(owed: DutyLine, day: date) -> bool:
    return True


def within(span: timedelta) -> Holds:
    return lambda owed, day: owed.state == "due" and owed.obligation.due_on <= day + span


def enforcement(owed: DutyLine, day: date) -> bool:
    return owed.clause.subject == "enforcement" and owed.clause.id != "absence-decision"


RULES: dict[str, tuple[Holds, tuple[str, ...], bool]] = {
    "overdue": (overdue, (), False),
    "due-in-7-days": (within(WEEK), (), False),
    "due-in-28-days": (within(MONTH), (), False),
    "no-countersigned-assessment": (any_open, ("assessment-countersigned",), True),
    "no-risk-management-plan": (any_open, ("risk-management-plan", "risk-management-plan-after-change"), True),
    "no-review": (
        overdue,
        ("risk-of-harm-review", "risk-of-harm-review-after-change", "plan-review", "risk-management-plan-review"),
        True,
    ),
    "no-oversight": (overdue, ("management-oversight",), True),
    "absences": (any_open, ("absence-decision",), False),
    "clocks": (enforcement, (), False),
    "no-outcome": (overdue, ("recording",), False),
}
"""For each list of duties what holds of a duty on it, the clauses it is under (none: any), whether of high risk alone."""


def desk(cases: Iterable[CaseSnapshot]) -> dict[str, list[Line]]:
    """Every list, case by case."""
    found: dict[str, list[Line]] = {name: [] for name in LISTS}
    for case in cases:
        for owed in outstanding(case):
            for name, (holds, clauses, high_risk) in RULES.items():
                if (
                    holds(owed, case.day)
                    and (not clauses or owed.clause.id in clauses)
                    and (case.is_high_risk or not high_risk)
                ):
                    found[name].append(owed)
        found["contact-missed"] += [
            DutyLine.on_the_day(case, o) for _, o in case.standards if _missed_lately(o, case.day)
        ]
        for row in case.noticed:
            found[row.notice].append(NoticeLine(case, notice=row))
        found["recorded-late"] += [
            LateLine(case, recorded=row) for row in case.lates if case.day - MONTH < row.recorded_on <= case.day
        ]
    return found


def _missed_lately(o: Obligation, day: date) -> bool:
    return o.window and day - MONTH < o.due_on < day and o.state(day) == "missed"

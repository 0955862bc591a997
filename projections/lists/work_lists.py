"""The lists of the desk: what an SPO must look at on a day. Each count is the length of its list."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from projections.columns.column_schema import Array
from projections.lists.late_entries import LateEntries
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties
from projections.notices.notice_kinds import NOTICES
from projections.obligations.clause_catalogue import catalogue

WEEK, MONTH = 7, 28
"""How far ahead and back the lists go: calendar days, the day read not counted."""

Pick = Callable[[OpenDuties], Array]
"""For each open duty whether a list holds it."""


class DeskList(NamedTuple):
    """One list: its group and title on the desk, a sentence on its contents, and what it holds.

    ``pick``: which open duties; ``notice``: the notices of a kind (its id). Neither: it is the list of entries recorded late.
    """

    id: str
    group: str
    title: str
    says: str
    pick: Pick | None = None
    notice: str | None = None

    @property
    def holds(self) -> Literal["duties", "notices", "late"]:
        """What its lines are."""
        return "notices" if self.notice is not None else "late" if self.pick is None else "duties"


def _overdue(duties: OpenDuties) -> Array:
    return duties.overdue


def _open(duties: OpenDuties) -> Array:
    """Overdue, or due however far ahead."""
    return duties.overdue | duties.due


def _due_within(days: int) -> Pick:
    return lambda duties: duties.due & (duties.due_on <= int(duties.selection.day) + days)


def _under(pick: Pick, *clauses: str, high_risk: bool = False) -> Pick:
    """Those under these clauses; at high risk of harm only."""

    def picked(duties: OpenDuties) -> Array:
        numbers = frozenset(n for n, clause in enumerate(catalogue().clauses) if clause.id in clauses)
        found = pick(duties) & duties.under(numbers)
        return found & duties.selection.high_risk[duties.duties.case] if high_risk else found

    return picked


def _enforcement(duties: OpenDuties) -> Array:
    clauses = enumerate(catalogue().clauses)
    numbers = frozenset(n for n, c in clauses if c.subject == "enforcement" and c.id != "absence-decision")
    return _open(duties) & duties.under(numbers)


def missed_lately(duties: OpenDuties) -> Array:
    """Contact windows that closed in the last four weeks with too few contacts in them."""
    day = int(duties.selection.day)
    return duties.missed & (duties.due_on > day - MONTH) & (duties.due_on < day)


LISTS: dict[str, DeskList] = {
    listed.id: listed
    for listed in (
        *(DeskList(kind.id, "To be looked at", kind.title, kind.says, notice=kind.id) for kind in NOTICES.values()),
        DeskList("overdue", "Standards", "Overdue", "What the national standards asked for by now and is not done.",
                 _overdue),
        DeskList("due-in-7-days", "Standards", "Due in 7 days", "What falls due in the next seven days.",
                 _due_within(WEEK)),
        DeskList("due-in-28-days", "Standards", "Due in 28 days", "What falls due in the next four weeks.",
                 _due_within(MONTH)),
        DeskList("contact-missed", "Standards", "Contact missed",
                 "Times for contact that closed in the last 28 days with too few appointments in them.", missed_lately),
        DeskList("no-countersigned-assessment", "High risk of harm without", "Countersigned assessment",
                 "High risk of harm, and no manager has countersigned the assessment.",
                 _under(_open, "assessment-countersigned", high_risk=True)),
        DeskList("no-risk-management-plan", "High risk of harm without", "Risk management plan",
                 "High risk of harm, and no risk management plan made since it became so, or since it changed.",
                 _under(_open, "risk-management-plan", "risk-management-plan-after-change", high_risk=True)),
        DeskList("no-review", "High risk of harm without", "Review in time",
                 "High risk of harm, and a review of the assessment, the plan or the risk management plan is overdue.",
                 _under(_overdue, "risk-of-harm-review", "risk-of-harm-review-after-change", "plan-review",
                        "risk-management-plan-review", high_risk=True)),
        DeskList("no-oversight", "High risk of harm without", "Oversight in time",
                 "High risk of harm, and management oversight is overdue.",
                 _under(_overdue, "management-oversight", high_risk=True)),
        DeskList("absences", "Enforcement", "Absences awaiting a decision",
                 "Absences that nobody has decided to be acceptable or not.", _under(_open, "absence-decision")),
        DeskList("clocks", "Enforcement", "Clocks running",
                 "Explanations, warnings, breach and recall still to be done, with the working days left.", _enforcement),
        DeskList("no-outcome", "Recording", "Appointments without an outcome",
                 "Appointments whose day has passed and of which the file does not say what became.",
                 _under(_overdue, "recording")),
        DeskList("recorded-late", "Recording", "Recorded late",
                 "Entries recorded in the last 28 days, more than one working day after the day they are dated."),
    )
}  # fmt: skip
"""Every list of the desk by its id, in reading order."""


class ListCount(NamedTuple):
    """How long a list is, of how many cases its lines are, and how many of these have ended."""

    lines: int
    cases: int
    ended: int

    @classmethod
    def of(cls, cases: Array, over: Array) -> "ListCount":
        """The count of a list from the case of each of its lines; ``over``: for each case whether it has ended."""
        numbers = np.unique(cases)
        return cls(len(cases), len(numbers), int(np.count_nonzero(over[numbers])))


def desk(duties: OpenDuties, late: LateEntries, notices: ListedNotices) -> dict[str, Array]:
    """For every list the case of each of its lines."""

    def cases(listed: DeskList) -> Array:
        if listed.notice is not None:
            return notices.case[notices.of_kind(listed.notice)]
        return late.case if listed.pick is None else duties.duties.case[np.flatnonzero(listed.pick(duties))]

    return {name: cases(listed) for name, listed in LISTS.items()}

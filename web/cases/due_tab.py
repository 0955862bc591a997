"""What is due on a case, by subject: what is open, what was not in time, or everything."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from flask import request
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from projections.obligations.duty_state import Obligation, State
from web.cases.case_page import blueprint
from web.cases.opened_case import OpenedCase, case_page, not_begun, opened_case
from web.services import current_cases
from web.site import access_control


class Shown(NamedTuple):
    """A choice of duties: its words, and the states that it shows (None: every state)."""

    words: str
    states: Sequence[State] | None


CHOICES = {
    "open": Shown("Open", ("due", "overdue", "dispensed")),
    "late": Shown("Late or missed", ("overdue", "missed", "met_late")),
    "all": Shown("All", None),
}


class SubjectDuties(NamedTuple):
    """The duties of one subject: one by one, and those of windows that were missed, by what they ask."""

    subject: str
    of_standards: bool
    duties: list[Obligation]
    missed: dict[str, list[Obligation]]


@blueprint.get("/cases/<crn>/<int:number>/due")
@access_control.open_to(*READERS)
def due(crn: str, number: int) -> str | Response:
    """The duties of a case by subject. ``?show=``: ``open`` (the default), ``late`` or ``all``."""
    case = opened_case(crn, number)
    if not case.reading.has_begun:
        return not_begun(case)
    show = request.args.get("show", "open")
    show = show if show in CHOICES else "open"
    return case_page(
        case,
        "cases/case_due.html",
        show=show,
        choices=[(name, one.words, sum(map(shows(case, name), case.arisen))) for name, one in CHOICES.items()],
        subjects=by_subject(list(filter(shows(case, show), case.arisen)), case.day),
    )


def shows(case: OpenedCase, choice: str) -> Callable[[Obligation], bool]:
    """Whether a choice shows a duty. A window that is dispensed with for good is not open any more."""
    states, day = CHOICES[choice].states, case.day

    def shown(duty: Obligation) -> bool:
        over = duty.state(day) == "dispensed" and duty.dispensed_until(day) is None
        return states is None or (duty.state(day) in states and not over)

    return shown


def by_subject(duties: Sequence[Obligation], day: date) -> list[SubjectDuties]:
    """The duties by subject, the standards' first, in the order of the documents; windows that were missed in one line."""
    found: list[SubjectDuties] = []
    for of_standards in (True, False):
        clauses = [c for c in current_cases.framework().clauses if c.of_standards is of_standards]
        for subject in dict.fromkeys(clause.subject for clause in clauses):
            these = [o for o in duties if o.clause.subject == subject and o.clause.of_standards is of_standards]
            if these:
                found.append(_parted(subject, of_standards, these, day))
    return found


def _parted(subject: str, of_standards: bool, duties: Sequence[Obligation], day: date) -> SubjectDuties:
    parted = SubjectDuties(subject, of_standards, [], {})
    for duty in duties:
        if duty.state(day) == "missed":
            parted.missed.setdefault(duty.clause.says, []).append(duty)
        else:
            parted.duties.append(duty)
    return parted

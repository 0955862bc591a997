"""The overview of a case: what is overdue and next, notices, the supervision at a glance, risk and plan, last contacts."""

from datetime import date
from operator import attrgetter

from flask import Blueprint, request
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.entries.case_entries import AppointmentMade
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.last_plans import last_plans
from projections.cases.supervision_chart import supervision_chart
from projections.cases.todays_law import todays_law
from projections.history.appointments import Appointment
from projections.ledger.ledger_rows import NoticeRow
from projections.notices.notice import NoticeKind
from projections.notices.notice_kinds import NOTICES
from projections.obligations.arranged import stands
from projections.obligations.duty_state import Obligation
from web.cases.chart_shapes import chart
from web.cases.opened_case import TABS, OpenedCase, case_page, not_begun, opened_case
from web.presentation.outcome_words import outcome_words
from web.site import access_control

blueprint = Blueprint("cases", __name__)
blueprint.add_app_template_global(lambda: TABS, "case_tabs")

NEXT = 5
"""How many duties that are still in time, and how many contacts, the overview shows."""


@blueprint.get("/cases/<crn>/<int:number>")
@access_control.open_to(*READERS)
def show(crn: str, number: int) -> str | Response:
    """The overview of a case. With ``?inspection=`` the judgements of that inspection count too.

    ``?met=1``: the strip chart shows the duties that were met, too.
    """
    case = opened_case(crn, number)
    if not case.reading.has_begun:
        return not_begun(case)
    with_met = request.args.get("met") == "1"
    late, missed = owed(case)
    return case_page(
        case,
        "cases/case.html",
        late=late,
        missed=missed,
        upcoming=upcoming(case),
        noticed=noticed(case.reading.snapshot),
        with_met=with_met,
        chart=chart(supervision_chart(case.reading, met=with_met)),
        plans=last_plans(case.reading.history, case.day),
        contacts=last_contacts(case),
        law=todays_law(case.reading.history, case.day),
    )


def owed(case: OpenedCase) -> tuple[list[Obligation], int]:
    """The duties of the standards that are overdue, and how many times for contact were missed."""
    found = [o for o in case.arisen if o.clause.of_standards and o.state(case.day) in ("overdue", "missed")]
    return [o for o in found if not o.window], sum(o.window for o in found)


def noticed(case: CaseSnapshot) -> list[tuple[NoticeKind, list[NoticeRow]]]:
    """The notices that stand on the day, by kind, in the order of the kinds; of each kind the first to begin first."""
    rows = sorted(case.noticed, key=lambda row: row.begins_on)
    found = [(kind, [row for row in rows if row.notice == kind.id]) for kind in NOTICES.values()]
    return [(kind, some) for kind, some in found if some]


def upcoming(case: OpenedCase) -> list[Obligation]:
    """The duties of the standards that fall due next; of each clause the first."""
    due = [o for o in case.arisen if o.clause.of_standards and o.state(case.day) == "due"]
    first = {o.clause.id: o for o in reversed(due)}
    return sorted(first.values(), key=lambda o: o.due_on)[:NEXT]


def last_contacts(case: OpenedCase) -> list[tuple[str, str]]:
    """The last appointments by the day, the newest first, and above them those for later: the entry, and what is known."""
    history, day = case.reading.history, case.day
    every = sorted(history.all(AppointmentMade), key=attrgetter("for_on", "entry"))
    made = [history.appointment_on(one, day) for one in every if one.occurred_on <= day]
    ahead, past = ([one for one in made if (one.for_on > day) is later] for later in (True, False))
    return [(one.entry, _known(one, day)) for one in (*reversed(ahead[:NEXT]), *reversed(past[-NEXT:]))]


def _known(one: Appointment, day: date) -> str:
    return "arranged" if stands(one, day) else outcome_words(one.outcome, one.acceptable)

"""The overview of a case: what is overdue and next, notices, the supervision at a glance, risk and plan, last contacts."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.entries.case_entries import (
    Entry,
    RiskManagementPlanMade,
    RiskManagementPlanReviewed,
    SupervisionPlanMade,
    SupervisionPlanReviewed,
)
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.supervision_chart import supervision_chart
from projections.history.appointments import Appointment
from projections.ledger.ledger_rows import NoticeRow
from projections.notices.notice import NoticeKind
from projections.notices.notice_kinds import NOTICES
from projections.obligations.duty_state import Obligation
from web.cases.chart_shapes import chart
from web.cases.opened_case import TABS, OpenedCase, case_page, not_begun, opened_case
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
    owed = [o for o in case.arisen if o.clause.of_standards and o.state(case.day) in ("overdue", "missed")]
    return case_page(
        case,
        "cases/case.html",
        late=[o for o in owed if not o.window],
        missed=sum(o.window for o in owed),
        upcoming=upcoming(case),
        noticed=noticed(case.reading.snapshot),
        with_met=with_met,
        chart=chart(supervision_chart(case.reading, met=with_met)),
        plans=last_plans(case),
        contacts=last_contacts(case),
    )


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


def last_plans(case: OpenedCase) -> list[Entry]:
    """The last of each: plan made, plan reviewed, risk management plan made and reviewed, by the day."""
    history, found = case.reading.history, list[Entry]()
    for made in (SupervisionPlanMade, SupervisionPlanReviewed, RiskManagementPlanMade, RiskManagementPlanReviewed):
        done = [fact for fact in history.all(made) if fact.occurred_on <= case.day]
        if done:
            found.append(max(done, key=lambda fact: fact.occurred_on))
    return found


def last_contacts(case: OpenedCase) -> list[Appointment]:
    """The last appointments by the day, the newest first, and above them those arranged for later."""
    every = [a for a in case.reading.history.appointments.values() if a.made_on <= case.day]
    ahead = [a for a in every if a.for_on > case.day]
    past = [a for a in every if a.for_on <= case.day]
    return [*reversed(ahead[:NEXT]), *reversed(past[-NEXT:])]

"""The pages of the inspected area's named people: the list of cases, the draft and comments on it, alerts."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import InspectionOpened
from projections.inspections import inspection_access
from projections.inspections.alerts import Alert, alerts
from projections.inspections.reader_conflicts import held_on
from web.inspections.process_steps import EFFECTS, OUTCOMES, parts_of
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, read_form, record_on_case, token
from web.services import current_cases
from web.site import access_control, clock
from web.site.links import is_home

blueprint = Blueprint("area", __name__)

NOT_NAMED = "There is no inspection {} for which you are named."
"""The same words for an inspection for which the reader is not named, or of which nothing is open to them yet, and for one that is
not there."""


class NamedFor(NamedTuple):
    """An inspection for which the person signed in is named, and what of it is open to them today."""

    name: str
    opened: InspectionOpened
    sees_list: bool
    sees_draft: bool
    alerts: Sequence[Alert]
    """Those that wait for an answer."""


def named_for() -> list[NamedFor]:
    """The inspections for which the person signed in is named and that have something open to them, the latest first."""
    who, today, book = access_control.account(), clock.today(), current_cases.repository()
    found = []
    for name, opened in book.inspections.items():
        one = book.inspection(name)
        if not inspection_access.is_named(one, who):
            continue
        waiting = [a for a in area_alerts(name, one) if a.answered is None]
        shown = inspection_access.sees_list(one, who, today), inspection_access.sees_draft(one, who, today)
        if waiting or (one.published is None and any(shown)):
            found.append(NamedFor(name, opened, *shown, waiting))
    return found


def area_alerts(name: str, found: Inspection, *, opened: bool = False) -> list[Alert]:
    """The alerts that the person signed in is named to answer, without those on cases that limited access closes to them."""
    if not inspection_access.answers_alerts(found, access_control.account()):
        return []
    raised = alerts(current_cases.repository(), name, opened=opened)
    closed = current_cases.closed(one.case for one in raised)
    return [one for one in raised if one.case not in closed]


def listed(found: Inspection) -> list[str]:
    """The list of cases as the person signed in sees it: without those that limited access closes to them."""
    if not inspection_access.sees_list(found, access_control.account(), clock.today()):
        return []
    closed = current_cases.closed(found.sample)
    return [case for case in found.sample if case not in closed]


def on_home() -> list[NamedFor]:
    """The same on the reader's home page; nothing on others."""
    who = access_control.signed_in()
    return named_for() if who is not None and is_home(who) else []


def named_here(inspection: str) -> Inspection:
    """The inspection for which the person signed in is named, once anything of it is open to them; until then it is not there."""
    book = current_cases.repository()
    found = book.inspection(inspection) if inspection in book.inspections else None
    if found is None or not _is_open(inspection, found):
        abort(404, NOT_NAMED.format(inspection))
    return found


def _is_open(inspection: str, found: Inspection) -> bool:
    who, today = access_control.account(), clock.today()
    if not inspection_access.is_named(found, who):
        return False
    shown = inspection_access.sees_list(found, who, today) or inspection_access.sees_draft(found, who, today)
    return shown or found.published is not None or bool(area_alerts(inspection, found, opened=True))


@blueprint.get("/inspections/<inspection>/for-the-area")
@access_control.open_to(*READERS)
def show(inspection: str) -> str:
    """What of an inspection is open to a person of the area: the list, the draft and their comments, alerts."""
    return _page(inspection, named_here(inspection), {})


def _page(inspection: str, found: Inspection, problems: Problems) -> str:
    who, today, book = access_control.account(), clock.today(), current_cases.repository()
    cases = listed(found)
    raised = area_alerts(inspection, found, opened=True)
    access_control.shown(*cases, *(one.case for one in raised))
    return render_template(
        "inspections/for_the_area.html", inspection=inspection, opened=found.opened, found=found, process=found.process,
        listed=[(case, held_on(book, found, case)) for case in cases],
        list_to_come=inspection_access.named(found, "list", who) and not inspection_access.sees_list(found, who, today),
        draft_to_come=inspection_access.named(found, "draft", who) and found.published is None,
        draft=inspection_access.sees_draft(found, who, today), fields=_comment_fields(found), typed=_typed(),
        problems=problems, mine=[(n, one) for n, one in found.process.comments.items() if who.is_named(one.by_id)],
        alerts=raised, answers_alerts=inspection_access.answers_alerts(found, who), outcomes=OUTCOMES, effects=EFFECTS,
        now=clock.recording_time(), entry_id=request.form.get("entry") or token(),
    )  # fmt: skip


def _typed() -> dict[str, list[str]]:
    return request.form.to_dict(flat=False)


def _comment_fields(found: Inspection) -> list[Field]:
    """What a comment says. Only who has the list of cases can name one."""
    cases = [(one, one) for one in listed(found)]
    whole = "The draft as a whole, or one case" if cases else "The draft as a whole"
    return [
        Field("about", "choice", "About", False, "", (("", whole), *parts_of(found))),
        *([Field("case", "choice", "Case", False, "", (("", "No single case"), *cases))] if cases else []),
        Field("says", "note", "What is wrong", True, "A matter of fact. Name no person under supervision"),
        Field("evidence", "note", "What shows it", True, "Such as: the plan of 3 May on the file"),
        Field("evidence_on", "date", "Date of the evidence", True, "It must have existed when fieldwork was closed"),
    ]


@blueprint.post("/inspections/<inspection>/for-the-area")
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def comment(inspection: str) -> str | Response:
    """Comment on a draft. After the last day it is kept, marked late."""
    found, who = named_here(inspection), access_control.account()
    if not inspection_access.sees_draft(found, who, clock.today()):
        abort(403, "The draft is not open to you, so there is nothing to comment on.")
    values, problems = read_form(_comment_fields(found))
    made = {**values, "by": who.name, "by_id": who.username}
    problems = problems or enter(inspection, "CommentMade", made, asked=_comment_fields(found))
    if problems:
        return _page(inspection, found, problems)
    late = found.process.draft is not None and clock.today() > found.process.draft.comments_until
    flash(
        "The last day for comments is over: your comment is kept, marked late, and answered if the lead chooses."
        if late
        else "Your comment is with the lead, who answers it here."
    )
    return redirect(url_for("area.show", inspection=inspection, _anchor="comments"))


@blueprint.post("/inspections/<inspection>/alerts/<crn>/<int:number>/<alert>")
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def answer_alert(inspection: str, crn: str, number: int, alert: str) -> str | Response:
    """Say what was done about an alert."""
    found, case = named_here(inspection), f"{crn}/{number}"
    asked = next((a for a in area_alerts(inspection, found) if (a.case, a.raised.entry) == (case, alert)), None)
    if asked is None:
        abort(404, "There is no such alert that is yours to answer.")
    answer = request.form.get("answer", "").strip()
    if not answer:
        return _page(inspection, found, {f"answer-{alert}": "Say what was done"})
    who = access_control.account()
    problems = record_on_case(
        case,
        "AlertAnswered",
        {"inspection": inspection, "alert": alert, "answer": answer, "by": who.name, "by_id": who.username},
    )
    for words in problems.values() or ["The alert is answered."]:
        flash(words)
    return redirect(url_for("area.show", inspection=inspection, _anchor="alerts"))


def attach(app: Flask) -> None:
    """Let the home page say for what the reader is named."""
    app.add_template_global(on_home, "named_on_home")

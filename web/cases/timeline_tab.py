"""The entries of a case, the newest first, by kind and in pages; and the address of one entry among them."""

from collections.abc import Sequence
from functools import partial

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.amendments import AMENDING
from domain.entries.case_entries import ENTRY_TYPES, Entry
from projections.cases.entry_timeline import TimelineEntry
from projections.cases.stored_late import late_grounds, late_in_answer
from web.cases.case_page import blueprint
from web.cases.opened_case import OpenedCase, case_page, not_begun, opened_case
from web.presentation.pagination import Page, read_page
from web.services import current_cases, entry_rights
from web.site import access_control

SIZE = 25
"""Entries on a page."""

KINDS = sorted({declared.use.form_group for declared in ENTRY_TYPES.values()})
"""The kinds by which entries are filtered: the headings under which they are recorded."""


@blueprint.get("/cases/<crn>/<int:number>/timeline")
@access_control.open_to(*READERS)
def timeline(crn: str, number: int) -> str | Response:
    """The entries of a case. ``?kind=``: of one kind; ``?page=``: a page of them."""
    case = opened_case(crn, number)
    if not case.reading.has_begun:
        return not_begun(case)
    kinds = kinds_of(case.items)
    kind = request.args.get("kind", "")
    kind = kind if kind in kinds else ""
    listed = [item for item in newest_first(case) if not kind or kind_of(item.fact) == kind]
    page = read_page(request.args, len(listed), SIZE)
    late = {item.fact.entry for item in case.items if item.stored is not None and item.stored.late}
    return case_page(
        case, "cases/case_timeline.html", items=page.of(listed), page=page, kind=kind, kinds=kinds, listed=len(listed),
        late=late, late_answers=answers_on_late(case) if late else 0, changes=partial(entry_rights.may_change, file=case.file),
        named={item.fact.entry: item.fact for item in case.items}, amends=lambda fact: type(fact) in AMENDING,
    )  # fmt: skip


@blueprint.get("/cases/<crn>/<int:number>/entries/<entry:entry_id>")
@access_control.open_to(*READERS)
def entry(crn: str, number: int, entry_id: str) -> str | Response:
    """Where one entry stands on the timeline, as it is read at the moment. 404: it is not on it."""
    case = opened_case(crn, number)
    if not case.reading.has_begun:
        return not_begun(case)
    places = [item.fact.entry for item in newest_first(case)]
    if entry_id not in places:
        abort(404, "There is no such entry on this file as it is read here. It may have been recorded or dated later.")
    on_page = Page(places.index(entry_id) // SIZE + 1, len(places), SIZE).number
    page = on_page if on_page > 1 else None
    return redirect(
        url_for("cases.timeline", crn=crn, number=number, inspection=case.inspection, page=page,
                _anchor=f"entry-{entry_id}")
    )  # fmt: skip


def newest_first(case: OpenedCase) -> list[TimelineEntry]:
    """The entries of a case, the newest first."""
    return list(reversed(case.items))


def kind_of(fact: Entry) -> str:
    """The kind of an entry, by which the timeline is filtered: the heading under which it is recorded."""
    return fact.use.form_group


def kinds_of(items: Sequence[TimelineEntry]) -> list[str]:
    """The kinds of some entries, in order of the alphabet."""
    return sorted({kind_of(item.fact) for item in items})


def answers_on_late(case: OpenedCase) -> int:
    """How many answers of a case rest on entries stored late."""
    grounds = late_grounds(current_cases.repository(), case.reference, case.reading.moment)
    return sum(bool(late_in_answer(answer, grounds, case.day)) for answer in case.reading.answers)

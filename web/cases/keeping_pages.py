"""What is kept of a person: holds, erasing, redacting one text. For the managers who answer for the case; no administrator."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.requests import RequestKind
from domain.accounts.roles import KEEPERS
from domain.entries.person_entries import HoldLifted, HoldPlaced, person_file
from domain.entries.tidy_text import paragraphs
from domain.store import erasing
from domain.store.person_register import holds_on
from projections.cases.disclosure_draft import draft
from projections.cases.erasure_check import (
    BACKUPS,
    NOT_SAID,
    WHAT_IS_LEFT,
    may_confirm_for,
    published_with,
)
from projections.exports.made_exports import exports_holding
from projections.inspections import blind_reading
from web.cases.keeping_requests import actor, against, ask, without
from web.presentation.disclosure_document import as_html
from web.presentation.formatting import short_date
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("keeping", __name__)

LONGEST_REASON = 2_000
"""Characters of a reason."""


@blueprint.get("/cases/<crn>/<int:number>/keeping")
@access_control.open_to(*KEEPERS)
def show(crn: str, number: int) -> str:
    """The holds on the person, what stands against erasing, and the forms."""
    case, book = _opened(crn, number), current_cases.repository()
    every = erasing.cases_of(book.files, crn)
    cases = [one for one in every if one == case or (current_cases.may_record(one) and current_cases.is_open(one))]
    access_control.shown(*cases)
    closed = set(every) - set(cases)
    return render_template(
        "cases/keeping.html",
        reference=case,
        crn=crn,
        cases=cases,
        closed=len(closed),
        holds=[(one, one.stands_on(clock.day())) for one in holds_on(book.files, crn) if one.subject not in closed],
        against=[words for words in without(against(crn), closed) if words != NOT_SAID],
        linked=[one for one in erasing.linked_crns(book.files, crn) if _some_open(one)],
        texts=_texts(case),
        published=published_with(book, cases),
        exports=_exports(crn),
        words=(BACKUPS, WHAT_IS_LEFT),
        waiting=[one for one in access_control.register().requests.still_open(clock.now())
                 if case in one.cases and not one.alone],
    )  # fmt: skip


def _exports(crn: str) -> list[str]:
    """The exports for analysts that hold the person, in words."""
    return [one.words(clock.day()) for one in exports_holding(current_cases.repository(), [crn])]


def _some_open(crn: str) -> bool:
    return any(map(current_cases.is_open, erasing.cases_of(current_cases.repository().files, crn)))


@blueprint.post("/cases/<crn>/<int:number>/keeping/hold")
@access_control.open_to(*KEEPERS)
def hold(crn: str, number: int) -> Response:
    """Place a hold on the case or on the CRN, at once: it only keeps."""
    case, reason = _opened(crn, number), _reason()
    until = _day(request.form.get("until", ""))
    of = case if request.form.get("of") == "case" else None
    fact = HoldPlaced(at=clock.recording_time(), case=of, reason=reason, until=until)
    _enter(crn, case, fact, f"held: {of or 'the CRN'}")
    flash(f"{of or crn} is held.")
    return _back(crn, number)


@blueprint.post("/cases/<crn>/<int:number>/keeping/lift")
@access_control.open_to(*KEEPERS)
def lift(crn: str, number: int) -> Response:
    """Lift a hold."""
    case, reason = _opened(crn, number), _reason()
    subject = request.form.get("subject", "")
    if subject not in [one.subject for one in holds_on(current_cases.repository().files, crn)]:
        abort(400, "There is no such hold any more.")
    fact = HoldLifted(at=clock.recording_time(), case=subject if "/" in subject else None, reason=reason)
    _enter(crn, case, fact, "hold lifted")
    flash(f"The hold on {subject} is lifted.")
    return _back(crn, number)


@blueprint.post("/cases/<crn>/<int:number>/keeping/erase")
@access_control.open_to(*KEEPERS)
def erase(crn: str, number: int) -> Response:
    """Ask to erase the person. A second manager confirms it on the page Requests."""
    case, reason = _opened(crn, number), _reason()
    return _asked(
        "person erased", crn, {"cases": erasing.cases_of(current_cases.repository().files, crn)}, reason, case
    )


@blueprint.post("/cases/<crn>/<int:number>/keeping/redact")
@access_control.open_to(*KEEPERS)
def redact(crn: str, number: int) -> Response:
    """Ask to redact one text. A second manager confirms it on the page Requests."""
    case, reason = _opened(crn, number), _reason()
    entry, _, path = request.form.get("text", "").rpartition(" ")
    return _asked("text redacted", case, {"entry": entry, "path": path}, reason, case)


@blueprint.post("/cases/<crn>/<int:number>/keeping/draft")
@access_control.open_to(*KEEPERS)
def disclose(crn: str, number: int) -> Response:
    """A draft of what is disclosed to the person, as one HTML page to keep, read and redact."""
    _opened(crn, number)
    book, register = current_cases.repository(), access_control.register()
    cases = erasing.cases_of(book.files, crn)
    if not may_confirm_for(book, access_control.account(), cases, clock.day()):
        abort(403, "Only who answers for every case of this CRN can draft what is disclosed.")
    if any(blind_reading.not_yet_shown(book, access_control.account(), case) for case in cases):
        abort(403, "You have still to finish reading a case of this CRN for an inspection. Finish that first.")
    access_control.log("downloaded", *cases, detail="draft of a disclosure")
    accounts = register.accounts()
    roles = {account.username: account.role for account in accounts}
    inspectors = {account.username for account in accounts if account.inspects}
    who = access_control.account()
    kept_back = any(blind_reading.hidden(book, who, case) for case in cases)
    lines = (one for one in register.log.lines(person=crn) if not (kept_back and one.username in inspectors))
    found = draft(
        book, [crn], lines, roles, at=clock.now(), shown=lambda file: blind_reading.without_hidden(book, who, file),
        exports=_exports(crn),
    )  # fmt: skip
    found["linked"] = [one for one in found["linked"] if _some_open(one)]
    answer = Response(as_html(found), content_type="text/html; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{crn}-draft.html"'
    return answer


def _asked(kind: RequestKind, subject: str, change: Mapping[str, Any], reason: str, case: str) -> Response:
    flash(ask(kind, subject, change, reason))
    crn, number = case.split("/")
    return _back(crn, int(number))


def _enter(crn: str, case: str, fact: HoldPlaced | HoldLifted, said: str) -> None:
    current_cases.repository().files.enter(person_file(crn), fact, actor=actor())
    access_control.log("recorded", case, detail=said)


def _texts(case: str) -> list[tuple[str, str]]:
    """The sealed texts of a case: entry and path, and in words. They are not opened.

    Answers of others that the reader must not see yet are not among them.
    """
    book, who = current_cases.repository(), access_control.account()
    found = blind_reading.shown_file(book, who, case).entries.values()
    return [
        (f"{fact.entry} {path}", f"{short_date(fact.occurred_on)}, entry {fact.entry}: {path}")
        for fact in reversed(list(found))
        for path in fact.sealed or ()
    ]


def _opened(crn: str, number: int) -> str:
    """The case, which the person signed in may open and answers for today; 404 or 403."""
    reference = f"{crn}/{number}"
    current_cases.case(reference)
    if not current_cases.may_record(reference):
        abort(403, "Only who answers for the case today looks after what is kept of its person.")
    access_control.shown(reference)
    return reference


def _reason() -> str:
    reason = paragraphs(request.form.get("reason", ""))
    if not reason or len(reason) > LONGEST_REASON:
        abort(400, f"Say why, in at most {LONGEST_REASON} characters. Nothing was changed.")
    return reason


def _day(typed: str) -> date | None:
    if not typed.strip():
        return None
    try:
        day = date(*map(int, reversed(typed.strip().split("/"))))
    except (ValueError, TypeError):
        abort(400, f"“{typed}” is no day; write it like 3/10/2005. Nothing was changed.")
    if day < clock.day():
        abort(400, f"{short_date(day)} is over. Nothing was changed.")
    return day


def _back(crn: str, number: int) -> Response:
    return redirect(url_for("keeping.show", crn=crn, number=number))

"""Requests to erase a person or to redact a text: asked for by one manager, done once a second one confirms them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, flash

from domain.accounts.requests import Request, RequestKind
from domain.aggregates.other_file_ids import crn_of
from domain.entries.person_entries import PersonErased, TextRedacted
from domain.sealing.person_key import Where
from domain.store import erasing
from domain.store.erasing import NotErased
from projections.cases.erasure_check import hindrances, holds_against, may_confirm_for
from projections.inspections import blind_reading
from web.services import current_cases
from web.site import access_control, clock, two_people


def ask(kind: RequestKind, subject: str, change: Mapping[str, Any], reason: str) -> str:
    """Ask for it; what to say of that."""
    meant = Request(0, kind, subject, change, reason, access_control.account().username, clock.now(), alone=False)
    book = current_cases.repository()
    try:
        _check(meant)
        if not may_confirm_for(book, access_control.account(), meant.cases, clock.day()):
            raise NotErased("you do not answer for each of its cases today")
        outcome = two_people.ask(kind, subject, change, reason=reason,
                                 able=lambda who: may_confirm_for(book, who, meant.cases, clock.day()))  # fmt: skip
    except NotErased as error:
        return f"Nothing was changed: {error.args[0]}."
    return two_people.OUTCOMES[outcome]


def without(words: list[str], closed: set[str]) -> list[str]:
    """What stands against erasing; of cases that are closed to the reader it says no more than that it does."""
    told = [one for one in words if not any(case in one for case in closed)]
    return told if len(told) == len(words) else [*told, "something stands against it in a case that is not open to you"]


def against(crn: str) -> list[str]:
    """What stands against erasing the person of a CRN."""
    book = current_cases.repository()
    try:
        erasing.check_erasable(book.files, crn)
    except NotErased as error:
        return [str(error)]
    who = access_control.account()
    return hindrances(book, crn, clock.day(), lambda case: blind_reading.hidden(book, who, case))


def actor() -> str:
    """Who is on record as doing it."""
    return access_control.stored_by_account(access_control.account().username)


def _check(request: Request) -> None:
    """``NotErased`` where what was asked for cannot be done now, and why."""
    book, asked = current_cases.repository(), request.change
    if request.kind == "person erased":
        found = without(against(request.subject), _closed(request.subject))
        if not found and sorted(asked["cases"]) != sorted(erasing.cases_of(book.files, request.subject)):
            found = ["cases of this CRN were added since; ask for it again"]
    else:
        found = holds_against(book, request.subject, clock.day())
        erasing.check_text(book.files, Where(request.subject, asked["entry"], asked["path"]))
    if found:
        raise NotErased("; ".join(found))


def _closed(crn: str) -> set[str]:
    """The cases of a CRN that are closed to the person signed in."""
    return {one for one in erasing.cases_of(current_cases.repository().files, crn) if not current_cases.is_open(one)}


def _erase(request: Request) -> None:
    fact = PersonErased(at=clock.recording_time(), reason=request.reason, asked_by=request.asked_by,
                        confirmed_by=_second(request))  # fmt: skip
    done = erasing.erase(current_cases.repository().files, request.subject, fact, actor=actor())
    access_control.register().forget(request.subject)
    access_control.log(
        "decided", *request.cases, detail="erased" if not done.not_marked else f"erased; {done.not_marked}"
    )
    if done.not_marked:
        flash(f"It is erased, but {done.not_marked}: tell who looks after the site.")


def _redact(request: Request) -> None:
    fact = TextRedacted(
        at=clock.recording_time(), case=request.subject, entry=request.change["entry"], path=request.change["path"],
        reason=request.reason, asked_by=request.asked_by, confirmed_by=_second(request),
    )  # fmt: skip
    erasing.redact(current_cases.repository().files, fact, actor=actor())
    access_control.register().drafts.forget(crn_of(request.subject))
    access_control.log("decided", request.subject, detail=f"a text of entry {fact.entry} redacted")


def _second(request: Request) -> str | None:
    """Who confirmed it; None where it is done alone."""
    who = access_control.account().username
    return who if who != request.asked_by else None


def attach(app: Flask) -> None:
    """Say what confirmed requests do, and tell templates who may look after what is kept."""
    effects: Mapping[RequestKind, Callable[[Request], None]] = {"person erased": _erase, "text redacted": _redact}
    with app.app_context():
        for kind, effect in effects.items():
            two_people.attach_effect(kind, effect, _check)

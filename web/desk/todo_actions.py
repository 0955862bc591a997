"""What a row of the list leads to: the form of the entry that meets it, or the page on which an assessment is countersigned."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from flask import current_app, request, url_for

from domain.entries.case_entries import ENTRY_TYPES
from projections.lists.todo_items import COUNTERSIGNING, DECISIONS
from projections.lists.todo_lines import TodoLine
from web.presentation.fact_words import type_title
from web.services.asked_of_reader import assessment_of, waits_for_officer
from web.services.meeting_entry import meeting_entry
from web.site import access_control, clock


class Act(NamedTuple):
    """An action of a row: its words, and the address."""

    words: str
    href: str


NOTICE_ACTS: Final[Mapping[str, str]] = {
    "not-countersigned-since": "AssessmentCountersigned",
    "signed-by-someone-not-entitled": "AssessmentCountersigned",
    "no-officer": "CaseAllocated",
    "whereabouts-no-action": "BreachInitiated",
    "breach-undecided": "BreachDecided",
    "custody-without-end": "CustodyEnded",
}
"""The type of entry that answers a notice, by its kind; what is not here is looked at on the case's page."""

COUNTERSIGN = "countersign.show"

LOOK: Final = "Look"
"""What a row leads to while the assessment is with its officer: it is read, and waits for their correction."""


def act_of(line: TodoLine) -> Act | None:
    """The action of a row, which leads back to the present page; None where the person signed in may make no such entry.

    None on a past day too: forms record today.
    """
    if line.case.day != clock.today():
        return None
    if line.kind == COUNTERSIGNING and (found := _countersign(line)) is not None:
        return found
    if line.obligation is not None:
        met = meeting_entry(line.obligation)
        return None if met is None else _record(line, met.type, met.about or None)
    assert line.notice is not None
    name = NOTICE_ACTS.get(line.notice.notice)
    if name is None or not access_control.account().may_enter(ENTRY_TYPES[name]):
        return None
    about = line.notice.entry if line.notice.notice == "not-countersigned-since" else None
    return _record(line, name, about)


def _countersign(line: TodoLine) -> Act | None:
    """The page that shows the assessment and takes the countersignature; None where the row names no assessment."""
    entry = assessment_of(line.obligation, line.notice)
    if entry is None or COUNTERSIGN not in current_app.view_functions:
        return None
    if not access_control.may_enter(access_control.account(), COUNTERSIGN):
        return None
    crn, _, number = line.case.reference.rpartition("/")
    return Act(
        LOOK if waits_for_officer(line.case.reference, entry) else "Read and countersign",
        url_for(COUNTERSIGN, crn=crn, number=number, entry=entry, back=request.full_path.rstrip("?")),
    )


def _record(line: TodoLine, type_: str, about: str | None) -> Act:
    crn, _, number = line.case.reference.rpartition("/")
    words = "Decide" if line.kind == DECISIONS else act_words(type_)
    back = request.full_path.rstrip("?")
    return Act(words, url_for("recording.entry", crn=crn, number=number, type_=type_, about=about, back=back))


DONE_WORDS = ("recorded", "completed", "made", "given", "held", "set", "initiated", "provided", "logged")
"""Last words of the titles of types that say no more than that it was done."""


def act_words(type_: str) -> str:
    """What recording an entry of a type is called: *Record oversight*, *Record supervision plan review*, *Countersign*."""
    if type_ == "AssessmentCountersigned":
        return "Countersign"
    words = type_title(type_).split()
    if words[-1] in DONE_WORDS:
        words.pop()
    elif words[-1] in ("reviewed", "requested"):
        words[-1] = words[-1].removesuffix("ed")
    words[0] = words[0] if words[0].isupper() else words[0].lower()
    return f"Record {' '.join(words)}"

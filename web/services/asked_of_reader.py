"""Assessments that a manager returned to their officer: those that wait for the person signed in, and what is said of one."""

from collections.abc import Iterable

from flask import Flask

from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import day_of
from domain.entries.case_entries import AssessmentReturned, EntryCorrected
from projections.cases.asked_back import AskedBack, asked_back, last_returns
from projections.ledger.ledger import NoticeRow
from projections.lists.todo_items import COUNTERSIGNING, kind_of
from projections.obligations.duty_state import Obligation
from web.presentation.formatting import short_date
from web.services import current_cases


def asked_of(references: Iterable[str]) -> list[AskedBack]:
    """What waits for the officer on these cases at the page's moment, with the reasons, the latest first.

    The page shows these cases: it says so itself (``access_control.shown``).
    """
    at, book = current_cases.moment().as_recorded, current_cases.repository()
    found: list[AskedBack] = []
    for reference in references:
        file = book.file(reference)
        if any(isinstance(fact, AssessmentReturned) for fact in file.entries.values()):
            found += asked_back(reference, book.opened_file(file).entries.values(), at.on, at.known_at)
    return sorted(found, key=lambda one: one.returned.recorded_at, reverse=True)


def assessment_of(duty: Obligation | None, notice: NoticeRow | None) -> str | None:
    """The assessment on the case's own file that a duty or notice asks to be countersigned; None where it names none."""
    entry = None
    if duty is not None and kind_of(duty.clause) == COUNTERSIGNING:
        entry = duty.raised_by
    elif notice is not None and notice.notice == "not-countersigned-since":
        entry = notice.entry
    return None if entry is None or file_named(entry) is not None else entry


def last_return(reference: str, assessment: str) -> AskedBack | None:
    """How an assessment was last returned, by the page's moment; None: it was not. The reason is not opened."""
    at, entries = current_cases.moment().as_recorded, current_cases.repository().file(reference).entries.values()
    if not any(isinstance(fact, AssessmentReturned) and fact.assessment == assessment for fact in entries):
        return None
    found = last_returns(reference, entries, at.on, at.known_at)
    return next((one for one in found if one.assessment.entry == assessment), None)


def waits_for_officer(reference: str, assessment: str) -> bool:
    """Whether an assessment was returned to its officer and is not corrected yet, by the page's moment."""
    found = last_return(reference, assessment)
    return found is not None and found.answer is None


def officer_today(reference: str) -> str:
    """Who holds a case on the page's day, in words: by name, or as *the officer*."""
    at = current_cases.moment().as_recorded
    return current_cases.repository().history(reference, at.known_at).held_by(at.on).officer or "the officer"


def returned_said(reference: str, assessment: str) -> str:
    """That an assessment was returned to its officer, and what became of it, as a sentence; empty where it was not."""
    found = last_return(reference, assessment)
    if found is None:
        return ""
    on = short_date(found.returned.occurred_on)
    if found.answer is None:
        return f"Returned to {officer_today(reference)} on {on}."
    since = "corrected since" if isinstance(found.answer, EntryCorrected) else "another assessment made since"
    return f"Returned on {on}; {since}, on {short_date(day_of(found.answer.recorded_at))}."


def attach(app: Flask) -> None:
    """Let the templates of duties say that an assessment was returned."""
    app.add_template_global(assessment_of)
    app.add_template_global(returned_said)
    app.add_template_global(waits_for_officer)

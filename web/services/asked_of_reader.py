"""What was asked back of the person signed in: assessments that a manager returned, on the cases of a list."""

from collections.abc import Iterable

from domain.entries.case_entries import AssessmentReturned
from projections.cases.asked_back import AskedBack, asked_back
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

"""What reached a case's file after the area was given the list of cases."""

from collections.abc import Mapping
from datetime import date

from domain.aggregates.case_file import CaseFile
from domain.aggregates.inspection import Inspection
from domain.calendar.london_time import day_of
from domain.entries.case_entries import is_for_inspection
from domain.store.stored_entries import Stored
from projections.cases.case_repository import CaseRepository


def after_list(found: Inspection, file: CaseFile, stored: Mapping[str, Stored]) -> set[str]:
    """The ids of the entries that were recorded, or stored here, on the day of the list or later; none where none is set.

    What was recorded for inspections is not among them.
    """
    if found.process.list_day is None:
        return set()
    since = found.process.list_day.opens_on
    return {
        name
        for name, fact in file.entries.items()
        if not is_for_inspection(fact) and (day_of(fact.recorded_at) >= since or _stored_since(stored.get(name), since))
    }


def _stored_since(stored: Stored | None, since: date) -> bool:
    """Whether this service stored an entry on this day or later; what was taken over from another record does not count so."""
    return stored is not None and not stored.taken_over and day_of(stored.at) >= since


def entries_after_list(book: CaseRepository, found: Inspection) -> int:
    """How many entries of the sample's files were recorded or stored after the list was given."""
    return sum(len(after_list(found, book.file(case), book.stored(case))) for case in found.sample)

"""The entries of a case that a form offers to be named."""

from collections.abc import Mapping

from domain.aggregates.amendments import withdrawn
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import AppointmentOutcomeRecorded, Entry, EntryCorrected, EntryWithdrawn
from projections.history.history import History
from web.recording.entries_as_read import named_as_read
from web.recording.offered_appointments import offered_for_outcome
from web.services import entry_rights
from web.site import clock


def offered_entries(
    asked: type[Entry], kinds: tuple[str, ...], file: CaseFile, history: History, read: Mapping[str, Entry]
) -> list[tuple[str, str]]:
    """The entries of these types (none: any) for the form of a type, the latest first, as (id, words).

    Withdrawn ones are left out; corrections and withdrawals are offered to be withdrawn alone. For an outcome, only the
    appointments that wait for one are offered. ``read``: every entry as it last read.
    """
    found = [
        fact for fact in history.entries
        if fact.entry in file.entries and (not kinds or type(fact).__name__ in kinds)
        and not isinstance(fact, EntryCorrected | EntryWithdrawn)
    ]  # fmt: skip
    if asked is EntryWithdrawn:
        gone = withdrawn(file.amending)
        found += [fact for fact in file.amending if fact.entry not in gone]
        found.sort(key=lambda fact: fact.recorded_at)
        found = [fact for fact in found if entry_rights.may_change(fact, file)]
    found.reverse()
    if asked is AppointmentOutcomeRecorded:
        return offered_for_outcome(found, history, clock.today())
    return [(fact.entry, named_as_read(fact, read)) for fact in found]

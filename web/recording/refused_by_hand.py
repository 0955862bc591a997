"""What a form refuses though the file would take it: changing what is not theirs or withdrawn, signing their own work, and
appointments and outcomes of days on which there can be none."""

from domain.aggregates.amendments import withdrawn
from domain.aggregates.case_file import CaseFile
from domain.entries import refusals
from domain.entries.case_entries import (
    AppointmentMade,
    AppointmentOutcomeRecorded,
    AssessmentCompleted,
    AssessmentCountersigned,
    AssessmentReturned,
    Entry,
    EntryCorrected,
    EntryWithdrawn,
)
from projections.history.appointments import APPOINTMENTS
from projections.history.history import History
from web.presentation.fact_words import fact_named, fact_title
from web.recording.booking_problems import appointment_problem
from web.recording.entries_as_read import as_it_reads
from web.recording.offered_appointments import why_no_outcome
from web.services import entry_rights
from web.site import clock


def check_by_hand(fact: Entry, file: CaseFile, history: History) -> None:
    """Raise ``Refused`` for what a form does not take, with the field and the reason. What is recorded already is taken.

    ``history``: of the case, with everything recorded to date.
    """
    if isinstance(fact, AssessmentCountersigned | AssessmentReturned):
        _check_signing(fact, file)
    if isinstance(fact, EntryCorrected | EntryWithdrawn) and fact.of in file.entries:
        _check_subject(fact, file)
    if fact.entry not in file.entries:
        _check_appointment(fact, file, history)
        if isinstance(fact, AppointmentOutcomeRecorded):
            _check_outcome(fact, history)


def corrected(fact: Entry, file: CaseFile) -> Entry | None:
    """The entry that a correction or withdrawal is about, as it reads once that is recorded; None where it is withdrawn."""
    entries = {**file.entries, fact.entry: fact}
    return as_it_reads(CaseFile(file.reference, file.version + 1, entries), getattr(fact, "of", ""))


def _check_signing(fact: AssessmentCountersigned | AssessmentReturned, file: CaseFile) -> None:
    made = file.entries.get(fact.assessment)
    if isinstance(made, AssessmentCompleted) and entry_rights.is_own_assessment(made, file):
        said = "Assessment must be somebody else's: you made, recorded or corrected this one. Another manager countersigns it."
        raise refusals.Refused("assessment", said)


def _check_subject(fact: EntryCorrected | EntryWithdrawn, file: CaseFile) -> None:
    subject = file.entries[fact.of]
    if not entry_rights.may_change(subject, file):
        raise refusals.Refused("of", f"{fact_title(subject)}: that is not yours to correct or withdraw.")
    if fact.entry not in file.entries and fact.of in withdrawn(file.amending):
        kept = (
            "withdraw that withdrawal first; what you typed is kept"
            if isinstance(fact, EntryCorrected)
            else "choose another"
        )
        raise refusals.Refused("of", f"This entry is withdrawn already: {kept}.")


def _check_appointment(fact: Entry, file: CaseFile, history: History) -> None:
    """Refuse an appointment, made or corrected, for a day on which nobody can be supervised."""
    moved = isinstance(fact, EntryCorrected) and "for_on" in fact.fields
    made = corrected(fact, file) if moved else fact
    if isinstance(made, AppointmentMade) and (problem := appointment_problem(made, history, clock.today())):
        raise refusals.Refused("fields.for_on" if moved else "for_on", problem)


def _check_outcome(fact: AppointmentOutcomeRecorded, history: History) -> None:
    made = next((one for one in history.entries if one.entry == fact.appointment), None)
    if isinstance(made, APPOINTMENTS) and (why := why_no_outcome(made, history, clock.today())):
        raise refusals.Refused("appointment", f"{fact_named(made)}: {why}.")

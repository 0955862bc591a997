"""Which entries of a case the person signed in may correct, withdraw or sign."""

from domain.aggregates.amendments import subjects
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import AssessmentCompleted, Entry, EntryCorrected, EntryWithdrawn
from web.site import access_control


def may_change(fact: Entry, file: CaseFile) -> bool:
    """Whether they may correct or withdraw it. A correction or withdrawal is whose the entry is that it changes in the end."""
    who = access_control.account()
    if not isinstance(fact, EntryCorrected | EntryWithdrawn):
        return who.may_change(fact)
    subject = file.entries.get(subjects(file.amending).get(fact.entry, fact.of))
    return subject is not None and who.may_change(fact) and who.may_change(subject)


def is_own_assessment(fact: AssessmentCompleted, file: CaseFile) -> bool:
    """Whether they made this assessment, recorded it, or corrected it: then another manager countersigns it."""
    who, about = access_control.account(), subjects(file.amending)
    by = [fact.recorded_by, fact.assessor_id, fact.assessor]
    by += [one.recorded_by for one in file.amending if about.get(one.entry) == fact.entry]
    return any(who.is_named(key) for key in by) or fact.assessor.casefold() == who.name.casefold()

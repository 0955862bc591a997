"""Which entries of a case the person signed in may correct or withdraw."""

from domain.aggregates.amendments import subjects
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from web.site import access_control


def may_change(fact: Entry, file: CaseFile) -> bool:
    """Whether they may correct or withdraw it. A correction or withdrawal is whose the entry is that it changes in the end."""
    who = access_control.account()
    if not isinstance(fact, EntryCorrected | EntryWithdrawn):
        return who.may_change(fact)
    subject = file.entries.get(subjects(file.amending).get(fact.entry, fact.of))
    return subject is not None and who.may_change(fact) and who.may_change(subject)

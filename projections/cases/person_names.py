"""Names and dates of birth of the persons of some cases, for what shows them: opened from the few entries that hold them."""

from collections.abc import Iterable, Mapping

from domain.entries.case_entries import (
    EntryCorrected,
    EntryWithdrawn,
    PersonDetailsChanged,
    SupervisionStarted,
)
from domain.store.application import Files
from projections.cases.person_details import PersonDetails
from projections.history.history import History
from projections.history.moment import Moment

NAMING = (SupervisionStarted, PersonDetailsChanged, EntryCorrected, EntryWithdrawn)
"""The types of entry that a name comes from."""

AT_ONCE = 500
"""Cases whose names are read by one query."""


def names_of(files: Files, references: Iterable[str], moment: Moment) -> Mapping[str, str]:
    """The name of the person of each case on the moment's day, as known at the moment; before the first day, the first one.

    A name that cannot be opened is a word that says why (see ``domain.store.texts``); that of a case without any is empty.
    """
    found = details_of(files, references, moment)
    return {reference: person.name if person is not None else "" for reference, person in found.items()}


def details_of(files: Files, references: Iterable[str], moment: Moment) -> Mapping[str, PersonDetails | None]:
    """The same with the date of birth; None for a case without a person."""
    wanted, found = sorted(set(references)), dict[str, PersonDetails | None]()
    for at in range(0, len(wanted), AT_ONCE):
        for reference, facts in files.texts.entries(wanted[at : at + AT_ONCE], NAMING).items():
            found[reference] = PersonDetails.on(History.of(facts, moment.known_at), moment.on)
    return found

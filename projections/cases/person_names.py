"""The names of the persons of some cases, for what shows them: opened from the few entries that hold them."""

from collections.abc import Iterable, Mapping

from domain.entries.case_entries import (
    Entry,
    EntryCorrected,
    EntryWithdrawn,
    PersonDetailsChanged,
    SupervisionStarted,
)
from domain.store.application import Files
from projections.history.dated_values import value_on
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
    wanted, found = sorted(set(references)), dict[str, str]()
    for at in range(0, len(wanted), AT_ONCE):
        for reference, facts in files.texts.entries(wanted[at : at + AT_ONCE], NAMING).items():
            found[reference] = _name(facts, moment)
    return found


def _name(facts: list[Entry], moment: Moment) -> str:
    person = History.of(facts, moment.known_at).person
    held = value_on(person, moment.on) or (person[0].value if person else None)
    return "" if held is None else str(held.name)

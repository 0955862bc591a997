"""Dates of birth in the index of a record that an older version began: that version indexed names alone.

They are opened and indexed once, by ``caseaudit migrate`` or at the first search by a date of birth. It can be cut off at any time
and run again. What is recorded meanwhile is indexed by its writer.
"""

from collections.abc import Iterator

from domain.aggregates.amendments import values_of
from domain.entries.case_entries import EntryCorrected, PersonDetailsChanged, SupervisionStarted
from domain.entries.entry import Entry
from domain.sealing.name_parts import BIRTHS
from domain.store.application import Files
from domain.store.name_digests import Text

GIVING = (SupervisionStarted, PersonDetailsChanged, EntryCorrected)
"""The types of entry that a date of birth comes from."""

AT_ONCE = 500
"""Cases read by one query."""


def index_births(files: Files) -> bool:
    """Index the dates of birth of all cases, where this is not done. Whether it was to be done.

    Of a record without cases nothing is noted: it stays empty, and its first case notes it.
    """
    cases = [] if not files.seals or files.names.has_births() else files.references(SupervisionStarted)
    if not cases:
        return False
    for at in range(0, len(cases), AT_ONCE):
        found = files.texts.entries(cases[at : at + AT_ONCE], GIVING)
        files.names.add(text for case, facts in found.items() for fact in facts for text in _births(case, fact))
    files.names.note_births()
    return True


def _births(case: str, fact: Entry) -> Iterator[Text]:
    """The dates of birth that an entry gives, as far as they were opened."""
    values = values_of(fact)
    for path in BIRTHS:
        if path not in (fact.sealed or {}) and isinstance(text := _at(values, path), str):
            yield case, path, text, fact.recorded_at


def _at(values: object, path: str) -> object:
    for part in path.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values

"""The entries of a file as they read now, with what corrected them; how a page names them, and which others name them."""

from collections.abc import Mapping

from domain.aggregates.amendments import amended
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from domain.entries.references import reference_fields
from web.presentation.fact_words import fact_named


def as_it_reads(file: CaseFile, entry: str, stored: int | None = None) -> Entry | None:
    """An entry as its file reads, with the first ``stored`` entries of it (None: all); None where it is withdrawn or not there."""
    entries = list(file.entries.values())[:stored]
    return next((fact for fact in amended(entries) if fact.entry == entry), None)


def named_as_read(fact: Entry, read: Mapping[str, Entry]) -> str:
    """An entry in words; a correction or a withdrawal with what it is about. ``read``: every entry as it last read."""
    if not isinstance(fact, EntryCorrected | EntryWithdrawn):
        return fact_named(fact)
    subject = read.get(fact.of)
    return f"{fact_named(fact)}: {'?' if subject is None else named_as_read(subject, read)}"


def naming(file: CaseFile, entry: str) -> list[Entry]:
    """The entries of the file that name an entry and stand; corrections and withdrawals are none of them."""
    read = [
        fact for fact in amended(list(file.entries.values())) if not isinstance(fact, EntryCorrected | EntryWithdrawn)
    ]
    return [fact for fact in read if entry in _named_by(fact)]


def _named_by(fact: Entry) -> list[str]:
    values = [getattr(fact, name) for name, _, _ in reference_fields(type(fact))]
    return [one for value in values for one in (value if isinstance(value, list) else [value]) if one]

"""What a file says at a moment: its entries, with the corrections and withdrawals that were recorded by then.

A correction or withdrawal takes effect when it is recorded, whatever its own date.
"""

from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter

from domain.aggregates.case_file import amend
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn

AMENDING = frozenset((EntryCorrected, EntryWithdrawn))
"""The types of entry that change how another entry reads."""


def IN_ORDER(fact: Entry) -> tuple[date, datetime, datetime, str]:
    """Sorts entries by the day they happened, then by the time of day (else by when they were recorded), then by id."""
    return fact.occurred_on, fact.occurred_at or fact.recorded_at, fact.recorded_at, fact.entry


def known(entries: Iterable[Entry], known_at: datetime | None) -> list[Entry]:
    """The entries as the file read at ``known_at`` (an aware instant, exclusive; None: everything recorded to date)."""
    return sorted(standing(entries, known_at), key=IN_ORDER)


def standing(entries: Iterable[Entry], known_at: datetime | None) -> list[Entry]:
    """As ``known``, in no particular order."""
    return amended(list(entries) if known_at is None else [f for f in entries if f.recorded_at < known_at])


def amended(visible: list[Entry]) -> list[Entry]:
    """Apply the corrections and withdrawals among these entries to the others. Return the others as they then read."""
    if AMENDING.isdisjoint(map(type, visible)):
        return visible
    amending = sorted((f for f in visible if type(f) in AMENDING), key=attrgetter("recorded_at", "entry"))
    withdrawn: set[str] = set()
    for fact in reversed(amending):
        if isinstance(fact, EntryWithdrawn) and fact.entry not in withdrawn:
            withdrawn.add(fact.of)
    stands = {f.entry: f for f in visible if f.entry not in withdrawn and type(f) not in AMENDING}
    for fact in amending:
        if isinstance(fact, EntryCorrected) and fact.entry not in withdrawn and fact.of in stands:
            stands[fact.of] = amend(stands[fact.of], fact.fields)
    return list(stands.values())

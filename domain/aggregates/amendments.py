"""What a file says at a moment: its entries, with the corrections and withdrawals that were recorded by then.

A correction or withdrawal takes effect when it is recorded, whatever its own date.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from domain.entries.schemas import convert, dump_entry
from domain.entries.tidy_text import tidied
from domain.sealing.sealed_fields import FIELDS, field_of

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
    gone = withdrawn(visible)
    stands = {f.entry: f for f in visible if f.entry not in gone and type(f) not in AMENDING}
    corrections = (f for f in visible if isinstance(f, EntryCorrected) and f.entry not in gone)
    for fact in sorted(corrections, key=attrgetter("recorded_at", "entry")):
        if fact.of in stands:
            stands[fact.of] = amend(stands[fact.of], fact.fields, fact.sealed)
    return list(stands.values())


def as_last_read(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """Each of these entries by its id, as it reads; one that is withdrawn as it would read if it were not."""
    given = list(entries)
    amending = {fact.entry for fact in given if type(fact) in AMENDING}
    kept = [fact for fact in given if not isinstance(fact, EntryWithdrawn) or fact.of in amending]
    return {fact.entry: fact for fact in (*given, *amended(kept))}


def as_corrected_before(subject: Entry, amending: Iterable[Entry], correction: EntryCorrected) -> Entry:
    """An entry as the corrections that come before this one make it read, whether or not it is withdrawn.

    So a second correction is judged together with the first, and not by what that one has set right.
    """
    at = correction.recorded_at, correction.entry
    about = [
        f for f in amending
        if (f.recorded_at, f.entry) < at
        and ((isinstance(f, EntryCorrected) and f.of == subject.entry) or (isinstance(f, EntryWithdrawn) and f.of != subject.entry))
    ]  # fmt: skip
    return amended([subject, *about])[0] if any(isinstance(f, EntryCorrected) for f in about) else subject


def withdrawn(entries: Iterable[Entry]) -> set[str]:
    """The ids of the entries that the withdrawals among these withdraw. A withdrawal that is itself withdrawn has no effect.

    Who names whom decides, not when they were recorded. Withdrawals that name one another in a circle have no effect.
    """
    by_id = {fact.entry: fact for fact in entries if isinstance(fact, EntryWithdrawn)}
    open_against = Counter(fact.of for fact in by_id.values())
    """Entry -> the withdrawals of it that are not settled yet."""
    settled = [entry for entry in by_id if not open_against[entry]]
    gone: set[str] = set()
    while settled:
        fact = by_id[settled.pop()]
        if fact.entry not in gone:
            gone.add(fact.of)
        open_against[fact.of] -= 1
        if fact.of in by_id and not open_against[fact.of]:
            settled.append(fact.of)
    return gone


def amend(fact: Entry, correction: dict[str, Any], sealed: Mapping[str, str] | None = None) -> Entry:
    """The entry with the fields of a correction in place of its own. ``sealed``: the digests of the correction's texts.

    Nothing is opened: a corrected text has the digest that the correction gives it.
    """
    values = values_of(fact)
    digests = {path: one for path, one in (fact.sealed or {}).items() if field_of(path) not in correction}
    digests |= {path.removeprefix(f"{FIELDS}."): one for path, one in (sealed or {}).items()}
    return tidied(convert(type(fact), {**values, **correction, **({"sealed": digests} if digests else {})}))


def values_of(fact: Entry) -> dict[str, Any]:
    """The interchange fields of an entry, without its type."""
    values = dump_entry(fact)
    del values["type"]
    return values


def subjects(amending: Iterable[Entry]) -> dict[str, str]:
    """Correction or withdrawal -> the entry that it changes in the end, through the corrections and withdrawals it names."""
    named: dict[str, str] = {f.entry: f.of for f in amending if isinstance(f, EntryCorrected | EntryWithdrawn)}
    found: dict[str, str] = {}
    for entry, of in named.items():
        passed = {entry}
        while of in named and of not in passed:
            passed.add(of)
            of = named[of]
        found[entry] = of
    return found


def amendments_of(facts: Iterable[Entry]) -> Mapping[str, Sequence[EntryCorrected | EntryWithdrawn]]:
    """The corrections and withdrawals of each entry, by its id."""
    found: defaultdict[str, list[EntryCorrected | EntryWithdrawn]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, EntryCorrected | EntryWithdrawn):
            found[fact.of].append(fact)
    return found


def about(entry: str, amendments: Mapping[str, Sequence[Any]]) -> list[Any]:
    """The corrections and withdrawals of an entry, and those of these."""
    found, new = dict[str, Any](), [entry]
    while new:
        for fact in amendments.get(new.pop(), ()):
            if fact.entry not in found:
                found[fact.entry] = fact
                new.append(fact.entry)
    return list(found.values())

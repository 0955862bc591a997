"""The entry timeline: the entries of a file as known at a moment, marked where recorded late, corrected or withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.aggregates.amendments import as_last_read
from domain.aggregates.case_file import CaseFile
from domain.calendar.london_time import day_of
from domain.calendar.workdays import working_days_between
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from domain.store.stored_entries import Stored
from projections.history.history import History
from projections.history.moment import Moment
from projections.ledger.ledger import LATE_AFTER


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry as known at the moment. ``working_days_late``: working days from its day to its recording; 0: not late.

    ``stored``: how this service stored it.
    """

    fact: Entry
    corrected: bool
    withdrawn: bool
    working_days_late: int
    stored: Stored | None = None


def timeline(
    file: CaseFile, history: History, moment: Moment, stored: Mapping[str, Stored]
) -> Sequence[TimelineEntry]:  # fmt: skip
    """The entries known at the moment and dated by its day, in order of the day they happened.

    ``stored``: how the entries of the file were stored.
    """
    read = {fact.entry: fact for fact in history.entries}
    known = _known(file, moment, stored if moment.received else {})
    last = as_last_read(known)
    items = []
    for raw in known:
        entry = raw.entry
        fact = read.get(entry, last[entry])
        if fact.occurred_on > moment.on:
            continue
        about_another = isinstance(raw, EntryCorrected | EntryWithdrawn)
        delay = working_days_between(fact.occurred_on, day_of(raw.recorded_at))
        items.append(
            TimelineEntry(
                fact,
                fact != raw,
                entry not in read and not about_another,
                delay if delay > LATE_AFTER else 0,
                stored.get(entry),
            )
        )
    return sorted(items, key=lambda item: (item.fact.occurred_on, item.fact.recorded_at, item.fact.entry))


def _known(file: CaseFile, moment: Moment, stored: Mapping[str, Stored]) -> list[Entry]:
    entries = file.entries.values()
    return [raw for raw in entries if moment.known_at is None or _known_since(raw, stored) < moment.known_at]


def _known_since(raw: Entry, stored: Mapping[str, Stored]) -> datetime:
    """Since when an entry is known: since its recording, or since it was stored, where ``stored`` says that and it is later."""
    kept = stored.get(raw.entry)
    return raw.recorded_at if kept is None else max(raw.recorded_at, kept.at)

"""The entry timeline: the entries of a file as known at a moment, marked where recorded late, corrected or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.aggregates.case_file import CaseFile
from domain.calendar.london_time import day_of
from domain.calendar.workdays import working_days_between
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from projections.history.history import History
from projections.history.moment import Moment
from projections.ledger.ledger import LATE_AFTER


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry as known at the moment. ``working_days_late``: working days from its day to its recording; 0: not late."""

    fact: Entry
    corrected: bool
    withdrawn: bool
    working_days_late: int


def timeline(file: CaseFile, history: History, moment: Moment) -> Sequence[TimelineEntry]:
    """The entries known at the moment and dated by its day, in order of the day they happened."""
    read = {fact.entry: fact for fact in history.entries}
    items = []
    for entry, raw in file.entries.items():
        if moment.known_at is not None and raw.recorded_at >= moment.known_at:
            continue
        fact = read.get(entry, raw)
        if fact.occurred_on > moment.on:
            continue
        about_another = isinstance(raw, EntryCorrected | EntryWithdrawn)
        delay = working_days_between(fact.occurred_on, day_of(raw.recorded_at))
        items.append(
            TimelineEntry(
                fact, fact != raw, entry not in read and not about_another, delay if delay > LATE_AFTER else 0
            )
        )
    return sorted(items, key=lambda item: (item.fact.occurred_on, item.fact.recorded_at, item.fact.entry))

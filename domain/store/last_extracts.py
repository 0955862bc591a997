"""The last extract of each source: when it came here, and up to which day it says what was recorded.

Found in the log itself, from its end backwards, so that nothing more need be kept. What was stored since the last question
is looked at then; a process looks back once.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

from domain.calendar.london_time import day_of
from domain.store.entry_codec import UnreadableEntry
from domain.store.hash_chain import TABLE, ChainedRecorder
from domain.store.lateness import recorded_at_of
from domain.store.sources import Source
from domain.store.stored_by import StoredBy

AT_ONCE = 10_000
"""Entries looked at with one query."""

MOST_BACK = 20
"""Queries with which a process looks back for sources that it has not found."""

SAMPLED = 2_000
"""The entries of an extract that are read for the latest day recorded in it: its last ones."""

_PART = f"FROM {TABLE} WHERE {{column}} > {{after}} AND {{column}} <= {{until}}"
STORED_BY = f"SELECT actor, max({{column}}) AS last, max(stored_at) AS at {_PART} GROUP BY actor"
"""The query for who stored in a part of the log: the position and the time of their last entry there."""

RECORDED = f"SELECT actor, topic, state {_PART}"
"""The query for the entries of a part of the log."""

_ONE_DAY = timedelta(days=1)


class Extract(NamedTuple):
    """The last extract of a source. ``position``: of its last entry. ``taking_over``: it is the first load, which is never late.

    ``recorded_to``: the day in London of the latest recording in it.
    """

    source: str
    stored_at: datetime
    position: int
    taking_over: bool
    recorded_to: date

    @property
    def complete_to(self) -> date:
        """The day up to which it holds all that was recorded: before it came, and no later than its latest recording."""
        return min(day_of(self.stored_at) - _ONE_DAY, self.recorded_to)

    def is_late(self, source: Source, now: datetime) -> bool:
        """Whether the next one is late: longer ago than is normal for the source."""
        return not self.taking_over and now - self.stored_at > source.delay


class LastExtracts:
    """The last extract of each source of one record, by name. Safe to share between threads."""

    def __init__(self, recorder: ChainedRecorder, position: str):
        self._recorder, self._column = recorder, position
        self._found: dict[str, Extract] = {}
        self._first, self._last, self._standing = 0, 0, ""
        self._lock = Lock()

    def now(self, wanted: Collection[str]) -> dict[str, Extract]:
        """Those of all sources found. ``wanted``: the sources for which it looks back, as far as ``MOST_BACK`` allows."""
        with self._lock:
            standing = self._recorder.standing(self._last)
            if standing.there != self._standing:  # another record has taken its place
                self._found, self._first, self._last = {}, standing.head, standing.head
                self._look_back(wanted)
            elif standing.head - self._last > AT_ONCE * MOST_BACK:
                before, self._found = self._found, {}
                self._first = standing.head
                self._look_back(wanted)
                self._found = before | self._found
            else:
                for after in range(self._last, standing.head, AT_ONCE):
                    self._look(after, min(after + AT_ONCE, standing.head))
            self._last, self._standing = standing.head, standing.hash
            return dict(self._found)

    def _look_back(self, wanted: Collection[str]) -> None:
        for _ in range(MOST_BACK):
            if self._first <= 0 or (self._found and set(wanted) <= self._found.keys()):
                return
            self._look(max(self._first - AT_ONCE, 0), self._first)
            self._first -= AT_ONCE

    def _look(self, after: int, until: int) -> None:
        """Take in the extracts that ended in this part of the log."""
        for actor, position, stored_at in self._rows(STORED_BY, after, until):
            by = StoredBy.read(str(actor))
            if (
                by.source
                and not by.tried_out
                and (by.source not in self._found or self._found[by.source].position < int(position))
            ):
                at = datetime.fromisoformat(str(stored_at))
                recorded = self._recorded_to(by.source, int(position)) or day_of(at)
                self._found[by.source] = Extract(by.source, at, int(position), by.taking_over, recorded)

    def _recorded_to(self, source: str, position: int) -> date | None:
        """The day of the latest recording on cases among the last entries of an extract; None: none is of a case."""
        found = list[date]()
        for actor, topic, state in self._rows(RECORDED, position - SAMPLED, position):
            if _comes_from(source, str(actor)) and str(topic).startswith("case."):
                with suppress(UnreadableEntry):  # ``verify`` names it
                    found.append(day_of(recorded_at_of(bytes(state))))
        return max(found, default=None)

    def _rows(self, query: str, after: int, until: int) -> Sequence[Sequence[Any]]:
        return self._recorder.rows_of(query.format(column=self._column, after=after, until=until))


def _comes_from(source: str, actor: str) -> bool:
    by = StoredBy.read(actor)
    return by.source == source and not by.tried_out

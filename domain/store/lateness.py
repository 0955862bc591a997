"""Which entries were stored late: longer after their recording than is normal for their source.

The time at which an entry was stored comes from this service; the time at which it was recorded comes from its source. What is
stored late moves figures of the past, so it is marked. A table holds the late entries, written in the transaction that
stores them. It follows from the entries, and can be made anew.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from domain.calendar.london_time import start_of_day
from domain.entries.register_entries import RegisterEntry
from domain.store.entry_codec import UnreadableEntry
from domain.store.hash_chain import TABLE, ChainedEvent
from domain.store.sources import Source
from domain.store.stored_by import DEMONSTRATION, StoredBy

LATE_TABLE = "stored_late"

CREATE_LATE = (
    f"DROP TABLE IF EXISTS {LATE_TABLE}",
    f"CREATE TABLE IF NOT EXISTS {LATE_TABLE} (reference text NOT NULL, position bigint NOT NULL, entries integer NOT NULL, "
    "PRIMARY KEY (reference, position))",
)
"""Make the table, empty: for each file how many late entries were stored together, and the position of the first of them."""

INSERT_LATE = f"INSERT INTO {LATE_TABLE} VALUES ({{0}}, {{0}}, {{0}})"
"""Adds a row. ``{0}``: how the driver marks a value."""

READ_AT_ONCE = 10_000
"""Stored entries read at once where the table is made anew."""

KEPT_ON = ("case.", "inspection.")
"""How the topics of entries that can be late begin."""


class LateRow(NamedTuple):
    """A row of the table: so many ``entries`` of a file were stored late together, the first of them at this position."""

    reference: str
    position: int
    entries: int


class Lateness(NamedTuple):
    """How what somebody stores at an instant is judged. ``taken_over_before``: what was recorded before is taken over."""

    stored_at: datetime
    delay: timedelta
    taken_over_before: datetime | None

    @classmethod
    def of(cls, by: StoredBy, source: Source, stored_at: datetime) -> "Lateness":
        """By the registration of the source as it is in force."""
        if by.account == DEMONSTRATION and not by.source:  # the samples, as older versions stored them
            return cls(stored_at, source.delay, stored_at)
        declared = source.taking_over(stored_at) if by.taking_over else None
        return cls(stored_at, source.delay, None if declared is None else start_of_day(declared.cut_over))

    def is_taken_over(self, recorded_at: datetime) -> bool:
        return self.taken_over_before is not None and recorded_at < self.taken_over_before

    @property
    def late_before(self) -> datetime | None:
        """What was recorded before this instant, and is not taken over, is late. None: nothing can be."""
        begins = self.stored_at - self.delay
        return None if self.taken_over_before is not None and self.taken_over_before >= begins else begins

    def is_late(self, recorded_at: datetime) -> bool:
        """Whether an entry recorded then is stored late. What is taken over never is."""
        return self.stored_at - recorded_at > self.delay and not self.is_taken_over(recorded_at)


def late_rows(
    entries: Sequence[ChainedEvent], first: int, stored_at: str, actor: str,
    register: Callable[[str], Iterable[RegisterEntry]],
) -> list[LateRow]:  # fmt: skip
    """The late ones of some entries that are stored together. ``first``: the position of the first; the others follow.

    ``register``: gives the register entries on the file of a source of this name, as stored by now.
    """
    by = StoredBy.read(actor)
    rule = Lateness.of(by, Source.of(by.source, register(by.source) if by.source else ()), _instant(stored_at))
    return _judged(zip(range(first, first + len(entries)), entries, strict=True), rule)


def _judged(entries: Iterable[tuple[int, ChainedEvent]], rule: Lateness) -> list[LateRow]:
    """The late ones of entries that were stored together, by file."""
    begins = rule.late_before
    if begins is None:
        return []
    late: dict[str, LateRow] = {}
    for position, (reference, _, topic, state) in entries:
        if topic.startswith(KEPT_ON) and (at := recorded_at_of(state)) < begins and not rule.is_taken_over(at):
            found = late.get(reference)
            late[reference] = LateRow(
                reference, *((position, 1) if found is None else (found.position, found.entries + 1))
            )
    return list(late.values())


def rows_anew(
    rows: Iterable[Sequence[Any]], register_entry: Callable[[str, bytes], RegisterEntry]
) -> Iterator[LateRow]:
    """The late ones of all stored entries, given in order: position, file, number, topic, state, stored_at, actor.

    ``register_entry``: reads a register entry from its topic and state.
    """
    said: defaultdict[str, list[RegisterEntry]] = defaultdict(list)
    for (stored_at, actor), together in groupby(rows, key=lambda row: (row[5], row[6])):
        by, some = StoredBy.read(actor), list(together)
        for _, reference, _, topic, state, *_ in some:
            if topic.startswith("register.") and reference.startswith("source:"):
                said[reference].append(register_entry(topic, bytes(state)))
        rule = Lateness.of(by, Source.of(by.source, said[f"source:{by.source}"]), _instant(stored_at))
        yield from _judged([(row[0], (row[1], row[2], row[3], bytes(row[4]))) for row in some], rule)


def make_anew(c: Any, position: str, mark: str, register_entry: Callable[[str, bytes], RegisterEntry]) -> None:
    """Fill the empty table from all stored entries. ``c``: a cursor; ``position``: the column; ``mark``: of a value."""
    for row in rows_anew(_stored(c, position), register_entry):
        c.execute(INSERT_LATE.format(mark), row)


def differing(c: Any, position: str, register_entry: Callable[[str, bytes], RegisterEntry]) -> list[str]:
    """The files of which the table says another number of late entries than follows from the entries stored."""
    follow: Counter[str] = Counter()
    for row in rows_anew(_stored(c, position), register_entry):
        follow[row.reference] += row.entries
    c.execute(f"SELECT reference, sum(entries) AS entries FROM {LATE_TABLE} GROUP BY reference")
    kept = {str(row["reference"]): int(row["entries"]) for row in c.fetchall()}
    return sorted(file for file in follow.keys() | kept.keys() if follow[file] != kept.get(file, 0))


def _stored(c: Any, position: str) -> Iterator[Sequence[Any]]:
    last = 0
    while True:
        c.execute(
            f"SELECT {position} AS position, originator_id, originator_version, topic, state, stored_at, actor FROM {TABLE} "
            f"WHERE {position} > {last} ORDER BY {position} LIMIT {READ_AT_ONCE}"
        )
        rows = [tuple(row.values() if isinstance(row, dict) else row) for row in c.fetchall()]
        if not rows:
            return
        yield from rows
        last = rows[-1][0]


class _Recorded(msgspec.Struct, gc=False):
    """What is read of a stored entry here."""

    recorded_at: datetime


_read: Callable[[bytes], _Recorded] = msgspec.json.Decoder(_Recorded).decode


def recorded_at_of(state: bytes) -> datetime:
    """When an entry with this stored state was recorded. Below its first line stand its sealed texts."""
    try:
        return _read(state.partition(b"\n")[0]).recorded_at
    except ValueError as error:
        raise UnreadableEntry from error


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""The tail of the record: the entries that were taken in last, as arrays, with when each was recorded and by whom it was stored."""

import threading
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from domain.store.hash_chain import ORIGIN
from domain.store.record_reader import RecordReader, Taken
from projections.arrays.date_numbers import Array, instant_number
from projections.arrays.string_codes import StringCodes

MOST = 400_000
"""Positions that are looked back at most. What was marked before that is read by the time of recording."""

BEFORE = 5_000
"""Positions before a mark that are read too: whether something recorded on the day of the mark was there already."""


class TakenEntries(NamedTuple):
    """Entries in the order of their positions. ``file``, ``actor``: numbers of words. ``recorded``, ``stored``: instants."""

    position: Array
    file: Array
    recorded: Array
    stored: Array
    actor: Array
    files: StringCodes[str]
    actors: StringCodes[str]

    def only(self, which: Array | slice) -> "TakenEntries":
        """The entries of ``which``."""
        return self._replace(
            position=self.position[which], file=self.file[which], recorded=self.recorded[which],
            stored=self.stored[which], actor=self.actor[which],
        )  # fmt: skip


class RecordTail:
    """The tail of one record, kept and followed. Threads may share it. Another record in its place is read anew."""

    def __init__(self, record: RecordReader):
        self._record = record
        self._lock = threading.Lock()
        self._first = self._last = 0
        self._hash: str | None = ORIGIN.hex()
        self._files, self._actors = StringCodes[str](), StringCodes[str]()
        self._rows: list[Array] = [self._read(())]

    def between(self, position: int, until: int) -> TakenEntries | None:
        """The entries of cases up to the position ``until``: all after ``position``, and some before it.

        None where that is more than ``MOST`` positions.
        """
        if until - position > MOST:
            return None
        first = max(0, position - BEFORE)
        with self._lock:
            if self._record.hash_at(self._last) != self._hash or self._last - self._first > 2 * MOST:
                self._forget(until)
            if self._first > first:
                self._rows.insert(0, self._read(self._record.taken(first, self._first)))
                self._first = first
            if self._last < until:
                self._rows.append(self._read(self._record.taken(self._last, until)))
                self._last, self._hash = until, self._record.hash_at(until)
            every = self._together()
        begin, end = np.searchsorted(every.position, (first, until), side="right").tolist()
        return every.only(slice(begin, end))

    def _together(self) -> TakenEntries:
        if len(self._rows) > 1:
            self._rows = [np.concatenate(self._rows)]
        position, file, recorded, stored, actor = self._rows[0].T
        return TakenEntries(position, file, recorded, stored, actor, self._files, self._actors)

    def _forget(self, position: int) -> None:
        """Hold nothing, and begin at a position."""
        self._first = self._last = position
        self._hash = self._record.hash_at(position) if position else ORIGIN.hex()
        self._files, self._actors = StringCodes[str](), StringCodes[str]()
        self._rows = [self._read(())]

    def _read(self, taken: Iterable[Taken]) -> Array:
        """A row for each entry: the columns of ``TakenEntries``."""
        rows = [
            (one.position, self._files.number(one.reference), instant_number(one.recorded_at),
             instant_number(one.stored_at), self._actors.number(one.actor))
            for one in taken
        ]  # fmt: skip
        return np.array(rows, np.int64).reshape(-1, 5)

"""Keep the column store of a process up to date: the latest files, with later changes from the read model added.

Columns are made from the read model, hold nothing else, and can be deleted at any time.
"""

import logging
import threading
import time
from pathlib import Path

from domain.store.hash_chain import Standing
from domain.store.record_reader import Lag
from projections.columns.column_merge import merge
from projections.columns.column_store import ColumnStore
from projections.read_model.aside import Aside
from projections.read_model.column_base import BaseReader, is_writable, newest_folder
from projections.read_model.column_reading import pieces_of, read_cases
from projections.read_model.kept_columns import KeptColumns
from projections.read_model.view_reader import ReadModel

LOG = logging.getLogger("caseaudit")

SMALL_RECORD = 5000
"""A record of up to so many cases is read into memory where it has no column files. A larger one needs files."""

FAR_BEHIND = 250_000
"""Where the tables are so many entries behind and there are no files, the record is not taken for a small one."""

MOST_CASES = 250
"""Changed cases that a request reads at most."""

TRY_AGAIN = 20
"""Seconds after which a page that has no columns may be asked for again."""


class ColumnsNotMade(RuntimeError):
    """There are no columns of this record yet, and too many cases to make them while a page waits."""


class ColumnKeeper:
    """The column store of one database, in files in the folder ``home``. Safe to share between threads."""

    def __init__(self, read_model: ReadModel, home: Path):
        self.read_model, self.home = read_model, home
        self.aside = Aside()
        self._bases = BaseReader(home, read_model.stored)
        self._kept: KeptColumns | None = None
        self._ready: KeptColumns | None = None
        self._looked_at: Path | None = None
        self._lock = threading.Lock()

    @property
    def position(self) -> int:
        """The position of the record up to which every entry is in the columns; 0 where they are not open."""
        kept = self._kept
        return 0 if kept is None else kept.position

    @property
    def is_open(self) -> bool:
        """Whether there are columns in use."""
        return self._kept is not None

    @property
    def full(self) -> bool:
        """Whether so many cases have changed since the files were made that no more are added to them."""
        kept = self._kept
        return kept is not None and kept.full

    def standing(self) -> Standing:
        """The head of the record, and its hash at the position of the columns: one short query."""
        return self.read_model.stored.standing(self.position)

    def behind(self, standing: Standing) -> Lag:
        """How far the columns are behind the record."""
        return Lag(0, None) if standing.head <= self.position else self.read_model.stored.behind(self.position)

    def current(
        self, standing: Standing | None = None, *, own: int = 0, seconds: float | None = None, most: int | None = None
    ) -> ColumnStore:
        """The columns as far as they can be brought up with the tables within so many seconds and cases (None: no limit).

        ``standing``: what ``standing()`` has just said. ``own``: the position of an entry whose case is added in any case.
        Raises ``ColumnsNotMade``.
        """
        standing = standing or self.standing()
        until = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            self._drop_if_other(standing)
            kept = self._kept = self._swapped_in() or self._begun(waiting=seconds is not None)
            if standing.head > kept.position:
                kept.take_in(reached := self.read_model.position, until=until, most=most)
                if kept.position < own <= reached:
                    kept.take_in_case_of(own)
            self._settle(kept, waiting=seconds is not None)
            return kept.columns

    def _drop_if_other(self, standing: Standing) -> None:
        """Let go of everything where another record has taken the place of the one that was read."""
        kept = self._kept
        if kept is None or standing.there == kept.hash:
            return
        if self.standing().there != kept.hash:  # asked again: another thread may have moved the position meanwhile
            LOG.warning("another record stands in the database: its columns are read anew")
            self._kept = self._ready = self._looked_at = None

    def _swapped_in(self) -> KeptColumns | None:
        """The columns in use, newer files in place of older ones. Newer files are opened beside the requests."""
        kept, ready = self._kept, self._ready
        if ready is not None:
            ready.take_in(self.position, most=MOST_CASES)
            if ready.position >= self.position:
                self._ready = None
                if self.read_model.stored.hash_at(ready.position) == ready.hash:
                    self._kept = ready
            return self._kept
        newest = newest_folder(self.home)
        if kept is not None and newest not in (None, kept.folder, self._looked_at):
            self.aside.start(lambda: self._prepare(kept, newest))
        return kept

    def _prepare(self, kept: KeptColumns, newest: Path | None) -> None:
        """Open the newest files and bring them as far as the columns in use."""
        base = self._bases.latest()
        if base is not None and base.folder != kept.folder:
            ready = KeptColumns(self.read_model, *base)
            ready.take_in(kept.position)
            self._ready = ready
        self._looked_at = newest

    def _begun(self, *, waiting: bool) -> KeptColumns:
        """Start from the latest files, or from the tables where there are none and the cases are few."""
        base = self._bases.latest()
        if base is not None:
            return KeptColumns(self.read_model, *base)
        if self._is_small():
            return self._read_all()
        if is_writable(self.home) and not self.read_model.database.in_memory:
            raise ColumnsNotMade(
                "the columns of this record have not been made yet: `caseaudit follow` beside the site makes them"
            )
        if not waiting:
            return self._read_all()
        if self.aside.start(self._read_aside):
            LOG.warning("%s cannot be written: the columns of all cases are read into memory", self.home)
        raise ColumnsNotMade(
            "files of columns cannot be written, so the columns of all cases are being read into memory"
        )

    def _is_small(self) -> bool:
        """Whether the record is read into memory at once where it has no files."""
        behind = self.read_model.stored.head() - self.read_model.position
        return len(self.read_model.cases(SMALL_RECORD + 1)) <= SMALL_RECORD and behind < FAR_BEHIND

    def _read_all(self) -> KeptColumns:
        position = self.read_model.position
        hash_ = self.read_model.stored.hash_at(position)  # before the rows: see ``_drop_if_other``
        cases = self.read_model.cases()
        pieces = pieces_of(self.read_model, cases, position)
        parts = [read_cases(self.read_model, some, position).columns for _, some, _ in pieces]
        base = merge(parts) if len(parts) > 1 else next(iter(parts), ColumnStore.of((), position))
        return KeptColumns(self.read_model, base, hash_, None)

    def _read_aside(self) -> None:
        self._ready = self._read_all()

    def _settle(self, kept: KeptColumns, *, waiting: bool) -> None:
        """Join large layers: beside the requests where somebody waits."""
        if waiting and not kept.settled:
            self.aside.start(lambda: self._join(kept))
        while not waiting and not kept.settled:
            kept.layers = kept.layers.with_settled(kept.settled_below())

    def _join(self, kept: KeptColumns) -> None:
        lower = kept.settled_below()
        with self._lock:
            kept.layers = kept.layers.with_settled(lower)

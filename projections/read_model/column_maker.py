"""Make the files of columns: all of them from the tables, or a new base from the files there are and what changed since."""

import time
from collections.abc import Callable
from pathlib import Path

from domain.store.engines import DatabaseError
from domain.store.record_reader import is_case
from projections.columns.column_files import ColumnParts
from projections.columns.column_layers import without
from projections.columns.column_manifest import HashedPosition
from projections.read_model.column_base import BaseReader, ColumnBase, newest_folder
from projections.read_model.column_keeper import SMALL_RECORD
from projections.read_model.column_reading import pieces_of, read_columns
from projections.read_model.follower_lock import SQLITE_POLL, task_lock
from projections.read_model.rebuild import WorkerPool, rebuild
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed, in_this_process

MOST_CHANGED, LEAST_CHANGED, SHARE_CHANGED = 2_500, 100, 10
"""New files are made when so many cases have changed: a tenth of them, but for 100 at least and 2,500 at most."""

ENTRIES_AT_ONCE = 5_000
"""Entries whose cases are read by one query."""

CASES_IN_THIS_PROCESS = 1_000
"""Up to so many changed cases are read without the pool: its processes take longer to start."""

LOOK_EVERY = 1.0
"""Seconds between two looks at how much has changed."""

REST = 10
"""After files were made, none are made for so many times as long as it took."""

TRY_AGAIN = 60.0
"""Seconds until files that could not be made are tried again."""


class ColumnMaker:
    """Makes the files of one record's columns in the folder ``home``. ``say`` receives messages for the operator."""

    def __init__(
        self, read_model: ReadModel, home: Path, pool: WorkerPool, say: Callable[[str], None] = lambda words: None
    ):
        self.read_model, self.home, self.pool, self.say = read_model, home, pool, say
        self._bases = BaseReader(home, read_model.stored)
        self._base: ColumnBase | None = None
        self._newest: Path | None = None
        self._looked = 0
        self._changed: set[str] = set()
        self._not_before = 0.0
        self._failed = ""

    def tend(self) -> None:
        """Make new files where they are due. What hinders it is said once and tried again later; nothing is raised."""
        begun = time.monotonic()
        if begun < self._not_before:
            return
        self._not_before = begun + LOOK_EVERY
        try:
            made = self.needs_files() and self.fold()
        except (OSError, WorkFailed, DatabaseError) as error:
            self._fail(str(error).splitlines()[-1] if str(error) else type(error).__name__)
        else:
            self._failed = ""
            if made:
                self._not_before = time.monotonic() + REST * (time.monotonic() - begun)

    def needs_files(self) -> bool:
        """Whether files should be made now.

        There are none and many cases, the newest cannot be used, or many cases have changed since they were made.
        """
        base, position = self._latest(), self.read_model.position
        if base is not None:
            enough = min(MOST_CHANGED, max(LEAST_CHANGED, base.columns.numbers // SHARE_CHANGED))
            self._look(position, enough)
            return base.folder != self._newest or len(self._changed) >= enough
        if position == self._looked:
            return False
        many = len(self.read_model.cases(SMALL_RECORD + 1)) > SMALL_RECORD
        self._looked = 0 if many else position
        return many

    def make(self) -> bool:
        """Make files of all cases from the tables; False where another process is making files."""
        self._latest()
        position, cases = self.read_model.position, self.read_model.cases()
        return self._write(self._parts("making"), None, cases, position)

    def fold(self) -> bool:
        """Make files from the latest ones and the cases changed since; False where another process is making files.

        Only changed cases are read from the tables. Without files, this is ``make``.
        """
        base = self._latest()
        if base is None:
            return self.make()
        position = self.read_model.position
        self._look(position, None)
        return self._write(self._parts("making"), base, sorted(self._changed), position)

    def rebuild(self, report_progress: Callable[[int], None] = lambda cases: None) -> int:
        """Rebuild the read model (``projections.read_model.rebuild``) and make files from it; return the number of cases."""
        parts, written = self._parts("rebuilding"), False
        cases = rebuild(self.read_model, self.pool, report_progress, parts.add)
        while not written:
            with task_lock(self.read_model.database, self.read_model.writing, "columns") as mine:
                if written := mine is not None:
                    parts.write(self.home, last=self._head())
            if not written:  # another process is making files from the generation that is no longer live
                time.sleep(SQLITE_POLL)
        if self.needs_files():  # more was stored meanwhile than is added to files
            self.fold()
        return cases

    def _write(self, parts: ColumnParts, base: ColumnBase | None, cases: list[str], position: int) -> bool:
        """Write files of these cases, and of the other cases of a base."""
        pool = self.pool if len(cases) > CASES_IN_THIS_PROCESS else in_this_process
        with task_lock(self.read_model.database, self.read_model.writing, "columns") as mine:
            if mine is None or self._newest != newest_folder(self.home):
                return False
            for columns in pool(read_columns, pieces_of(self.read_model, cases, position)):
                parts.add(columns)
            if base is not None and not self._is_of_record(base):  # restored while the cases were read
                return False
            parts.write(self.home, *([without(base.columns, cases)] if base else []), last=self._head())
        return True

    def _head(self) -> HashedPosition:
        """The head of the record. Asked after rows were read, it lies after every entry that they come from."""
        standing = self.read_model.stored.standing(0)
        return HashedPosition(standing.head, standing.hash)

    def _latest(self) -> ColumnBase | None:
        """The latest files that can be used, opened again only where there are newer ones."""
        newest = newest_folder(self.home)
        other = self._base is not None and not self._is_of_record(self._base)
        if newest is None or newest != self._newest or other:
            self._base, self._newest, self._changed = self._bases.latest(), newest, set()
            if self._base is not None or other:
                self._looked = 0 if self._base is None else self._base.columns.position
        return self._base

    def _is_of_record(self, base: ColumnBase) -> bool:
        """Whether the record is still the one that a base was made from: another may have been restored over it."""
        columns = base.columns
        return columns.position == 0 or self.read_model.stored.hash_at(columns.position) == columns.hash

    def _look(self, position: int, enough: int | None) -> None:
        """Note the cases changed by entries up to a position that have not been looked at, until there are enough of them."""
        while self._looked < position and (enough is None or len(self._changed) < enough):
            entered = self.read_model.stored.after(self._looked, ENTRIES_AT_ONCE)
            some = [one for one in entered if one.position <= position]
            if not some:
                return
            cases = {one.reference for one in some if is_case(one.reference)}
            self._changed.update(cases, *self.read_model.others_rewritten(cases, self._position_of_base).values())
            self._looked = some[-1].position

    def _position_of_base(self, _: str) -> int:
        return 0 if self._base is None else self._base.columns.position

    def _parts(self, made_by: str) -> ColumnParts:
        return ColumnParts(self.home / f"parts-{made_by}")

    def _fail(self, why: str) -> None:
        self._not_before = time.monotonic() + TRY_AGAIN
        if why != self._failed:
            self._failed = why
            self.say(f"no new columns can be made, the old ones stay; trying again every {TRY_AGAIN:g} s: {why}")

"""Columns kept up with the tables: a base, and above it the cases that have changed since, as far as they are taken in."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from domain.store.record_reader import Entered, is_case
from projections.columns.column_layers import ColumnLayers
from projections.columns.column_store import ColumnStore
from projections.read_model.column_reading import read_cases
from projections.read_model.view_reader import ReadModel

ENTRIES_AT_ONCE = 1000
"""Entries whose places in the record are read by one query."""

CASES_AT_ONCE = 50
"""Cases that are read from the tables at once."""

MOST_ABOVE = 5_000
"""Changed cases above files at most, to limit a worker's memory. Whatever is stored then waits for new files."""

FOLDED_AFTER = 200
"""Changed cases, beside a quarter of all, after which a base in memory is made anew."""


class KeptColumns:
    """Columns of one base, brought up with the tables. Not safe to change from two threads at once.

    ``folder``: that of the files of the base; None: the base is in memory. ``position``: every entry up to it is in the
    columns; ``hash``: the record's hash at it, by which another record in its place is noticed.
    """

    def __init__(self, read_model: ReadModel, base: ColumnStore, hash_: str | None, folder: Path | None):
        self.read_model, self.folder = read_model, folder
        self.position, self.hash = base.position, hash_
        self.layers = ColumnLayers(base)
        self._positions: dict[str, int] = {}
        """By reference of a changed case: up to which position of the record its ledger was made."""

    @property
    def columns(self) -> ColumnStore:
        return self.layers.columns

    @property
    def full(self) -> bool:
        """Whether no more changed cases are added to the files."""
        return self.folder is not None and len(self._positions) >= MOST_ABOVE

    @property
    def outgrown(self) -> bool:
        """Whether so much has changed since a base in memory was made that it should be made anew."""
        return self.folder is None and self.layers.changed > FOLDED_AFTER + self.layers.base.numbers // 4

    @property
    def settled(self) -> bool:
        return not self.outgrown and self.layers.unsettled is None

    def settled_below(self) -> ColumnLayers:
        """The lower layers joined, or all merged into a base; for ``ColumnLayers.with_settled``."""
        layers = self.layers
        which = layers.unsettled
        return layers.folded() if self.outgrown or which is None else layers.settled_below(which)

    def take_in(self, position: int, *, until: float | None = None, most: int | None = None) -> None:
        """Add the cases changed by entries up to a position that the tables have reached, the oldest entries first.

        ``until``: the monotonic time at which to stop. ``most``: the most cases to read. ``position`` says how far it came.
        """
        read = 0
        while self.position < position and not self.full:
            if (until is not None and time.monotonic() >= until) or (most is not None and read >= most):
                return
            entered = self.read_model.stored.after(self.position, ENTRIES_AT_ONCE)
            some, changed = self._first(one for one in entered if one.position <= position)
            if not some:
                return
            read += len(changed)
            self._lay_over(changed, some[-1].position)
            self.position, self.hash = some[-1].position, bytes(some[-1].hash).hex()

    def take_in_case_of(self, position: int) -> None:
        """Add the case of the entry at this position, though entries before it may be left out."""
        entered = self.read_model.stored.after(position - 1, 1)
        self._lay_over(self._first(one for one in entered if one.position == position)[1], self.position)

    def _first(self, entered: Iterable[Entered]) -> tuple[Sequence[Entered], set[str]]:
        """The first of these entries, up to those of about ``CASES_AT_ONCE`` cases to be read, and these cases.

        Where an entry made the ledgers of the person's other files new, these are among them.
        """
        entered = list(entered)
        since = self.layers.base.position
        cases = {one.reference for one in entered if is_case(one.reference)}
        others = self.read_model.others_rewritten(cases, lambda other: self._positions.get(other, since))
        some: list[Entered] = []
        changed: set[str] = set()
        for one in entered:
            new = others.get(one.reference, set()) - changed
            if one.reference in cases - changed and self._positions.get(one.reference, 0) < one.position:
                new = new | {one.reference}
            if new and len(changed) >= CASES_AT_ONCE:
                break
            changed |= new
            some.append(one)
        return some, changed

    def _lay_over(self, changed: set[str], position: int) -> None:
        if changed:
            read = read_cases(self.read_model, changed, position)
            self.layers = self.layers.with_changes(read.columns)
            self._positions.update(read.positions)

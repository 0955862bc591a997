"""Upkeep: the columns of a folder with the cases that have changed since, laid over them; taken in when they are many."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from projections.columns import Columns
from projections.generations import latest, write
from projections.joining import join
from projections.ledger import Ledger

MANY = 2_000
"""Cases that may be laid over the files before they are written as the next generation."""


class Upkeep:
    """``columns`` are those of the latest generation with all that was taken in since.

    What is laid over is in memory alone: whoever begins again takes in what changed after ``columns.position``. One at a
    time keeps a folder up; others read its generations.
    """

    def __init__(self, home: Path, many: int = MANY):
        self.home, self.many = home, many
        self._base = latest(home) or Columns.of(())
        self._changed = Columns.of(())
        self.columns = self._base

    def take(
        self,
        changed: Iterable[tuple[str, Ledger]],
        position: int,
        recorded: Mapping[str, Mapping[date, int]] | None = None,
    ) -> Columns:
        """Take in cases whose record changed, each with all it has as of this position of the store; the columns after it."""
        fresh = Columns.of(changed, recorded, position)
        self._changed = join([self._changed.with_changes(fresh)])
        self.columns = self._base.with_changes(self._changed)
        if self._changed.numbers > self.many:
            write(self.home, [self.columns])
            base = latest(self.home)
            assert base is not None
            self._base = self.columns = base
            self._changed = Columns.of(())
        return self.columns

"""Counts that are kept: those last asked for of the cases of a column store."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from projections.columns.keyed_counts import KeyedCounts

COUNTS_KEPT = 64
BYTES_KEPT = 16 << 20
"""Counts kept of one column store: so many at most, and bytes at most."""

_counting = Lock()
"""Held while something is counted, so that a process has the memory for one count at a time."""


class KeptCounts:
    """Counts by what was asked. Threads may share them: what one of them counts, those who ask the same wait for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, KeyedCounts] = OrderedDict()

    def get(self, asked: Hashable, count: Callable[[], KeyedCounts]) -> KeyedCounts:
        """The counts kept for what is asked, or else counted now."""
        with _counting:
            found = self._kept.get(asked)
            if found is None:
                found = self._kept[asked] = count()
            self._kept.move_to_end(asked)
            while len(self._kept) > COUNTS_KEPT or sum(kept.nbytes for kept in self._kept.values()) > BYTES_KEPT:
                self._kept.popitem(last=False)
            return found

    def __len__(self) -> int:
        return len(self._kept)

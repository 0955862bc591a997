"""Kept counts: what was counted of a base is not counted again when a few of its cases change.

Counts add up by case. The counts of all cases are those of the base, less those of the cases that have changed as they were
in the base, and those of the changed cases.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

KEPT = 64
"""Counts kept of one base: the last used."""

T = TypeVar("T")


class KeptCounts:
    """The counts of one column store, by what was asked. Threads may share them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """What is kept under the key; else what ``count`` gives, which is then kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        found = count()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

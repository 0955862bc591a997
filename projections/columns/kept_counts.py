"""Kept counts: what was counted of a base is not counted again when a few of its cases change.

Counts add up by case. The counts of all cases are those of a store below, less those of the cases that have changed as they
were there, and those of the changed cases.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Protocol, TypeVar

KEPT_OF_BASE, KEPT_ABOVE = 16 << 20, 4 << 20
"""Bytes of counts kept of one store without changes, and of one with changes: the last used."""


class Sized(Protocol):
    """What takes memory."""

    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=Sized)


class KeptCounts:
    """The counts of one column store, by what was asked. Threads may share them. ``most``: bytes."""

    def __init__(self, most: int = KEPT_OF_BASE) -> None:
        self.most, self.nbytes = most, 0
        self._kept: OrderedDict[Hashable, Sized] = OrderedDict()
        self._lock = Lock()

    def __reduce__(self) -> tuple[type["KeptCounts"], tuple[int]]:
        """Another process starts with none: they can be counted again."""
        return KeptCounts, (self.most,)

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """What is kept under the key; else what ``count`` gives, which is then kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        found = count()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self.nbytes += found.nbytes
            while self.nbytes > self.most:
                self.nbytes -= self._kept.popitem(last=False)[1].nbytes
        return found

"""Counts by key that are added up and subtracted: those of a whole are the sum of those of its parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from projections.columns.column_schema import Array

Key = tuple[Any, ...]
"""The values of a group, in the order of the attributes that it was grouped by."""

BYTES_OF_KEY = 80
"""Roughly: what a key takes whose values are kept elsewhere."""


def sortable(key: Key) -> list[tuple[bool, str, Any]]:
    """A sort key for a group key: None comes first."""
    return [(value is not None, type(value).__name__, 0 if value is None else value) for value in key]


@dataclass(frozen=True)
class KeyedCounts:
    """``counts``: a row for each of the ``keys``, which are in order. A key of which nothing is counted is left out."""

    keys: Sequence[Key]
    counts: Array

    @cached_property
    def places(self) -> dict[Key, int]:
        """For each key the index of its counts."""
        return {key: at for at, key in enumerate(self.keys)}

    @property
    def nbytes(self) -> int:
        return self.counts.nbytes + BYTES_OF_KEY * len(self.keys)

    def of(self, key: Key) -> Array:
        """The counts of a key; zeros where nothing is counted of it."""
        at = self.places.get(key)
        found: Array = np.zeros(self.counts.shape[1], np.int32) if at is None else self.counts[at]
        return found


class Share(NamedTuple):
    """Some counts and how often they are added: 1, or -1 where they are taken away."""

    counts: KeyedCounts
    times: int


def keyed(keys: Sequence[Key], *columns: Array) -> KeyedCounts:
    """Counts from their columns; keys of which nothing is counted are left out."""
    return _some(keys, np.column_stack(columns).astype(np.int32))


def in_order(keys: Sequence[Key], *columns: Array) -> KeyedCounts:
    """``keyed``, from keys in any order."""
    found = keyed(keys, *columns)
    order = sorted(range(len(found.keys)), key=lambda at: sortable(found.keys[at]))
    return KeyedCounts([found.keys[at] for at in order], found.counts[order])


def total(whole: KeyedCounts, shares: Iterable[Share]) -> KeyedCounts:
    """The sum of some counts and of shares, which have few keys in comparison."""
    shares = [share for share in shares if len(share.counts.keys)]
    if not shares:
        return whole
    new = list(dict.fromkeys(key for share in shares for key in share.counts.keys if key not in whole.places))
    place = {key: len(whole.keys) + at for at, key in enumerate(new)}
    counts = np.concatenate([whole.counts, np.zeros((len(new), shares[0].counts.counts.shape[1]), np.int32)])
    for other, times in shares:
        counts[[place[key] if key in place else whole.places[key] for key in other.keys]] += times * other.counts
    keys = [*whole.keys, *new]
    if new:
        order = sorted(range(len(keys)), key=lambda at: sortable(keys[at]))
        keys, counts = [keys[at] for at in order], counts[order]
    return _some(keys, counts)


def _some(keys: Sequence[Key], counts: Array) -> KeyedCounts:
    """Without the keys of which nothing is counted."""
    some = np.flatnonzero(counts.any(axis=1))
    if len(some) == len(keys):
        return KeyedCounts(keys, counts)
    return KeyedCounts([keys[at] for at in some.tolist()], counts[some])

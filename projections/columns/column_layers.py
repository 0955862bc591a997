"""Changed cases as layers above a base: one more changed case costs little, however many have changed before.

A layer replaces the cases that it holds in everything below it. Layers grow upwards from large to small. Small ones are
joined at once when there are too many; large ones by ``settled_below``, which takes longer and is done beside requests.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from projections.columns.column_merge import merge
from projections.columns.column_store import ColumnStore
from projections.columns.kept_counts import KeptCounts

MOST_LAYERS = 8
"""Layers above a base at most, but for those that ``settled_below`` has yet to join."""

JOINED_AT_ONCE = 80
"""Cases that are joined at most while somebody waits: one or two milliseconds."""

RATIO = 4
"""A settled layer has at least so many times the cases of the next one."""


@dataclass(frozen=True)
class ColumnLayers:
    """A base and the layers above it, the lowest first.

    ``stacked``: for each layer the base with all layers up to it. ``settles``: see ``settled_below``.
    """

    base: ColumnStore
    layers: tuple[ColumnStore, ...] = ()
    stacked: tuple[ColumnStore, ...] = ()
    settles: tuple[ColumnStore, ...] = ()

    @property
    def columns(self) -> ColumnStore:
        """All cases as they are with every layer laid over."""
        return self.stacked[-1] if self.stacked else self.base

    @property
    def changed(self) -> int:
        """How many cases the layers hold; a case in two of them counts twice."""
        return sum(layer.numbers for layer in self.layers)

    def with_changes(self, changed: ColumnStore) -> "ColumnLayers":
        """These layers with one more on top."""
        layers = (*self.layers, changed)
        first = len(layers) - 1
        if len(layers) > MOST_LAYERS:
            first = _run([layer.numbers for layer in layers], JOINED_AT_ONCE)
        return self._with_layers(first, (joined(layers[first:]),))

    @property
    def unsettled(self) -> slice | None:
        """The large layers that should be joined; None: there is nothing to join."""
        sizes = [layer.numbers for layer in self.layers]
        large = len(sizes)
        while large and sizes[large - 1] <= JOINED_AT_ONCE // 2:
            large -= 1
        first = _run(sizes[:large], None) if large else 0
        return slice(first, large) if large - first > 1 else None

    def settled_below(self, which: slice) -> "ColumnLayers":
        """The layers up to the end of ``which``, these joined. It takes time by their cases.

        It stands in place of as many layers as it is made from; see ``with_settled``.
        """
        below = ColumnLayers(self.base, self.layers[: which.start], self.stacked[: which.start])
        one = joined(self.layers[which])
        return replace(below._with_layers(which.start, [one]), settles=self.layers[: which.stop])

    def folded(self) -> "ColumnLayers":
        """A base alone, with all layers merged into it, in memory."""
        return ColumnLayers(merge([self.columns]), settles=self.layers)

    def with_settled(self, lower: "ColumnLayers") -> "ColumnLayers":
        """These layers with settled ones in place of those that they settle. The same where others stand there by now."""
        number = len(lower.settles)
        if len(self.layers) < number or any(a is not b for a, b in zip(lower.settles, self.layers, strict=False)):
            return self
        return replace(lower, settles=())._with_layers(len(lower.layers), self.layers[number:])

    def _with_layers(self, first: int, above: Sequence[ColumnStore]) -> "ColumnLayers":
        """The layers below the index ``first``, and these above them."""
        below = self.stacked[first - 1] if first else self.base
        stacked = accumulate(above, ColumnStore.with_changes, initial=below)
        next(stacked)
        return ColumnLayers(self.base, (*self.layers[:first], *above), (*self.stacked[:first], *stacked))


def joined(layers: Sequence[ColumnStore]) -> ColumnStore:
    """One layer in place of several; of a case in several of them the last counts."""
    *_, whole = accumulate(layers, ColumnStore.with_changes)
    return whole if len(layers) == 1 else merge([whole])


def without(base: ColumnStore, references: Sequence[str]) -> ColumnStore:
    """A base for a merge in which these cases are left out. Those that it does not have make no difference."""
    gone = np.zeros(base.numbers, bool) if base.gone is None else base.gone.copy()
    numbers = (base.number(reference) for reference in references)
    gone[[number for number in numbers if number is not None]] = True
    return replace(base, gone=gone, kept=KeptCounts())


def _run(sizes: Sequence[int], most: int | None) -> int:
    """The first of the last layers that are joined: each has less than ``RATIO`` times the cases of those above it.

    At least two, but for ``most`` cases at most.
    """
    first, total = len(sizes) - 1, sizes[-1]
    while first and sizes[first - 1] < RATIO * total and (most is None or total + sizes[first - 1] <= most):
        first -= 1
        total += sizes[first]
    return first

"""Several counts of the duties of a case in one number, so that one running sum counts them all.

Each count is a field of so many bits that the duties of no case overflow it. Running sums do overflow; the difference of two
of them is exact all the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from projections.columns.column_schema import Array
from projections.obligations.duty_state import MET_EARLY, UNKNOWN, state_in

SMALL, LARGE = 32, 64
"""The bits of a number with few or small fields, and of one with more."""

FIELDS = {8: np.uint8, 16: np.uint16, 32: np.uint32}
"""The bits that a field may have, and the type for its counts."""

MANY = 10
"""Numbers of a case from which on adding them up case by case takes less time than a running sum."""


@dataclass(frozen=True)
class PackedCounts:
    """The fields of a number, the lowest first. ``fields``: the states of duties that each counts. ``bits``: of each field."""

    fields: tuple[range, ...]
    bits: int

    @property
    def type(self) -> type[np.unsignedinteger]:
        return np.uint32 if self.bits * len(self.fields) <= SMALL else np.uint64

    @cached_property
    def of_state(self) -> Array:
        """For each state what a duty in it adds to the number."""
        every = np.arange(UNKNOWN, MET_EARLY + 1, dtype=np.uint8)
        found = np.zeros(len(every), self.type)
        for at, states in enumerate(self.fields):
            found += state_in(every, states).astype(self.type) << self.type(at * self.bits)
        return found

    def unpacked(self, packed: Array) -> Iterator[tuple[range, Array]]:
        """The states that each field counts, and its counts, in a type of the field's bits."""
        for at, states in enumerate(self.fields):
            yield states, (packed >> self.type(at * self.bits)).astype(FIELDS[self.bits])


def packed_counts(counted: Sequence[range], most: int) -> list[PackedCounts]:
    """The fewest numbers that hold these counts. ``most``: the most duties that a case has, below 2**32."""
    bits = next(bits for bits in FIELDS if most < 1 << bits)
    room = LARGE // bits
    return [PackedCounts(tuple(counted[at : at + room]), bits) for at in range(0, len(counted), room)]


def summed(numbers: Array, last: Array) -> Array:
    """The sums of these numbers case by case. ``last``: the index of each case's last number."""
    if len(last) == len(numbers):
        return numbers
    if len(last) * MANY < len(numbers):
        return np.add.reduceat(numbers, np.append(0, last[:-1] + 1))
    # The running sum at the last number of each case, minus the sum at the case before.
    sums: Array = np.cumsum(numbers, dtype=numbers.dtype).take(last)
    sums[1:] -= sums[:-1]
    return sums

"""Small picks among the numbers of cases and rows, for pages that hold no arrays of their own."""

from collections.abc import Iterable

import numpy as np

from projections.columns.column_schema import Array


def numbers_of(numbers: Iterable[int]) -> Array:
    """These numbers, in the order given."""
    return np.array(list(numbers), np.int64)


def ascending(numbers: Array) -> Array:
    """The numbers from the least to the greatest."""
    return np.sort(numbers)


def places_of(marks: Array) -> Array:
    """The places that are marked."""
    return np.flatnonzero(marks)


def how_many(marks: Array) -> int:
    """How many places are marked."""
    return int(np.count_nonzero(marks))


def all_marked(length: int) -> Array:
    """Marks of so many places, each of them set."""
    return np.ones(length, bool)


def none_marked(length: int) -> Array:
    """Marks of so many places, none of them set."""
    return np.zeros(length, bool)


def counted(numbers: Array, length: int) -> Array:
    """For each number below ``length`` how often it occurs; longer where a number is greater."""
    return np.bincount(numbers, minlength=length)


def marked_first(numbers: Array, marks: Array) -> Array:
    """The numbers that are marked, then the others, each in the order given."""
    return np.concatenate((numbers[marks], numbers[~marks]))


def looked_up(marks: Iterable[bool], numbers: Array) -> Array:
    """For each number its mark; -1 is never marked."""
    return np.array([*marks, False], bool)[numbers]

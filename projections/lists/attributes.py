"""Attributes of the rows of a list: which values there are, and which rows have a value."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from projections.columns.column_schema import Array, CodedValues


class Rows(Protocol):
    """A list about cases whose rows are numbers."""

    def coded(self, name: str) -> CodedValues:
        """An attribute: its values, and for each row the number of its value."""

    def __len__(self) -> int: ...


def present(rows: Rows, name: str) -> list[Any]:
    """The values of an attribute that the rows have, each once."""
    values, numbers = rows.coded(name)
    return [values[number] for number in distinct(numbers)]


def holds(rows: Rows, name: str, fits: Callable[[Any], bool]) -> Array:
    """For each row whether its value of an attribute fits."""
    values, numbers = rows.coded(name)
    found: Array = np.array([fits(value) for value in values], bool)[numbers]
    return found


def all_of(rows: Rows, conditions: dict[str, Callable[[Any], bool]]) -> Array:
    """For each row whether it fits every condition, by attribute."""
    found = np.ones(len(rows), bool)
    for name, fits in conditions.items():
        found &= holds(rows, name, fits)
    return found


def distinct(numbers: Array) -> list[int]:
    """Each of these numbers once, in order."""
    found: list[int] = np.unique(numbers).tolist()
    return found

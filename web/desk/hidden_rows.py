"""Rows that the reader has hidden from their own list for a while: which, and how many. Nobody else's list changes by it."""

import numpy as np

from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.todo_bands import B
from projections.lists.todo_items import TodoItems
from projections.lists.todo_lines import TodoLine, lines_of
from web.services import current_cases


def hidden_cases() -> frozenset[str]:
    """The cases (their references) of which the reader has hidden a row."""
    return frozenset()


def hidden(line: TodoLine) -> bool:
    """Whether the reader has hidden this row. It is asked only of rows of ``hidden_cases``."""
    return False


def hidden_rows(items: TodoItems, counted: CountedCases) -> Array:
    """For each item whether the reader has hidden it. Nothing in bands a and b is ever hidden."""
    found = np.zeros(len(items), bool)
    numbers = [items.selection.columns.number(reference) for reference in hidden_cases()]
    asked = np.flatnonzero(np.isin(items.case, [number for number in numbers if number is not None]) & (items.band > B))
    lines = lines_of(items.only(asked), counted.snapshots(items.case[asked]), current_cases.entries_of)
    found[asked] = [hidden(line) for line in lines]
    return found

"""What can be worked out of hidden numbers from sums that are known: exact linear algebra over sparse equations.

Every sum of which all but some numbers are shown is an equation over the hidden ones. A hidden number can be worked out by
adding and subtracting sums exactly where the reduced row echelon form of all equations has a row for it alone.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

Cell = TypeVar("Cell", bound=Hashable)

Sum = Mapping[Cell, int]
"""A sum that is known but for the cells in it: cell -> its factor (1, or -1 for the whole that parts add up to)."""

_Row = dict[int, int | Fraction]


def determined(hidden: Iterable[Cell], sums: Iterable[Sum[Cell]]) -> set[Cell]:
    """The hidden cells that can be worked out, where all other cells of the sums are shown."""
    cells = list(hidden)
    return {cells[pivot] for pivot, row in _reduced(cells, sums).items() if len(row) == 1}


def covering(
    leaking: Iterable[Cell], hidden: Sequence[Cell], shown: Sequence[Cell], sums: Iterable[Sum[Cell]]
) -> dict[Cell, set[Cell]]:
    """For each leaking cell, the cells to hide with it so that it cannot be worked out; empty: nothing helps.

    ``shown`` gives the order in which cells are preferred. The last cell needed comes as early in it as is possible.
    """
    cells = [*hidden, *shown]
    rows = _reduced(cells, sums)
    number = {cell: n for n, cell in enumerate(cells)}
    found: dict[Cell, set[Cell]] = {}
    for cell in leaking:
        others = [n for n in rows.get(number[cell], ()) if n != number[cell]]
        last = min(others, default=None)
        with_it = [] if last is None else [last, *(pivot for pivot, row in rows.items() if last in row)]
        found[cell] = {cells[n] for n in with_it}
    return found


def _reduced(cells: Sequence[Cell], sums: Iterable[Sum[Cell]]) -> dict[int, _Row]:
    """The reduced row echelon form over these cells in their order: pivot -> its row (column -> factor)."""
    number = {cell: n for n, cell in enumerate(cells)}
    rows: dict[int, _Row] = {}
    holding: defaultdict[int, set[int]] = defaultdict(set)  # column -> the pivots whose rows hold it
    for known in sums:
        row: _Row = {number[cell]: factor for cell, factor in known.items() if cell in number}
        for pivot in [column for column in row if column in rows]:
            _subtract(row, rows[pivot], row[pivot])
        if not row:
            continue
        pivot = min(row)
        first = row[pivot]
        if first != 1:  # factors of tables are 1 and -1: whole numbers are quicker than fractions
            row = {c: -factor if first == -1 else Fraction(factor) / first for c, factor in row.items()}
        for other in list(holding[pivot]):
            before = set(rows[other])
            _subtract(rows[other], row, rows[other][pivot])
            for column in before ^ set(rows[other]):
                (holding[column].add if column in rows[other] else holding[column].discard)(other)
        rows[pivot] = row
        for column in row:
            holding[column].add(pivot)
    return rows


def _subtract(row: _Row, other: _Row, times: int | Fraction) -> None:
    for column, factor in other.items():
        left = row.get(column, 0) - times * factor
        if left:
            row[column] = left
        else:
            row.pop(column, None)

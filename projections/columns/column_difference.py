"""Compare the columns of some cases with others of the same cases: rows as multisets, by what they mean, not by number."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from projections.arrays.date_numbers import day_of, instant_of
from projections.columns.column_builder import ORDER
from projections.columns.column_schema import FALLEN_ON, PLAIN, TABLES, WORDS, Array, Rows, columns_of
from projections.columns.column_store import ColumnStore
from projections.ledger.row_kinds import ROW_KINDS

NOWHERE = -(1 << 40)
"""What the columns do not have (a case, a word) gets this number and those below it: no column holds them."""

NAME = "name"

DAYS = {
    *(field.name for kind in ROW_KINDS.values() for _, field in kind.those("day")), *FALLEN_ON, "day",
}  # fmt: skip
INSTANTS = {"since", "until", *(field.name for kind in ROW_KINDS.values() for _, field in kind.those("instant"))}


class TableDifference(NamedTuple):
    """A row that is ``missing`` in the columns or ``too many`` in them: its case, its table, its values."""

    reference: str
    table: str
    what: str
    row: dict[str, Any]


class ColumnComparison:
    """Compares pieces of a column store, mapped from files, with columns derived anew. Counts the rows compared."""

    def __init__(self, columns: ColumnStore):
        self.columns = columns
        self._compared: Counter[str] = Counter()
        self._named: list[str] = []
        self._tables: dict[str, tuple[str, Callable[[ColumnStore], Rows], tuple[str, ...]]] = {
            f"{table} {side}": (table, _side(table, side), tuple(columns_of(table, side)))
            for table in TABLES
            for side in ("current", "superseded")
        }
        self._tables |= {table: (table, _plain(table), tuple(names)) for table, names in PLAIN.items()}

    def differences(self, derived: ColumnStore, first: int, end: int) -> Iterator[TableDifference]:
        """Where the rows of the cases with the numbers from ``first`` up to, not including, ``end`` differ from the derived."""
        becomes = self._numbers_of(derived)
        for key, (table, rows_of, names) in self._tables.items():
            rows = rows_of(self.columns)
            at = _rows_of_cases(rows, first, end)
            self._compared[key] += len(at)
            found = np.stack([rows[name][at].astype(np.int64) for name in names], axis=1)
            others = rows_of(derived)
            wanted = np.stack([becomes(name, others[name]) for name in names], axis=1)
            if np.any(np.lexsort([rows[name][at] for name in reversed(ORDER[table])]) != np.arange(len(at))):
                yield TableDifference(self.columns.references[first], table, "out of order", {"cases": end - first})
            if NAME in names:
                column = names.index(NAME)
                found[:, column], wanted[:, column] = self._same_names(found[:, column], others[NAME], derived)
            if not np.array_equal(_sorted(found), _sorted(wanted)):
                yield from self._told(table, names, found, wanted, derived)

    def left_over(self) -> Iterator[tuple[str, int]]:
        """The tables with rows of no case that was compared, or out of order, and how many these are."""
        for key, (table, rows_of, _) in self._tables.items():
            if left := len(rows_of(self.columns)) - self._compared[key]:
                yield table, left

    def _numbers_of(self, derived: ColumnStore) -> Callable[[str, Array], Array]:
        """Gives for a column of the derived rows the numbers that its values have in these columns."""
        words = {name: self._found(of.values, self.columns.words[name].find) for name, of in derived.words.items()}
        cases = self._found(derived.references, self.columns.number)

        def becomes(name: str, numbers: Array) -> Array:
            if name == "case":
                return cases[numbers]
            return words[WORDS[name]][numbers] if name in WORDS else numbers.astype(np.int64)

        return becomes

    def _found(self, values: Any, find: Callable[[Any], int | None]) -> Array:
        numbers = (find(value) for value in values)
        return np.array([NOWHERE - at if n is None else n for at, n in enumerate(numbers)], np.int64)

    def _same_names(self, found: Array, wanted: Array, derived: ColumnStore) -> tuple[Array, Array]:
        """The names of both sides by one numbering."""
        said = [self.columns.names[n] if 0 <= n < len(self.columns.names) else f"#{n}" for n in found.tolist()]
        named = [derived.names[n] for n in wanted.tolist()]
        numbers = {name: at for at, name in enumerate(dict.fromkeys((*said, *named)))}
        self._named = list(numbers)
        return np.array([numbers[n] for n in said], np.int64), np.array([numbers[n] for n in named], np.int64)

    def _told(
        self, table: str, names: tuple[str, ...], found: Array, wanted: Array, derived: ColumnStore
    ) -> Iterator[TableDifference]:
        there, follow = Counter(map(tuple, found.tolist())), Counter(map(tuple, wanted.tolist()))
        for what, extra in (("missing", follow - there), ("too many", there - follow)):
            for row in extra.elements():
                said = {name: self._value(name, number, derived) for name, number in zip(names, row, strict=True)}
                yield TableDifference(str(said.pop("case")), table, what, said)

    def _value(self, name: str, number: int, derived: ColumnStore) -> Any:
        """What a number means. ``#`` and the number: nothing."""
        try:
            if name == NAME:
                return self._named[number]
            if name == "case" or name in WORDS:
                return self._word(name, number, derived)
            return day_of(number) if name in DAYS else instant_of(number) if name in INSTANTS else number
        except (IndexError, OverflowError, ValueError):
            return f"#{number}"

    def _word(self, name: str, number: int, derived: ColumnStore) -> Any:
        whose, at = (self.columns, number) if number > NOWHERE else (derived, NOWHERE - number)
        if at < 0:
            raise IndexError
        return whose.references[at] if name == "case" else whose.words[WORDS[name]][at]


def _side(table: str, side: str) -> Callable[[ColumnStore], Rows]:
    return lambda columns: getattr(columns.tables[table], side)[0]


def _plain(table: str) -> Callable[[ColumnStore], Rows]:
    return lambda columns: columns.plain[table][0]


def _rows_of_cases(rows: Rows, first: int, end: int) -> Array:
    """The indices of the rows of these cases."""
    case = rows["case"]
    wanted = np.array((first, end), case.dtype)  # the same type, or NumPy would convert the whole column
    bounds = rows.clause_bounds if "clause" in rows else [0, len(rows)]
    ranges = []
    for start, stop in pairwise(bounds):
        if start < stop:
            begins, ends = np.searchsorted(case[start:stop], wanted)
            ranges.append(np.arange(start + begins, start + ends))
    return np.concatenate(ranges) if ranges else np.zeros(0, np.int64)


def _sorted(rows: Array) -> Array:
    return rows[np.lexsort(rows.T)] if len(rows) else rows

"""The rows of some cases in a table: by index, and as a column store of their own."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from projections.arrays.string_codes import StringArray
from projections.columns.column_schema import Array, Rows, TableRows
from projections.columns.column_store import ColumnStore

SEARCH_COST = 150
"""Finding one case by binary search costs as much as reading so many rows."""


def picked(columns: ColumnStore, cases: Array) -> ColumnStore:
    """The rows of these cases (numbers in ascending order) alone. Their new numbers are their indices in ``cases``."""
    tables = {
        name: TableRows(_picked(kept.current, name, cases), _picked(kept.superseded, name, cases))
        for name, kept in columns.tables.items()
    }
    return ColumnStore(
        StringArray.of(columns.references[case] for case in cases.tolist()), columns.names, columns.folded,
        columns.words, tables, {name: _picked(kept, name, cases) for name, kept in columns.plain.items()},
        last_instant=columns.last_instant, levels=columns.levels,
    )  # fmt: skip


class PickedColumns(Mapping[str, Array]):
    """Some rows of a table, each column taken when it is first read."""

    def __init__(self, rows: Rows, at: Array, cases: Array):
        self._rows, self._at = rows, at
        self._read = {"case": np.searchsorted(cases, rows["case"][at]).astype(np.int32)}

    def __getitem__(self, name: str) -> Array:
        if name not in self._read:
            self._read[name] = self._rows[name][self._at]
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._rows.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.columns)

    def __len__(self) -> int:
        return len(self._rows.columns)


def _picked(parts: Iterable[Rows], table: str, cases: Array) -> tuple[Rows, ...]:
    found = []
    for rows in parts:
        at = np.concatenate([np.zeros(0, np.intp), *(_indices(rows, table, cases) if len(rows) else ())])
        if len(at):
            found.append(Rows(PickedColumns(rows, at, cases)))
    return tuple(found)


def _indices(rows: Rows, table: str, cases: Array) -> Iterator[Array]:
    """The indices of the rows of these cases, in the order of the table."""
    among = between(cases)
    if table == "duties":
        return (duties_of_cases(rows, clause, cases, among) for clause in rows.clauses)
    parts = rows.of_question.values() if table == "judgements" else (slice(0, len(rows)),)
    return (rows_of_cases(rows, part, cases, among) for part in parts)


NOTHING: Array = np.zeros(0, np.int64)
NOTHING.flags.writeable = False


def between(cases: Array) -> Array:
    """For each number from the first to the last of these cases (ascending), whether it is one of them."""
    among = np.zeros(int(cases[-1]) - int(cases[0]) + 1, bool)
    among[cases - cases[0]] = True
    return among


def positions_of_cases(case: Array, cases: Array, among: Array) -> Array:
    """The indices of the rows of these cases (ascending).

    ``case``: each row's case number, ascending, none before the first or after the last of ``cases``. ``among``: see
    ``between``.
    """
    if len(case) < SEARCH_COST * len(cases):
        return np.flatnonzero(among[case - cases[0].astype(case.dtype)])
    wanted = cases.astype(case.dtype)
    return ranges(np.searchsorted(case, wanted), np.searchsorted(case, wanted, side="right"))


def rows_from(rows: Rows, part: slice, first: int, last: int) -> slice:
    """The rows of the cases from ``first`` up to, not including, ``last``, in a part of a table that is in order of case."""
    case = rows["case"][part]
    low, high = np.searchsorted(case, np.array((first, last), case.dtype)).tolist()
    return slice(part.start + low, part.start + high)


def rows_of_cases(rows: Rows, part: slice, cases: Array, among: Array) -> Array:
    """The indices of the rows of these cases (ascending), as ``rows_from``. ``among``: see ``between``."""
    near = rows_from(rows, part, int(cases[0]), int(cases[-1]) + 1)
    found: Array = positions_of_cases(rows["case"][near], cases, among) + near.start
    return found


def duties_of_cases(rows: Rows, clause: int, cases: Array, among: Array) -> Array:
    """The indices of the duties of these cases (ascending) under a clause. ``among``: see ``between``."""
    low, high = ends_of(rows, clause, int(cases[0]), int(cases[-1]) + 1)
    if low == high:  # so it is under most clauses of a layer of few cases
        return NOTHING
    at, end = positions_of_cases(rows.ends.case[low:high], cases, among) + low, rows.ends.end
    if not len(at):
        return NOTHING
    return ranges(end[at - 1] * (at > 0), end[at])  # the first row of all follows none


def ends_of(rows: Rows, clause: int, first: int, last: int) -> tuple[int, int]:
    """The index in ``rows.ends`` of the first of these cases with duties under a clause, and the index after the last."""
    begin, end = rows.clause_ends[clause : clause + 2]
    if begin == end:
        return begin, end
    of_clause = rows.ends.case[begin:end]
    if of_clause[0] >= last or of_clause[-1] < first:
        return begin, begin
    low, high = np.searchsorted(of_clause, np.array((first, last), of_clause.dtype)).tolist()
    return begin + low, begin + high


def begin_of(rows: Rows, at: int) -> int:
    """The index of the first duty of an element of ``rows.ends``."""
    return int(rows.ends.end[at - 1]) if at else 0


def ranges(first: Array, last: Array) -> Array:
    """All numbers from each ``first`` up to, not including, its ``last``."""
    lengths = last - first
    before = np.cumsum(lengths) - lengths
    found: Array = np.arange(int(lengths.sum())) + np.repeat(first - before, lengths)
    return found

"""Merge several column stores into one.

Rows are merged clause by clause and ``CASES_AT_ONCE`` cases at a time, so that memory does not grow with the record. Parts
are merged into a store in this way, and changes into their base. The rows of cases that are ``gone`` are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np

from projections.arrays.string_codes import StringArray, StringCodes, TextArray
from projections.columns.case_ends import Make, case_ends, in_memory
from projections.columns.case_names import folded, names_in_order
from projections.columns.case_order import last_places
from projections.columns.column_schema import (
    EARLIEST,
    GROUPED_BY,
    PLAIN,
    TABLES,
    WORDS,
    Array,
    Rows,
    TableRows,
    columns_of,
)
from projections.columns.column_store import ColumnStore, by_column, renumbered

T = TypeVar("T", bound=TextArray)

CASES_AT_ONCE = 5_000
"""Cases whose rows of one clause are in memory at once."""

FEW_ROWS = 1 << 17
"""Up to so many rows of a table are merged in one go, not clause by clause: that is quicker where they are few."""


class RenumberedRows(NamedTuple):
    """Rows to be merged, and by column the new number for each old number (a case that is gone: -1)."""

    rows: Rows
    becomes: Mapping[str, Array]

    def within(self, which: slice, first: int, end: int) -> Rows:
        """The rows whose new case number is from ``first`` up to, not including, ``end``, renumbered. Rows are in order of case."""
        becomes, case = self.becomes["case"], self.rows["case"][which]
        chosen: slice | Array
        if np.all(becomes[1:] > becomes[:-1]):
            cases = np.searchsorted(becomes, (first, end)).astype(
                case.dtype
            )  # the same type, or NumPy would convert the whole column
            begins, ends = np.searchsorted(case, cases)
            chosen = slice(which.start + begins, which.start + ends)
        else:
            numbers = becomes[case]
            chosen = which.start + np.flatnonzero((numbers >= first) & (numbers < end))
        return self.rows.renumbered(self.becomes, chosen)

    def whole(self) -> Rows:
        """All rows of cases that are not gone, renumbered, in the order in which they are."""
        there = self.becomes["case"][self.rows["case"]] >= 0
        return self.rows.renumbered(self.becomes, slice(None) if there.all() else np.flatnonzero(there))


def merge(parts: Sequence[ColumnStore], make: Make = in_memory) -> ColumnStore:
    """One column store of the cases of all parts. ``ValueError``: a case is in two parts."""
    words: dict[str, StringCodes[Any]] = {name: StringCodes() for name in sorted(set(WORDS.values()))}
    references, numbers = _numbered(parts)
    names, name_numbers = _named(parts, numbers)
    becomes = [
        by_column({name: renumbered(part.words[name].values, words[name]) for name in words})
        | {"name": of_names, "case": of}
        for part, of, of_names in zip(parts, numbers, name_numbers, strict=True)
    ]
    tables = {}
    for table in TABLES:
        sides = []
        for side in ("current", "superseded"):
            of_all = [
                RenumberedRows(rows, b)
                for p, b in zip(parts, becomes, strict=True)
                for rows in getattr(p.tables[table], side)
            ]
            sides.append((_merged_rows(of_all, len(references), f"{table}.{side}", columns_of(table, side), make),))
        tables[table] = TableRows(*sides)
    plain = {}
    for table, columns in PLAIN.items():
        of_all = [RenumberedRows(rows, b) for p, b in zip(parts, becomes, strict=True) for rows in p.plain[table]]
        plain[table] = (_merged_rows(of_all, len(references), table, columns, make),)
    position = max((part.position for part in parts), default=0)
    hashes = {part.hash for part in parts if part.position == position}
    hash_ = hashes.pop() if len(hashes) == 1 else ""  # parts of two records: no record takes what is made of them
    texts = (
        _stored(StringArray.of(references), "references", make), _stored(TextArray.of(names), "names", make),
        _stored(folded(names), "folded", make),
    )  # fmt: skip
    until = max((part.last_instant for part in parts), default=EARLIEST)
    return ColumnStore(*texts, words, tables, plain, position=position, hash=hash_, last_instant=until)


def _named(parts: Sequence[ColumnStore], numbers: Sequence[Array]) -> tuple[list[str], list[Array]]:
    """The names of all parts in order of case, and for each part the new numbers of its names."""
    owners = []
    for part, of in zip(parts, numbers, strict=True):
        owner = np.full(len(part.names), -1, np.int32)
        for rows in part.spells.all:
            owner[rows["name"]] = of[rows["case"]]
        owners.append(owner)
    becomes, order = names_in_order(np.concatenate([*owners, np.zeros(0, np.int32)]))
    every = [name for part in parts for name in part.names]
    parted = np.split(becomes, np.cumsum([len(owner) for owner in owners])[:-1]) if owners else []
    return [every[at] for at in order.tolist()], parted


def _numbered(parts: Sequence[ColumnStore]) -> tuple[list[str], list[Array]]:
    """The references of all cases in order of their last places, and for each part the new numbers of its cases."""
    every = []
    for at, part in enumerate(parts):
        gone = part.gone if part.gone is not None else np.zeros(part.numbers, bool)
        home = last_places(part.spells.current, part.numbers, part.words["place"].values)
        every += [(home[n], reference, at, n) for n, reference in enumerate(part.references) if not gone[n]]
    every.sort()
    references = [reference for _, reference, _, _ in every]
    for one, other in pairwise(sorted(references)):
        if one == other:
            raise ValueError(f"{one} is in two of the columns: a case is in one of them only")
    numbers = [np.full(part.numbers, -1, np.int32) for part in parts]
    for number, (_, _, at, n) in enumerate(every):
        numbers[at][n] = number
    return references, numbers


def _merged_rows(
    parts: Sequence[RenumberedRows], cases: int, name: str, columns: Mapping[str, Any], make: Make
) -> Rows:
    """The rows of all parts merged, in the order of the table."""
    length = sum(int((part.becomes["case"][part.rows["case"]] >= 0).sum()) for part in parts)
    types = {column: np.result_type(kind, *(p.rows[column] for p in parts)) for column, kind in columns.items()}
    into = {column: make(f"{name}.{column}", kind, length) for column, kind in types.items()}
    filled = 0
    grouped_by = GROUPED_BY.get(name.split(".")[0])
    whole = [[part.whole() for part in parts]] if length <= FEW_ROWS and parts else None
    for pieces in whole or _pieces(parts, cases, grouped_by):
        case, order = _in_order(pieces, cases, grouped_by)
        for column in columns:
            values = case if column == "case" else np.concatenate([piece[column] for piece in pieces])
            into[column][filled : filled + len(case)] = values[order]
        filled += len(case)
    return Rows(into, case_ends(into["clause"], into["case"], make, name) if "clause" in into else None)


def _in_order(pieces: Sequence[Rows], cases: int, grouped_by: str | None) -> tuple[Array, Any]:
    """The case of each row of these pieces, and the indices that put them in the order of the table."""
    case: Array = np.concatenate([piece["case"] for piece in pieces])
    rank = case
    if grouped_by is not None:
        rank = np.concatenate([piece[grouped_by] for piece in pieces]).astype(np.int64) * cases + case
    return case, np.argsort(rank, kind="stable") if np.any(rank[1:] < rank[:-1]) else slice(None)


def _pieces(parts: Sequence[RenumberedRows], cases: int, grouped_by: str | None) -> Iterator[list[Rows]]:
    """The rows of all parts piece by piece, in the order of the table; ``CASES_AT_ONCE`` cases at a time."""
    spans = [_spans(part, grouped_by) for part in parts]
    for number in sorted(set[int]().union(*spans)):
        some = [(part, of[number]) for part, of in zip(parts, spans, strict=True) if number in of]
        for first in range(0, cases, CASES_AT_ONCE):
            found = [part.within(which, first, first + CASES_AT_ONCE) for part, which in some]
            if found := [rows for rows in found if len(rows)]:
                yield found


def _spans(part: RenumberedRows, grouped_by: str | None) -> Mapping[int, slice]:
    """The rows with each new number of the column that the table is grouped by; 0: all rows of another table."""
    if grouped_by == "question":
        return {int(part.becomes["question"][number]): of for number, of in part.rows.of_question.items()}
    bounds = part.rows.clause_bounds if grouped_by == "clause" else [0, len(part.rows)]
    return {number: slice(*of) for number, of in enumerate(pairwise(bounds)) if of[0] < of[1]}


def _stored(strings: T, name: str, make: Make) -> T:
    of = vars(strings)
    kept = {array: make(f"{name}.{array}", values.dtype, len(values)) for array, values in of.items()}
    for array, values in of.items():
        kept[array][:] = values
    return type(strings)(**kept)

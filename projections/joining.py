"""Joining: several columns made into one, clause by clause, so that a nation's need no more memory than its largest clause.

So are columns made from parts, and changes taken into their base: the rows of cases that are gone are left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from projections.columns import Columns, renumbered
from projections.homes import homes
from projections.tables import RECORDED, TABLES, WORDS, Array, Kept, Rows, kinds
from projections.words import Texts, Words

Make = Callable[[str, Any, int], Array]
"""Makes an array by its name, type and length, to be filled: in memory, or mapped to a file."""


class Part(NamedTuple):
    """Rows to be joined, and what their numbers become (a case that is gone: -1)."""

    rows: Rows
    becomes: Mapping[str, Array]


def in_memory(_: str, kind: Any, length: int) -> Array:
    return np.empty(length, kind)


def join(parts: Sequence[Columns], make: Make = in_memory) -> Columns:
    """The columns of all cases of these, each case in one of them only (``ValueError``: in two)."""
    names: Words[str] = Words()
    words: dict[str, Words[Any]] = {name: Words() for name in WORDS}
    references, numbers = _numbered(parts)
    becomes = [
        {name: renumbered(part.words[name].values, words[name]) for name in WORDS}
        | {"name": renumbered(part.names, names), "case": of}
        for part, of in zip(parts, numbers, strict=True)
    ]
    tables = {}
    for table in TABLES:
        sides = []
        for side in ("current", "superseded"):
            of_all = [
                Part(rows, b) for p, b in zip(parts, becomes, strict=True) for rows in getattr(p.tables[table], side)
            ]
            sides.append((_joined(of_all, f"{table}.{side}", kinds(table, side), make),))
        tables[table] = Kept(*sides)
    of_all = [Part(rows, b) for p, b in zip(parts, becomes, strict=True) for rows in p.recorded]
    recorded = _joined(of_all, "recorded", RECORDED, make)
    position = max((part.position for part in parts), default=0)
    texts = _kept(references, "references", make), _kept(names.values, "names", make)
    return Columns(*texts, words, tables, (recorded,), position=position)


def _numbered(parts: Sequence[Columns]) -> tuple[list[str], list[Array]]:
    """The references of all cases in order of their homes, and for each part the new numbers of its cases."""
    every = []
    for at, part in enumerate(parts):
        gone = part.gone if part.gone is not None else np.zeros(part.numbers, bool)
        home = homes(part.spells.current, part.numbers, part.words["place"].values)
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


def _joined(parts: Sequence[Part], name: str, columns: Mapping[str, Any], make: Make) -> Rows:
    """The rows of all parts in one, in their order."""
    length = sum(int((part.becomes["case"][part.rows["case"]] >= 0).sum()) for part in parts)
    into = {column: make(f"{name}.{column}", kind, length) for column, kind in columns.items()}
    filled = 0
    for pieces in _pieces(parts, "clause" in columns):
        case = np.concatenate([piece["case"] for piece in pieces])
        order: Any = slice(None)
        if np.any(case[1:] < case[:-1]):
            order = np.argsort(case, kind="stable")
        for column in columns:
            values = case if column == "case" else np.concatenate([piece[column] for piece in pieces])
            into[column][filled : filled + len(case)] = values[order]
        filled += len(case)
    return Rows(into)


def _pieces(parts: Sequence[Part], by_clause: bool) -> Iterator[list[Rows]]:
    """The rows of all parts that come next: those of one clause after the other, or all at once."""
    if not by_clause:
        found = [_alive(part, slice(None)) for part in parts]
        if found:
            yield found
        return
    clauses = max((len(part.rows.clause_bounds) - 1 for part in parts), default=0)
    for clause in range(clauses):
        bounds = [part.rows.clause_bounds[clause : clause + 2] for part in parts]
        found = [_alive(part, slice(*of)) for part, of in zip(parts, bounds, strict=True) if of[0] < of[1]]
        if found:
            yield found


def _alive(part: Part, which: slice) -> Rows:
    """These rows under their new numbers, without those of cases that are gone."""
    rows = part.rows.renumbered(part.becomes, which)
    alive = rows["case"] >= 0
    return rows if alive.all() else Rows({name: column[alive] for name, column in rows.columns.items()})


def _kept(strings: Sequence[str], name: str, make: Make) -> Texts:
    of = vars(Texts.of(strings))
    kept = {array: make(f"{name}.{array}", values.dtype, len(values)) for array, values in of.items()}
    for array, values in of.items():
        kept[array][:] = values
    return Texts(**kept)

"""The schema of the column store: its tables and columns, and which rows were known at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from projections.arrays.date_numbers import STILL_KNOWN, day_begun, days_fallen_on
from projections.arrays.date_numbers import Array as Array
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import were_known

SPAN: Final = {"since": np.int64, "until": np.int64}
FALLEN_ON: Final = {"since_day": "since", "until_day": "until"}
"""Columns with the days in London of a span's instants. They are smaller to read where the instant is the start of a day."""

TABLES: Final[Mapping[str, Mapping[str, type[np.generic]]]] = {
    "duties": {
        "case": np.int32, "clause": np.int16, "value": np.int8, "arises": np.uint16, "due": np.uint16, "met": np.uint16,
        "ended": np.uint16, "place": np.int32, **SPAN,
    },
    "spells": {
        "case": np.int32, "on": np.uint16, "off": np.uint16, "name": np.int32, "order_type": np.int16,
        "gender": np.int16, "ethnicity": np.int16, "disability": np.int16, "place": np.int32, "tier": np.int16,
        "risk": np.int16, "mappa_level": np.int16, "started": np.uint16, "ended": np.uint16, **SPAN,
    },
    "judgements": {
        "case": np.int32, "on": np.uint16, "recorded": np.int64, "order": np.int32, "framework": np.int16,
        "question": np.int16, "answer": np.int16, "overrules": np.bool_, **SPAN,
    },
    "lates": {
        "case": np.int32, "type": np.int16, "occurred": np.uint16, "recorded": np.uint16, "working_days": np.int32,
        **SPAN,
    },
}  # fmt: skip
"""Every table with its columns and their types.

``case``: the number of the case. Days and instants: as in ``date_numbers``. ``place`` and attributes: their numbers among
the words. ``order`` of a judgement: its rank among those of its case by the entry's id.
"""

RECORDED: Final[Mapping[str, type[np.generic]]] = {"case": np.int32, "day": np.uint16, "entries": np.int32}
"""The table of recordings: how many entries of a case were recorded on a day in Europe/London."""

WORDS = (
    "place", "order_type", "gender", "ethnicity", "disability", "tier", "risk", "mappa_level", "framework", "question",
    "answer", "type",
)  # fmt: skip
"""The columns that hold numbers of words (strings, places and other values)."""


class CodedValues(NamedTuple):
    """Values by number: ``numbers`` holds for each case, place or row the index of its value in ``values`` (-1: none)."""

    values: Sequence[Any]
    numbers: Array


class Rows:
    """Columns of equal length, by name."""

    def __init__(self, columns: Mapping[str, Array]):
        self.columns = columns

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __len__(self) -> int:
        return len(self.columns["case"])

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.columns.values())

    def renumbered(self, becomes: Mapping[str, Array], part: slice | Array = slice(None)) -> "Rows":
        """These rows (or a part) with new numbers. ``becomes``: by column, the new number for each old number."""
        found = {name: column[part] for name, column in self.columns.items()}
        return Rows({name: becomes[name][c].astype(c.dtype) if name in becomes else c for name, c in found.items()})

    @cached_property
    def clause_bounds(self) -> list[int]:
        """For each clause of the catalogue the index of its first duty; last, the number of rows."""
        clause = self["clause"]  # the same type, or NumPy would convert the whole column
        found: list[int] = np.searchsorted(clause, np.arange(len(catalogue().clauses) + 1, dtype=clause.dtype)).tolist()
        return found


@dataclass(frozen=True)
class TableRows:
    """One table: the rows ``current`` (still known; no ``until``) and ``superseded``. Each is a base, then perhaps changes.

    Duties are in order of clause and case, other rows in order of case.
    """

    current: tuple[Rows, ...]
    superseded: tuple[Rows, ...]

    def parts(self, instant: int | None) -> tuple[Rows, ...]:
        """The rows that may have been known at an instant (None: hindsight, the current ones)."""
        return self.current if instant is None else (*self.current, *self.superseded)

    @property
    def all(self) -> tuple[Rows, ...]:
        return *self.current, *self.superseded

    @property
    def count(self) -> int:
        return sum(map(len, self.all))


def known(rows: Rows, instant: int | None, part: slice | Array = slice(None)) -> Array | None:
    """For each row whether it was known at an instant (None: hindsight). The result None means all of them."""
    if instant is None:
        return None
    day = day_begun(instant)
    at, since, until = (instant, "since", "until") if day is None else (day, "since_day", "until_day")
    column: Array = rows[since][part]
    return were_known(at, column, rows[until][part] if until in rows else None)


def kinds(table: str, side: str) -> dict[str, Any]:
    """The columns of a table and their types. ``side``: of its ``current`` or its ``superseded`` rows."""
    found = {**TABLES[table], **dict.fromkeys(FALLEN_ON, np.uint16)}
    return {name: kind for name, kind in found.items() if side == "superseded" or not name.startswith("until")}


def split(rows: Rows, table: str) -> TableRows:
    """Split a table's rows into current and superseded ones, in the order given."""
    found = {**rows.columns, **{name: days_fallen_on(rows[instant]) for name, instant in FALLEN_ON.items()}}
    still_known = rows["until"] == STILL_KNOWN
    return TableRows(
        (Rows({name: found[name][still_known] for name in kinds(table, "current")}),),
        (Rows({name: found[name][~still_known] for name in kinds(table, "superseded")}),),
    )


def ordered(rows: Rows, by: Iterable[str]) -> Rows:
    """The rows sorted by these columns, the first column first."""
    order = np.lexsort([rows[name] for name in reversed(list(by))])
    return Rows({name: column[order] for name, column in rows.columns.items()})

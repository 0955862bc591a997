"""The schema of the column store: its tables and columns, and which rows were known at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from projections.arrays.date_numbers import STILL_KNOWN, day_begun, days_fallen_on
from projections.arrays.date_numbers import Array as Array
from projections.columns.case_ends import CaseEnds, case_ends
from projections.ledger.row_kinds import ROW_KINDS, Holds, RowField, RowKind
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import were_known

EARLIEST: Final = int(np.iinfo(np.int64).min)

SPAN: Final = {"since": np.int64, "until": np.int64}
FALLEN_ON: Final = {"since_day": "since", "until_day": "until"}
"""Columns with the days in London of a span's instants. They are smaller to read where the instant is the start of a day."""

ColumnType = type[np.generic]

TYPES: Final[Mapping[Holds, ColumnType]] = {
    "day": np.uint16, "instant": np.int64, "flag": np.bool_, "word": np.int16, "place": np.int32, "name": np.int32,
    "entry": np.uint16, "entries": np.uint16,
}  # fmt: skip
"""The type of the column of a field. An entry is its number: see ``entry_number`` (0: none)."""

ELSEWHERE: Final = 1 << 15
"""The number of the first entry of another file."""

NUMBERS: Final[Mapping[int, ColumnType]] = {8: np.int8, 16: np.int16, 32: np.int32}


def entry_number(place: int) -> int:
    """The number of the entry at this place in its own file, from 0. Those of other files lie between: see ``entry_of``."""
    return place + 1 if place + 1 < ELSEWHERE else place + 1 + ELSEWHERE


def entry_of(number: int, own: Sequence[str], elsewhere: Sequence[str]) -> str | None:
    """The id of the entry with this number. ``elsewhere``: the entries of other files that the rows of the case name."""
    if ELSEWHERE <= number < 2 * ELSEWHERE:
        return elsewhere[number - ELSEWHERE]
    return own[number - 1 if number < ELSEWHERE else number - 1 - ELSEWHERE] if number else None


FURTHER = "_further"
"""The end of the name of a second column of a field with several entries: the steps from the first of them to the others."""


def field_columns(field: RowField) -> dict[str, ColumnType]:
    """The columns of a field of a row, and their types."""
    if field.holds == "number":
        return {field.name: NUMBERS[field.bits]}
    further = {f"{field.name}{FURTHER}": np.uint16} if field.holds == "entries" else {}
    return {field.name: TYPES[field.holds], **further}


def _columns_of(kind: RowKind) -> dict[str, ColumnType]:
    own = {name: type_ for field in kind.fields for name, type_ in field_columns(field).items()}
    return {"case": np.int32, **own, **SPAN}


TABLES: Final[Mapping[str, Mapping[str, ColumnType]]] = {
    **{name: _columns_of(kind) for name, kind in ROW_KINDS.items()},
    "judgements": {**_columns_of(ROW_KINDS["judgements"]), "order": np.int32},
}
"""Every table of ledger rows with its columns and their types.

``case``: the number of the case. Days and instants: as in ``date_numbers``. Words, places and names: their numbers.
``order`` of a judgement: its rank among those of its case by the entry's id.
"""

PLAIN: Final[Mapping[str, Mapping[str, ColumnType]]] = {
    "cases": {
        "case": np.int32,
        "entries": np.int32,
        "position": np.int64,
        "elsewhere": np.int32,
    },
    "recorded": {"case": np.int32, "day": np.uint16, "entries": np.int32, "for_inspections": np.int32},
}
"""The tables of rows that have no span of knowledge.

``cases``: for each case how many entries its file held and up to which position of the record its rows were made,
and the entries of its person's other files that its rows name. ``recorded``: how many entries of
a case were recorded on a day in Europe/London, and how many of these for inspections.
"""

WIDENED: Final = frozenset(
    name for kind in ROW_KINDS.values() for _, field in kind.those("entry", "entries") for name in field_columns(field)
)
"""Columns whose numbers may need a wider type than theirs: a file may hold any number of entries."""

GROUPED_BY: Final[Mapping[str, str]] = {"duties": "clause", "judgements": "question"}
"""The tables whose rows with one value of a column are together, and in order of case among themselves."""

WORDS: Final[Mapping[str, str]] = {
    **{field.name: field.name for kind in ROW_KINDS.values() for _, field in kind.those("word", "place")},
    **{f"{f.name}{FURTHER}": "steps" for kind in ROW_KINDS.values() for _, f in kind.those("entries")},
    "elsewhere": "elsewhere",
}
"""The columns that hold numbers of words (strings, places and other values), each with the name of its words."""

TUPLES: Final = frozenset({"place", "steps", "elsewhere"})
"""The words that are tuples."""


class CodedValues(NamedTuple):
    """Values by number: ``numbers`` holds for each case, place or row the index of its value in ``values`` (-1: none)."""

    values: Sequence[Any]
    numbers: Array


class Rows:
    """Columns of equal length, by name. ``ends``: of duties, where it is known already; else it is worked out once."""

    def __init__(self, columns: Mapping[str, Array], ends: CaseEnds | None = None):
        self.columns, self._ends = columns, ends

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

    @cached_property
    def of_question(self) -> Mapping[int, slice]:
        """The judgements on each question (a number) that there are any on."""
        question = self["question"]
        bounds = [0, *(np.flatnonzero(question[1:] != question[:-1]) + 1).tolist(), len(question)]
        return {int(question[begin]): slice(begin, end) for begin, end in pairwise(bounds) if begin < end}

    @cached_property
    def ends(self) -> CaseEnds:
        """Where the duties of each case end, clause by clause."""
        return case_ends(self["clause"], self["case"]) if self._ends is None else self._ends

    @cached_property
    def clause_ends(self) -> list[int]:
        """For each clause of the catalogue the index of its first element of ``ends``; last, their number."""
        end = self.ends.end
        found: list[int] = np.searchsorted(end, np.array(self.clause_bounds, end.dtype), side="right").tolist()
        return found

    @property
    def clauses(self) -> list[int]:
        """The clauses that there are duties under."""
        return [clause for clause, (begin, end) in enumerate(pairwise(self.clause_bounds)) if begin < end]

    @cached_property
    def most_of_case(self) -> list[int]:
        """For each clause of the catalogue the most duties that a case has."""
        spans = zip(pairwise(self.clause_ends), self.clause_bounds, strict=False)
        return [
            int(np.diff(self.ends.end[first:last], prepend=before).max(initial=0)) for (first, last), before in spans
        ]


@dataclass(frozen=True)
class TableRows:
    """One table: the rows ``current`` (still known; no ``until``) and ``superseded``. Each is a base, then perhaps changes.

    Duties are in order of clause and case, other rows in order of case. So are the judgements on each question, which are
    together.
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


def columns_of(table: str, side: str) -> dict[str, ColumnType]:
    """The columns of a table and their types. ``side``: of its ``current`` or its ``superseded`` rows."""
    found: dict[str, ColumnType] = {**TABLES[table], **dict.fromkeys(FALLEN_ON, np.uint16)}
    return {name: type_ for name, type_ in found.items() if side == "superseded" or not name.startswith("until")}


def last_instant(tables: Iterable[TableRows]) -> int:
    """The last instant at which any of the rows became known, or was superseded."""
    spans = (rows[name] for table in tables for rows in table.all for name in SPAN if name in rows)
    return max((int(s.max(where=s != STILL_KNOWN, initial=EARLIEST)) for s in spans), default=EARLIEST)


def split(rows: Rows, table: str) -> TableRows:
    """Split a table's rows into current and superseded ones, in the order given."""
    found = {**rows.columns, **{name: days_fallen_on(rows[instant]) for name, instant in FALLEN_ON.items()}}
    still_known = rows["until"] == STILL_KNOWN
    return TableRows(
        (Rows({name: found[name][still_known] for name in columns_of(table, "current")}),),
        (Rows({name: found[name][~still_known] for name in columns_of(table, "superseded")}),),
    )


def narrowest(name: str, type_: ColumnType, numbers: Array) -> Array:
    """The numbers of a column in its type, or in a wider one where the column is ``WIDENED`` and needs it."""
    if name in WIDENED and len(numbers) and numbers.max() > np.iinfo(np.uint16).max:
        type_ = np.uint32
    return numbers.astype(type_)


def ordered(rows: Rows, by: Iterable[str]) -> Rows:
    """The rows sorted by these columns, the first column first."""
    order = np.lexsort([rows[name] for name in reversed(list(by))])
    return Rows({name: column[order] for name, column in rows.columns.items()})

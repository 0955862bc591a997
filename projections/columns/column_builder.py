"""Build columns from ledgers, case by case."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import numpy as np

from domain.calendar.london_time import day_of
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from projections.arrays.date_numbers import day_number, instant_number
from projections.arrays.string_codes import StringArray, StringCodes
from projections.columns.case_order import last_places
from projections.columns.column_schema import RECORDED, TABLES, WORDS, Array, Rows, TableRows, ordered, split
from projections.ledger.ledger import Ledger

K = TypeVar("K")

ORDER = {
    "duties": ("clause", "case", "due"),
    "spells": ("case", "on"),
    "judgements": ("case", "on", "recorded", "order"),
    "lates": ("case", "recorded"),
    "recorded": ("case", "day"),
}
"""The order of each table's rows. Judgements of a case are in order of time: the last one counts."""

COLUMNS: Mapping[str, Mapping[str, type[np.generic]]] = {**TABLES, "recorded": RECORDED}

ROWS_UNPACKED = 1 << 16
"""Rows held as tuples before they are packed into arrays, to limit memory."""


class NumberCache(dict[K, int]):
    """A cache of numbers: each is computed once for a value."""

    def __init__(self, of: Callable[[K], int]):
        super().__init__()
        self.of = of

    def __missing__(self, value: K) -> int:
        number = self[value] = self.of(value)
        return number


class GatheredColumns(NamedTuple):
    """What a ``ColumnStore`` is made from; see there."""

    references: StringArray
    names: StringArray
    words: Mapping[str, StringCodes[Any]]
    tables: Mapping[str, TableRows]
    recorded: tuple[Rows]


class ColumnBuilder:
    """Takes in cases in any order. ``ValueError``: a case is given twice."""

    def __init__(self) -> None:
        self.references: dict[str, int] = {}
        self.words: dict[str, StringCodes[Any]] = {name: StringCodes() for name in WORDS}
        self.names: StringCodes[str] = StringCodes()
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in COLUMNS}
        self._packed: dict[str, list[Mapping[str, Array]]] = {name: [] for name in COLUMNS}
        self._days: NumberCache[date | None] = NumberCache(day_number)

    def add(self, reference: str, ledger: Ledger, recorded: Mapping[date, int]) -> None:
        """Add one case. ``recorded``: how many of its entries were recorded on each day."""
        if reference in self.references:
            raise ValueError(f"{reference} is given twice: one ledger a case")
        case = self.references[reference] = len(self.references)
        day, word, of = self._days, self.words, self._rows
        instant: NumberCache[datetime | None] = NumberCache(instant_number)
        place = NumberCache(word["place"].number)
        of["duties"] += [
            (
                case, row.clause, row.value, day[row.arises_on], day[row.due_on], day[row.met_on], day[row.ended_on],
                place[row.place], instant[since], instant[until],
            )
            for row, since, until in ledger.duties
        ]  # fmt: skip
        of["spells"] += [
            (
                case, day[row.on], day[row.off], self.names.number(row.name), word["order_type"].number(row.order_type),
                word["gender"].number(row.gender), word["ethnicity"].number(row.ethnicity),
                word["disability"].number(row.disability), place[row.place], word["tier"].number(row.tier),
                word["risk"].number(row.risk), word["mappa_level"].number(row.mappa_level), day[row.started_on],
                day[row.ended_on], instant[since], instant[until],
            )
            for row, since, until in ledger.spells
        ]  # fmt: skip
        entries = {name: at for at, name in enumerate(sorted({known.row.entry for known in ledger.judgements}))}
        of["judgements"] += [
            (
                case, day[row.on], instant[row.recorded_at], entries[row.entry], word["framework"].number(row.framework),
                word["question"].number(row.question), word["answer"].number(row.answer), row.overrules, instant[since],
                instant[until],
            )
            for row, since, until in ledger.judgements
        ]  # fmt: skip
        of["lates"] += [
            (
                case, word["type"].number(row.type), day[row.occurred_on], day[row.recorded_on], row.working_days,
                instant[since], instant[until],
            )
            for row, since, until in ledger.lates
        ]  # fmt: skip
        of["recorded"] += [(case, day[on], count) for on, count in recorded.items()]
        if len(of["duties"]) > ROWS_UNPACKED:
            self._pack()

    def gathered(self) -> GatheredColumns:
        """The columns of all cases added, renumbered in order of their last places."""
        self._pack()
        rows = {name: self._table(name) for name in COLUMNS}
        home = last_places(split(rows["spells"], "spells").current, len(self.references), self.words["place"].values)
        references = sorted(self.references, key=lambda reference: (home[self.references[reference]], reference))
        numbers = np.empty(len(references), np.int32)
        numbers[[self.references[reference] for reference in references]] = np.arange(len(references))
        tables = {name: ordered(of.renumbered({"case": numbers}), ORDER[name]) for name, of in rows.items()}
        names = StringArray.of(self.names.values)
        return GatheredColumns(
            StringArray.of(references), names, self.words, {name: split(tables[name], name) for name in TABLES},
            (tables["recorded"],),
        )  # fmt: skip

    def _pack(self) -> None:
        for name, rows in self._rows.items():
            self._packed[name].append(
                {
                    column: np.fromiter(map(itemgetter(at), rows), kind, len(rows))
                    for at, (column, kind) in enumerate(COLUMNS[name].items())
                }
            )
            rows.clear()

    def _table(self, name: str) -> Rows:
        parts = self._packed[name]
        return Rows({column: np.concatenate([part[column] for part in parts]) for column in COLUMNS[name]})


def recorded_by_day(entries: Iterable[Entry]) -> dict[date, int]:
    """How many entries were recorded on each day in Europe/London.

    Corrections and withdrawals are left out: they are about another entry, and are never late.
    """
    counts: dict[date, int] = {}
    for fact in entries:
        if not isinstance(fact, EntryCorrected | EntryWithdrawn):
            day = day_of(fact.recorded_at)
            counts[day] = counts.get(day, 0) + 1
    return counts

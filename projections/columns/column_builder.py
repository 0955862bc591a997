"""Build columns from ledgers, case by case."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise, repeat
from typing import Any, NamedTuple, TypeVar

import numpy as np

from domain.aggregates.amendments import AMENDING
from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import day_of
from domain.entries.case_entries import Entry, about_inspections
from projections.arrays.date_numbers import day_number, instant_number
from projections.arrays.string_codes import StringArray, StringCodes, TextArray
from projections.columns.case_names import folded, names_in_order
from projections.columns.case_order import last_places
from projections.columns.column_schema import (
    ELSEWHERE,
    FURTHER,
    PLAIN,
    TABLES,
    WORDS,
    Array,
    Rows,
    TableRows,
    entry_number,
    narrowest,
    ordered,
    split,
)
from projections.ledger.ledger import Ledger
from projections.ledger.row_kinds import ROW_KINDS, Holds

K = TypeVar("K")
V = TypeVar("V")

ORDER = {
    "duties": ("clause", "case", "due_on"),
    "spells": ("case", "begins_on"),
    "judgements": ("question", "case", "judged_on", "recorded_at", "order"),
    "lates": ("case", "recorded_on"),
    "notices": ("case", "begins_on"),
    "cases": ("case",),
    "recorded": ("case", "day"),
}
"""The order of each table's rows. The judgements of a case on a question are in order of time: the last one counts."""


ROWS_UNPACKED = 1 << 16
"""Duties held as numbers of 64 bits before they are packed into their types, to limit memory."""


class NumberCache(dict[K, V]):
    """A cache of numbers: each is computed once for a value."""

    def __init__(self, of: Callable[[K], V]):
        super().__init__()
        self.of = of

    def __missing__(self, value: K) -> V:
        number = self[value] = self.of(value)
        return number


class GatheredColumns(NamedTuple):
    """What a ``ColumnStore`` is made from; see there."""

    references: StringArray
    names: TextArray
    folded: TextArray
    words: Mapping[str, StringCodes[Any]]
    tables: Mapping[str, TableRows]
    plain: Mapping[str, tuple[Rows, ...]]


class ColumnBuilder:
    """Takes in cases in any order. ``ValueError``: a case is given twice, or a row names an entry that is on no file."""

    def __init__(self) -> None:
        self.references: dict[str, int] = {}
        self.words: dict[str, StringCodes[Any]] = {name: StringCodes() for name in sorted(set(WORDS.values()))}
        self.names: StringCodes[tuple[int, str]] = StringCodes()
        self._values: dict[str, dict[str, array[int]]] = {
            table: {name: array("q") for name in columns} for table, columns in (*TABLES.items(), *PLAIN.items())
        }
        self._packed: dict[str, dict[str, list[Array]]] = {
            table: {name: [] for name in columns} for table, columns in self._values.items()
        }
        self._days: NumberCache[date | None, int] = NumberCache(day_number)

    def add(self, reference: str, ledger: Ledger, entries: Sequence[Entry], position: int = 0) -> None:
        """Add one case. ``entries``: all entries of its file, in the order in which they were stored.

        ``position``: that of the record up to which entries were read for the ledger.
        """
        if reference in self.references:
            raise ValueError(f"{reference} is given twice: one ledger a case")
        case = self.references[reference] = len(self.references)
        own = {fact.entry: entry_number(at) for at, fact in enumerate(entries)}
        elsewhere = named_elsewhere(ledger, own)
        encode = self._encoders(case, own | elsewhere)
        for name, known in zip(ROW_KINDS, ledger.kinds, strict=True):
            if not known:
                continue
            rows, since, until = zip(*known, strict=True)
            of = self._values[name]
            of["case"].extend(repeat(case, len(rows)))
            of["since"].extend(map(encode["instant"], since))
            of["until"].extend(map(encode["instant"], until))
            for field, values in zip(ROW_KINDS[name].fields, zip(*rows, strict=True), strict=True):
                if field.holds == "entries":
                    first, steps = zip(*map(encode["entries"], values), strict=True)
                    of[field.name].extend(first)
                    of[f"{field.name}{FURTHER}"].extend(steps)
                elif field.holds == "word":
                    of[field.name].extend(map(self.words[WORDS[field.name]].number, values))
                else:
                    of[field.name].extend(map(encode[field.holds], values) if field.holds in encode else values)
        ranks = {entry: at for at, entry in enumerate(sorted({known.row.entry for known in ledger.judgements}))}
        self._values["judgements"]["order"].extend([ranks[known.row.entry] for known in ledger.judgements])
        self._add_plain(case, entries, position, tuple(elsewhere))
        if len(self._values["duties"]["case"]) > ROWS_UNPACKED:
            self._pack()

    def gathered(self) -> GatheredColumns:
        """The columns of all cases added, renumbered in order of their last places."""
        self._pack()
        rows = {
            table: Rows({name: np.concatenate(parts) for name, parts in columns.items()})
            for table, columns in self._packed.items()
        }
        home = last_places(split(rows["spells"], "spells").current, len(self.references), self.words["place"].values)
        references = sorted(self.references, key=lambda reference: (home[self.references[reference]], reference))
        numbers = np.empty(len(references), np.int32)
        numbers[[self.references[reference] for reference in references]] = np.arange(len(references))
        owner = numbers[[case for case, _ in self.names.values]]
        name_numbers, order = names_in_order(owner)
        becomes = {"case": numbers, "name": name_numbers}
        tables = {name: ordered(of.renumbered(becomes), ORDER[name]) for name, of in rows.items()}
        names = [self.names.values[at][1] for at in order.tolist()]
        return GatheredColumns(
            StringArray.of(references), TextArray.of(names), folded(names), self.words,
            {name: split(tables[name], name) for name in TABLES}, {name: (tables[name],) for name in PLAIN},
        )  # fmt: skip

    def _encoders(self, case: int, numbers: Mapping[str, int]) -> Mapping[Holds, Callable[[Any], Any]]:
        """For what a field may hold the number of its value; of several entries the first, and the steps to the others.

        ``numbers``: of the entries, by their ids.
        """
        by_id: dict[str | None, int] = {None: 0}
        by_id.update(numbers.items())
        number, steps = by_id.__getitem__, self.words["steps"].number

        def several(entries: tuple[str, ...]) -> tuple[int, int]:
            found = list(map(number, entries))
            return found[0] if found else 0, steps(tuple(b - a for a, b in pairwise(found)))

        return {
            "day": self._days.__getitem__, "instant": NumberCache(instant_number).__getitem__,
            "place": NumberCache(self.words["place"].number).__getitem__, "entry": number,
            "entries": NumberCache(several).__getitem__, "name": lambda name: self.names.number((case, name)),
        }  # fmt: skip

    def _add_plain(self, case: int, entries: Sequence[Entry], position: int, elsewhere: tuple[str, ...]) -> None:
        of = self._values["cases"]
        of["case"].append(case)
        of["entries"].append(len(entries))
        of["position"].append(position)
        of["elsewhere"].append(self.words["elsewhere"].number(elsewhere))
        of = self._values["recorded"]
        of_inspections = about_inspections(entries)
        apart = recorded_by_day(fact for fact in entries if fact.entry in of_inspections)
        for day, count in recorded_by_day(entries).items():
            of["case"].append(case)
            of["day"].append(self._days[day])
            of["entries"].append(count)
            of["for_inspections"].append(apart.get(day, 0))

    def _pack(self) -> None:
        for table, columns in self._values.items():
            types = TABLES.get(table) or PLAIN[table]
            for name, values in columns.items():
                self._packed[table][name].append(narrowest(name, types[name], np.frombuffer(values, np.int64)))
                columns[name] = array("q")


def named_elsewhere(ledger: Ledger, own: Mapping[str, int]) -> dict[str, int]:
    """The numbers of the entries of other files that the rows of a case name. ``own``: those of its own file.

    ``ValueError``: an entry is of no file.
    """
    named = set[str]()
    for kind, known in zip(ROW_KINDS.values(), ledger.kinds, strict=True):
        for at, field in kind.those("entry", "entries"):
            values = (one.row[at] for one in known)
            named = (
                named.union(*values) if field.holds == "entries" else named.union(value for value in values if value)
            )
    found = sorted(named - own.keys())
    if unknown := [entry for entry in found if file_named(entry) is None]:
        raise ValueError(f"a row names the entry {unknown[0]}, which is not on the file")
    if len(found) > ELSEWHERE:
        raise ValueError(f"the rows of a case name {len(found)} entries of other files, more than {ELSEWHERE}")
    return {entry: ELSEWHERE + at for at, entry in enumerate(found)}


def recorded_by_day(entries: Iterable[Entry]) -> dict[date, int]:
    """How many entries were recorded on each day in Europe/London.

    Corrections and withdrawals are left out: they are about another entry, and are never late.
    """
    return Counter(day_of(fact.recorded_at) for fact in entries if type(fact) not in AMENDING)

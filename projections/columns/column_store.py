"""Columns: the ledger rows of many cases as arrays of numbers, for figures over a whole service.

They hold what ``ledger`` gives and no rule of their own: duties, spells, judgements and late recordings, each with the
span in which it was known. Rows that are still known stand apart from superseded ones, so that hindsight reads only the
first. They never change; they are thrown away at will and made anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from projections.arrays.string_codes import StringArray, StringArrayChain, StringCodes
from projections.columns.column_builder import ColumnBuilder
from projections.columns.column_schema import Array, Rows, TableRows
from projections.ledger.ledger import Ledger


@dataclass(frozen=True)
class ColumnStore:
    """The rows of some cases, each by its number: its place among ``references``, which are in order of the cases' homes
    (see ``homes``), and at one home in order themselves.

    ``words`` by column; ``names`` are those of the people; ``recorded`` counts entries by case and day of recording.
    Where changes were laid over a base, the cases changed have new numbers after the others, and the old are ``gone``.
    """

    references: StringArray | StringArrayChain
    names: StringArray | StringArrayChain
    words: Mapping[str, StringCodes[Any]]
    tables: Mapping[str, TableRows]
    recorded: tuple[Rows, ...]
    gone: Array | None = None
    position: int = 0
    """Up to which position of the store the rows tell."""
    levels: dict[str, tuple[Sequence[str], Array]] = field(default_factory=dict, compare=False, repr=False)
    """What ``slices.places`` has worked out."""

    @classmethod
    def of(
        cls,
        ledgers: Iterable[tuple[str, Ledger]],
        recorded: Mapping[str, Mapping[date, int]] | None = None,
        position: int = 0,
    ) -> "ColumnStore":
        """The columns of these cases, in any order. ``recorded``: entries by day of recording, for each case."""
        gathering = ColumnBuilder()
        for reference, rows in ledgers:
            gathering.add(reference, rows, (recorded or {}).get(reference, {}))
        return cls(*gathering.gathered(), position=position)

    @property
    def numbers(self) -> int:
        """How many numbers there are for cases, those gone among them."""
        return len(self.references)

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        tables = (rows for kept in self.tables.values() for rows in kept.all)
        return sum(rows.nbytes for rows in (*tables, *self.recorded))

    @property
    def duties(self) -> TableRows:
        return self.tables["duties"]

    @property
    def spells(self) -> TableRows:
        return self.tables["spells"]

    @property
    def judgements(self) -> TableRows:
        return self.tables["judgements"]

    @property
    def lates(self) -> TableRows:
        return self.tables["lates"]

    def number(self, reference: str) -> int | None:
        """The number of a case, None where it is not among these."""
        return self.references.find(reference)

    def with_changes(self, changed: "ColumnStore") -> "ColumnStore":
        """These columns with all rows of the cases ``changed`` in place of what they had. Takes as long as the changes do."""
        first, names = self.numbers, len(self.names)
        gone = np.zeros(first + changed.numbers, bool)
        gone[:first] = False if self.gone is None else self.gone
        was = (self.number(reference) for reference in changed.references)
        gone[[number for number in was if number is not None]] = True
        words = {name: StringCodes(self.words[name].values) for name in self.words}
        becomes: dict[str, Any] = {name: renumbered(changed.words[name].values, words[name]) for name in words}
        becomes |= {
            "case": np.arange(first, first + changed.numbers),
            "name": np.arange(names, names + len(changed.names)),
        }
        tables = {
            name: TableRows(
                (*kept.current, *(rows.renumbered(becomes) for rows in changed.tables[name].current)),
                (*kept.superseded, *(rows.renumbered(becomes) for rows in changed.tables[name].superseded)),
            )
            for name, kept in self.tables.items()
        }
        return ColumnStore(
            StringArrayChain.of(self.references, changed.references), StringArrayChain.of(self.names, changed.names), words, tables,
            (*self.recorded, *(rows.renumbered(becomes) for rows in changed.recorded)), gone, changed.position,
        )  # fmt: skip


def renumbered(values: Iterable[Any], words: StringCodes[Any]) -> Array:
    """The numbers of these values among the words, which take in what they had not."""
    return np.array([words.number(value) for value in values], np.int32)

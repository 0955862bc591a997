"""Columns: the ledger rows of many cases as arrays of numbers, for figures over a whole service.

They hold what ``ledger`` gives and no rule of their own: duties, spells, judgements and late recordings, each with the
span in which it was known. Rows that are still known stand apart from superseded ones, so that hindsight reads only the
first. They never change; they are thrown away at will and made anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from projections.catalogue import catalogue
from projections.gathering import Gathering
from projections.ledger import Ledger
from projections.rows import Array, Kept, Rows
from projections.words import Texts, Words


@dataclass(frozen=True)
class Columns:
    """The rows of some cases. ``references`` in order: a case's number is its place among them.

    ``words`` by column; ``names`` are those of the people; ``recorded`` counts entries by case and day of recording.
    """

    references: Texts
    names: Texts
    words: Mapping[str, Words[Any]]
    tables: Mapping[str, Kept]
    recorded: Rows
    position: int = 0
    """Up to which position of the store the rows tell."""

    @classmethod
    def of(
        cls, ledgers: Iterable[tuple[str, Ledger]], recorded: Mapping[str, Mapping[date, int]] | None = None
    ) -> "Columns":
        """The columns of these cases, in any order. ``recorded``: entries by day of recording, for each case."""
        gathering = Gathering()
        for reference, rows in ledgers:
            gathering.add(reference, rows, (recorded or {}).get(reference, {}))
        return cls(*gathering.gathered())

    @property
    def cases(self) -> int:
        return len(self.references)

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        rows = [rows for kept in self.tables.values() for rows in (kept.current, kept.superseded)]
        return sum(column.nbytes for part in (*rows, self.recorded) for column in part.values())

    @property
    def duties(self) -> Kept:
        return self.tables["duties"]

    @property
    def spells(self) -> Kept:
        return self.tables["spells"]

    @property
    def judgements(self) -> Kept:
        return self.tables["judgements"]

    @property
    def lates(self) -> Kept:
        return self.tables["lates"]

    def number(self, reference: str) -> int | None:
        """The number of a case, None where it is not among these."""
        return self.references.find(reference)

    @cached_property
    def clause_bounds(self) -> tuple[Array, Array]:
        """Where the duties of each clause of the catalogue begin: the current ones, and those superseded."""
        numbers = np.arange(len(catalogue().clauses) + 1)
        return (
            np.searchsorted(self.duties.current["clause"], numbers),
            np.searchsorted(self.duties.superseded["clause"], numbers),
        )

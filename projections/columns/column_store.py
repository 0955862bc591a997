"""The column store: the ledger rows of many cases as arrays of numbers, for figures over a whole service.

It holds what ``ledger`` gives and no rule of its own: duties, spells, judgements, late recordings and notices, each with the
span in which it was known. Rows that are still known are kept apart from superseded ones, so that hindsight reads only the former.
A column store never changes. It can be deleted and made again at any time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from domain.entries.case_entries import Entry
from projections.arrays.date_numbers import STILL_KNOWN
from projections.arrays.string_codes import StringArray, StringArrayChain, StringCodes, TextArray, TextChain
from projections.columns.column_builder import ColumnBuilder
from projections.columns.column_schema import WORDS, Array, CodedValues, Rows, TableRows, last_instant
from projections.columns.kept_counts import KeptCounts
from projections.ledger.ledger import Ledger


@dataclass(frozen=True)
class ColumnStore:
    """The rows of some cases. The number of a case is its index in ``references``.

    ``references``: in order of the cases' last places (see ``case_order``), then of the references. ``names``: of the
    people, in order of case; ``folded``: the same as they are searched. ``words``: by name (see ``column_schema.WORDS``).
    ``plain``: the tables of rows without a span of knowledge. Where changes were added to a base, the changed cases have
    new numbers after the others, and their old numbers are ``gone``.
    """

    references: StringArray | StringArrayChain
    names: TextArray | TextChain[TextArray]
    folded: TextArray | TextChain[TextArray]
    words: Mapping[str, StringCodes[Any]]
    tables: Mapping[str, TableRows]
    plain: Mapping[str, tuple[Rows, ...]]
    gone: Array | None = None
    position: int = 0
    """The position of the record up to which entries are included."""
    hash: str = ""
    """The hash of the record at the position, in hex; empty where it is not known."""
    last_instant: int = STILL_KNOWN
    """The last instant at which a row became known or was superseded. What is known after it is what is known today."""
    base: "ColumnStore | None" = None
    changes: "ColumnStore | None" = None
    """What the cases in ``changes`` were laid over by ``with_changes``; None: nothing was."""
    levels: dict[str, CodedValues] = field(default_factory=dict, compare=False, repr=False)
    """A cache of ``case_selection.places``."""
    kept: KeptCounts = field(default_factory=KeptCounts, init=False, compare=False, repr=False)
    """What was counted of all cases; with changes laid over a base, by how much they change it (see ``layered_counts``)."""

    @classmethod
    def of(
        cls,
        cases: Iterable[tuple[str, Ledger, Sequence[Entry]] | tuple[str, Ledger, Sequence[Entry], int]],
        position: int = 0,
        hash_: str = "",
    ) -> "ColumnStore":
        """The column store of these cases, in any order: of each what ``ColumnBuilder.add`` takes."""
        gathering = ColumnBuilder()
        for case in cases:
            gathering.add(*case)
        found = gathering.gathered()
        return cls(*found, position=position, hash=hash_, last_instant=last_instant(found.tables.values()))

    @property
    def numbers(self) -> int:
        """How many case numbers there are, ``gone`` ones included."""
        return len(self.references)

    @property
    def nbytes(self) -> int:
        """The bytes of all columns."""
        tables = (rows for kept in self.tables.values() for rows in kept.all)
        return sum(rows.nbytes for rows in (*tables, *(rows for kept in self.plain.values() for rows in kept)))

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

    @property
    def notices(self) -> TableRows:
        return self.tables["notices"]

    def number(self, reference: str) -> int | None:
        """The number of a case; None where it is not in the store."""
        return self.references.find(reference)

    def with_changes(self, changed: "ColumnStore") -> "ColumnStore":
        """This store with the rows of the cases ``changed`` in place of their old rows. The cost depends on the changes alone.

        New words are added to those of this store, which both share.
        """
        first, names = self.numbers, len(self.names)
        gone = np.zeros(first + changed.numbers, bool)
        gone[:first] = False if self.gone is None else self.gone
        was = (self.number(reference) for reference in changed.references)
        gone[[number for number in was if number is not None]] = True
        words = self.words
        of_words = {name: renumbered(changed.words[name].values, words[name]) for name in words}
        becomes: dict[str, Any] = by_column(of_words) | {
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
        plain = {
            name: (*kept, *(rows.renumbered(becomes) for rows in changed.plain[name]))
            for name, kept in self.plain.items()
        }
        return ColumnStore(
            StringArrayChain.of(self.references, changed.references), TextChain.of(self.names, changed.names),
            TextChain.of(self.folded, changed.folded), words, tables, plain, gone, changed.position, changed.hash,
            max(self.last_instant, changed.last_instant), self, changed, self.levels,
        )  # fmt: skip


def by_column(of_words: Mapping[str, Array]) -> dict[str, Array]:
    """For each column that holds numbers of words the new number for each old number."""
    return {column: of_words[name] for column, name in WORDS.items()}


def renumbered(values: Iterable[Any], words: StringCodes[Any]) -> Array:
    """The numbers of these values among the words. New values are added to the words."""
    return np.array([words.number(value) for value in values], np.int32)

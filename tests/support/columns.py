"""Columns made straight from the entries of cases."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from domain.entries.case_entries import Entry
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Ledger, ledger

DerivedCase = tuple[str, Ledger, Sequence[Entry]]


def derived(cases: Mapping[str, Sequence[Entry]] | Iterable[tuple[str, Sequence[Entry]]]) -> Iterator[DerivedCase]:
    """Each case with its ledger, as ``ColumnStore.of`` takes them. Entries are in the order of storing."""
    for reference, entries in dict(cases).items():
        yield reference, ledger(entries), entries


def columns_of(cases: Mapping[str, Sequence[Entry]] | Iterable[tuple[str, Sequence[Entry]]]) -> ColumnStore:
    """The column store of these cases."""
    return ColumnStore.of(derived(cases))

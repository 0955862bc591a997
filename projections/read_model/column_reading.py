"""Columns of cases from the tables: of a few that have changed, or of many in pieces that a pool of workers reads."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from projections.columns.column_store import ColumnStore
from projections.read_model.rebuild import open_read_model
from projections.read_model.view_reader import ReadModel

CASES_PER_PIECE = 500
"""Cases in one piece of work."""


class CaseColumns(NamedTuple):
    """The columns of some cases, and by reference the position of the record up to which the ledger of each was made."""

    columns: ColumnStore
    positions: dict[str, int]


def read_cases(read_model: ReadModel, references: Collection[str], position: int) -> CaseColumns:
    """The columns of some cases. Of the entries only those are taken from which the ledger was made."""
    stored = {one.reference: one for one in read_model.ledgers(references)}
    versions = {reference: one.version for reference, one in stored.items()}
    files = read_model.stored.files(versions, versions)
    columns = ColumnStore.of(
        (
            (one.reference, one.ledger, list(file.entries.values()), one.position)
            for file in files if (one := stored[file.reference])
        ),
        position,
    )  # fmt: skip
    return CaseColumns(columns, {reference: one.position for reference, one in stored.items()})


def read_columns(address: str, references: list[str], position: int) -> ColumnStore:
    """One piece of work: the columns of some cases, from the read model at an address."""
    read_model = open_read_model(address)
    columns = read_cases(read_model, references, position).columns
    return replace(columns, hash=read_model.stored.hash_at(position) or "")


def pieces_of(
    read_model: ReadModel, references: Sequence[str], position: int
) -> Iterator[tuple[str, Sequence[str], int]]:
    """The pieces of work that read these cases."""
    for at in range(0, len(references), CASES_PER_PIECE):
        yield read_model.database.address, references[at : at + CASES_PER_PIECE], position

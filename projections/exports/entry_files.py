"""The files of the table of entries: one, or where there are many cases several that processes write at the same time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.store.record_reader import RecordReader
from projections.exports.entry_batches import batches_of
from projections.exports.entry_columns import IDENTIFIED, TABLE
from projections.exports.parquet_files import write_table
from projections.exports.pseudonyms import Pseudonyms
from projections.read_model.rebuild import open_read_model

FILES_AT_ONCE = 500
"""Files of cases whose entries are in memory at once."""

CASES_OF_PIECE = 5_000
"""Cases whose entries one process writes at a time. Up to so many are written without the pool."""


def some_files(references: Sequence[str]) -> Iterator[Sequence[str]]:
    """These references, ``FILES_AT_ONCE`` at a time."""
    return (references[at : at + FILES_AT_ONCE] for at in range(0, len(references), FILES_AT_ONCE))


def write_entries(
    stored: RecordReader, references: Sequence[str], position: int, pseudonyms: Pseudonyms, known_at: datetime | None, path: Path
) -> int:  # fmt: skip
    """Write a file of all entries of some cases up to a position; returns its number of rows."""
    states = (stored.states(some, position) for some in some_files(references))
    table = IDENTIFIED if pseudonyms.identified else TABLE
    return write_table(path, table, batches_of(states, pseudonyms, known_at))


def write_piece(
    address: str, references: Sequence[str], position: int, key: bytes | None, known_at: datetime | None, path: str
) -> tuple[str, int]:  # fmt: skip
    """One piece of work: ``write_entries`` from the read model at an address. Returns the path with the number of rows."""
    rows = write_entries(open_read_model(address).stored, references, position, Pseudonyms(key), known_at, Path(path))
    return path, rows


def pieces_of(
    address: str, references: Sequence[str], position: int, key: bytes | None, known_at: datetime | None, folder: Path, part: str
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """The pieces of work that write these entries to files of a folder."""
    for number, at in enumerate(range(0, len(references), CASES_OF_PIECE)):
        some = references[at : at + CASES_OF_PIECE]
        yield address, some, position, key, known_at, str(folder / f"{part}-{number:04}.parquet")

"""Map the files of columns into memory: no file is read before it is used, and all workers of a machine share one copy."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from projections.arrays.string_codes import StringArray, StringCodes, TextArray
from projections.columns.case_ends import CaseEnds
from projections.columns.column_manifest import Manifest, UnreadableColumns
from projections.columns.column_schema import GROUPED_BY, PLAIN, TABLES, TUPLES, Array, Rows, TableRows, columns_of
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Place

OpenColumn = Callable[[Path, str], Array]
"""Returns the column in the file of this name in a folder."""


class LazyColumns(Mapping[str, Array]):
    """The columns of a table, each opened when it is read."""

    def __init__(self, opened: OpenColumn, folder: Path, table: str, names: Iterable[str]):
        self._open, self._folder, self._table, self._names = opened, folder, table, tuple(names)

    def __getitem__(self, name: str) -> Array:
        if name not in self._names:
            raise KeyError(name)
        return self._open(self._folder, f"{self._table}.{name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def map_generation(folder: Path, manifest: Manifest) -> ColumnStore:
    """Map all files of a generation at once, after ``check`` has given its manifest; it may be done in another thread."""
    try:
        return opened(folder, manifest)
    except FileNotFoundError as error:
        if not folder.exists():
            raise
        raise UnreadableColumns(f"{folder} is not whole ({error}). Delete it; it is made anew") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableColumns(f"{folder} is not whole ({error}). Delete it; it is made anew") from error


def opened(folder: Path, manifest: Manifest, late: OpenColumn | None = None) -> ColumnStore:
    """The columns in the files of a folder. ``late``: open each column only when it is read, by this function."""
    words = {name: StringCodes(_values(name, values)) for name, values in manifest.words.items()}
    rows = partial(_rows, folder, late)
    tables = {
        table: TableRows(*((rows(f"{table}.{side}", columns_of(table, side)),) for side in ("current", "superseded")))
        for table in TABLES
    }
    plain = {table: (rows(table, columns),) for table, columns in PLAIN.items()}
    references = StringArray(*(map_column(folder, f"references.{array}") for array in ("text", "ends", "order")))
    names, folded = (
        TextArray(*(map_column(folder, f"{name}.{array}") for array in ("text", "ends")))
        for name in ("names", "folded")
    )
    return ColumnStore(
        references, names, folded, words, tables, plain,
        position=manifest.position, hash=manifest.hash, last_instant=manifest.last_instant,
    )  # fmt: skip


def map_column(folder: Path, name: str) -> Array:
    path = folder / f"{name}.npy"
    try:
        mapped: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        mapped = np.load(path, allow_pickle=False)
        if len(mapped):
            raise
    # As plain arrays: slicing a memmap is slow.
    return np.asarray(mapped).view(np.ndarray)


def _values(words: str, values: list[Any]) -> list[Any]:
    """The values of words as read from JSON, tuples among them."""
    if words not in TUPLES:
        return values
    return [Place(*value) if words == "place" else tuple(value) for value in values]


def _rows(folder: Path, late: OpenColumn | None, name: str, columns: Iterable[str]) -> Rows:
    lazy = LazyColumns(late or map_column, folder, name, columns)
    rows = Rows(lazy if late else dict(lazy), None if late else _ends(folder, name))
    if len({len(column) for column in rows.columns.values()}) != 1:
        raise ValueError(f"the columns of {name} differ in length")
    return rows


def _ends(folder: Path, name: str) -> CaseEnds | None:
    """Where the duties of each case end; None for other rows."""
    if GROUPED_BY.get(name.split(".")[0]) != "clause":
        return None
    return CaseEnds(*(map_column(folder, f"{name}.ends.{column}") for column in CaseEnds._fields))

"""Columns in files that are mapped into memory, so that all workers of a machine share one copy.

A generation is a folder of ``.npy`` files. It never changes once it has its name. A new generation is written to another
folder, which is then renamed; readers of an older one keep what they have mapped. All of it can be derived again: the
folder may be deleted at any time.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from projections.arrays.string_codes import StringArray, StringCodes, TextArray
from projections.columns.case_ends import CaseEnds
from projections.columns.column_merge import merge
from projections.columns.column_schema import GROUPED_BY, PLAIN, TABLES, TUPLES, Array, Rows, TableRows, columns_of
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Place
from projections.obligations.clause_catalogue import catalogue

FORMAT = 4
ABOUT = "columns.json"
MAKING = "making-"


class UnreadableColumns(ValueError):
    """The files have another format or other clauses, or are incomplete. Make them again."""


CASES_IN_MEMORY = 10_000
"""Cases whose columns are held in memory before they are saved to files."""

OPEN_FILES = 400
"""Files of parts that are open at once: a national record has more than a process may open."""

OpenColumn = Callable[[Path, str], Array]
"""Returns the column in the file of this name in a folder."""


class ColumnParts:
    """The columns of many cases, saved to a folder of their own as they come, so that memory does not grow.

    The folder has one owner at a time. What a process that was killed left there is deleted at the first save.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._waiting: list[ColumnStore] = []
        self._put_by: list[ColumnStore] = []
        self._open: OpenColumn = lru_cache(OPEN_FILES)(_mapped)

    def add(self, columns: ColumnStore) -> None:
        self._waiting.append(columns)
        if sum(part.numbers for part in self._waiting) < CASES_IN_MEMORY:
            return
        if not self._put_by:
            shutil.rmtree(self.folder, ignore_errors=True)
        folder = self.folder / str(len(self._put_by))
        folder.mkdir(parents=True)
        _save(folder, self._waiting)
        self._put_by.append(read_generation(folder, late=self._open))
        self._waiting.clear()

    def write(self, home: Path, *others: ColumnStore) -> Path:
        """Write the next generation in the folder ``home`` from all parts and ``others``; see ``write_generation``."""
        made = write_generation(home, [*others, *self._put_by, *self._waiting] or [ColumnStore.of(())])
        shutil.rmtree(self.folder, ignore_errors=True)
        return made


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


def write_generation(home: Path, parts: Sequence[ColumnStore]) -> Path:
    """Write the next generation in the folder ``home`` from the cases of all parts; delete older ones. One writer at a time."""
    home.mkdir(parents=True, exist_ok=True)
    older = generations(home)
    number = int(older[-1].name) + 1 if older else 1
    for left in home.glob(f"{MAKING}*"):
        shutil.rmtree(left)
    making = home / f"{MAKING}{number}"
    making.mkdir()
    _save(making, parts)
    made = making.rename(home / f"{number:08}")
    for folder in older:
        shutil.rmtree(
            folder.rename(home / f"{MAKING}none-{folder.name}")
        )  # renamed first, so that no reader finds it half deleted
    return made


def _save(folder: Path, parts: Sequence[ColumnStore]) -> None:
    """Save the columns of all parts as the files of one folder."""
    columns = merge(parts, lambda name, kind, length: _made(folder / f"{name}.npy", kind, length))
    about = {
        "format": FORMAT,
        "clauses": catalogue().names,
        "position": columns.position,
        "last_instant": columns.last_instant,
        "words": {name: words.values for name, words in columns.words.items()},
    }
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def generations(home: Path) -> list[Path]:
    """The folders of the generations in ``home``, the latest last."""
    return sorted(folder for folder in home.glob("[0-9]*") if folder.name.isdigit() and (folder / ABOUT).exists())


def latest_generation(home: Path) -> ColumnStore | None:
    """The latest generation, mapped into memory; None: there is none that this program can read."""
    while found := generations(home):
        try:
            return read_generation(found[-1])
        except UnreadableColumns:
            return None
        except FileNotFoundError:
            continue  # a newer generation has replaced it meanwhile
    return None


def read_generation(folder: Path, *, late: OpenColumn | None = None) -> ColumnStore:
    """One generation, mapped into memory. ``UnreadableColumns``: make it again; ``FileNotFoundError``: it is deleted.

    ``late``: open each column only when it is read, by this function.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT or about["clauses"] != list(catalogue().names):
            raise UnreadableColumns(f"{folder} is of another version of caseaudit: delete it, it is made anew")
        words = {name: StringCodes(_values(name, values)) for name, values in about["words"].items()}
        rows = partial(_rows, folder, late)
        tables = {
            table: TableRows(
                *((rows(f"{table}.{side}", columns_of(table, side)),) for side in ("current", "superseded"))
            )
            for table in TABLES
        }
        plain = {table: (rows(table, columns),) for table, columns in PLAIN.items()}
        references = StringArray(*(_mapped(folder, f"references.{array}") for array in ("text", "ends", "order")))
        names, folded = (
            TextArray(*(_mapped(folder, f"{name}.{array}") for array in ("text", "ends")))
            for name in ("names", "folded")
        )
        return ColumnStore(references, names, folded, words, tables, plain,
            position=about["position"], last_instant=about["last_instant"],
        )  # fmt: skip
    except FileNotFoundError as error:
        if not folder.exists():
            raise
        raise UnreadableColumns(f"{folder} is not whole ({error}): delete it, it is made anew") from error
    except UnreadableColumns:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableColumns(f"{folder} is not whole ({error}): delete it, it is made anew") from error


def _made(path: Path, kind: Any, length: int) -> Array:
    if length == 0:  # an empty file cannot be mapped
        np.save(path, np.zeros(0, kind))
        return np.zeros(0, kind)
    made: Array = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=(length,))
    return made


def _mapped(folder: Path, name: str) -> Array:
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
    opened = LazyColumns(late or _mapped, folder, name, columns)
    rows = Rows(opened if late else dict(opened), None if late else _ends(folder, name))
    if len({len(column) for column in rows.columns.values()}) != 1:
        raise ValueError(f"the columns of {name} differ in length")
    return rows


def _ends(folder: Path, name: str) -> CaseEnds | None:
    """Where the duties of each case end; None for other rows."""
    if GROUPED_BY.get(name.split(".")[0]) != "clause":
        return None
    return CaseEnds(*(_mapped(folder, f"{name}.ends.{column}") for column in CaseEnds._fields))

"""Parquet files of an export: written row group by row group, so that memory does not grow with the rows, for this user alone."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from domain.private_folder import OUR_FOLDER, OURS
from projections.columns.file_writing import locked, remove_abandoned, sync
from projections.exports.exported_fields import Table

ROWS_OF_GROUP = 1 << 17
"""Rows of a row group, about."""

BYTES_OF_GROUP = 1 << 27
"""Bytes that wait for their row group at most."""


class FolderThere(ValueError):
    """There is something where an export was to go; it was not touched."""


class TableFile:
    """One Parquet file of a table, which is made when the first rows come, and at ``close`` at the latest."""

    def __init__(self, path: Path, table: Table):
        self.path, self.table, self.rows = path, table, 0
        self._waiting: list[Any] = []
        self._writer: Any = None
        self._schema: Any = None

    def add(self, rows: Any) -> None:
        """Add the rows of an Arrow table whose columns are those of the table, in their order."""
        self._waiting.append(rows)
        if (
            sum(len(one) for one in self._waiting) >= ROWS_OF_GROUP
            or sum(o.nbytes for o in self._waiting) >= BYTES_OF_GROUP
        ):
            self._flush()

    def close(self) -> None:
        """Write what waits, and the end of the file. The file is on the disk then."""
        if self._writer is None and not self._waiting:
            self._waiting = [self.table.schema.empty_table()]
        self._flush()
        self._writer.close()
        sync(self.path)

    def _flush(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._open(self._waiting[0].schema)
        for rows in self._waiting:
            self.rows += len(rows)
        whole = pa.concat_tables([rows.cast(self._schema) for rows in self._waiting])
        self._writer.write_table(whole, row_group_size=max(len(whole), 1))
        self._waiting = []

    def _open(self, given: Any) -> None:
        """Begin the file. Texts by number stay so while they are written; whoever reads the file finds texts."""
        self._schema = pa.schema([
            one.with_type(given.field(one.name).type) if pa.types.is_dictionary(given.field(one.name).type) else one
            for one in self.table.schema
        ])  # fmt: skip
        self.path.parent.mkdir(mode=OUR_FOLDER, exist_ok=True)
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS))
        self._writer = pq.ParquetWriter(self.path, self._schema, store_schema=False)


def write_table(path: Path, table: Table, parts: Iterable[Any]) -> int:
    """Write a file of these Arrow tables; returns its number of rows."""
    file = TableFile(path, table)
    for rows in parts:
        file.add(rows)
    file.close()
    return file.rows


def rows_as_table(table: Table, rows: Iterable[dict[str, Any]]) -> Any:
    """Rows in words as an Arrow table; a field that a row does not have is empty."""
    return pa.Table.from_pylist(list(rows), schema=table.schema)


@contextmanager
def made_aside(target: Path, *, only: str = "") -> Iterator[Path]:
    """A folder to write in, which takes the name ``target`` when all is done; or ``only``, the one file in it, does.

    ``FolderThere`` where the name is taken; ``OSError``.

    Where something fails nothing is left. Where the process is killed, a folder beside it is left that has no
    ``datapackage.json``; the next export to the same place deletes it.
    """
    target = target.absolute()
    _require_free(target)
    target.parent.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
    prefix = f".{target.name}.unfinished-"
    for left in target.parent.glob(f"{prefix}*"):
        with suppress(OSError):
            remove_abandoned(left)
    making = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))  # 0700
    lock = locked(making)
    try:
        yield making
        for folder in (*(path for path in making.iterdir() if path.is_dir()), making):
            sync(folder)
        _require_free(target)
        if only:
            sync(making / only)
            os.link(making / only, target)
            shutil.rmtree(making)
        else:
            making.rename(target)
        sync(target.parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def _require_free(target: Path) -> None:
    if os.path.lexists(target):
        raise FolderThere(f"{target} is there already and stays as it is; name one that is not there yet")

"""Columns in files that are mapped into memory, so that all workers of a machine share one copy.

A generation is a folder of ``.npy`` files and their manifest. It never changes once it has its name. A new generation is
written to another folder, which is then renamed; the one before it stays. All of it can be derived again: the folder may be
deleted at any time.
"""

import os
import shutil
import weakref
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from domain.private_folder import make_folder
from projections.columns.column_manifest import ABOUT, UNKNOWN, HashAt, HashedPosition, Manifest, check, sealed
from projections.columns.column_manifest import OtherRecord as OtherRecord
from projections.columns.column_manifest import UnreadableColumns as UnreadableColumns
from projections.columns.column_mapping import OpenColumn, map_column, map_generation, opened
from projections.columns.column_merge import merge
from projections.columns.column_store import ColumnStore
from projections.columns.file_writing import NoRoom as NoRoom
from projections.columns.file_writing import (
    locked,
    new_array,
    remove_abandoned,
    removed_on_failure,
    sync,
    write_synced,
)

MAKING, PARTS = "making-", "parts-"

KEPT = 2
"""Generations that are kept."""

OLD = 600.0
"""Seconds after which a generation that is not kept may be deleted. Nobody still opens it then."""

CASES_IN_MEMORY = 10_000
"""Cases whose columns are held in memory before they are saved to files."""

OPEN_FILES = 400
"""Files of parts that are open at once: a national record has more than a process may open."""

BYTES_A_CASE = 100
"""The bytes of a case's reference and names, about."""


class ColumnParts:
    """The columns of many cases, saved to a folder of their own as they come, so that memory does not grow.

    The folder has one owner at a time. What a process that was killed left there is deleted at the first save.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._waiting: list[ColumnStore] = []
        self._put_by: list[ColumnStore] = []
        self._open: OpenColumn = lru_cache(OPEN_FILES)(map_column)

    def add(self, columns: ColumnStore) -> None:
        """Take in some cases. ``NoRoom``: they do not fit on the disk."""
        self._waiting.append(columns)
        if sum(part.numbers for part in self._waiting) < CASES_IN_MEMORY:
            return
        if not self._put_by:
            self._begin()
        folder = self.folder / str(len(self._put_by))
        with removed_on_failure(folder, _room(self._waiting)):
            saved = _save(folder, self._waiting)
        words = {name: words.values for name, words in saved.words.items()}
        self._put_by.append(
            opened(folder, Manifest(saved.position, saved.hash, saved.last_instant, words, {}), self._open)
        )
        self._waiting.clear()

    def _begin(self) -> None:
        """Begin with an empty folder, locked as long as this is in use."""
        shutil.rmtree(self.folder, ignore_errors=True)
        make_folder(self.folder.parent)
        self.folder.mkdir(mode=0o700)
        if (lock := locked(self.folder)) is not None:
            weakref.finalize(self, os.close, lock)

    def write(self, home: Path, *others: ColumnStore, last: HashedPosition = UNKNOWN) -> Path:
        """Write the next generation in the folder ``home`` from all parts and ``others``; see ``write_generation``."""
        made = write_generation(home, [*others, *self._put_by, *self._waiting] or [ColumnStore.of(())], last)
        shutil.rmtree(self.folder, ignore_errors=True)
        return made


def write_generation(home: Path, parts: Sequence[ColumnStore], last: HashedPosition = UNKNOWN) -> Path:
    """Write the next generation in the folder ``home`` from the cases of all parts. One writer at a time.

    The generation before it stays; older ones and what dead writers left are deleted. The files are on the disk before the
    folder has its name. ``NoRoom``: there is too little room; another ``OSError`` names what cannot be written. Then
    everything is as it was. ``last``: see ``Manifest``.
    """
    make_folder(home)
    _tidy(home)
    number = max((int(folder.name) for folder in generations(home)), default=0) + 1
    making = home / f"{MAKING}{number}"
    with removed_on_failure(making, _room(parts)):
        _drop_old(home, making.stat().st_mtime)
        _write(making, parts, last)
        made = making.rename(home / f"{number:08}")
    sync(home)
    return made


def _write(folder: Path, parts: Sequence[ColumnStore], last: HashedPosition) -> None:
    """Write the files of all parts and last the manifest, all of them synced."""
    columns = _save(folder, parts)
    words = {name: words.values for name, words in columns.words.items()}
    made_from = columns.position, columns.hash, columns.last_instant
    del columns
    names = [path.name for path in folder.iterdir()]
    for name in names:
        sync(folder / name)
    sync(folder)
    write_synced(folder / ABOUT, Manifest(*made_from, words, sealed(folder, names), last).dumped())
    sync(folder)


def _save(folder: Path, parts: Sequence[ColumnStore]) -> ColumnStore:
    """Save the columns of all parts as the files of one folder; return them as they are mapped."""
    return merge(parts, lambda name, kind, length: new_array(folder / f"{name}.npy", kind, length))


def _room(parts: Sequence[ColumnStore]) -> int:
    """The bytes that the columns of all parts need on the disk, about."""
    return sum(part.nbytes * 11 // 10 + BYTES_A_CASE * part.numbers for part in parts)


def _drop_old(home: Path, now: float) -> None:
    """Delete generations that are neither kept nor young. ``now``: the time by the file system, as it dates folders."""
    for folder in generations(home)[:-KEPT]:
        if now - folder.stat().st_mtime > OLD:
            # Renamed first, so that no reader finds it half deleted.
            shutil.rmtree(folder.rename(home / f"{MAKING}none-{folder.name}"))


def _tidy(home: Path) -> None:
    """Delete what writers left that have died."""
    for left in home.glob(f"{MAKING}*"):
        shutil.rmtree(left)
    for left in home.glob(f"{PARTS}*"):
        remove_abandoned(left)


def generations(home: Path) -> list[Path]:
    """The folders of the generations in ``home``, the latest last."""
    found = (folder for folder in home.glob("[0-9]*") if folder.name.isdigit() and folder.is_dir())
    return sorted(found, key=lambda folder: int(folder.name))


def latest_generation(home: Path, hash_at: HashAt | None = None) -> ColumnStore | None:
    """The latest generation that is whole and of the record of ``hash_at`` (None: of any); None: there are no generations.

    Where none of them can be used, the error of the latest is raised: ``UnreadableColumns``, ``OtherRecord``.
    """
    refused: UnreadableColumns | None = None
    for folder in reversed(generations(home)):
        try:
            return read_generation(folder, hash_at)
        except UnreadableColumns as error:
            refused = refused or error
        except FileNotFoundError:
            return latest_generation(home, hash_at)  # newer generations have replaced it meanwhile
    if refused is not None:
        raise refused
    return None


def read_generation(folder: Path, hash_at: HashAt | None = None) -> ColumnStore:
    """One generation, checked and then mapped into memory. Errors as ``column_manifest.check``."""
    return map_generation(folder, check(folder, hash_at))

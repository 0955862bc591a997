"""Write the files of columns so that they are whole or not there: room is taken before a file is mapped, then all is synced.

Only the user may read what is written: files have the mode 0600, folders 0700.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from projections.columns.column_schema import Array

FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


class NoRoom(OSError):
    """There is too little room for new files. The old ones stay."""


def new_array(path: Path, kind: Any, length: int) -> Array:
    """An array in a new file, mapped to be filled. Its room is taken here: ``OSError`` where the disk is full."""
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(kind)), "fortran_order": False, "shape": (length,)}
    with _new_file(path) as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        stream.flush()
        if length == 0:  # an empty array cannot be mapped
            return np.zeros(0, kind)
        os.posix_fallocate(stream.fileno(), 0, stream.tell() + length * np.dtype(kind).itemsize)
    made: Array = np.lib.format.open_memmap(path, mode="r+")
    return made


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file that stays after a power failure, once its folder is synced too."""
    with _new_file(path) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def removed_on_failure(folder: Path, needed: int) -> Iterator[None]:
    """Make a folder; remove it if what is done in it fails. ``needed``: the bytes that come into it, about.

    Raises ``NoRoom`` where they are not free, or are used up meanwhile.
    """
    folder.mkdir(mode=0o700)
    try:
        if (free := shutil.disk_usage(folder).free) < needed:
            raise _no_room(folder, needed, f"{_size(free)} are free")
        yield
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError) and error.errno in FULL and not isinstance(error, NoRoom):
            raise _no_room(folder, needed, error.strerror or "it is full") from error
        raise


def locked(folder: Path) -> int | None:
    """Take a folder for this process until the descriptor is closed or the process ends; None: another has it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened


def remove_abandoned(folder: Path) -> None:
    """Delete a folder unless a process that is alive has locked it."""
    try:
        mine = locked(folder)
    except FileNotFoundError:
        return
    if mine is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(mine)


def _no_room(folder: Path, needed: int, why: str) -> NoRoom:
    said = f"the new columns need about {_size(needed)} in {folder.parent}: {why}. The old columns stay"
    return NoRoom(errno.ENOSPC, said)


def _size(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def _new_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")

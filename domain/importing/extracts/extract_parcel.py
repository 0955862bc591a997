"""An extract in one file: its tables and its mapping as a ZIP of plain names, unpacked into a private folder to be read."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from domain.private_folder import open_ours

MAPPING = "mapping.yaml"

MOST_FILES = 100

LONGEST_NAME = 60
"""Characters of the name of a file."""

LARGEST = 256 * 2**20
"""Bytes of all files of an extract together, unpacked."""

_TOGETHER = 2**20


class NotAParcel(ValueError):
    """The files are not an extract; the message says what was expected."""


def unpack(content: bytes, folder: Path) -> None:
    """Write the files of a ZIP to a folder. ``NotAParcel`` for folders in it, other kinds of files, too many or too large ones."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parcel:
            left = LARGEST
            if len(parcel.infolist()) > MOST_FILES:
                raise NotAParcel(f"The ZIP has more than {MOST_FILES} files")
            for one in parcel.infolist():
                check_name(one.orig_filename, folder)
                left -= _write(parcel, one, folder / one.filename, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise NotAParcel("The ZIP cannot be read: make it again, without a password") from error


def check_name(name: str, folder: Path) -> None:
    """``NotAParcel`` unless this is the plain name of a CSV or the mapping, and no other file of the folder has it."""
    if "/" in name or "\\" in name or "\0" in name or name.startswith(".") or len(name) > LONGEST_NAME:
        raise NotAParcel(
            f"'{name}' is not a plain name: the tables must be in no folder, with names of at most {LONGEST_NAME} characters"
        )
    if not name.lower().endswith(".csv") and name != MAPPING:
        raise NotAParcel(f"'{name}' is no table: choose CSV files, or one ZIP of them (with or without {MAPPING})")
    if (folder / name).exists():
        raise NotAParcel(f"'{name}' is there twice")


def _write(parcel: zipfile.ZipFile, one: zipfile.ZipInfo, path: Path, left: int) -> int:
    size = 0
    with parcel.open(one) as stream, open(path, "wb", opener=open_ours) as target:
        while some := stream.read(_TOGETHER):
            size += len(some)
            if size > left:
                raise NotAParcel(
                    f"The tables are larger than {LARGEST // 2**20} MB unpacked: use the command caseaudit import"
                )
            target.write(some)
    return size


def pack(paths: Iterable[Path]) -> bytes:
    """A ZIP of these files, under their names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parcel:
        for path in paths:
            parcel.write(path, path.name)
    return made.getvalue()

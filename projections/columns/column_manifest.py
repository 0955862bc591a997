"""The manifest of a generation of column files: what the files were made from, and the SHA-256 and length of each.

Files are checked against it before anything in them is used, so that a damaged file is refused and never gives a figure.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from domain import __version__
from projections.ledger.derived_by import derived_by

FORMAT = 10
"""Increase it with every change of the files."""

ABOUT = "columns.json"
"""The name of the manifest's file."""

HashAt = Callable[[int], str | None]
"""Gives the hash of the record at a position, in hex; None where nothing is stored there."""


class UnreadableColumns(ValueError):
    """The files are damaged or incomplete, or another version of the program made them. Make them again."""


class OtherRecord(UnreadableColumns):
    """The files were made from another record: another database, or a state before a backup was restored."""


class HashedPosition(NamedTuple):
    """A position of the record, and the record's hash at it in hex (empty: not known)."""

    position: int = 0
    hash: str = ""


UNKNOWN = HashedPosition()


class FileSeal(NamedTuple):
    """The SHA-256 of a file, in hex, and its length in bytes."""

    sha256: str
    bytes: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """The seal of a file as it is; the whole file is read."""
        with path.open("rb") as stream:
            said = hashlib.file_digest(stream, "sha256").hexdigest()
            return cls(said, stream.tell())


@dataclass(frozen=True)
class Manifest:
    """What ``columns.json`` says. ``hash``: the record's at the position, in hex. ``last_instant``: see ``ColumnStore``.

    ``files``: by their names.

    ``last``: no row is of an entry after this one. It lies after the position where entries were stored meanwhile.
    """

    position: int
    hash: str
    last_instant: int
    words: Mapping[str, list[Any]]
    files: Mapping[str, FileSeal]
    last: HashedPosition = UNKNOWN

    def dumped(self) -> bytes:
        """The content of its file."""
        said = {"format": FORMAT, "program": __version__, "derived_by": derived_by(), **asdict(self)}
        return json.dumps({**said, "digest": digest(said)}).encode()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a folder. ``FileNotFoundError``: the folder is deleted."""
        path = folder / ABOUT
        try:
            said = json.loads(path.read_bytes())
            if said["format"] != FORMAT:
                raise _refused(path, "is of another version of caseaudit")
            if said.pop("digest") != digest(said):
                raise _refused(path, "is damaged: its content does not have the digest that it names")
            if said["derived_by"] != derived_by():
                raise _refused(path, "is of another version of caseaudit, of the standards or of the frameworks")
            seals = {name: FileSeal(*seal) for name, seal in said["files"].items()}
            last = HashedPosition(*said["last"])
            return cls(said["position"], said["hash"], int(said["last_instant"]), said["words"], seals, last)
        except UnreadableColumns:
            raise
        except FileNotFoundError as error:
            raise _missing(folder, path) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _refused(path, f"is damaged: {error}") from error

    def require_record(self, folder: Path, hash_at: HashAt) -> None:
        """Raise ``OtherRecord`` unless the record has the hashes at both positions. Files without any entry fit every record."""
        for position, hash_ in ((self.position, self.hash), self.last):
            if (position or hash_) and hash_at(position) != hash_:
                raise OtherRecord(
                    f"{folder} was made from another record: at position {position:,} this database holds something else. "
                    "Delete the folder; it is made anew"
                )


def digest(said: Mapping[str, Any]) -> str:
    """The SHA-256 of what a manifest says besides it, in hex."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def sealed(folder: Path, names: Iterable[str]) -> dict[str, FileSeal]:
    """The seals of these files of a folder."""
    return {name: FileSeal.of(folder / name) for name in sorted(names)}


def check(folder: Path, hash_at: HashAt | None = None) -> Manifest:
    """Read every file of a generation and compare it with the manifest, which is returned. Nothing is mapped.

    ``UnreadableColumns`` names the first file that differs, ``OtherRecord`` says that the files are not of the record of
    ``hash_at``; ``FileNotFoundError``: the folder is deleted. A gigabyte takes about a second.
    """
    manifest = Manifest.read(folder)
    if hash_at is not None:
        manifest.require_record(folder, hash_at)
    for name, wanted in manifest.files.items():
        path = folder / name
        try:
            if (length := path.stat().st_size) != wanted.bytes:
                raise _refused(path, f"is damaged: it has {length:,} bytes, not {wanted.bytes:,}")
            if FileSeal.of(path) != wanted:
                raise _refused(path, "is damaged: its content does not have the digest that columns.json names")
        except FileNotFoundError as error:
            raise _missing(folder, path) from error
        except UnreadableColumns:
            raise
        except OSError as error:
            raise _refused(path, f"cannot be read ({error.strerror})") from error
    return manifest


def _missing(folder: Path, path: Path) -> Exception:
    return _refused(path, "is missing") if folder.exists() else FileNotFoundError(f"{folder} is deleted")


def _refused(path: Path, why: str) -> UnreadableColumns:
    return UnreadableColumns(f"{path} {why}. Delete the folder {path.parent}; it is made anew")

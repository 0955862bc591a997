"""The form of a backup: an SQLite file, behind it a manifest, and a last line by which both are found to be whole.

The manifest is one line of JSON with the SHA-256 of each mebibyte of the SQLite file, so that a flipped bit is told with its place.
SQLite reads the file as it is, since its own header says where it ends. Files are written aside and put in place once they are on
the disk; none is ever written over. The file of keys has the same form.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import msgspec

from domain.key_files import keep_name
from domain.private_folder import OURS
from domain.store.database import BACKUPS, READ_ONLY, SQLITE

CHUNK = 1 << 20
"""Bytes of which the manifest has one digest."""

FORMAT = 1

Kind = Literal["backup", "keys"]

LAST_LINE = b"caseaudit %s %016d %s\n"
"""The last line: the kind, the bytes of the manifest, its SHA-256 in hex."""

LONGEST_LINE = 200

UNFINISHED = ".unfinished"
"""What a file is called, behind its own name, until it is whole."""


class NotABackup(ValueError):
    """The file is no backup, or no file of keys; the message says what it is."""


class DamagedBackup(ValueError):
    """The file is not as it was written; the message says where."""


class AlreadyThere(ValueError):
    """There is something already where a file would be made, or somebody else is making it."""


class LogEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Where one log ends: its number of leaves, their root in hex, the position of the last, lines that are not in the tree yet."""

    leaves: int
    root: str
    position: int
    beyond: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a backup or a file of keys.

    ``program``: the version that made it. ``id``: by chance, the same in a backup and the keys that were made with it. ``origin``:
    the record's name. ``records``: its id, and those that it had before it branched. ``steps``: of the tables; ``types``: of
    entries stored. ``tables``: name -> number of rows. ``persons``: how many CRNs have a key, or had one. ``key_store``: the name
    of the store of keys, empty where they lie in the record. ``until``: the day on which a file of keys must be destroyed.
    """

    kind: Kind
    program: str
    made_at: datetime
    id: str
    origin: str
    records: list[str]
    database: str
    steps: list[int]
    types: list[str]
    entries: LogEnd
    access: LogEnd
    tables: dict[str, int]
    persons: int
    sealed: bool
    key_store: str = ""
    until: date | None = None
    size: int = 0
    digests: list[str] = []
    format: int = FORMAT


class Kept(msgspec.Struct, frozen=True):
    """A whole backup, or a whole file of keys. ``digest``: SHA-256 of the file, in hex."""

    path: Path
    manifest: Manifest
    digest: str

    @property
    def address(self) -> str:
        """What opens the SQLite file in it, to read only."""
        return f"{READ_ONLY}://{self.path}"


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """The path of a new, empty file beside this one, for this user only; it is removed at the end unless it was put in place.

    What a killed process has left is written anew. ``AlreadyThere``: the file itself is there, or another process is making it.
    """
    aside = Path(f"{path}{UNFINISHED}")
    if os.path.lexists(path):
        raise AlreadyThere(f"{path} is there already, and nothing is written over it: give another name")
    opened = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, OURS)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyThere(f"{path} is being made by another process") from error
        os.fchmod(opened, OURS)
        os.ftruncate(opened, 0)
        remove_beside(aside)
        try:
            yield aside
        finally:
            remove_beside(aside)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(opened), aside.stat()):
                    aside.unlink()
    finally:
        os.close(opened)


def remove_beside(path: Path) -> None:
    """Remove what SQLite has made beside a file."""
    for part in ("-wal", "-shm", "-journal"):
        Path(f"{path}{part}").unlink(missing_ok=True)


def put_in_place(aside: Path, path: Path) -> None:
    """Give a file that is whole its own name, once it is on the disk. ``AlreadyThere``: somebody has made one meanwhile."""
    with aside.open("rb") as stream:
        os.fsync(stream.fileno())
    try:
        os.link(aside, path)
    except FileExistsError as error:
        raise AlreadyThere(f"{path} was made by somebody else meanwhile, and stays as it is") from error
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise AlreadyThere(f"{path} was made by somebody else meanwhile, and stays as it is") from None
        aside.rename(path)
    else:
        aside.unlink()
    keep_name(path)


def finish(aside: Path, path: Path, manifest: Manifest) -> Kept:
    """Put the manifest behind an SQLite file, and the file in place."""
    digests, size, whole = list[str](), 0, sha256()
    with aside.open("r+b") as stream:
        while chunk := stream.read(CHUNK):
            digests.append(sha256(chunk).hexdigest())
            whole.update(chunk)
            size += len(chunk)
        said = msgspec.json.encode(msgspec.structs.replace(manifest, size=size, digests=digests))
        end = said + b"\n" + LAST_LINE % (manifest.kind.encode(), len(said), sha256(said).hexdigest().encode())
        stream.write(end)
        whole.update(end)
    put_in_place(aside, path)
    return Kept(path, msgspec.json.decode(said, type=Manifest), whole.hexdigest())


def read_manifest(path: Path, kind: Kind = "backup") -> Manifest:
    """The manifest behind a file. ``NotABackup``, ``DamagedBackup``; ``OSError`` where it cannot be read."""
    with path.open("rb") as stream:
        header, last, size = _ends(stream)
        line = _LAST.fullmatch(last)
        if line is None or line["kind"].decode() != kind:
            _check_kind(path, header, None if line is None else line["kind"].decode(), kind, size)
            raise DamagedBackup(_cut_short(path, header, size))
        length = int(line["length"])
        begin = size - len(last) - 2 - length
        stream.seek(max(0, begin))
        said = stream.read(length)
    if begin < 0 or sha256(said).hexdigest().encode() != line["digest"]:
        raise DamagedBackup(
            f"{path}: damaged between byte {max(0, begin):,} and its end: the manifest is not what was written"
        )
    manifest = _decoded(path, said)
    if manifest.size != begin:
        raise DamagedBackup(f"{path}: the manifest stands at byte {begin:,} and belongs at {manifest.size:,}")
    return manifest


def check_whole(path: Path, kind: Kind = "backup", report_progress: Callable[[int], object] = lambda _: None) -> Kept:
    """The file, once every byte of it is found to be what was written. ``NotABackup``, ``DamagedBackup``; ``OSError``.

    ``report_progress``: is given the bytes read so far.
    """
    manifest = read_manifest(path, kind)
    whole, read, wrong = sha256(), 0, list[int]()
    with path.open("rb") as stream:
        for number, digest in enumerate(manifest.digests):
            chunk = stream.read(min(CHUNK, manifest.size - read))
            whole.update(chunk)
            read += len(chunk)
            if sha256(chunk).hexdigest() != digest:
                wrong.append(number)
            report_progress(read)
        whole.update(stream.read())
    if wrong or read != manifest.size:
        raise DamagedBackup(_places(path, wrong, manifest.size))
    return Kept(path, manifest, whole.hexdigest())


def kind_of(path: Path) -> Kind | None:
    """What the beginning or the end of a file says that it is, whole or not; None: no backup, and no file of keys."""
    with path.open("rb") as stream:
        header, last, _ = _ends(stream)
    if line := _LAST.fullmatch(last):
        return cast(Kind, line["kind"].decode())
    return next((kind for kind in CALLED if header.startswith(SQLITE) and header[68:72] == BACKUPS[kind]), None)


def is_sqlite(path: Path) -> bool:
    """Whether the beginning of a file says that it is an SQLite database."""
    with path.open("rb") as stream:
        return stream.read(len(SQLITE)) == SQLITE


_LAST = re.compile(rb"caseaudit (?P<kind>backup|keys) (?P<length>[0-9]{16}) (?P<digest>[0-9a-f]{64})")


def _ends(stream: BinaryIO) -> tuple[bytes, bytes, int]:
    """The header of a file, its last line, and its size in bytes."""
    header = stream.read(100)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - LONGEST_LINE))
    return header, stream.read().removesuffix(b"\n").rpartition(b"\n")[2], size


def _check_kind(path: Path, header: bytes, ends_as: str | None, kind: Kind, size: int) -> None:
    """``NotABackup`` where a file is nothing of this kind."""
    if not header.startswith(SQLITE):
        raise NotABackup(f"{path} is not {CALLED[kind]} of caseaudit: it neither begins nor ends as one")
    is_as = ends_as or next((other for other, mark in BACKUPS.items() if header[68:72] == mark), None)
    if is_as is None and size < len(SQLITE) + 100:
        raise DamagedBackup(f"{path}: cut short: it ends at byte {size}, within its header. Take another one")
    if is_as is None:
        raise NotABackup(
            f"{path} is an SQLite database, and not {CALLED[kind]}: if it is a copy of one of ours, check it with "
            f"caseaudit verify --database {path}"
        )
    if is_as != kind:
        raise NotABackup(f"{path} is {CALLED[cast(Kind, is_as)]}, and {CALLED[kind]} is asked for")


CALLED: Mapping[Kind, str] = {"backup": "a backup", "keys": "a file of keys"}


def _cut_short(path: Path, header: bytes, size: int) -> str:
    page = int.from_bytes(header[16:18], "big")
    tables = (65_536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    whole = (
        f"its tables end at byte {tables:,}"
        if tables > size
        else "the manifest behind its tables is missing or damaged"
    )
    return (
        f"{path}: cut short, or its end is damaged: {whole}, and the file ends at byte {size:,}. Copy it again from where it was "
        "made, or take another one"
    )


def _decoded(path: Path, said: bytes) -> Manifest:
    try:
        given: Any = msgspec.json.decode(said)
        if given.get("format") != FORMAT:
            raise NotABackup(
                f"{path} is of the form {given.get('format')}, made by caseaudit {given.get('program')}; this version reads "
                f"form {FORMAT}"
            )
        return msgspec.convert(given, Manifest)
    except (msgspec.MsgspecError, AttributeError) as error:
        raise DamagedBackup(f"{path}: the manifest cannot be read") from error


def _places(path: Path, wrong: list[int], size: int) -> str:
    begin = wrong[0] * CHUNK if wrong else size
    more = f", and in {len(wrong) - 1:,} more places" if len(wrong) > 1 else ""
    ends = min(begin + CHUNK, size)
    return f"{path}: damaged between byte {begin:,} and byte {ends:,}{more}: what stands there is not what was written"


def reading(backup: Kept) -> sqlite3.Connection:
    """A connection that reads a backup, or a file of keys, and changes nothing."""
    return sqlite3.connect(f"{backup.path.absolute().as_uri()}?immutable=1", uri=True)


def settle(path: Path) -> None:
    """Write everything of a database into its one file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    remove_beside(path)

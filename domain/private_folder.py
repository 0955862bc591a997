"""Folders and files of this user only: no folder that others can write is trusted.

Whoever may write to a folder can put other files in the place of ours, whoever owns them; so a folder counts only if nobody
else can write to it, nor swap it or a folder above it for another. A folder above may be sticky, as ``/tmp`` is: there only
the owner of a folder can rename it.
"""

import grp
import os
import pwd
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

OURS, OUR_FOLDER = 0o600, 0o700

UNMAPPED = 65_534
"""Who owns what belongs to root outside a container whose users are mapped."""


class NotPrivate(OSError):
    """Somebody else can write here, or could have; the message says to what."""


def make_folder(path: Path) -> Path:
    """The folder, made with the mode 0700 where it is missing. One of ours that others may read is narrowed to 0700.

    Raises ``NotPrivate`` where others can write to it, or could put another in its place; ``OSError``.
    """
    path.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
    check_folder(path)
    narrow(path)
    return path


def check_folder(path: Path) -> None:
    """``NotPrivate`` unless this is a folder of ours, no link, to which nobody else can write, and that nobody can swap."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotPrivate(f"{path} is not a folder, or a link to one")
    _check(path, found)
    for above in Path(os.path.realpath(path)).parents:
        _check_above(above)


def is_private(path: Path) -> bool:
    """Whether ``check_folder`` finds nothing; where the folder is missing, whether nobody else could make it first."""
    try:
        there = next(folder for folder in (path, *path.absolute().parents) if os.path.lexists(folder))
        check_folder(there) if there == path else _check_place(there)
    except OSError:
        return False
    return True


def check_place(folder: Path) -> None:
    """``NotPrivate`` where others can make or replace files in this folder. Root may own it: files in it are ours."""
    _check_place(Path(os.path.realpath(folder)))


def read_file(path: Path) -> bytes:
    """The bytes of a file of ours in a private folder. ``NotPrivate`` where somebody else owns or may write it; ``OSError``."""
    check_folder(path.parent)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NotPrivate(f"{path} is no file")
        _check(path, found)
        return stream.read()


def write_file(path: Path, content: bytes) -> None:
    """Put a whole file of the mode 0600 in a private folder, in place of one that is there. ``NotPrivate``, ``OSError``."""
    make_folder(path.parent)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        beside = Path(stream.name)
        try:
            stream.write(content)
            stream.flush()
            beside.replace(path)
        except OSError:
            beside.unlink()
            raise


def open_ours(path: str | os.PathLike[str], flags: int) -> int:
    """For ``open(..., opener=open_ours)``: a file that is made has the mode 0600; one that is there keeps its own."""
    return os.open(path, flags, OURS)


def narrow(path: Path) -> None:
    """Take from others, where a file or folder is ours, all that they may do with it."""
    with suppress(OSError):
        found = path.stat()
        if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(stat.S_IMODE(found.st_mode) & 0o700)


def _check(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise NotPrivate(f"{path} belongs to somebody else")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotPrivate(f"others may write to {path}")


def _check_above(path: Path) -> None:
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0, UNMAPPED):
        raise NotPrivate(f"{path} belongs to somebody else")
    if _others_may_write(found) and not found.st_mode & stat.S_ISVTX:
        raise NotPrivate(f"others may write to {path}")


def _check_place(path: Path) -> None:
    if _others_may_write(path.stat()):
        raise NotPrivate(f"others may write to {path}")
    for above in (path, *path.parents):
        _check_above(above)


def _others_may_write(found: os.stat_result) -> bool:
    """Whether others may write to a folder that need not be ours alone: a group that has nobody else in it is no other."""
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_own_group(found.st_gid)


def _is_own_group(group: int) -> bool:
    """Whether only this user is in a group: that of the user's own name, as many systems make one for each."""
    try:
        user, found = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return user.pw_gid == group and found.gr_name == user.pw_name and set(found.gr_mem) <= {user.pw_name}

"""Key files: what must not lie in the database is in files outside it, which nobody but this user can read."""

import os
import stat
import tempfile
from pathlib import Path

LONGEST = 4096
"""Bytes of a key's file, at most."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyUnusable(ValueError):
    """A key from outside cannot be used; the message says what to do."""


def key_folder() -> Path:
    """The folder with the keys that no environment variable gives; it need not be there."""
    import click

    return Path(click.get_app_dir("caseaudit")) / "keys"


def own_folder(variable: str) -> Path:
    """``key_folder``, made for this user alone where it is missing. ``KeyUnusable``: others can enter it, or it leads elsewhere.

    ``variable``: the environment variable to set in place of it, for the message. Raises ``OSError`` too.
    """
    folder = key_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise KeyUnusable(f"{folder} is not a folder itself but leads elsewhere; move it there, or set {variable}")
    if found.st_uid != os.geteuid() or found.st_mode & OTHERS:
        raise KeyUnusable(f"others can enter the folder {folder}; make it yours alone: chmod 700")
    return folder


def make_key_file(path: Path, content: bytes) -> None:
    """Write a key's file, whole or not at all, for this user alone. ``FileExistsError``: one is there, and stays."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as stream:  # 0600
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
        os.link(stream.name, path)
    keep_name(path)


def keep_name(path: Path) -> None:
    """Write through to the disk that a file of this name is in its folder."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_key_file(path: Path, called: str) -> bytes:
    """The content of a key's file. ``KeyUnusable`` for a link, or a file that others may read or write.

    ``called``: what it is, for the message, such as ``the secret key``.
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise KeyUnusable(f"{called} {path} cannot be opened, or is a link ({error.strerror})") from error
    try:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode):
            raise KeyUnusable(f"{called} {path} is not a file")
        if found.st_uid not in (os.geteuid(), 0) or found.st_mode & OTHERS:
            raise KeyUnusable(f"others can read {called} {path}; make it yours alone: chmod 600")
        return os.read(opened, LONGEST)
    finally:
        os.close(opened)

"""The user's cache: results that the program can compute again at any time, kept between runs.

A file is read only if nobody but the user can have written it. Where the folder cannot be used, nothing is kept; the program
then works the same, only more slowly.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from domain.private_folder import read_file, write_file

T = TypeVar("T")


def cache_folder() -> Path:
    """``caseaudit`` in the folder that ``XDG_CACHE_HOME`` names, else in ``~/.cache``; it need not be there."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "caseaudit"


class Unusable(ValueError):
    """These bytes are not what was kept."""


def kept(
    name: str, made_from: str, make: Callable[[], T], *, dump: Callable[[T], bytes], load: Callable[[bytes], T]
) -> T:
    """The result of ``make``, or of an earlier run of it with the same ``made_from``, code of ``domain`` and Python.

    ``dump`` and ``load`` turn it into bytes and back; ``load`` raises ``Unusable``. A file is ignored and written again if it
    is damaged, was made from something else, or can be written by others. Two runs at the same time do no harm.
    """
    seal = sha256("\0".join((name, made_from, domain_digest(), sys.version)).encode()).digest()
    with suppress(OSError, RuntimeError, Unusable):  # RuntimeError: the user has no home
        return load(_opened(seal, read_file(cache_folder() / "kept" / name)))
    made = make()
    with suppress(OSError, RuntimeError):
        write_file(cache_folder() / "kept" / name, _sealed(seal, dump(made)))
    return made


@cache
def domain_digest() -> str:
    """The SHA-256 of all code and policy files of ``domain``, in hex. It changes whenever policy may be read differently."""
    said = sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".yaml"):
            content = path.read_bytes()
            said.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return said.hexdigest()


def _sealed(seal: bytes, content: bytes) -> bytes:
    """A file's bytes: a hash of what it was made from and of its content, then the content."""
    return sha256(seal + content).digest() + content


def _opened(seal: bytes, file: bytes) -> bytes:
    """The content of a file; ``Unusable`` where it was made from something else, or is damaged."""
    content = file[32:]
    if file[:32] != sha256(seal + content).digest():
        raise Unusable
    return content

"""Compiling functions of numbers and arrays, and keeping what was compiled."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numba

from domain.cache_folder import cache_folder
from projections.arrays.date_numbers import Array as Array

F = TypeVar("F", bound=Callable[..., Any])

Record = Any
"""A record of one of the kinds below, or of a ``Law`` or a ``Coded``."""


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays when it is first called, and keep it on disk.

    ``_nrt``: it makes no arrays, so references to them need not be counted.
    """
    made: F = numba.njit(cache=True, error_model="numpy", _nrt=False)(function)  # type: ignore[call-overload]
    return made


def _kept_in() -> Path:
    """A folder of its own for each state of this package: Numba looks only at the file that a function itself stands in."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    for base in (cache_folder(), Path(tempfile.gettempdir()) / f"caseaudit-{os.getuid()}"):
        folder = base / "compiled" / digest.hexdigest()[:16]
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    raise OSError(
        f"no folder to keep compiled code in: neither {cache_folder()} nor {tempfile.gettempdir()} can be written to"
    )


numba.config.CACHE_DIR = str(_kept_in())  # type: ignore[attr-defined]

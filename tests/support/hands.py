"""Pieces of work for another process to do, or to fail at: a module that is quick to import there."""

import os
from pathlib import Path


def died(number: int) -> int:
    """Dies of the third piece."""
    if number == 2:
        os._exit(3)
    return number


def failed(number: int) -> int:
    """Fails at the third piece."""
    return 1 // (number - 2)


def dies_once(mark: str, number: int) -> int:
    """Dies of its first piece, wherever that is done; whoever comes after does the same piece."""
    try:
        Path(mark).touch(exist_ok=False)
    except FileExistsError:
        return number
    os._exit(3)

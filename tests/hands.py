"""Pieces of work for another process to do, or to fail at: a module that is quick to import there."""

import os


def died(number: int) -> int:
    """Dies of the third piece."""
    if number == 2:
        os._exit(3)
    return number


def failed(number: int) -> int:
    """Fails at the third piece."""
    return 1 // (number - 2)

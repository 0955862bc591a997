"""How long a test waits for what must come: as long as it takes, and no test fails of a busy machine."""

import time
from collections.abc import Callable

HANGING = 300
"""Seconds after which a wait is a hang. Nothing that a test waits for is given less."""


def wait_until(reached: Callable[[], object], look: float = 0.01) -> None:
    """Look again and again until it is so; ``TimeoutError`` where it never is."""
    until = time.monotonic() + HANGING
    while not reached():
        if time.monotonic() > until:
            raise TimeoutError(f"not so after {HANGING} seconds")
        time.sleep(look)

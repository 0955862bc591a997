"""Which connections to the database this process has, for whoever watches it."""

import weakref
from collections.abc import Mapping
from typing import Any

_POOLS: "weakref.WeakSet[Any]" = weakref.WeakSet()


def note(pool: object) -> None:
    """Count the connections of a pool: an engine of SQLAlchemy, or a pool of psycopg."""
    _POOLS.add(pool)


def pool_use() -> Mapping[str, tuple[int, int]]:
    """How many connections are in use and how many are kept, by what they are for: ``tables`` or ``record``."""
    found = {"tables": [0, 0], "record": [0, 0]}
    for pool in list(_POOLS):
        if (of := getattr(pool, "pool", None)) is not None:
            if hasattr(of, "checkedout"):
                found["tables"][0] += of.checkedout()
                found["tables"][1] += of.checkedin()
        else:
            stats = pool.get_stats()
            free = stats.get("pool_available", 0)
            found["record"][0] += stats.get("pool_size", 0) - free
            found["record"][1] += free
    return {name: (used, kept) for name, (used, kept) in found.items()}

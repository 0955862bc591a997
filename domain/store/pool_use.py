"""Which connections to the database this process has, for whoever watches it."""

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlalchemy as sa

_POOLS: "weakref.WeakSet[Any]" = weakref.WeakSet()

_OPEN: "weakref.WeakKeyDictionary[sa.Engine, set[int]]" = weakref.WeakKeyDictionary()
"""The connections of each engine that are open: its pool keeps a place for one that broke, and counts that as idle."""


def note(pool: object) -> None:
    """Count the connections of a pool of psycopg."""
    _POOLS.add(pool)


def note_engine(engine: "sa.Engine") -> None:
    """Count the connections of an engine."""
    from sqlalchemy import event

    found = _OPEN[engine] = set()
    event.listen(engine, "connect", lambda connection, _: found.add(id(connection)))
    event.listen(engine, "close", lambda connection, _: found.discard(id(connection)))


def pool_use() -> Mapping[str, tuple[int, int]]:
    """How many connections are in use and how many are kept, by what they are for: ``tables`` or ``record``."""
    tables, record = [0, 0], [0, 0]
    for engine, found in list(_OPEN.items()):
        if (ask := getattr(engine.pool, "checkedout", None)) is not None:
            used = min(ask(), len(found))
            tables[0] += used
            tables[1] += len(found) - used
    for pool in list(_POOLS):
        stats = pool.get_stats()
        free = stats.get("pool_available", 0)
        record[0] += stats.get("pool_size", 0) - free
        record[1] += free
    return {"tables": (tables[0], tables[1]), "record": (record[0], record[1])}

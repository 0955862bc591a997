"""The queries that a page sends to the database, and the same sent again without the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine


class Query(NamedTuple):
    """A statement that reads, as it was sent: to which database, and with which values."""

    engine: Engine
    words: str
    values: Any


@contextmanager
def sent() -> Iterator[list[Query]]:
    """The queries that are sent meanwhile, in order. What writes (the access log, say) is left out."""
    found: list[Query] = []

    def note(c: Connection, _: object, words: str, values: Any, __: object, many: bool) -> None:
        if not many and words.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append(Query(c.engine, words, values))

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


def again(queries: list[Query]) -> Callable[[], None]:
    """Sends them again, one after the other, and fetches all their rows."""

    def send() -> None:
        for engine in dict.fromkeys(query.engine for query in queries):
            with engine.connect() as c:
                for query in queries:
                    if query.engine is engine:
                        c.exec_driver_sql(query.words, query.values).fetchall()

    return send

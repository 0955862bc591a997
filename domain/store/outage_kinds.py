"""Why a database cannot be used now: what of an error is an outage of it, and none of a fault of the program or of an input."""

import errno
import sqlite3
from collections.abc import Iterator
from typing import Literal

from domain.store.sqlite_file import FileGone

Outage = Literal["gone", "damaged", "locked", "full", "no connections", "read-only"]
"""``gone``: it does not answer, or its file is away. ``damaged``: some of it cannot be read.

``locked``: somebody held a lock for longer than was waited.
``full``: no room on its disk. ``no connections``: it takes no more of them, or the process has used up its own.
"""

BY_SQLITE: dict[str, Outage] = {
    "SQLITE_BUSY": "locked", "SQLITE_LOCKED": "locked", "SQLITE_READONLY": "read-only", "SQLITE_FULL": "full",
    "SQLITE_CORRUPT": "damaged", "SQLITE_NOTADB": "damaged", "SQLITE_FORMAT": "damaged", "SQLITE_IOERR_READ": "damaged",
    "SQLITE_IOERR_SHORT_READ": "damaged", "SQLITE_IOERR_CORRUPTFS": "damaged", "SQLITE_IOERR_DATA": "damaged",
    "SQLITE_IOERR": "gone", "SQLITE_CANTOPEN": "gone", "SQLITE_PROTOCOL": "locked",
}  # fmt: skip
"""By the beginning of the name that SQLite gives an error; the first that fits."""

BY_STATE: dict[str, Outage] = {
    "55P03": "locked", "57014": "locked", "40001": "locked", "40P01": "locked", "53300": "no connections", "53100": "full",
    "25006": "read-only", "55000": "gone", "3D000": "gone", "XX001": "damaged", "XX002": "damaged",
}  # fmt: skip
"""By PostgreSQL's SQLSTATE. ``57014`` is a statement that took longer than the site waits."""

BY_CLASS: dict[str, Outage] = {"08": "gone", "57": "gone", "53": "no connections", "58": "gone"}
"""By its first two characters."""


def outage_of(error: BaseException | None) -> Outage | None:
    """Why the database could not be used, by an error or what caused it; None where it is another error."""
    for one in _causes(error):
        if found := _of(one):
            return found
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        after = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        error = getattr(error, "orig", None) or after


def _of(error: BaseException) -> Outage | None:
    if isinstance(error, FileGone):
        return "gone"
    if isinstance(error, sqlite3.Error):
        if is_undecodable(error):
            return "damaged"
        name = getattr(error, "sqlite_errorname", None) or ""
        return next((found for start, found in BY_SQLITE.items() if name.startswith(start)), None)
    if isinstance(error, OSError):
        return {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "read-only"}.get(error.errno or 0)  # type: ignore[return-value]
    kinds = {f"{of.__module__.partition('.')[0]}.{of.__name__}" for of in type(error).__mro__}
    if kinds & {"psycopg_pool.PoolTimeout", "psycopg_pool.TooManyRequests", "sqlalchemy.TimeoutError"}:
        return "no connections"
    if "psycopg.Error" in kinds:
        state = getattr(error, "sqlstate", None)
        if state is None:  # nobody answered, or the connection broke
            if _refused(str(error)):
                return "no connections"
            return "gone" if kinds & {"psycopg.OperationalError", "psycopg.InterfaceError"} else None
        return BY_STATE.get(state) or BY_CLASS.get(state[:2])
    return None


def is_undecodable(error: sqlite3.Error) -> bool:
    """Whether text in a row is not UTF-8. SQLite has no name for this error, and its message quotes the row."""
    return str(error).startswith("Could not decode to UTF-8")


def _refused(words: str) -> bool:
    """Whether a server that is there took no more connections: libpq gives no SQLSTATE while it connects."""
    return any(
        said in words for said in ("too many", "remaining connection slots", "no more connections", "max_client_conn")
    )

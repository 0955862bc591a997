"""Queries on the access log. Each finds its lines by an index in order of time, however long the log is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.accounts.access_lines import NAMED, Line, Mark
from domain.accounts.access_seals import Sealing
from domain.accounts.access_store import Cursor
from domain.accounts.access_tables import about, instant, microseconds


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines: those that pass every filter given.

    ``person``: a CRN or a case reference. ``staff``: a user name, or a printed name under which somebody wrote a line.
    ``username``: this account alone. ``since`` and ``until``: from this instant on, before that one.
    """

    person: str = ""
    staff: str = ""
    username: str = ""
    action: str = ""
    purpose: str = ""
    since: datetime | None = None
    until: datetime | None = None


_COLUMNS = (
    "l.at, l.number, l.username, l.name, l.action, l.route, l.selection, l.sought, l.purpose, c.digest, c.size, "
    f"CASE WHEN c.size <= {NAMED} THEN c.cases END, l.detail, l.address"
)


def lines(c: Cursor, sealing: Sealing, asked: Asked, before: Mark | None, limit: int) -> list[Line]:
    """Up to ``limit`` lines, the latest first. ``before``: only lines earlier than this place."""
    found = _found(c, asked, before)
    if found is None:
        return []
    query, values = found
    # The inner query is materialized: else PostgreSQL may walk the whole log in order of time to find a few lines.
    rows = c.rows(
        f"WITH found AS MATERIALIZED ({query}), "
        "page AS MATERIALIZED (SELECT at, number FROM found ORDER BY at DESC, number DESC LIMIT ?) "
        f"SELECT {_COLUMNS} FROM page JOIN access_lines AS l ON l.number = page.number "
        "LEFT JOIN access_lists AS c ON c.number = l.list ORDER BY page.at DESC, page.number DESC",
        (*values, limit),
    )
    return [_line(c, sealing, row) for row in rows]


def _found(c: Cursor, asked: Asked, before: Mark | None) -> tuple[str, list[Any]] | None:
    """The query for the places of the lines, and its values; None where there can be none."""
    conditions, values = ["l.at >= ?", "l.at < ?"], list[Any]((_at(asked.since, 0), _at(asked.until, 1 << 62)))
    for name in ("username", "action", "purpose"):
        if wanted := getattr(asked, name):
            conditions.append(f"l.{name} = ?")
            values.append(wanted)
    if asked.staff:
        usernames = usernames_of(c, asked.staff)
        if not usernames:
            return None
        conditions.append(f"l.username IN ({', '.join('?' * len(usernames))})")
        values += usernames
    if before is not None:
        conditions.append("(l.at, l.number) < (?, ?)")
        values += before
    if not asked.person:
        return f"SELECT l.at, l.number FROM access_lines AS l WHERE {' AND '.join(conditions)}", values
    low, high = _range(asked.person)
    return (
        "SELECT DISTINCT l.at, l.number FROM access_listed AS p JOIN access_lines AS l ON l.list = p.list "
        f"WHERE p.reference >= ? AND p.reference < ? AND {' AND '.join(conditions)}",
        [low, high, *values],
    )


def _range(person: str) -> tuple[str, str]:
    """The references of a person, in order of bytes: from the first, up to what comes after the last."""
    return (person, f"{person}!") if "/" in person else (f"{person}/", f"{person}0")


def _at(instant_: datetime | None, default: int) -> int:
    return default if instant_ is None else microseconds(instant_)


def usernames_of(c: Cursor, staff: str) -> list[str]:
    """The user names that are, or that ever wrote lines under, this name; capital letters make no difference."""
    rows = c.rows("SELECT username, name FROM access_names")
    named = {username for username, name in rows if name.casefold() == staff.casefold()}
    return sorted({staff, *named})


def _line(c: Cursor, sealing: Sealing, row: Any) -> Line:
    at, number, username, name, action, route, selection, sought, purpose, digest, size, cases, detail, address = row
    when = instant(at)
    return Line(
        mark=Mark(at, number), at=when, username=username, name=name, action=action, route=route, selection=selection,
        sought="" if sought is None else sealing.unseal(c, when, bytes(sought), about(when, username)), purpose=purpose,
        digest="" if digest is None else bytes(digest).hex(), cases=size or 0,
        references=tuple(cases.split("\n")) if cases else (), detail=detail, address=address,
    )  # fmt: skip

"""Queries on the access log. Each finds its lines by an index in order of time, however long the log is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

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


class Conditions(NamedTuple):
    """Conditions in SQL, and their values."""

    words: list[str]
    values: list[Any]


LISTS = 5_000
"""Lists of cases named by one query, at most."""

_COLUMNS = (
    "l.at, l.number, l.username, l.name, l.action, l.route, l.selection, l.sought, l.purpose, c.digest, c.size, "
    f"CASE WHEN c.size <= {NAMED} THEN c.cases END, l.detail, l.address"
)


def lines(c: Cursor, sealing: Sealing, asked: Asked, before: Mark | None, limit: int) -> list[Line]:
    """Up to ``limit`` lines, the latest first. ``before``: only lines earlier than this place."""
    conditions = _conditions(c, asked, before)
    if conditions is None:
        return []
    if asked.person:
        numbers = _lists_of(c, asked.person)
        parts = [numbers[at : at + LISTS] for at in range(0, len(numbers), LISTS)]
        found = [place for part in parts for place in _places(c, conditions, limit, part)]
    else:
        found = _places(c, conditions, limit)
    numbers = [number for _, number in sorted(found, reverse=True)[:limit]]
    rows = c.rows(
        f"SELECT {_COLUMNS} FROM access_lines AS l LEFT JOIN access_lists AS c ON c.number = l.list "
        f"WHERE l.number IN ({_listed(numbers)}) ORDER BY l.at DESC, l.number DESC"
    )
    return [_line(c, sealing, row) for row in rows]


def latest(c: Cursor, action: str, since: datetime) -> dict[str, datetime]:
    """See ``AccessLog.latest``."""
    rows = c.rows(
        "SELECT username, MAX(at) FROM access_lines WHERE action = ? AND at >= ? GROUP BY username",
        (action, microseconds(since)),
    )
    return {username: instant(at) for username, at in rows}


def _places(c: Cursor, conditions: Conditions, limit: int, lists: Sequence[int] | None = None) -> list[Mark]:
    """The places of the latest lines that fit. ``lists``: only lines that show one of these lists."""
    query, values = (
        f"SELECT l.at, l.number FROM access_lines AS l WHERE {' AND '.join(conditions.words)}",
        conditions.values,
    )
    if lists is None:
        return [Mark(*row) for row in c.rows(f"{query} ORDER BY l.at DESC, l.number DESC LIMIT ?", (*values, limit))]
    # Found first, then sorted: else PostgreSQL may walk the whole log in order of time to find a few lines.
    query = f"WITH found AS MATERIALIZED ({query} AND l.list IN ({_listed(lists)})) SELECT at, number FROM found "
    return [Mark(*row) for row in c.rows(f"{query} ORDER BY at DESC, number DESC LIMIT ?", (*values, limit))]


def _lists_of(c: Cursor, person: str) -> list[int]:
    """The numbers of the lists in which a case of this person stands."""
    rows = c.rows("SELECT DISTINCT list FROM access_listed WHERE reference >= ? AND reference < ?", _range(person))
    return [int(number) for (number,) in rows]


def _listed(numbers: Iterable[int]) -> str:
    """Numbers as SQL writes them; NULL for none, which equals nothing."""
    return ", ".join(map(str, numbers)) or "NULL"


def after(
    c: Cursor, sealing: Sealing, number: int, until: int, limit: int
) -> list[tuple[Line, tuple[str, ...] | None]]:
    """See ``AccessLog.after``."""
    rows = c.rows(
        f"SELECT {_COLUMNS}, CASE WHEN l.brought THEN c.cases END FROM access_lines AS l "
        "LEFT JOIN access_lists AS c ON c.number = l.list WHERE l.number > ? AND l.number <= ? ORDER BY l.number LIMIT ?",
        (number, until, limit),
    )
    return [(_line(c, sealing, row[:-1]), tuple(row[-1].split("\n")) if row[-1] else None) for row in rows]


def _conditions(c: Cursor, asked: Asked, before: Mark | None) -> Conditions | None:
    """What is asked of a line itself; None where none can fit."""
    until = min(_at(asked.until, 1 << 62), 1 << 62 if before is None else before.at + 1)
    conditions, values = ["l.at >= ?", "l.at < ?"], list[Any]((_at(asked.since, 0), until))
    if before is not None:
        conditions.append("(l.at < ? OR l.number < ?)")
        values += before
    usernames = [asked.username] if asked.username else usernames_of(c, asked.staff) if asked.staff else []
    if asked.staff and not usernames:
        return None
    if usernames:
        conditions.append(f"l.username IN ({', '.join('?' * len(usernames))})" if usernames[1:] else "l.username = ?")
        values += usernames
    # Somebody's lines are fewer than those of an action: joined to a text, the column is no reason to take its index.
    apart = " || ''" if usernames or asked.person else ""
    for name in ("action", "purpose"):
        if wanted := getattr(asked, name):
            conditions.append(f"l.{name}{apart} = ?")
            values.append(wanted)
    return Conditions(conditions, values)


def _range(person: str) -> tuple[str, str]:
    """The references of a person, in order of bytes: from the first, up to what comes after the last."""
    return (person, f"{person}!") if "/" in person else (f"{person}/", f"{person}0")


def _at(instant_: datetime | None, default: int) -> int:
    return default if instant_ is None else microseconds(instant_)


def usernames_of(c: Cursor, staff: str) -> list[str]:
    """The user names that are, or that ever wrote lines under, this name; capital letters make no difference."""
    rows = c.rows("SELECT username, name FROM access_names")
    named = {username for username, name in rows if name.casefold() == staff.casefold()}
    return sorted({username for username, _ in rows if username == staff} | named)


def _line(c: Cursor, sealing: Sealing, row: Any) -> Line:
    at, number, username, name, action, route, selection, sought, purpose, digest, size, cases, detail, address = row
    when = instant(at)
    return Line(
        mark=Mark(at, number), at=when, username=username, name=name, action=action, route=route, selection=selection,
        sought="" if sought is None else sealing.unseal(c, when, bytes(sought), about(when, username)), purpose=purpose,
        digest="" if digest is None else bytes(digest).hex(), cases=size or 0,
        references=tuple(cases.split("\n")) if cases else (), detail=detail, address=address,
    )  # fmt: skip

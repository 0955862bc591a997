"""Which tables a backup holds, and copying them whole: from one SQLite file to another, from PostgreSQL, and to it.

Between SQLite files a table is made by the very statement by which it was made, so that SQLite copies its pages without looking
into rows. Its triggers come last: they would look at each row.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.store.application_role import RIGHTS
from domain.store.hash_chain import TABLE
from domain.store.preparation import STEPS_TABLE

if TYPE_CHECKING:
    import psycopg

LEFT_OUT = frozenset(
    ("sessions", "sign_in_tries", "invitations", "calendar_addresses", "api_tokens", "api_calls", "witness_tries")
)
"""Tables whose rows are in no backup: who is signed in, and what lets somebody in by an address alone. A restore ends all of it."""

KEYS = ("person_keys", "text_keys", "access_keys")
"""Tables whose rows are in the file of keys alone: what is destroyed in them must not live on in backups."""

MADE_AGAIN = frozenset(("views", "view_a_cases", "view_b_cases", "access_log"))
"""Tables that are in no backup: lists follow from the entries; ``access_log`` is that of older versions, taken over long ago."""

OF_THE_LOG = "access_"
"""How the names of the tables of the access log begin."""

ROWS = 2_000
"""Rows written at a time to or from PostgreSQL."""


def held(there: Iterable[str]) -> list[str]:
    """Of the tables of a database, those that a backup has, with their rows or empty, in order."""
    return sorted({*there} & RIGHTS.keys() - MADE_AGAIN)


def has_rows(table: str) -> bool:
    """Whether a backup holds the rows of a table."""
    return table not in LEFT_OUT and table not in KEYS


class Shape(NamedTuple):
    """How an SQLite table is made: its own statement and those of its indexes, then those of its triggers."""

    made_by: Sequence[str]
    triggers: Sequence[str]


def shapes(c: sqlite3.Connection, schema: str = "main") -> dict[str, Shape]:
    """How the tables of ours in an SQLite file are made."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    order = "CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END"
    query = f"SELECT type, tbl_name, sql FROM {schema}.sqlite_master WHERE sql IS NOT NULL ORDER BY {order}, name"
    for kind, table, statement in c.execute(query):
        if table in RIGHTS:
            found.setdefault(table, ([], []))[kind == "trigger"].append(statement)
    return {table: Shape(*both) for table, both in found.items()}


def clone(c: sqlite3.Connection, source: str, tables: Mapping[str, Shape], filled: Collection[str]) -> dict[str, int]:
    """Make tables of an attached file in the main one, and fill some of them; the number of rows of each."""
    counts = {}
    for table, shape in tables.items():
        for statement in shape.made_by:
            c.execute(statement)
        if table in filled:
            c.execute(f"INSERT INTO main.{table} SELECT * FROM {source}.{table}")
        ((counts[table],),) = c.execute(f"SELECT count(*) FROM main.{table}")
    return counts


def add_triggers(c: sqlite3.Connection, tables: Mapping[str, Shape]) -> None:
    """Make the triggers of tables that have been filled."""
    for shape in tables.values():
        for statement in shape.triggers:
            c.execute(statement)


# ---------------------------------------------------------------- PostgreSQL


class Columns(NamedTuple):
    """The columns that a table has on both databases: how each is called on SQLite and on PostgreSQL, and its type there."""

    sqlite: Sequence[str]
    postgresql: Sequence[str]
    types: Sequence[str]


_WHOLE = frozenset(("smallint", "integer", "bigint", "boolean"))


def columns_of(p: "psycopg.Connection[Any]", c: sqlite3.Connection, table: str, schema: str = "main") -> Columns:
    """The columns of a table on both databases."""
    query = (
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position"
    )
    there = {row[1] for row in c.execute(f"PRAGMA {schema}.table_info({table})")}
    found = [
        ("rowid" if table == TABLE and name == "notification_id" else name, name, kind)
        for name, kind in p.execute(query, (table,)).fetchall()
    ]
    shared = [one for one in found if one[0] in there]
    return Columns(*(list(part) for part in zip(*shared, strict=True))) if shared else Columns((), (), ())


def tables_there(p: "psycopg.Connection[Any]") -> set[str]:
    """The names of the tables of a PostgreSQL database."""
    return {str(name) for (name,) in p.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}


def copy_from_postgres(
    p: "psycopg.Connection[Any]", c: sqlite3.Connection, table: str, schema: str = "main"
) -> int:  # fmt: skip
    """Copy the rows of a table of PostgreSQL into the same table of the SQLite file, or of an attached one; how many."""
    columns = columns_of(p, c, table, schema)
    if not columns.sqlite:
        return 0
    read = [_as_read(name, kind) for name, kind in zip(columns.postgresql, columns.types, strict=True)]
    order = f" ORDER BY {columns.postgresql[0]}" if columns.sqlite[0] in ("rowid", "number") else ""
    statement = (
        f"COPY (SELECT {', '.join(expression for expression, _ in read)} FROM {table}{order}) TO STDOUT (FORMAT BINARY)"
    )
    insert = f"INSERT INTO {schema}.{table} ({_quoted(columns.sqlite)}) VALUES ({', '.join('?' * len(read))})"
    count = 0
    with p.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types([kind for _, kind in read])
        for rows in _by(ROWS, copy.rows()):
            c.executemany(insert, rows)
            count += len(rows)
    return count


def copy_to_postgres(
    c: sqlite3.Connection,
    p: "psycopg.Connection[Any]",
    table: str,
    report_progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Copy the rows of a table of the SQLite file into the same table of PostgreSQL, in place of those there; how many."""
    columns = columns_of(p, c, table)
    if not columns.sqlite:
        return 0
    p.execute(f"DELETE FROM {table}".encode())
    query = f"SELECT {_quoted(columns.sqlite)} FROM main.{table}"
    count = 0
    with p.cursor() as cursor, cursor.copy(f"COPY {table} ({_quoted(columns.postgresql)}) FROM STDIN".encode()) as copy:
        for row in c.execute(query):
            copy.write_row(row)
            count += 1
            if count % ROWS == 0:
                report_progress(ROWS)
    for name in columns.postgresql:
        sequence = p.execute("SELECT pg_get_serial_sequence(%s, %s)", (table, name)).fetchone()
        if sequence is not None and sequence[0]:
            p.execute(
                f"SELECT setval('{sequence[0]}', greatest(max({name}), 1), max({name}) IS NOT NULL) FROM {table}".encode()
            )
    return count


def _as_read(name: str, kind: str) -> tuple[str, str]:
    """The expression by which a column of PostgreSQL is read, and its type then: one of three."""
    if kind in _WHOLE:
        return f'"{name}"::int::bigint' if kind == "boolean" else f'"{name}"::bigint', "int8"
    return (f'"{name}"', "bytea") if kind == "bytea" else (f'"{name}"::text', "text")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _by(number: int, rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, number)):
        yield some


def mark_steps(c: sqlite3.Connection, number: int, *, in_place_of: int | None = None) -> None:
    """Note in the table of steps what the SQLite file is."""
    c.execute(f"DELETE FROM main.{STEPS_TABLE} WHERE number = ?", (in_place_of,))
    c.execute(f"INSERT INTO main.{STEPS_TABLE} VALUES (?)", (number,))

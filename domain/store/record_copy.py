"""Copying a record to another database, on SQLite or PostgreSQL: same entries, order, times, actors and hashes, same root.

What is derived from the entries is made anew. What else belongs to the record goes along: accounts with their passwords and second
factors, requests, the keys of sealed texts, published and attached files, what witnesses took. The access log and sessions stay
where they are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.store.application import Files
from domain.store.application_role import RIGHTS
from domain.store.entry_codec import stored_register_entry
from domain.store.hash_chain import TABLE, Hashed, StoredRow
from domain.store.lateness import LATE_TABLE, make_anew
from domain.store.log_check import Known, check_log
from domain.store.log_reader import LogReader
from domain.store.log_tables import FILL_TYPES, HEAD, STEP, TILES, TYPES, leaves_of
from domain.store.preparation import SEALING_TABLE, STEPS_TABLE, numbers_of, position_column
from domain.store.record_state import KEYS_AWAY, set_state
from domain.store.table_steps import REGISTER

MADE_ANEW = frozenset((TABLE, HEAD, TILES, TYPES, LATE_TABLE, STEPS_TABLE, SEALING_TABLE, REGISTER.table))
"""The tables of entries, which are copied row by row with their hashes, and those that follow from them."""

LEFT_BEHIND = frozenset(("sessions", "sign_in_tries", "invitations", "witness_tries", "api_calls"))
"""Tables that say what was done in that database, beside those of the access log. Every other table of ours goes along."""

ROWS = 500
"""Rows read and written at a time."""


class NotEmpty(ValueError):
    """The database to copy to holds something already."""


class CopyDiffers(RuntimeError):
    """What was copied is not what was read."""


class Copied(NamedTuple):
    """What was copied: the number of entries, the root of their tree, and for each other table its number of rows."""

    entries: int
    root: bytes
    rows: Mapping[str, int]


def goes_along() -> list[str]:
    """The tables beside the entries that are copied, where they are there."""
    others = RIGHTS.keys() - MADE_ANEW - LEFT_BEHIND
    return sorted(name for name in others if not name.startswith(("access_", "view")))


def check_empty(target: Files, engine: sa.Engine) -> None:
    """``NotEmpty`` where the database to copy to holds an entry, an account, or anything else that would be copied."""
    if LogReader(target.recorder).head().frontier.size:
        raise NotEmpty("there are entries in it")
    there = set(sa.inspect(engine).get_table_names())
    with engine.connect() as c:
        for table in (*goes_along(), "access_lines"):
            if table in there and c.execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first():
                raise NotEmpty(f"there are rows in its table {table}")


def copy_record(
    source: Files, target: Files, engines: tuple[sa.Engine, sa.Engine], report_progress: Callable[[int], object]
) -> Copied:
    """Copy a record to a database that ``check_empty`` has passed, and prove that the root is the same. ``CopyDiffers``.

    ``engines``: of the same two databases. Entries stored in the source meanwhile are not copied.
    """
    before = LogReader(source.recorder).head()
    rows = {name: copy_table(name, *engines) for name in goes_along() if sa.inspect(engines[0]).has_table(name)}
    _copy_entries(source, target, report_progress)
    after = LogReader(target.recorder).head()
    if (after.position, after.hash, after.frontier) != (before.position, before.hash, before.frontier):
        raise CopyDiffers(
            "the copy is not the record as it was at the beginning: something was stored meanwhile; empty the new database, and "
            "copy again while nothing is stored"
        )
    for _ in check_log(target.recorder, [Known(before.frontier.size, before.frontier.root, before.position)]):
        pass
    if KEYS_AWAY in numbers_of(source.recorder):
        set_state(target.recorder, KEYS_AWAY, on=True)
    return Copied(before.frontier.size, before.frontier.root, rows)


def _copy_entries(source: Files, target: Files, report_progress: Callable[[int], object]) -> None:
    recorder, head = target.recorder, LogReader(source.recorder).head()
    log = recorder.log
    with recorder.datastore.transaction(commit=True) as c:
        log.name(c, head.origin)
        c.execute(f"DELETE FROM {SEALING_TABLE}")
        if source.seals:
            c.execute(f"INSERT INTO {SEALING_TABLE} VALUES (1)")
        done = 0
        for rows in rows_until(source, head.position):
            insert_rows(log, c, rows)
            added = Hashed([as_bytes(row.hash) for row in rows], leaves_of(rows))
            log.move(c, log.head(c), added, [row.position for row in rows], rows[-1].stored_at, head.clock_back)
            report_progress(done := done + len(rows))
        log.sign_as(c, head.note)
        mark = "?" if log.kind == "sqlite" else "%s"
        make_anew(c, position_column(recorder), mark, stored_register_entry)
        c.execute(FILL_TYPES if log.kind == "sqlite" else FILL_TYPES.encode())
        if log.kind == "postgresql":
            c.execute(next_number(TABLE, log.position).encode())


def rows_until(source: Files, until: int) -> Iterator[Sequence[StoredRow]]:
    """The rows of a record up to a position, ``STEP`` at a time."""
    log, position = LogReader(source.recorder), 0
    while rows := [row for row in log.rows(position, STEP) if row.position <= until]:
        yield rows
        position = rows[-1].position


def insert_rows(log: Any, c: Any, rows: Sequence[StoredRow]) -> None:
    """Insert rows as they are, positions included."""
    columns = f"{log.position}, originator_id, originator_version, topic, state, stored_at, actor, hash"
    mark = "?" if log.kind == "sqlite" else "%s"
    insert = f"INSERT INTO {TABLE} ({columns}) VALUES ({', '.join([mark] * 8)})"
    values = [
        (row.position, str(row.event.originator_id), row.event.originator_version, row.event.topic, as_bytes(row.event.state),
         row.stored_at, row.actor, as_bytes(row.hash))
        for row in rows
    ]  # fmt: skip
    c.executemany(insert if log.kind == "sqlite" else insert.encode(), values)


def as_bytes(value: object) -> bytes:
    """What is stored as bytes; ``CopyDiffers`` where it is anything else."""
    if not isinstance(value, bytes):
        raise CopyDiffers("an entry is not what was stored; run caseaudit verify on the record that is to be copied")
    return value


def copy_table(name: str, source: sa.Engine, target: sa.Engine) -> int:
    """Copy the rows of a table; how many."""
    read = columns_of(name, source)
    if not sa.inspect(target).has_table(name):
        read.create(target)
    written = columns_of(name, target)
    shared = [read.c[column.name] for column in written.columns if column.name in read.columns]
    count = 0
    with source.connect() as c, target.begin() as to:
        if (
            target.dialect.name == "sqlite"
        ):  # else pages that are split keep copies of rows that are deleted one day, such as keys
            to.exec_driver_sql("PRAGMA secure_delete = ON")
        found = c.execution_options(yield_per=ROWS).execute(sa.select(*shared))
        for rows in found.mappings().partitions(ROWS):
            to.execute(sa.insert(written), [dict(row) for row in rows])
            count += len(rows)
        if target.dialect.name == "postgresql":
            for column in sa.inspect(target).get_columns(name):
                if str(column["default"] or "").startswith("nextval"):
                    to.exec_driver_sql(next_number(name, column["name"]))
    return count


def columns_of(name: str, engine: sa.Engine) -> sa.Table:
    """A table of a database with its columns and its key alone."""
    look = sa.inspect(engine)
    key = look.get_pk_constraint(name)["constrained_columns"]
    columns = (
        sa.Column(
            one["name"], one["type"], primary_key=one["name"] in key, nullable=one["nullable"], autoincrement=False
        )
        for one in look.get_columns(name)
    )
    return sa.Table(name, sa.MetaData(), *columns)


def next_number(table: str, column: str) -> str:
    """The statement that lets numbers go on after those that were copied (PostgreSQL)."""
    return (
        f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), greatest(max({column}), 1), max({column}) IS NOT NULL) "
        f"FROM {table}"
    )

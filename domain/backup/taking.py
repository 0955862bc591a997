"""Taking a backup of one moment while others write: entries, both logs, accounts, working papers; keys into a file of their own."""

import secrets
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import __version__
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import Kept, LogEnd, Manifest, finish, written_aside
from domain.backup.table_copying import (
    KEYS,
    OF_THE_LOG,
    Shape,
    add_triggers,
    clone,
    copy_from_postgres,
    has_rows,
    held,
    mark_steps,
    shapes,
    tables_there,
)
from domain.proof.merkle import Frontier
from domain.store.application import Files
from domain.store.database import BACKUPS, Database, log_database
from domain.store.hash_chain import TABLE, BrokenChain
from domain.store.key_store import MissingKeys, moved_to, record_ids, store_path
from domain.store.log_head import LogHead
from domain.store.log_tables import HEAD, NO_HEAD, TYPES
from domain.store.preparation import STEPS_TABLE
from domain.store.record_state import BACKUP
from domain.store.witnessed import Witnessed

if TYPE_CHECKING:
    import psycopg

TRIES = 100
"""How often one moment of two files is looked for, where pages are shown all the time."""


class NoKeys(ValueError):
    """The keys of persons are not here, so that no file of keys can be made."""


class Taken(NamedTuple):
    """A backup that was taken, and the file of keys with it, where one was asked for."""

    backup: Kept
    keys: Kept | None


def take(files: Files, path: Path, now: datetime, keys: Path | None = None, until: date | None = None) -> Taken:
    """Take a backup of a record into a new file, and its keys into another. Others may write meanwhile.

    ``until``: the day on which the file of keys must be destroyed. ``AlreadyThere``, ``NoKeys``; ``BrokenChain`` where what was
    read does not fit together; ``OSError`` and errors of the database.
    """
    database = files.database
    if keys is not None and isinstance(files.keys, MissingKeys):
        raise NoKeys(f"{files.keys.fault}; no file of keys can be made")
    with ExitStack() as stack:
        aside = stack.enter_context(written_aside(path))
        keys_aside = None if keys is None else stack.enter_context(written_aside(keys))
        c = stack.enter_context(closing(_new_file(aside, BACKUPS["backup"])))
        if keys_aside is not None:
            _new_file(keys_aside, BACKUPS["keys"]).close()
            c.execute("ATTACH ? AS keys", (str(keys_aside),))
            c.execute("PRAGMA keys.journal_mode = OFF")
        fill = _from_sqlite if database.kind == "sqlite" else _from_postgres
        counts, key_counts = fill(database, c, with_keys=keys is not None)
        store = moved_to(files) or ""
        manifest = _manifest(files, c, counts, now, store)
        c.execute("COMMIT")
        c.close()
        if keys_aside is not None and store:
            key_counts |= _from_store(store_path(files), keys_aside)
        taken = finish(aside, path, manifest)
        if keys is None or keys_aside is None:
            return Taken(taken, None)
        of_keys = _of_keys(manifest, key_counts, until)
        return Taken(taken, finish(keys_aside, keys, of_keys))


def _new_file(aside: Path, mark: bytes) -> sqlite3.Connection:
    """A connection to a new SQLite file, which is thrown away where it is not finished."""
    c = sqlite3.connect(aside, isolation_level=None, uri=True)
    for setting in ("main.journal_mode = OFF", "synchronous = OFF", f"application_id = {int.from_bytes(mark)}"):
        c.execute(f"PRAGMA {setting}")
    c.execute("VACUUM")  # writes the header, so that half a file is told too
    return c


def _from_sqlite(
    database: Database, c: sqlite3.Connection, *, with_keys: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """Copy the tables of a record and of its access log, as both were at one moment."""
    log = log_database(database)
    for name, part in (("record", database), ("log", log)):
        c.execute(f"ATTACH ? AS {name}", (f"{Path(part.path).absolute().as_uri()}?mode=rw",))
    _begin_at_one_moment(c, Path(log.path))
    counts, key_counts = dict[str, int](), dict[str, int]()
    for source in ("record", "log"):
        every = shapes(c, source)
        tables = {name: every[name] for name in held(every) if name.startswith(OF_THE_LOG) == (source == "log")}
        counts |= clone(c, source, tables, [name for name in tables if has_rows(name)])
        if with_keys:
            key_counts |= _keys_from(c, source, {name: tables[name] for name in KEYS if name in tables})
        add_triggers(c, tables)
    mark_steps(c, BACKUP)
    return counts, key_counts


def _begin_at_one_moment(c: sqlite3.Connection, log: Path) -> None:
    """Begin a transaction that sees both files as they were at one moment: the log did not change while the record was begun."""
    with closing(sqlite3.connect(log, isolation_level=None)) as beside:
        for _ in range(TRIES):
            ((before,),) = beside.execute("PRAGMA data_version")
            c.execute("BEGIN")
            for source in ("log", "record"):
                c.execute(f"SELECT count(*) FROM {source}.sqlite_master").fetchone()
            ((after,),) = beside.execute("PRAGMA data_version")
            if before == after:
                return
            c.execute("ROLLBACK")
    raise BlockingIOError("the access log is written to all the time: no one moment of it and of the record was found")


def _keys_from(c: sqlite3.Connection, source: str, tables: Mapping[str, Shape]) -> dict[str, int]:
    """Copy the tables of keys into the file of keys."""
    counts = {}
    for table, shape in tables.items():
        c.execute(_in_keys(shape))
        counts[table] = c.execute(f"INSERT INTO keys.{table} SELECT * FROM {source}.{table}").rowcount
    return counts


def _in_keys(shape: Shape) -> str:
    """The statement that makes a table in the file of keys."""
    return shape.made_by[0].replace("CREATE TABLE ", "CREATE TABLE keys.", 1)


def _from_store(path: Path, aside: Path) -> dict[str, int]:
    """Copy the store of keys, as it is, into the file of keys."""
    counts = {}
    with closing(sqlite3.connect(aside, isolation_level=None, uri=True)) as c:
        c.execute("ATTACH ? AS store", (f"{path.absolute().as_uri()}?mode=rw",))
        c.execute("BEGIN")
        for name, statement in c.execute("SELECT name, sql FROM store.sqlite_master WHERE type = 'table'").fetchall():
            if name in ("person_keys", "text_keys", "key_store"):
                c.execute(f"DROP TABLE IF EXISTS main.{name}")
                c.execute(statement)
                counts[name] = c.execute(f"INSERT INTO main.{name} SELECT * FROM store.{name}").rowcount
        c.execute("COMMIT")
    return counts


def _from_postgres(
    database: Database, c: sqlite3.Connection, *, with_keys: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """Copy the tables of a record as one snapshot of the server has them."""
    with _snapshot(database) as p:
        there, every = tables_there(p), template()
        tables = {name: every[name] for name in held(there) if name in every}
        c.execute("BEGIN")
        counts, key_counts = dict.fromkeys(tables, 0), dict[str, int]()
        for name, shape in tables.items():
            made_by, *indexes = shape.made_by
            c.execute(made_by)
            if has_rows(name):
                counts[name] = copy_from_postgres(p, c, name)
            elif with_keys and name in KEYS:
                c.execute(_in_keys(tables[name]))
                key_counts[name] = copy_from_postgres(p, c, name, "keys")
            for index in indexes:  # after the rows: it is quicker
                c.execute(index)
        add_triggers(c, tables)
    mark_steps(c, BACKUP)
    return counts, key_counts


@contextmanager
def _snapshot(database: Database) -> Iterator["psycopg.Connection[Any]"]:
    import psycopg

    with psycopg.connect(**database.arguments) as p:  # type: ignore[arg-type]
        p.isolation_level, p.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        yield p


def template() -> dict[str, Shape]:
    """How the tables of an SQLite record of this version are made."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/template.sqlite"
        Files.open(address).close()
        with closing(AccountRegister(address)) as register:
            register.log.prepare()
        Witnessed(address).close()
        found: dict[str, Shape] = {}
        for path in (Path(address), Path(log_database(Database.at(address)).path)):
            with closing(sqlite3.connect(path)) as c:
                found |= shapes(c)
    return found | {
        "demonstration": Shape(["CREATE TABLE demonstration (begun_at VARCHAR(40) NOT NULL PRIMARY KEY)"], [])
    }


def _manifest(files: Files, c: sqlite3.Connection, counts: dict[str, int], now: datetime, store: str) -> Manifest:
    """What is said of the tables as they were copied. ``BrokenChain`` where the last entries are not those that the head names."""
    c.row_factory = sqlite3.Row
    try:
        head = LogHead.of(c.execute(f"SELECT * FROM {HEAD}").fetchone())
    except (TypeError, ValueError) as error:
        raise BrokenChain(NO_HEAD) from error
    last = c.execute(f"SELECT rowid AS position, hash FROM {TABLE} ORDER BY rowid DESC LIMIT 1").fetchone()
    ends = (0, bytes(32)) if last is None else (last["position"], bytes(last["hash"]))
    if ends != (head.position, head.hash) or counts[TABLE] != head.frontier.size:
        raise BrokenChain(
            f"the head says that the log ends at position {head.position} with {head.frontier.size} entries; it ends at {ends[0]} "
            f"with {counts[TABLE]}: run caseaudit verify, and take no backup of this database in place of older ones"
        )
    log = c.execute("SELECT leaves, number, frontier FROM access_head").fetchone()
    beyond = c.execute("SELECT count(*) FROM access_lines WHERE number > ?", (log["number"],)).fetchone()[0]
    return Manifest(
        kind="backup", program=__version__, made_at=now, id=secrets.token_hex(16), origin=head.origin, records=record_ids(files),
        database=files.database.kind, steps=[n for (n,) in c.execute(f"SELECT number FROM {STEPS_TABLE} WHERE number > 0")],
        types=[topic for (topic,) in c.execute(f"SELECT topic FROM {TYPES} ORDER BY topic")],
        entries=LogEnd(leaves=head.frontier.size, root=head.frontier.root.hex(), position=head.position),
        access=LogEnd(
            leaves=log["leaves"], root=Frontier.read(log["leaves"], bytes(log["frontier"])).root.hex(), position=log["number"],
            beyond=beyond,
        ),
        tables=counts, persons=_persons(files), sealed=files.seals, key_store=store,
    )  # fmt: skip


def _persons(files: Files) -> int:
    """How many CRNs have a key, or had one; 0 where the keys are not here and none is needed."""
    if not files.seals:
        return 0
    if isinstance(files.keys, MissingKeys):
        return 1  # some are missing, and nobody can say how many
    return len(files.keys.crns())


def _of_keys(manifest: Manifest, counts: dict[str, int], until: date | None) -> Manifest:
    """The manifest of the keys that were copied with a backup."""
    return Manifest(
        kind="keys", program=manifest.program, made_at=manifest.made_at, id=manifest.id, origin=manifest.origin,
        records=manifest.records, database=manifest.database, steps=[], types=[], entries=manifest.entries,
        access=manifest.access, tables=counts, persons=manifest.persons, sealed=manifest.sealed, key_store=manifest.key_store,
        until=until,
    )  # fmt: skip

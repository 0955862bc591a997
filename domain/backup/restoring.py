"""Restoring a backup: into a database that is not there yet, whole or not at all, proved before anybody can open it.

An SQLite file is made aside and put in place at the end; a database on PostgreSQL is marked as not whole until then, and
nothing opens it. What was erased stays erased: the marks outside the database say who was, and a later file of keys has them no
more.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from domain.accounts.access_check import check_access
from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import (
    AlreadyThere,
    Kept,
    Manifest,
    put_in_place,
    reading,
    remove_beside,
    settle,
    written_aside,
)
from domain.backup.keys_back import put_keys_back
from domain.backup.table_copying import (
    OF_THE_LOG,
    add_triggers,
    clone,
    copy_to_postgres,
    has_rows,
    mark_steps,
    shapes,
    tables_there,
)
from domain.store.application import Files
from domain.store.branching import branch
from domain.store.database import Database, log_database
from domain.store.hash_chain import TABLE, BrokenChain
from domain.store.head_check import Kept as KeptCheckpoint
from domain.store.head_check import NotOfThisRecord, known_by
from domain.store.key_store import MissingKeys
from domain.store.log_check import Known, check_log
from domain.store.log_reader import LogReader
from domain.store.preparation import STEPS_TABLE
from domain.store.record_state import BACKUP, UNFINISHED, restoring, set_state
from domain.store.table_steps import ACCESS_LOG, REGISTER
from domain.store.witnessed import Witnessed

if TYPE_CHECKING:
    import psycopg

Progress = Callable[[int], object]


class MustBeNew(ValueError):
    """The record cannot go on under its name; the message says why."""


class Beyond(NamedTuple):
    """How many entries checkpoints have beyond a backup, and which file says so. ``beside``: what they say of what is in it."""

    entries: int
    file: str
    beside: Sequence[Known]


class Restored(NamedTuple):
    """What was restored. ``again``: CRNs whose keys were destroyed once more. ``keys``: what became of the keys of persons.

    ``name``: the record's name from here on.
    """

    entries: int
    lines: int
    again: Sequence[str]
    keys: Literal["restored", "none needed", "missing", "kept"]
    keys_at: str
    name: str


class GoesOn(NamedTuple):
    """How the record goes on where the backup ends. ``reason``: why it gets a name of its own; None: it keeps its name."""

    reason: str | None
    now: datetime
    actor: str


def beyond(kept: Sequence[KeptCheckpoint], manifest: Manifest) -> Beyond:
    """How many entries checkpoints have beyond a backup. ``NotOfThisRecord`` where none is of its log of entries."""
    of_entries = [one for one in kept if one.checkpoint.origin == f"{manifest.origin}/entries"]
    if not of_entries:
        raise NotOfThisRecord(f"no checkpoint of the entries of this record ({manifest.origin}) is among them")
    last = max(of_entries, key=lambda one: one.checkpoint.size)
    within = [known for known in known_by(of_entries, "entries") if known.size <= manifest.entries.leaves]
    return Beyond(max(0, last.checkpoint.size - manifest.entries.leaves), last.file, within)


def restore(
    backup: Kept,
    target: Database,
    goes_on: GoesOn,
    keys: Kept | None = None,
    checkpoints: Beyond | None = None,
    report_progress: Progress = lambda _: None,
) -> Restored:
    """Restore a backup that is whole into a database that is not there yet. ``check_fits`` first.

    ``report_progress``: is given the number of entries proved so far. ``AlreadyThere``, ``MustBeNew``; ``BrokenChain`` where
    what was restored is not what was stored; ``OSError`` and errors of the database. Nothing that looks whole is left then.
    """
    if checkpoints is not None and checkpoints.entries and goes_on.reason is None:
        raise MustBeNew(
            f"the checkpoint {checkpoints.file} has {checkpoints.entries:,} entries beyond this backup: a record that went on from "
            "here under the same name would contradict it, as if somebody had removed them. Restore a later backup, or say "
            "--new --reason: the record then says for good where it branched"
        )
    within = _Sqlite(target) if target.kind == "sqlite" else _Postgres(target)
    with within.filled(backup) as made:
        done = _finished(
            backup.manifest, made, goes_on, keys, checkpoints.beside if checkpoints else (), report_progress
        )
        within.put_in_place(made)
    return done


def _finished(
    manifest: Manifest,
    made: Database,
    goes_on: GoesOn,
    keys: Kept | None,
    beside: Sequence[Known],
    report_progress: Progress,
) -> Restored:
    """Prove what was copied, put the keys back, destroy what was erased since, and say how the record goes on."""
    on_server = made.kind == "postgresql"
    with restoring(), ExitStack() as stack:
        files = stack.enter_context(closing(Files.open(made.address, prepare=on_server)))
        register = stack.enter_context(closing(AccountRegister(made.address, prepare=on_server)))
        stack.enter_context(closing(Witnessed(made.address, prepare=on_server)))
        _prove(files, register, manifest, beside, report_progress)
        put, where = put_keys_back(files, register, keys, manifest)
        again = [] if isinstance(files.keys, MissingKeys) else list(files.erased_again)
        for crn in again:
            register.forget(crn)
        name = manifest.origin
        if goes_on.reason is not None:
            name = branch(files, reason=goes_on.reason, at=goes_on.now, actor=goes_on.actor)
        made_at, entries = manifest.made_at.isoformat(timespec="seconds"), manifest.entries.leaves
        said = f"from the backup of {made_at}, {entries} entries; {goes_on.actor}"
        register.log.add(goes_on.now, OPERATOR, "restored", route="restore", purpose="operation", detail=said)
        set_state(files.recorder, UNFINISHED, on=False)
    return Restored(manifest.entries.leaves, manifest.tables["access_lines"], again, put, where, name)


def _prove(
    files: Files, register: AccountRegister, manifest: Manifest, beside: Sequence[Known], report_progress: Progress
) -> None:
    """``BrokenChain`` where the logs are not those of the backup, or what checkpoints say of them is not so.

    An entry that was stored so that it cannot be read is restored as it was: ``verify`` names it, and pages show the others.
    """
    said = manifest.entries
    own = Known(said.leaves, bytes.fromhex(said.root), said.position or None)
    known = [own, *beside] if said.leaves else list(beside)
    for position in check_log(files.recorder, known, entries=False):
        report_progress(position)
    head = LogReader(files.recorder).head()
    if (head.frontier.size, head.position) != (said.leaves, said.position):
        raise BrokenChain(f"the entries end at position {head.position}, and the backup's end at {said.position}")
    for _ in check_access(register.log):
        pass


# ---------------------------------------------------------------- where it is restored to


class _Sqlite:
    """A new SQLite file and that of its access log, both made aside."""

    def __init__(self, target: Database):
        self._path, self._log = Path(target.path), Path(log_database(target).path)

    @contextmanager
    def filled(self, backup: Kept) -> Iterator[Database]:
        """The file aside with the tables of a backup, marked as not whole; removed at the end, unless it was put in place."""
        for part in (self._path, self._log, *(Path(f"{self._path}{end}") for end in ("-wal", "-shm", "-journal"))):
            if os.path.lexists(part):
                raise AlreadyThere(
                    f"{part} is there already, and nothing is restored over it: give another name, or move it away"
                )
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written_aside(self._path) as aside:
            made = Database(str(aside))
            log = Path(log_database(made).path)
            try:
                for path, of_log in ((aside, False), (log, True)):
                    remove_beside(path)
                    if of_log:
                        path.unlink(missing_ok=True)
                    _fill(path, backup, of_log=of_log)
                yield made
            finally:
                remove_beside(log)
                log.unlink(missing_ok=True)

    def put_in_place(self, made: Database) -> None:
        """The access log first: alone it is no record."""
        for path in (Path(log_database(made).path), Path(made.path)):
            settle(path)
        put_in_place(Path(log_database(made).path), self._log)
        put_in_place(Path(made.path), self._path)


def _fill(path: Path, backup: Kept, *, of_log: bool) -> None:
    """Copy the tables of the access log, or all others, into an SQLite file."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None, uri=True)) as c:
        c.execute("PRAGMA main.synchronous = OFF")
        c.execute("ATTACH ? AS backup", (f"{backup.path.absolute().as_uri()}?immutable=1",))
        c.execute("BEGIN")
        tables = {name: how for name, how in shapes(c, "backup").items() if name.startswith(OF_THE_LOG) == of_log}
        clone(c, "backup", tables, [name for name in tables if has_rows(name)])
        add_triggers(c, tables)
        if not of_log:
            mark_steps(c, UNFINISHED, in_place_of=BACKUP)
        c.execute("COMMIT")


class _Postgres:
    """An empty database on PostgreSQL. It is marked as not whole before anything is copied into it."""

    def __init__(self, target: Database):
        self._target = target

    @contextmanager
    def filled(self, backup: Kept) -> Iterator[Database]:
        """The database with the tables of a backup."""
        import psycopg

        self._check_empty()
        address = self._target.address
        Files.open(address, prepare=True).close()
        AccountRegister(address, prepare=True).close()
        Witnessed(address, prepare=True).close()
        with psycopg.connect(**self._target.arguments) as p, closing(reading(backup)) as c:  # type: ignore[arg-type]
            p.execute(f"INSERT INTO {STEPS_TABLE} VALUES ({UNFINISHED}) ON CONFLICT DO NOTHING".encode())
            p.commit()
            there = tables_there(p)
            if backup.manifest.tables.get("demonstration") and "demonstration" not in there:
                p.execute("CREATE TABLE demonstration (begun_at varchar(40) PRIMARY KEY)")
                there.add("demonstration")
            for table in backup.manifest.tables:
                if has_rows(table) and table in there and table not in (REGISTER.table, ACCESS_LOG.table):
                    copy_to_postgres(c, p, table)
            p.execute(f"DELETE FROM {STEPS_TABLE} WHERE number = {BACKUP}".encode())
            p.execute(f"INSERT INTO {STEPS_TABLE} VALUES ({UNFINISHED}) ON CONFLICT DO NOTHING".encode())
        yield self._target

    def put_in_place(self, made: Database) -> None:
        """It is where it belongs."""

    def _check_empty(self) -> None:
        import psycopg

        with psycopg.connect(**self._target.arguments) as p:  # type: ignore[arg-type]
            there = tables_there(p)
            if STEPS_TABLE in there and _holds(p, f"{STEPS_TABLE} WHERE number = {UNFINISHED}"):
                raise AlreadyThere(
                    f"a restore into {self._target} was cut off: drop the database, create it again, and restore again"
                )
            for table in (TABLE, "accounts", "access_lines"):
                if table in there and _holds(p, table):
                    raise AlreadyThere(
                        f"{self._target} holds a record already (rows in {table}), and nothing is restored over it: create an "
                        "empty database"
                    )


def _holds(p: "psycopg.Connection[Any]", table: str) -> bool:
    return p.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone() is not None

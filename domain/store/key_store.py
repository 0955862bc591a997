"""Where the keys of persons are: in the record's own tables, or in a store of their own, under a key kept outside them.

The store is an SQLite file: ``RECORD.persons`` in the folder of keys, or the file that ``CASEAUDIT_KEY_STORE`` names. It is
named in the record by a number by chance. Where it is missing, or the outside key is another one, texts read ``[sealed]``, and
recording on cases is refused: nothing is lost.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.entries.person_entries import SEALING, KeysMoved
from domain.entries.record_entries import BRANCHES, RecordBranched
from domain.key_files import KeyUnusable, key_folder, own_folder
from domain.outside_key import OutsideKey, outside_key
from domain.sealing.person_key import PersonKey
from domain.sealing.wrapping import NotUnwrapped, Wrapping
from domain.store.database import Database, Kind
from domain.store.log_reader import LogReader
from domain.store.name_digests import NameDigests
from domain.store.person_keys import SEARCH, PersonKeys, own_engine
from domain.store.preparation import numbers_of
from domain.store.record_state import KEYS_AWAY
from domain.store.sealer import KeysMissing

if TYPE_CHECKING:
    from domain.store.application import Files

IN_FILE = "CASEAUDIT_KEY_STORE"
"""The environment variable that names the file of the store."""

PURPOSE = "person keys"
"""What the key of the store is derived for from the outside key."""

_meta = sa.MetaData()

STORE = sa.Table("key_store", _meta, sa.Column("name", sa.Text, primary_key=True), sa.Column("mark", sa.Text))
"""One row: the name of the store, and its name wrapped, which shows whether the outside key is the right one."""

NOT_RESTORED = (
    "the record was restored without the keys of persons: put them back with `caseaudit keys restore FILE`, where FILE is the file "
    "of keys that `caseaudit backup --keys` made"
)

MOVED = "the keys of persons are in a store of their own"


SQLITE_HEAD = b"SQLite format 3\0"
"""How every SQLite file begins."""


class NotMoved(ValueError):
    """The keys cannot be moved so; the message says why."""


class MissingKeys(PersonKeys):
    """In place of keys that are not here: no text opens, none is sealed."""

    def __init__(self, fault: str):
        super().__init__(sa.create_engine("sqlite://"))
        self.fault = fault

    def of(self, crns: Iterable[str]) -> dict[str, PersonKey]:
        return {}

    def crns(self) -> list[str]:
        return []

    def add(self, made: Mapping[str, PersonKey]) -> None:
        self.check_there()

    def destroy(self, crn: str) -> None:
        self.check_there()

    def check_there(self) -> None:
        raise KeysMissing(self.fault)


def store_path(files: "Files") -> Path:
    """Where the store of a record is, or would be."""
    if given := os.environ.get(IN_FILE, ""):
        return Path(given)
    usual = [key_folder() / f"{record}.persons" for record in record_ids(files)]
    return next((path for path in usual if path.exists()), usual[0])


def moved_to(files: "Files") -> str | None:
    """The name of the store that the keys were moved to; None: they are in the record's own tables."""
    entered = [one for one in files.entered(SEALING) if isinstance(one, KeysMoved)]
    return entered[-1].store if entered else None


def person_keys_of(files: "Files") -> PersonKeys:
    """The keys of a record, wherever they are; ``MissingKeys`` says why they are not here."""
    name = moved_to(files)
    if name is None:
        away = KEYS_AWAY in numbers_of(files.recorder)
        return MissingKeys(NOT_RESTORED) if away else PersonKeys.at(files.database)
    path = store_path(files)
    if not path.exists():
        return MissingKeys(f"there is no store of persons' keys at {path}: put it back, or name it in {IN_FILE}")
    try:
        keys = _opened(path, Wrapping(_outside(files).derive(PURPOSE)), name)
    except (KeyUnusable, NotUnwrapped, sa.exc.DBAPIError) as error:
        fault = (
            "the outside key is another one than when the keys were moved"
            if isinstance(error, NotUnwrapped)
            else str(error)
        )
        return MissingKeys(f"the store of persons' keys at {path} cannot be opened: {fault}")
    return keys


def names_of(files: "Files", keys: PersonKeys) -> NameDigests:
    """The index of names. It stays in the record, wherever the keys are."""
    apart = isinstance(keys, MissingKeys) or moved_to(files) is not None
    return NameDigests(own_engine(files.database) if apart else keys.engine, keys)


def _opened(path: Path, wrapping: Wrapping, name: str) -> PersonKeys:
    keys = PersonKeys.at(Database.at(str(path)).existing(), wrapping=wrapping)
    with keys.engine.connect() as c:
        held = {row.name: row.mark for row in c.execute(sa.select(STORE))}
    if name not in held:
        keys.close()
        raise KeyUnusable("it is the store of another record, or an older one")
    wrapping.unwrap(held[name], STORE.name)
    return keys


def move_keys(files: "Files", path: Path | None, *, actor: str) -> int:
    """Move the keys out of the record's tables into a store of their own; how many. ``NotMoved``, ``KeyUnusable``.

    It can be cut off at any time and run again. No other process may have the record's keys open: one that has stores nothing more
    once this has begun, as a trigger refuses new keys in the record's tables.
    """
    target = _target(files, path)
    own = PersonKeys.at(files.database)
    try:
        name = moved_to(files)
        if name is not None and not any(own.rows()):
            raise NotMoved(f"the keys are in a store of their own already ({store_path(files)})")
        try:
            _guard(own.engine, files.database.kind)
        except sa.exc.DBAPIError as error:
            raise NotMoved("the tables cannot be guarded: run this as the owner of the database's tables") from error
        wrapping, rows = Wrapping(_outside(files).derive(PURPOSE)), own.rows()
        made = _fill(target, wrapping, rows, name)
        if name is None:
            files.enter(SEALING, KeysMoved(at=files.recorder.clock(), store=made), actor=actor)
        own.clear()
    finally:
        own.close()
    return sum(row["crn"] != SEARCH for row in rows[0])


def _may_be_store(path: Path) -> bool:
    """Whether a file that is there may be a store: one that a move before began, or an empty one."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(SQLITE_HEAD)) in (b"", SQLITE_HEAD)


def _target(files: "Files", path: Path | None) -> Path:
    """The file of the new store. ``NotMoved`` where it would not be outside the database."""
    given = os.environ.get(IN_FILE, "")
    if path is not None and given and path.resolve() != Path(given).resolve():
        raise NotMoved(f"{IN_FILE} names another file, {given}")
    target = path or store_path(files)
    if path is None and not given:
        own_folder(IN_FILE)
    if files.database.kind == "sqlite" and target.resolve() == Path(files.database.path).resolve():
        raise NotMoved("the store must be another file than the database")
    if target.exists() and not _may_be_store(target):
        raise NotMoved(f"{target} is there already and is no store of keys: name a file that is not there yet")
    if not files.seals:
        raise NotMoved(
            "this record is not sealed: it has no keys of persons. `caseaudit migrate --seal` writes one that is"
        )
    return target


def _fill(target: Path, wrapping: Wrapping, rows: tuple[list[dict[str, Any]], ...], name: str | None) -> str:
    """Fill the store with these rows, in one transaction, and read them back; the name of the store."""
    database = Database.at(str(target))
    try:
        database.make_private()
    except OSError as error:
        raise NotMoved(f"no store can be made at {target}: {error.strerror or error}") from error
    keys = PersonKeys.at(database, create=True, wrapping=wrapping)
    try:
        _meta.create_all(keys.engine)
        with keys.engine.begin() as c:
            held = {row.name: row.mark for row in c.execute(sa.select(STORE))}
        if held:
            made = str(next(iter(held)))
            if name not in (None, made):
                raise NotMoved(f"{target} is the store of another record")
            wrapping.unwrap(held[made], STORE.name)
        else:
            made = name or secrets.token_hex(16)
            with keys.engine.begin() as c:
                c.execute(sa.insert(STORE).values(name=made, mark=wrapping.wrap(made, STORE.name)))
        _take_missing(keys, rows)
    except NotUnwrapped as error:
        raise NotMoved(f"{target} holds keys under another outside key") from error
    finally:
        keys.close()
    return made


def _take_missing(keys: PersonKeys, rows: tuple[list[dict[str, Any]], ...]) -> None:
    """Take the rows that the store has not, and check that it has every one of them then."""
    for again in (False, True):
        there = [{_identity(row): row for row in held} for held in keys.rows()]
        missing = [[row for row in of if _identity(row) not in found] for of, found in zip(rows, there, strict=True)]
        if any(
            found[_identity(row)] != row
            for of, found in zip(rows, there, strict=True)
            for row in of
            if _identity(row) in found
        ):
            raise NotMoved("the store holds other keys of some of these persons: nothing was moved")
        if any(missing):
            if again:
                raise NotMoved("the store does not give back what was put into it: nothing was moved")
            keys.take((missing[0], missing[1]))


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in row.items() if name != "key")


def _guard(engine: sa.Engine, kind: Kind) -> None:
    """From now on refuse new keys in the record's own tables: whoever has not noticed the move stores none there."""
    with engine.begin() as c:
        for table in ("person_keys", "text_keys"):
            for statement in _GUARD[kind]:
                c.exec_driver_sql(statement.format(table=table, words=MOVED))


_GUARD: Mapping[Kind, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER IF NOT EXISTS {table}_moved BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{words}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION {table}_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{words}'; END $$",
        "CREATE OR REPLACE TRIGGER {table}_moved BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_moved()",
    ),
}


def _outside(files: "Files") -> OutsideKey:
    """The outside key of the record; ``KeyUnusable``."""
    found = files.recorder.rows_of("SELECT value FROM settings WHERE name = 'record'")
    return outside_key(str(found[0][0]) if found else "")


def record_ids(files: "Files") -> list[str]:
    """The id of the record, then those that it had before it branched, the latest first."""
    before = [one.branched_from for one in files.entered(BRANCHES) if isinstance(one, RecordBranched)]
    return [name.rpartition("/")[2] for name in (LogReader(files.recorder).head().origin, *reversed(before))]

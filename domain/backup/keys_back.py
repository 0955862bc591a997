"""Putting the keys of persons back: from a file of keys to where the record looks for them. Whether files fit one another."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import Kept, Manifest, put_in_place, reading, settle, written_aside
from domain.store.application import Files
from domain.store.database import Database
from domain.store.key_store import STORE, moved_to, record_ids, store_path
from domain.store.log_reader import LogReader
from domain.store.person_keys import PERSON_KEYS, TEXT_KEYS, PersonKeys
from domain.store.record_state import KEYS_AWAY, check_openable, restoring, set_state


class WrongKeys(ValueError):
    """This file of keys does not belong to the backup, or must not be used any more; the message says why."""


def check_fits(backup: Manifest, keys: Manifest | None, today: date) -> None:
    """``NotToBeOpened`` where a newer program has made the backup; ``WrongKeys``."""
    with restoring():
        check_openable(Database("the backup"), backup.steps, backup.types)
    if keys is None:
        return
    if keys.until is not None and keys.until < today:
        raise WrongKeys(
            f"the keys were to be destroyed by {keys.until}, and that day is over: destroy the file, and give a later one"
        )
    if backup.records[0] not in keys.records:
        raise WrongKeys(f"the keys are those of the record {keys.origin}, and this record is {backup.origin}")
    if keys.entries.position < backup.entries.position:
        raise WrongKeys(
            f"the keys are of an earlier moment ({keys.made_at:%Y-%m-%d %H:%M} UTC) than the backup "
            f"({backup.made_at:%Y-%m-%d %H:%M} UTC), and lack those of people who were recorded between: "
            "give the keys made with the backup, or later ones"
        )
    if keys.key_store != backup.key_store and backup.key_store:
        raise WrongKeys("the keys are those of another store of keys than the one that the record names")


def put_back(files: Files, register: AccountRegister, keys: Kept, today: date) -> int:
    """Put the keys of persons back into a record that was restored without them; how many. ``WrongKeys``."""
    said, head = keys.manifest, LogReader(files.recorder).head()
    store, ids = moved_to(files) or "", record_ids(files)
    known_as = said.records[:1] if said.records[0] in ids else ids  # of before the record got a name of its own
    needed = Manifest(
        kind="backup", program=said.program, made_at=said.made_at, id=said.id, origin=head.origin, records=known_as,
        database="", steps=[], types=[], entries=said.entries, access=said.access, tables={}, persons=1, sealed=True,
        key_store=store,
    )  # fmt: skip
    check_fits(needed, said, today)
    if missing := _lacking(files, keys):
        raise WrongKeys(
            f"the keys are of an earlier moment than the record: those of {missing} persons with texts in it are not among them"
        )
    put_keys_back(files, register, keys, needed)
    return said.persons


def put_keys_back(
    files: Files, register: AccountRegister, keys: Kept | None, manifest: Manifest
) -> tuple[Literal["restored", "none needed", "missing", "kept"], str]:
    """Put the keys of persons where the record looks for them; what became of them, and where they are.

    A store of keys that is there already is newer, and stays as it is.
    """
    path = store_path(files) if manifest.key_store else None
    if keys is None:
        if path is not None:
            return ("kept" if path.exists() else "missing"), str(path)
        if manifest.persons:
            set_state(files.recorder, KEYS_AWAY, on=True)
            return "missing", ""
        return "none needed", ""
    with closing(reading(keys)) as c:
        c.row_factory = sqlite3.Row
        rows = tuple(
            [dict(row) for row in c.execute(f"SELECT * FROM {table}")] for table in ("person_keys", "text_keys")
        )
        months = [tuple(row) for row in c.execute("SELECT month, wrapped_by, wrapped FROM access_keys")]
        marks = [dict(row) for row in c.execute("SELECT name, mark FROM key_store")] if manifest.key_store else []
    if path is not None and path.exists():
        return "kept", str(path)
    _take_keys(files, path, (rows[0], rows[1]), marks)
    with register.log.transaction(writes=True) as cursor:
        cursor.each(
            "INSERT INTO access_keys (month, wrapped_by, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", months
        )
    set_state(files.recorder, KEYS_AWAY, on=False)
    files.__dict__.pop("keys", None)
    return "restored", "" if path is None else str(path)


def _lacking(files: Files, keys: Kept) -> int:
    """Of how many CRNs a file has no key, though names of theirs are searched for by digests, so that they had one."""
    with closing(reading(keys)) as c:
        held = {crn for (crn,) in c.execute("SELECT crn FROM person_keys")}
    named = files.recorder.rows_of("SELECT DISTINCT substr(reference, 1, 7) FROM name_digests WHERE reference <> ''")
    return len({crn for (crn,) in named} - held)


def _take_keys(
    files: Files,
    path: Path | None,
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    marks: list[dict[str, Any]],
) -> None:
    if path is None:
        with closing(PersonKeys.at(files.database)) as kept:
            with kept.engine.begin() as c:
                for table in (TEXT_KEYS, PERSON_KEYS):
                    c.execute(sa.delete(table))
            kept.take(rows)
        return
    with written_aside(path) as aside:
        with closing(PersonKeys.at(Database(str(aside)), create=True)) as kept:
            STORE.create(kept.engine, checkfirst=True)
            kept.take(rows)
            with kept.engine.begin() as c:
                c.execute(sa.insert(STORE), marks)
        settle(aside)
        put_in_place(aside, path)

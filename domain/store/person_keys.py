"""The keys of texts, in tables: a key for each CRN, by generation, and the keys of single texts from before the last one.

The tables lie in the record's own database by default. They may lie in any other (``PersonKeys(engine)``), such as a file of
their own. Keys are made before the first entry that is sealed under them is stored; of two writers, one makes the key, and the
other gets ``IntegrityError`` and decides again. On SQLite ``secure_delete`` is on: what is deleted is overwritten. On PostgreSQL
the old row stays in the table's file until it is vacuumed, and in archived write-ahead logs for as long as these are kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.entries.entry import Entry
from domain.sealing.person_key import KeyDestroyed, PersonKey, Where
from domain.sealing.sealed_fields import CONTENT, sealed_paths
from domain.sealing.sealing import opened, subject_of
from domain.sealing.wrapping import Wrapping
from domain.store.database import Database
from domain.store.engines import engine_of

_meta = sa.MetaData()

PERSON_KEYS = sa.Table(
    "person_keys", _meta,
    sa.Column("crn", sa.Text, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text),
)  # fmt: skip
"""``key``: 64 hex digits; null: destroyed. Only the last generation of a CRN has a row."""

TEXT_KEYS = sa.Table(
    "text_keys", _meta,
    sa.Column("crn", sa.Text, nullable=False, index=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text),
)  # fmt: skip
"""``kind``: ``text``, with 64 hex digits, or ``digest``: for the texts at this place of a subject what each digest would be now and
what it is, in turn, with spaces between. ``key``: null where it was redacted."""

KEYS_OF = "SELECT crn, generation, key FROM person_keys WHERE crn IN ({})"
"""The query for the keys of some CRNs, these left out."""

AT_ONCE = 500
"""CRNs whose keys are read by one query."""

SEARCH = "search"
"""In place of a CRN: the key of the record's search by names."""


class PersonKeys:
    """The keys of CRNs in one database. Safe between threads; not over a fork.

    ``wrapping``: under which the keys are wrapped there; None: they lie there as they are.
    """

    def __init__(self, engine: sa.Engine, wrapping: Wrapping | None = None):
        self.engine, self._wrapping = engine, wrapping
        self.is_marked: Callable[[str], bool] = _nobody
        """Whether a CRN that has no key is marked as erased: it gets none again."""

    @classmethod
    def at(cls, database: Database, *, create: bool = False, wrapping: Wrapping | None = None) -> "PersonKeys":
        """The keys kept in this database. ``create``: with their tables, where these are not there (a store of its own)."""
        keys = cls(own_engine(database), wrapping)
        if create or database.in_memory:
            _meta.create_all(keys.engine)
        return keys

    def close(self) -> None:
        self.engine.dispose()

    def check_there(self) -> None:
        """Raise where the keys are not here, so that nothing can be sealed. See ``domain.store.key_store``."""

    def of(self, crns: Iterable[str]) -> dict[str, PersonKey]:
        """The keys of these CRNs. One that has none yet is left out; of an erased person the key says ``is_destroyed``."""
        wanted = sorted(set(crns))
        found: dict[str, PersonKey] = {}
        with self.engine.connect() as c:
            for at in range(0, len(wanted), AT_ONCE):
                found |= self._read(c, wanted[at : at + AT_ONCE])
        return found

    def add(self, made: Mapping[str, PersonKey]) -> None:
        """Store keys of CRNs that had none. ``IntegrityError``, and none is stored, where another writer made one first."""
        rows = [self._kept(PERSON_KEYS, _row(crn, key)) for crn, key in made.items()]
        try:
            with self.engine.begin() as c:
                c.execute(sa.insert(PERSON_KEYS), rows)
        except sa.exc.IntegrityError as error:
            raise IntegrityError("another writer made a key of the same person") from error
        except sa.exc.DBAPIError as error:
            raise PersistenceError("the keys of persons cannot be stored") from error

    def get_or_make(self, crn: str) -> PersonKey:
        """The key of a CRN, made now where there is none."""
        while (found := self.of([crn]).get(crn)) is None:
            try:
                self.add({crn: PersonKey.new()})
            except IntegrityError:
                continue
        return found

    def crns(self) -> list[str]:
        """The CRNs that have a key, in order; those of erased persons are not among them."""
        query = sa.select(PERSON_KEYS.c.crn).where(PERSON_KEYS.c.key.is_not(None), PERSON_KEYS.c.crn != SEARCH)
        with self.engine.connect() as c:
            return list(c.execute(query.order_by(PERSON_KEYS.c.crn)).scalars())

    def destroy(self, crn: str) -> None:
        """Destroy every key of a CRN: its texts never open again. What is left says that it was destroyed."""
        with self.engine.begin() as c:
            last = self._read(c, [crn]).get(crn)
            c.execute(sa.delete(TEXT_KEYS).where(TEXT_KEYS.c.crn == crn))
            self._replace(c, crn, PersonKey(None, 1 if last is None else last.generation))
        truncate_log(self.engine)

    def rekey_without(self, crn: str, redacted: Where, stored: Iterable[tuple[str, Entry, Mapping[str, str]]]) -> None:
        """Give a CRN a new key, keep the keys of all its other texts one by one, and destroy the key of one text for good.

        ``stored``: every entry of every case of the CRN as stored: the reference of its case, the sealed entry, its ciphertexts
        by path. The other versions of the same text (what corrects it, what it corrects) still open. Whatever a source says next
        at this place is taken as the same, so that no import brings the text back. ``LookupError``: no such text, or no key.
        """
        with self.engine.begin() as c:
            old = self._read(c, [crn])[crn]
            new = PersonKey(PersonKey.new().current, old.generation + 1)
            kept, compared = _kept_one_by_one(old, new, redacted, stored)
            if redacted not in kept:
                raise LookupError(f"no text is sealed at {redacted}")
            c.execute(sa.delete(TEXT_KEYS).where(TEXT_KEYS.c.crn == crn))
            rows = [_text_row(crn, where, "text", None if key is None else key.hex()) for where, key in kept.items()]
            rows += [
                _text_row(crn, where, "digest", None if was is None else " ".join(sum(was.items(), ())))
                for where, was in compared.items()
            ]
            c.execute(sa.insert(TEXT_KEYS), [self._kept(TEXT_KEYS, row) for row in rows])
            self._replace(c, crn, new)
        truncate_log(self.engine)

    def rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Every row of both tables, to move the keys to another store with ``take``."""
        with self.engine.connect() as c:
            first, second = (
                [self._given(table, dict(row)) for row in c.execute(sa.select(table)).mappings()]
                for table in (PERSON_KEYS, TEXT_KEYS)
            )
        return first, second

    def take(self, rows: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
        """Store rows of another store, all or none. ``IntegrityError`` where one of its keys is here already."""
        try:
            with self.engine.begin() as c:
                for table, held in zip((PERSON_KEYS, TEXT_KEYS), rows, strict=True):
                    if held:
                        c.execute(sa.insert(table), [self._kept(table, row) for row in held])
        except sa.exc.IntegrityError as error:
            raise IntegrityError("this store holds some of these keys already") from error

    def clear(self) -> None:
        """Delete every key: they were moved to another store."""
        with self.engine.begin() as c:
            for table in (TEXT_KEYS, PERSON_KEYS):
                c.execute(sa.delete(table))
        truncate_log(self.engine)

    def _replace(self, c: sa.Connection, crn: str, key: PersonKey) -> None:
        c.execute(sa.delete(PERSON_KEYS).where(PERSON_KEYS.c.crn == crn))
        c.execute(sa.insert(PERSON_KEYS), [self._kept(PERSON_KEYS, _row(crn, key))])

    def _kept(self, table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
        """A row as it is kept here, from one as ``rows`` gives it."""
        if self._wrapping is None or row["key"] is None:
            return row
        return {**row, "key": self._wrapping.wrap(row["key"], *(row[name] for name in _places(table)))}

    def _given(self, table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
        """A row as ``rows`` gives it, from one as it is kept here. ``NotUnwrapped``."""
        if self._wrapping is None or row["key"] is None:
            return row
        return {**row, "key": self._wrapping.unwrap(row["key"], *(row[name] for name in _places(table)))}

    def _read(self, c: sa.Connection, crns: list[str]) -> dict[str, PersonKey]:
        # Imports ask this very often: a statement without parameters is made much more quickly.
        quoted = ", ".join(f"'{crn}'" for crn in crns if crn.isalnum())
        rows: Sequence[Any] = c.exec_driver_sql(KEYS_OF.format(quoted or "''")).all()
        if self._wrapping is not None:
            given = [self._given(PERSON_KEYS, dict(row._mapping)) for row in rows]
            rows = [(row["crn"], row["generation"], row["key"]) for row in given]
        single = self._single_keys(c, [crn for crn, generation, _ in rows if generation > 1])
        return {
            crn: PersonKey(_bytes(key), generation, *single.get(crn, (None, None))) for crn, generation, key in rows
        }

    def _single_keys(
        self, c: sa.Connection, crns: list[str]
    ) -> dict[str, tuple[dict[Where, bytes | None], dict[Where, dict[str, str] | None]]]:
        """The keys of single texts, and what was kept of single digests, of these CRNs."""
        found: dict[str, tuple[dict[Where, bytes | None], dict[Where, dict[str, str] | None]]] = {}
        for held in c.execute(sa.select(TEXT_KEYS).where(TEXT_KEYS.c.crn.in_(crns))).mappings() if crns else ():
            row = self._given(TEXT_KEYS, dict(held))
            kept, compared = found.setdefault(row["crn"], ({}, {}))
            where = Where(row["reference"], row["entry"], row["path"])
            if row["kind"] == "text":
                kept[where] = _bytes(row["key"])
            else:
                said = None if row["key"] is None else row["key"].split(" ")
                compared[where] = None if said is None else dict(zip(said[::2], said[1::2], strict=True))
        return found


def truncate_log(engine: sa.Engine) -> None:
    """On SQLite: write the log back to the file and empty it, so that it holds nothing that was deleted."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()


def _kept_one_by_one(
    old: PersonKey, new: PersonKey, redacted: Where, stored: Iterable[tuple[str, Entry, Mapping[str, str]]]
) -> tuple[dict[Where, bytes | None], dict[Where, dict[str, str] | None]]:
    """What is kept of an old key: the key of each text but one, and for each digest what it would be under the new key."""
    kept: dict[Where, bytes | None] = {}
    compared: dict[Where, dict[str, str] | None] = {}
    for case, fact, tail in stored:
        for path in sealed_paths(fact):
            where, subject = Where(case, fact.entry, path), subject_of(case, fact, path)
            if path == CONTENT:
                kept[where] = None if where == redacted else _own_key(old, where)
                continue
            digest = (fact.sealed or {})[path]
            try:
                text = opened(where, subject, tail[path], None, old)
            except KeyDestroyed:
                text = None  # it was redacted before
            if text is None or where == redacted:
                kept[where], compared[subject] = None, None
                continue
            kept[where] = old.of_text(where)
            before = compared.setdefault(subject, {})
            if before is not None:
                before[new.digest_now(subject, text)] = digest
    return kept, compared


def _own_key(key: PersonKey, where: Where) -> bytes | None:
    """The key of what is sealed at a place; None where it was redacted."""
    try:
        return key.of_text(where)
    except KeyDestroyed:
        return None


def _row(crn: str, key: PersonKey) -> dict[str, Any]:
    return {"crn": crn, "generation": key.generation, "key": None if key.current is None else key.current.hex()}


def _text_row(crn: str, where: Where, kind: str, key: str | None) -> dict[str, Any]:
    return {"crn": crn, "reference": where.case, "entry": where.entry, "path": where.path, "kind": kind, "key": key}


def _places(table: sa.Table) -> list[str]:
    """The columns that say what a key is of."""
    return [column.name for column in table.columns if column.name != "key"]


def _bytes(key: str | None) -> bytes | None:
    return None if key is None else bytes.fromhex(key)


def _nobody(_: str) -> bool:
    return False


def own_engine(database: Database) -> sa.Engine:
    """Connections to a database in which what is deleted is overwritten, on SQLite."""
    engine = _in_memory() if database.in_memory else engine_of(database)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _overwrites)
    return engine


def _in_memory() -> sa.Engine:
    """Keys of a record in memory, which is gone when it is closed."""
    return sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False})


def _overwrites(connection: Any, _: object) -> None:
    connection.execute("PRAGMA secure_delete = ON")

"""The event-sourced application: records entries on the files of cases and inspections, and reads the files."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, PersistenceError, ProgrammingError

from domain.aggregates.case_file import CaseFile, RecordedEntry, evolve
from domain.entries.case_entries import Entry
from domain.entries.refusals import BusyFile
from domain.entries.register_entries import RegisterEntry
from domain.store import preparation
from domain.store.database import Database, Kind, NotPrepared
from domain.store.entry_codec import EntryMapper, register_row, stored_register_entry, topic_of
from domain.store.freeze_fixing import fix_older_freezes
from domain.store.hash_chain import ChainedRecorder
from domain.store.person_index import PersonIndex
from domain.store.record_state import check_record
from domain.store.sqlite_recorder import ChainedSQLiteRecorder
from domain.store.texts import Texts
from domain.store.writing import Writing

if TYPE_CHECKING:
    from domain.store.name_digests import NameDigests
    from domain.store.person_keys import PersonKeys

StoringError = PersistenceError
"""What is raised where entries cannot be stored: a full disk, a server that is gone, a lock."""

ATTEMPTS = 8

Numbered = tuple[str, int, RegisterEntry]
"""A register entry with the reference of its file and its number there."""


class Files(Application[str]):
    """Records entries and reads files. One object a process: make it after a fork, and keep it."""

    name = "caseaudit"
    log_section_size = 1000
    env: ClassVar[dict[str, str]] = {
        "ORIGINATOR_ID_TYPE": "text",
        "MAPPER_TOPIC": f"{EntryMapper.__module__}:{EntryMapper.__qualname__}",
    }
    recorder: ChainedRecorder
    mapper: EntryMapper
    database: Database

    @cached_property
    def seals(self) -> bool:
        """Whether this record seals names, dates of birth and notes: a new one does, an older one only once migrated."""
        return preparation.seals(self.recorder)

    erased_again: Sequence[str] = ()
    """The CRNs whose keys were there again when the keys were opened, though they had been erased; see ``destroy_again``."""

    @cached_property
    def keys(self) -> "PersonKeys":
        """The keys of the texts of this record. Those of erased persons that are there again are destroyed first."""
        # SQLAlchemy is read only where a text is sealed or opened: other commands start without it.
        from domain.store.erasing import destroy_again
        from domain.store.key_store import MissingKeys, person_keys_of

        keys = person_keys_of(self)
        if not isinstance(keys, MissingKeys):
            self.erased_again = destroy_again(self, keys)
        return keys

    @cached_property
    def names(self) -> "NameDigests":
        """Finds cases by the names of their persons."""
        from domain.store.key_store import names_of

        return names_of(self, self.keys)

    @cached_property
    def texts(self) -> Texts:
        """Opens the texts of entries, for what shows them."""
        return Texts(self)

    @cached_property
    def people(self) -> PersonIndex:
        """Which files are of one person."""
        return PersonIndex(self.recorder.rows_of, preparation.position_column(self.recorder))

    @classmethod
    def open(cls, address: str, *, prepare: bool = False) -> "Files":
        """The files in the database at this address (see ``domain.store.database``).

        An SQLite file is created where there is none. A PostgreSQL database is prepared by ``caseaudit migrate``, which
        opens it with ``prepare``; ``NotPrepared`` where that has not been done.
        """
        database = Database.at(address)
        database.make_private()
        recorder = _recorder(database.kind)
        settings = {
            "APPLICATION_RECORDER_TOPIC": f"{recorder.__module__}:{recorder.__qualname__}",
            **database.settings(),
        }
        files = cls(env=settings | ({"CREATE_TABLE": "y"} if prepare else {}))
        files.database = database
        try:
            check_record(database, files.recorder)
            if prepare or (database.kind == "sqlite" and not database.read_only):
                _prepare(files)
                if prepare:
                    preparation.guard(files.recorder)
            else:
                _require(database, files.recorder)
        except BaseException:
            files.close()
            raise
        return files

    def references(
        self, begun_by: type[Entry] | type[RegisterEntry], after: str = "", limit: int | None = None
    ) -> list[str]:
        """The references of the files whose first entry is of this type, in order: up to ``limit`` after ``after``."""
        return self.recorder.files_begun_by(topic_of(begun_by), after, limit)

    def read(self, reference: str) -> CaseFile:
        """The file as stored now; an empty one where nothing is stored."""
        return self.read_many([reference])[reference]

    def read_many(self, references: Sequence[str]) -> dict[str, CaseFile]:
        """The files of these references as stored now, by one query. One of which nothing is stored is empty."""
        found = {reference: CaseFile(reference) for reference in references}
        for stored in self.recorder.select_many(references):
            recorded = self.mapper.to_domain_event(stored)
            evolve(found[recorded.originator_id], recorded)
        return found

    def close(self) -> None:
        """Close every connection."""
        for held in ("keys", "names"):
            if held in self.__dict__:
                getattr(self, held).close()
        super().close()

    def store(self, recorded: Sequence[RecordedEntry], actor: str) -> None:
        """Store what was decided, all or none. ``IntegrityError`` where a file has an entry of the same number."""
        # The library's ``save`` tests each entry for being an aggregate, which takes longer than all the rest.
        self.recorder.append([self.mapper.entry(one) for one in recorded], actor)

    def record(
        self,
        reference: str,
        facts: Iterable[Entry],
        *,
        actor: str,
        now: datetime | None = None,
        unless: Callable[[CaseFile], None] = lambda _: None,
    ) -> list[Entry]:
        """Record entries on one file, all or none. Returns those newly stored.

        An entry that the file already has, with the same content, is left out. Raises ``Refused`` for the first entry
        that the file refuses, ``BusyFile`` when others wrote to the same file at each of ``ATTEMPTS`` attempts. ``unless`` is
        called with the file as it is just before the entries follow; what it raises keeps them out.
        """
        facts = list(facts)
        for attempt in range(ATTEMPTS):
            writing = Writing(self, now or datetime.now(UTC))
            file = writing.file(reference)
            unless(file)
            fresh = [stored for fact in facts for stored in writing.take(file, fact)]
            try:
                writing.commit(actor)
            except IntegrityError:
                # Another writer came in between: read the file again and decide again.
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
            else:
                return fresh
        raise BusyFile(f"{reference}: others kept writing to this file; nothing was recorded, try again")

    def enter(self, reference: str, fact: RegisterEntry, *, actor: str) -> None:
        """Store a register entry at the end of its file, such as ``account:jo``. ``BusyFile`` as in ``record``."""
        for attempt in range(ATTEMPTS):
            number = self.recorder.last_version(reference) + 1
            try:
                self.recorder.append([register_row(reference, number, fact)], actor)
            except IntegrityError:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
            else:
                return
        raise BusyFile(f"{reference}: others kept writing to this file; nothing was recorded, try again")

    def enter_all(
        self, facts: Sequence[Numbered], *, actor: str, check: Callable[[], None] = lambda: None
    ) -> None:  # fmt: skip
        """Store register entries under these numbers, all or none. ``IntegrityError`` where a file has one of the same number.

        ``check`` is called while nobody else can store anything: what it raises keeps them out.
        """
        if not facts:
            return
        with self.recorder.datastore.transaction(commit=True) as c:
            self.recorder.append_in(c, [register_row(*one) for one in facts], actor)
            check()

    def entered(self, reference: str) -> list[RegisterEntry]:
        """The register entries of a file, in the order in which they were stored."""
        stored = self.recorder.select_many([reference])
        return [stored_register_entry(event.topic, event.state) for event in stored]

    def would_record(self, reference: str, fact: Entry, *, now: datetime) -> list[Entry]:
        """What ``record`` would store of this entry now; nothing is stored. ``Refused`` as there."""
        writing = Writing(self, now)
        return writing.decide(writing.file(reference), fact)


def _prepare(files: Files) -> None:
    """Give the database what this version needs; what an older version left open is fixed once."""
    if preparation.is_prepared(files.recorder):
        return
    preparation.prepare(files.recorder)
    fix_older_freezes(files)
    preparation.note_done(files.recorder, preparation.FREEZES_FIXED)


def _require(database: Database, recorder: ChainedRecorder) -> None:
    """Raise ``NotPrepared`` unless the database has all that this version needs."""
    try:
        recorder.head()
    except ProgrammingError as error:
        raise NotPrepared(f"{database} has no tables of caseaudit yet: run `caseaudit migrate` first") from error
    if not preparation.is_prepared(recorder):
        raise NotPrepared(f"{database} was prepared by an older caseaudit: run `caseaudit migrate` first")


def _recorder(kind: Kind) -> type[ChainedRecorder]:
    """The recorder for a kind of database; the driver of PostgreSQL is read only where it is used."""
    if kind == "sqlite":
        return ChainedSQLiteRecorder
    from domain.store.postgres_recorder import ChainedPostgresRecorder

    return ChainedPostgresRecorder

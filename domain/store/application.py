"""The files: the event-sourced application that records facts on cases and inspections, and reads them."""

import random
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, PersistenceError, ProgrammingError

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve, inspection_named
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import Entry
from domain.entries.refusals import BusyFile
from domain.store.database import Database, Kind, NotPrepared
from domain.store.hash_chain import ChainedRecorder
from domain.store.sqlite_recorder import ChainedSQLiteRecorder, EntryMapper, topic_of

StoringError = PersistenceError
"""What is raised where entries cannot be stored: a full disk, a server that is gone, a lock."""

ATTEMPTS = 8

OPEN = 100_000
"""Entries, in all open files together, that a writer holds in memory."""


class Files(Application[str]):
    """Records facts and reads files. One object a process: make it after a fork, and keep it."""

    name = "caseaudit"
    log_section_size = 1000
    env: ClassVar[dict[str, str]] = {
        "ORIGINATOR_ID_TYPE": "text",
        "MAPPER_TOPIC": f"{EntryMapper.__module__}:{EntryMapper.__qualname__}",
    }
    recorder: ChainedRecorder
    mapper: EntryMapper

    @classmethod
    def open(cls, address: str, *, prepare: bool = False) -> "Files":
        """The files in the database at this address (see ``domain.store.database``).

        An SQLite file is created where there is none. A PostgreSQL database is prepared by ``caseaudit migrate``, which
        opens it with ``prepare``; ``NotPrepared`` where that has not been done.
        """
        database = Database.at(address)
        database.make_folder()
        recorder = _recorder(database.kind)
        settings = {
            "APPLICATION_RECORDER_TOPIC": f"{recorder.__module__}:{recorder.__qualname__}",
            **database.settings(),
        }
        files = cls(env=settings | ({"CREATE_TABLE": "y"} if prepare else {}))
        if database.kind == "postgresql":
            try:
                files.recorder.head()
            except ProgrammingError as error:
                files.close()
                raise NotPrepared(
                    f"{database} has no tables of caseaudit yet: run `caseaudit migrate` first"
                ) from error
        return files

    def references(self, begun_by: type[Entry], after: str = "", limit: int | None = None) -> list[str]:
        """The references of the files whose first entry is of this type, in order: up to ``limit`` after ``after``."""
        return self.recorder.beginnings(topic_of(begun_by), after, limit)

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

    def store(self, recorded: Sequence[RecordedEntry], actor: str) -> None:
        """Store what was decided, all or none. ``IntegrityError`` where a file has an entry of the same number."""
        # The library's ``save`` tests each entry for being an aggregate, which takes longer than all the rest.
        self.recorder.append([self.mapper.entry(one) for one in recorded], actor)

    def record(self, reference: str, facts: Iterable[Entry], *, actor: str, now: datetime | None = None) -> list[Entry]:
        """Record facts on one file, all or none. Returns those newly stored.

        An entry that the file already has, with the same content, is left out. Raises ``Refused`` for the first fact
        that the file refuses, ``BusyFile`` when others wrote to the same file at each of ``ATTEMPTS`` attempts.
        """
        facts = list(facts)
        for attempt in range(ATTEMPTS):
            writing = Writing(self, now or datetime.now(UTC))
            file = writing.file(reference)
            fresh = [stored for fact in facts for stored in writing.take(file, fact)]
            try:
                writing.commit(actor)
            except IntegrityError:
                # Another writer came in between: read the file again and decide again.
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
            else:
                return fresh
        raise BusyFile(f"{reference}: others kept writing to this file; nothing was recorded, try again")

    def would_record(self, reference: str, fact: Entry, *, now: datetime) -> list[Entry]:
        """What ``record`` would store of this fact now; nothing is stored. ``Refused`` as there."""
        writing = Writing(self, now)
        return writing.decide(writing.file(reference), fact)


class Writing:
    """Decides facts on any number of files; ``commit`` stores them together in one transaction.

    Files stay open, in memory, for the facts that follow: up to about ``most`` entries in all. The least recently used
    is closed first. If another writer changes an open file, ``commit`` raises and stores nothing.
    """

    def __init__(self, files: Files, now: datetime, most: int = OPEN):
        self.files = files
        self.now = now
        self.most = most
        self.open: dict[str, CaseFile] = {}
        self.held = 0
        self.pending: list[RecordedEntry] = []
        self.stood: dict[str, int] = {}
        """How many entries each file had before what is pending."""
        self.inspections: dict[str, tuple[int, Inspection]] = {}
        """The inspections that answers named, each after so many entries."""

    def ready(self, references: Iterable[str]) -> None:
        """Open these files: one query for all that are not open yet."""
        missing = []
        for reference in references:
            file = self.open.pop(reference, None)
            if file is None:
                missing.append(reference)
            else:
                self.open[reference] = file  # now the most recently used
        if missing:
            opened = self.read(missing)
            self.held += sum(map(_size, opened.values()))
            self.open |= opened

    def read(self, references: Sequence[str]) -> dict[str, CaseFile]:
        """These files as stored now."""
        return self.files.read_many(references)

    def file(self, reference: str) -> CaseFile:
        """The file with the facts that are pending, opened if need be."""
        if reference not in self.open:
            self.ready([reference])
        return self.open[reference]

    def decide(self, file: CaseFile, fact: Entry) -> list[Entry]:
        """What of a fact is new to the file, by the file's rules and those of the inspection that it names."""
        named = inspection_named(file, fact)
        return decide(file, fact, self.now, None if named is None else self.inspection(named))

    def inspection(self, name: str) -> Inspection:
        """The inspection of this name as it will be once what was taken is committed; an empty one where there is none."""
        file = self.file(name)
        kept = self.inspections.get(name)
        if kept is None or kept[0] != file.version:
            kept = self.inspections[name] = file.version, Inspection.of(file.entries.values())
        return kept[1]

    def take(self, file: CaseFile, fact: Entry) -> list[Entry]:
        """Decide one fact on an open file. Raises ``Refused``, and then neither file nor pending facts change."""
        fresh = self.decide(file, fact)
        for accepted in fresh:
            self.stood.setdefault(file.reference, file.version)
            recorded = RecordedEntry(file.reference, file.version + 1, accepted)
            evolve(file, recorded)
            self.pending.append(recorded)
        return fresh

    def overtaken(self, reference: str) -> bool:
        """Whether another writer has changed this file since it was opened."""
        if reference not in self.open:
            return False
        stood = self.stood.get(reference, self.open[reference].version)
        return self.files.recorder.last_version(reference) != stood

    def commit(self, actor: str) -> None:
        """Store what is pending, all or none. If that fails, raise, drop what is pending and close every file."""
        pending, self.pending, self.stood = self.pending, [], {}
        try:
            if pending:
                self.store(pending, actor)
        except BaseException:
            self.close_all()
            raise
        self.kept_open(len(pending))

    def kept_open(self, more: int) -> None:
        """Count ``more`` entries in the open files; close files until at most ``most`` entries are open."""
        self.held += more
        for reference in self.closable() if self.held > self.most else ():
            self.held -= _size(self.open.pop(reference))
            if self.held <= self.most:
                break

    def closable(self) -> Iterable[str]:
        """The files that may be closed, the least recently used first."""
        return list(self.open)

    def store(self, pending: Sequence[RecordedEntry], actor: str) -> None:
        self.files.store(pending, actor)

    def close_all(self) -> None:
        """Close every file, so that each is read again when needed. Nothing may be pending."""
        self.open.clear()
        self.held = 0

    def close(self) -> None:
        """End the writing and free what it holds."""
        self.close_all()


def _recorder(kind: Kind) -> type[ChainedRecorder]:
    """The recorder for a kind of database; the driver of PostgreSQL is read only where it is used."""
    if kind == "sqlite":
        return ChainedSQLiteRecorder
    from domain.store.postgres_recorder import ChainedPostgresRecorder

    return ChainedPostgresRecorder


def _size(file: CaseFile) -> int:
    return 1 + len(file.entries)

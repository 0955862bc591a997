"""The files: one event-sourced application that records facts on cases and inspections and reads them back."""

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import IntegrityError, ProgrammingError

from domain.case import File, Recorded, decide, evolve, project
from domain.chain import Chained
from domain.database import Database, NotPrepared
from domain.errors import BusyFile
from domain.facts import Fact
from domain.store import ChainedSQLiteRecorder, FactMapper, topic_of
from domain.store_postgres import ChainedPostgresRecorder

ATTEMPTS = 8


class Files(Application[str]):
    """Records facts and reads files. One object a process: build it after a fork and keep it."""

    name = "caseaudit"
    log_section_size = 1000
    env: ClassVar[dict[str, str]] = {
        "ORIGINATOR_ID_TYPE": "text",
        "MAPPER_TOPIC": f"{FactMapper.__module__}:{FactMapper.__qualname__}",
    }
    recorder: Chained

    @classmethod
    def open(cls, address: str, *, prepare: bool = False) -> "Files":
        """The files in the database at this address (see ``domain.database``).

        An SQLite file is made when it is not there. On PostgreSQL, ``NotPrepared`` where ``caseaudit migrate`` has not
        been run, which opens it with ``prepare``.
        """
        database = Database.at(address)
        database.make_folder()
        recorder = ChainedSQLiteRecorder if database.kind == "sqlite" else ChainedPostgresRecorder
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

    def references(self, begun_by: type[Fact], after: str = "", limit: int | None = None) -> list[str]:
        """The references of the cases (begun by ``SupervisionStarted``) or inspections, in order; those after one, so many."""
        return self.recorder.beginnings(topic_of(begun_by), after, limit)

    def read(self, reference: str) -> File:
        """The file as stored now; an empty one when nothing is stored under this reference."""
        try:
            return self.repository.get(reference, projector_func=project)  # type: ignore[type-var, return-value]
        except AggregateNotFoundError:
            return File(reference)

    def record(self, reference: str, facts: Iterable[Fact], *, actor: str, now: datetime | None = None) -> list[Fact]:
        """Record facts on one file, all or none; the facts newly stored come back.

        An entry that already stands with the same content is left out. Raises ``Refused`` for the first fact that the
        file cannot take, ``BusyFile`` when others kept writing to the same file.
        """
        facts = list(facts)
        for attempt in range(ATTEMPTS):
            writing = Writing(self, now or datetime.now(UTC))
            fresh = [stored for fact in facts for stored in writing.take(reference, fact)]
            try:
                writing.commit(actor)
            except IntegrityError:
                # Someone else wrote to this file in between: read it again and decide again.
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
            else:
                return fresh
        raise BusyFile(f"{reference}: others kept writing to this file; nothing was recorded, try again")


class Writing:
    """Facts decided, on any number of files, and stored together in one transaction by ``commit``."""

    def __init__(self, files: Files, now: datetime):
        self.files = files
        self.now = now
        self.open: dict[str, File] = {}
        self.pending: list[Recorded] = []

    def file(self, reference: str) -> File:
        """The file as it will be once what was taken is committed."""
        if reference not in self.open:
            self.open[reference] = self.files.read(reference)
        return self.open[reference]

    def take(self, reference: str, fact: Fact) -> list[Fact]:
        """Decide one fact on its file; raises ``Refused`` and then leaves nothing of it behind."""
        file = self.file(reference)
        fresh = decide(file, fact, self.now)
        for accepted in fresh:
            recorded = Recorded(reference, file.version + 1, accepted)
            evolve(file, recorded)
            self.pending.append(recorded)
        return fresh

    def commit(self, actor: str) -> None:
        pending: list[Any] = self.pending
        if pending:
            self.files.save(*pending, actor=actor)
        self.pending = []

"""The files: one event-sourced application that records facts on cases and inspections and reads them back."""

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import IntegrityError

from domain.case import File, Recorded, decide, evolve, project
from domain.errors import BusyFile
from domain.facts import Fact
from domain.store import ChainedSQLiteRecorder, FactMapper

ATTEMPTS = 8


class Files(Application[str]):
    """Records facts and reads files. One object a process: build it after a fork and keep it."""

    name = "caseaudit"
    log_section_size = 1000
    env: ClassVar[dict[str, str]] = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "ORIGINATOR_ID_TYPE": "text",
        "MAPPER_TOPIC": f"{FactMapper.__module__}:{FactMapper.__qualname__}",
        "APPLICATION_RECORDER_TOPIC": f"{ChainedSQLiteRecorder.__module__}:{ChainedSQLiteRecorder.__qualname__}",
        "SQLITE_LOCK_TIMEOUT": "10",
    }
    recorder: ChainedSQLiteRecorder

    @classmethod
    def open(cls, database: str) -> "Files":
        """The files in the SQLite database at this path (made when it is not there)."""
        if not database.startswith("file:"):
            Path(database).expanduser().parent.mkdir(parents=True, exist_ok=True)
            database = str(Path(database).expanduser())
        return cls(env={"SQLITE_DBNAME": database})

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

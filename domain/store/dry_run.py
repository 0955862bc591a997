"""A dry run of recording: entries are decided as usual, and stored in a temporary database instead of the files."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from domain.aggregates.case_file import CaseFile, RecordedEntry, evolve
from domain.store.application import Files
from domain.store.pipelined_writer import PipelinedWriter
from domain.store.writing import OPEN


class DryRun(PipelinedWriter):
    """A writing that changes nothing in the files. ``close`` ends it and deletes its temporary database.

    That database is on disk, not in memory, since an import may be of any size.
    """

    def __init__(self, files: Files, now: datetime, most: int = OPEN):
        super().__init__(files, now, most)
        self.folder = tempfile.TemporaryDirectory(prefix="caseaudit-")
        self.aside = Files.open(str(Path(self.folder.name) / "dry-run.sqlite"))

    def read(self, references: Sequence[str]) -> dict[str, CaseFile]:
        """These files as stored now, with what the dry run has added."""
        found = super().read(references)
        for stored in self.aside.recorder.select_many(references):
            recorded = self.aside.mapper.to_domain_event(stored)
            file = found[recorded.originator_id]
            # A real writer may have used this number in the meantime.
            evolve(file, RecordedEntry(file.reference, max(file.version, recorded.originator_version), recorded.fact))
        return found

    def overtaken(self, reference: str) -> bool:
        """Always False: a dry run stores nothing in the files, so no other writer can be in its way."""
        return False

    def store(self, pending: Sequence[RecordedEntry], actor: str) -> None:
        """Store these aside: sealed, without their texts. No key is stored."""
        self.aside.store(pending, actor)

    def close(self) -> None:
        super().close()
        self.aside.close()
        self.folder.cleanup()

"""A rehearsal of recording: decided as ever, and what would be stored goes to a temporary database of its own."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from domain.aggregates.case_file import CaseFile, RecordedEntry, evolve
from domain.store.application import OPEN, Files
from domain.store.pipelined_writer import PipelinedWriter


class DryRun(PipelinedWriter):
    """A writing that changes nothing in the files: it ends with ``close``, and nothing is left of it.

    On disk and not in memory, as a rehearsal may be of an import of any size.
    """

    def __init__(self, files: Files, now: datetime, most: int = OPEN):
        super().__init__(files, now, most)
        self.folder = tempfile.TemporaryDirectory(prefix="caseaudit-")
        self.aside = Files.open(str(Path(self.folder.name) / "rehearsal.sqlite"))

    def read(self, references: Sequence[str]) -> dict[str, CaseFile]:
        """These files as they would stand."""
        found = super().read(references)
        for stored in self.aside.recorder.select_many(references):
            recorded = self.aside.mapper.to_domain_event(stored)
            file = found[recorded.originator_id]
            # Its place may have been taken by someone who did write.
            evolve(file, RecordedEntry(file.reference, max(file.version, recorded.originator_version), recorded.fact))
        return found

    def overtaken(self, reference: str) -> bool:
        """A rehearsal says what would be at the moment when it opened the file: nothing of it is in anybody's way."""
        return False

    def store(self, pending: Sequence[RecordedEntry], actor: str) -> None:
        self.aside.store(pending, actor)

    def close(self) -> None:
        super().close()
        self.aside.close()
        self.folder.cleanup()

"""Deciding entries on many files in memory, and storing what was decided in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve, inspection_named
from domain.aggregates.inspection import Inspection
from domain.entries.case_entries import Entry

if TYPE_CHECKING:
    from domain.store.application import Files

OPEN = 100_000
"""Entries, in all open files together, that a writer holds in memory."""


class Writing:
    """Decides entries on any number of files; ``commit`` stores them together in one transaction.

    Files stay open, in memory, for the entries that follow: up to about ``most`` entries in all. The least recently used
    is closed first. If another writer changes an open file, ``commit`` raises and stores nothing.
    """

    def __init__(self, files: "Files", now: datetime, most: int = OPEN):
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
        """The file with the entries that are pending, opened if need be."""
        if reference not in self.open:
            self.ready([reference])
        return self.open[reference]

    def decide(self, file: CaseFile, fact: Entry) -> list[Entry]:
        """What of an entry is new to the file, by the file's rules and those of the inspection that it names."""
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
        """Decide one entry on an open file. Raises ``Refused``, and then neither file nor pending entries change."""
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


def _size(file: CaseFile) -> int:
    return 1 + len(file.entries)

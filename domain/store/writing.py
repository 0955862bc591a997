"""Deciding entries on many files in memory, and storing what was decided in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve, inspection_named
from domain.aggregates.conflicts import Handled, check_allocation
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import check_fixing
from domain.entries.case_entries import Entry
from domain.entries.inspection_entries import FreezeFixed, ReadingAllocated, SampleDrawn
from domain.sealing.sealing import Sealed
from domain.store.draw_seeds import check_seed
from domain.store.sealer import Sealer

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
        self.sealer = Sealer(files.keys, files.names) if files.seals else None
        """None: the record keeps texts as they are given."""
        self.open: dict[str, CaseFile] = {}
        self.entries_open = 0
        self.pending: list[RecordedEntry] = []
        self.version_before: dict[str, int] = {}
        """File -> its number of entries before those that are pending."""
        self.inspections: dict[str, tuple[int, Inspection]] = {}
        """Name -> the number of entries of its file, and the inspection after them."""

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
            if self.sealer is not None:
                self.sealer.ready(missing)
            opened = self.read(missing)
            self.entries_open += sum(map(_size, opened.values()))
            self.open |= opened

    def read(self, references: Sequence[str]) -> dict[str, CaseFile]:
        """These files as stored now."""
        return self.files.read_many(references)

    def file(self, reference: str) -> CaseFile:
        """The file with the entries that are pending. Opens it if it is not open."""
        if reference not in self.open:
            self.ready([reference])
        return self.open[reference]

    def sealed(self, file: CaseFile, fact: Entry) -> Sealed | None:
        """The entry as the file would hold it, and its texts. None: nothing of it is sealed. ``PersonErased``."""
        return None if self.sealer is None else self.sealer.sealed(file, fact)

    def decide(self, file: CaseFile, fact: Entry, held: Entry | None = None) -> list[Entry]:
        """What to store for an entry, by the rules of its file and of the inspection that it names. ``Refused``.

        ``held``: the entry as the file would hold it, where that is known already.
        """
        if held is None:
            found = self.sealed(file, fact)
            held = fact if found is None else found.fact
        named = inspection_named(file, fact)
        if fact.entry not in file.entries:
            self._check_by_other_files(file, fact)
        return decide(file, held, self.now, None if named is None else self.inspection(named), fact)

    def _check_by_other_files(self, file: CaseFile, fact: Entry) -> None:
        """``Refused`` where a new entry of an inspection does not agree with the log, or with the files of its cases."""
        match fact:
            case FreezeFixed():
                lengths = {leaf.case: self.file(leaf.case).version for leaf in fact.files}
                check_fixing(self.inspection(file.reference), fact, lengths)
            case ReadingAllocated():
                handled = Handled.of(self.file(fact.case).entries.values())
                check_allocation(self.inspection(file.reference), fact, handled)
            case SampleDrawn() if fact.seed_from is not None:
                frame = self.inspection(file.reference).frame
                if frame is not None:
                    check_seed(self.files, file, frame, fact.seed_from)
            case _:
                pass

    def inspection(self, name: str) -> Inspection:
        """The inspection of this name with what is pending; an empty one where there is none."""
        file = self.file(name)
        kept = self.inspections.get(name)
        if kept is None or kept[0] != file.version:
            kept = self.inspections[name] = file.version, Inspection.of(file.entries.values())
        return kept[1]

    def take(self, file: CaseFile, fact: Entry) -> list[Entry]:
        """Decide one entry on an open file. Raises ``Refused``, and then neither file nor pending entries change."""
        held, texts = self.sealed(file, fact) or (fact, None)
        fresh = self.decide(file, fact, held)
        for accepted in fresh:
            self.version_before.setdefault(file.reference, file.version)
            recorded = RecordedEntry(file.reference, file.version + 1, accepted, texts)
            evolve(file, recorded)
            self.pending.append(recorded)
        return fresh

    def overtaken(self, reference: str) -> bool:
        """Whether another writer has changed this file since it was opened."""
        if reference not in self.open:
            return False
        before = self.version_before.get(reference, self.open[reference].version)
        return self.files.recorder.last_version(reference) != before

    def commit(self, actor: str) -> None:
        """Store what is pending, all or none. If that fails, raise, drop what is pending and close every file."""
        pending, self.pending, self.version_before = self.pending, [], {}
        try:
            if pending:
                self.store(pending, actor)
        except BaseException:
            self.close_all()
            raise
        self.kept_open(len(pending))

    def kept_open(self, more: int) -> None:
        """Count ``more`` entries in the open files; close files until at most ``most`` entries are open."""
        self.entries_open += more
        for reference in self.closable() if self.entries_open > self.most else ():
            self.entries_open -= _size(self.open.pop(reference))
            if self.entries_open <= self.most:
                break

    def closable(self) -> Iterable[str]:
        """The files that may be closed, the least recently used first."""
        return list(self.open)

    def store(self, pending: Sequence[RecordedEntry], actor: str) -> None:
        """Store these, with their texts sealed; first the keys that were made for them."""
        if self.sealer is None:
            self.files.store(pending, actor)
        else:
            self.sealer.store_keys(pending)
            self.sealer.index_names(pending)
            self.files.store(self.sealer.enciphered(pending), actor)

    def close_all(self) -> None:
        """Close every file, so that each is read again when needed. Nothing may be pending."""
        self.open.clear()
        self.entries_open = 0
        if self.sealer is not None:
            self.sealer.forget()

    def close(self) -> None:
        """End the writing and free what it holds."""
        self.close_all()


class FileMoved(RuntimeError):
    """A file holds other entries than those on which something was decided."""


def record_at(files: "Files", reference: str, fact: Entry, version: int, *, actor: str, now: datetime) -> None:
    """Record one entry on a file that holds exactly so many entries. ``FileMoved`` where it holds others; ``Refused``."""
    writing = Writing(files, now)
    file = writing.file(reference)
    if file.version != version:
        raise FileMoved(reference)
    writing.take(file, fact)
    try:
        writing.commit(actor)
    except IntegrityError as error:
        raise FileMoved(reference) from error


def _size(file: CaseFile) -> int:
    return 1 + len(file.entries)

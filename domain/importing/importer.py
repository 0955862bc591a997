"""Importing lines: every valid line is stored, every other is reported with file, line, field and reason.

Lines are stored some thousands at a time, each batch in one transaction. An import that is killed leaves whole batches.
Running it again completes it, since entries that are on a file already are left alone. Memory does not grow with the
number of lines.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from eventsourcing.persistence import IntegrityError

from domain.aggregates.case_file import BEGINNINGS, CaseFile, recording_default
from domain.aggregates.source_entries import change_of, said
from domain.entries.case_entries import Entry
from domain.entries.refusals import BusyFile, NoSuchCase, NoSuchEntry, Refused
from domain.importing.freezes_of_run import FreezesOfRun
from domain.importing.ndjson_reader import Line, Rejected
from domain.importing.source_areas import LineCheck
from domain.store.application import Files
from domain.store.dry_run import DryRun
from domain.store.pipelined_writer import PipelinedWriter
from domain.store.writing import FileMoved

TOGETHER = 500
"""Lines that are read together. One query opens the files of all of them."""

BATCH = 5000
"""Decided lines that are stored together, in one transaction."""

BEGINNING = ""
"""In place of an id: the line waits for the first entry of its file. No entry has an empty id."""

LATER = None
"""In place of an id: a correction or withdrawal further on may set the line right. It waits until all have been read."""


@dataclass
class ImportReport:
    """What an import did: the number of entries newly stored and of those already there, and the lines rejected.

    ``corrected``, ``withdrawn``, ``restored``: how many of those stored say that a source has changed an entry, taken it
    back, or gives it again. ``unopened``: file -> the line on which its first entry was rejected. ``fixed``: the inspections
    whose freeze now rests on the files as this import left them. ``numbers_already``: the numbers of the lines whose entries were
    there already; they are noted only in a list that is given.
    """

    stored: int = 0
    already: int = 0
    corrected: int = 0
    withdrawn: int = 0
    restored: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    unopened: dict[str, str] = field(default_factory=dict)
    fixed: list[str] = field(default_factory=list)
    numbers_already: list[int] | None = None

    def note_already(self, line: Line) -> None:
        """Note a line whose entry was there already."""
        self.already += 1
        if self.numbers_already is not None:
            self.numbers_already.append(line.number)

    def count(self, stored: Counter[str]) -> None:
        """Add entries that were stored, by what they change (see ``change_of``)."""
        self.stored += stored.total()
        self.corrected += stored["corrected"]
        self.withdrawn += stored["withdrawn"]
        self.restored += stored["restored"]


def import_lines(
    files: Files, lines: Iterable[Line], report: ImportReport, *, now: datetime, actor: str, keep: bool,
    check: LineCheck | None = None, version: int | None = None,
) -> None:  # fmt: skip
    """Record lines on their files, and fix the freezes that they bring files for.

    With ``keep`` false nothing is stored; the report says what would be. ``check``: what the source of the lines may import
    (None: everything); other lines are rejected. A line may come before the entry that it refers to. It waits for that
    entry, or until all lines have been read.

    ``version``: of lines of one file, how many entries it must hold. ``FileMoved`` where it holds others; then nothing is stored.
    """
    freezes = FreezesOfRun(files)
    take_lines(
        files, freezes.noting(lines), report, now=now, actor=actor, keep=keep, check=check, version=version
    )  # fmt: skip
    if keep:
        report.fixed += freezes.fix(now=now, actor=actor)


def take_lines(
    files: Files, lines: Iterable[Line], report: ImportReport, *, now: datetime, actor: str, keep: bool,
    check: LineCheck | None = None, version: int | None = None,
) -> None:  # fmt: skip
    """Record lines on their files: all of an import, or a part of one."""
    with closing((PipelinedWriter if keep else DryRun)(files, now)) as writing:
        batch = _Batch(writing, actor, report, check, version)
        for some in _together(lines):
            batch.take_all(some)
        batch.finish()


def _together(lines: Iterable[Line]) -> Iterator[list[Line]]:
    lines = iter(lines)
    while some := list(islice(lines, TOGETHER)):
        yield some


@dataclass
class _Decided:
    """Lines decided, and the number of entries to store for them, by what they change in what a source gave before."""

    lines: list[Line] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)


class _Batch:
    """The lines decided and not yet stored, and the lines that wait for another."""

    def __init__(
        self, writing: PipelinedWriter, actor: str, report: ImportReport, check: LineCheck | None, version: int | None
    ):
        self.writing, self.actor, self.report, self.check = writing, actor, report, check
        self.version = version
        """How many entries the file must hold before the first of these; None once they are being stored, or for any number."""
        self.held_to: int | None = None
        """The same while the first of them are being stored."""
        self.begun, self.decided = _Decided(), _Decided()
        """The lines that are being stored, and those decided since."""
        self.waiting: dict[str, defaultdict[str | None, list[tuple[Line, Refused]]]] = {}
        """File -> the entry missing there -> the lines that wait for it, each with its refusal."""

    def take_all(self, lines: list[Line]) -> None:
        """Decide these lines in turn. Lines that waited for one of them are decided right after it."""
        self.writing.ready(dict.fromkeys(line.reference for line in lines))
        for line in lines:
            fact = self._take(line)
            if fact is not None and line.reference in self.waiting:
                self._release(line.reference, fact)
        if len(self.decided.lines) >= BATCH or self.writing.entries_open > self.writing.most:
            self.store()

    def finish(self) -> None:
        """Store the rest. Lines that still wait are decided again on the files as stored now, or rejected.

        They are decided again as long as that lets some of them in: one may wait for another of them.
        """
        self.store_all()
        before = None
        while (left := self._held()) and (before is None or len(left) < before):
            before, self.waiting = len(left), {}
            for some in _together(line for line, _ in left):
                self.take_all(some)
            self.store_all()
        for line, error in left:
            self._reject(line, error.field, self._reason(line, error))

    def _held(self) -> list[tuple[Line, Refused]]:
        """The lines that wait, each with its refusal."""
        return [one for needs in self.waiting.values() for held in needs.values() for one in held]

    def _take(self, line: Line) -> Entry | None:
        """The entry newly accepted for a line; None if it is on the file already, is rejected or must wait."""
        writing, fresh = self.writing, list[Entry]()
        try:
            file = writing.file(line.reference)
            if self.check is not None:
                self.check.check(file, line.fact)
            if self.version not in (None, writing.version_before.get(line.reference, file.version)):
                raise FileMoved(line.reference)
            for fact in self._as_recorded(line, file):
                fresh += writing.take(file, fact)
        except Refused as error:
            self._note(line, fresh)
            return self._refused(line, error)
        self._note(line, fresh)
        if not fresh:
            self.report.note_already(line)
        return fresh[0] if fresh else None

    def _note(self, line: Line, fresh: list[Entry]) -> None:
        """Note what is to be stored for a line."""
        if fresh:
            self.decided.lines.append(line)
            self.decided.changes += _changes(line, fresh)

    def _refused(self, line: Line, error: Refused) -> Entry | None:
        """Hold a line that something further on may set right; else reject it, unless another writer has come between."""
        if isinstance(error, NoSuchCase | NoSuchEntry):
            self._hold(line, error, error.entry if isinstance(error, NoSuchEntry) else BEGINNING)
        elif error.later_may_mend:
            self._hold(line, error, LATER)
        elif self._moved(line.reference):
            return self._take(line)
        else:
            self._reject(line, error.field, error.reason)
        return None

    def _hold(self, line: Line, error: Refused, needed: str | None) -> None:
        self.waiting.setdefault(line.reference, defaultdict(list))[needed].append((line, error))

    def _moved(self, reference: str) -> bool:
        """Whether another writer has changed this file since it was opened. If so, it is closed, to be read again."""
        if not self.settle():
            return True
        if not self.writing.overtaken(reference):
            return False
        self.store_all()
        return True

    def _release(self, reference: str, fact: Entry) -> None:
        """Decide the lines that waited for this entry of the file, and then the lines that waited for those."""
        arrived = deque([fact])
        while arrived and (needs := self.waiting.get(reference)):
            fact = arrived.popleft()
            held = needs.pop(fact.entry, []) + (needs.pop(BEGINNING, []) if isinstance(fact, BEGINNINGS) else [])
            arrived += [taken for line, _ in held if (taken := self._take(line)) is not None]
        if not self.waiting.get(reference):
            self.waiting.pop(reference, None)

    def _reject(self, line: Line, field: str, reason: str) -> None:
        self.report.rejected.append(line.rejected(field, reason))
        if isinstance(line.fact, BEGINNINGS):
            self.report.unopened.setdefault(line.reference, f"{line.file}:{line.number}")

    def _reason(self, line: Line, error: Refused) -> str:
        """Why a line was rejected; where its file has no first entry, also on which line that was rejected."""
        opening = self.report.unopened.get(line.reference) if isinstance(error, NoSuchCase) else None
        return error.reason if opening is None else f"{error.reason}, which was rejected ({opening})"

    def _as_recorded(self, line: Line, file: CaseFile) -> list[Entry]:
        """What to record for the line: its entry or, where its source has changed it or taken it back, what says so.

        A line without ``recorded_at`` whose entry is on the file takes the ``recorded_at`` of that entry.
        """
        if line.said_at is not None:
            sealed = self.writing.sealed(file, line.fact)
            return said(file, line.fact, line.said_at, None if sealed is None else sealed.fact)
        return [line.fact if line.recorded_at_given else recording_default(file, line.fact)]

    def store(self) -> None:
        """Begin to store the lines decided. The next lines can be decided meanwhile."""
        if self.settle():
            if self.decided.lines:
                self.version, self.held_to = None, self.version
            self.writing.commit(self.actor)
            self.begun, self.decided = self.decided, _Decided()

    def store_all(self) -> None:
        """Store the lines decided, wait until that is done, and close every file."""
        self.store()
        self.settle()
        self.writing.close_all()

    def settle(self) -> bool:
        """Wait until the lines being stored are stored. False if another writer was at work on the same files.

        These lines and those decided since have then been decided again, on the files as stored now, and stored.
        """
        try:
            self.writing.settle()
        except IntegrityError:
            if self.held_to is not None:
                raise FileMoved(self.begun.lines[0].reference) from None
            again = self.begun.lines + self.decided.lines
            self.begun, self.decided = _Decided(), _Decided()
            for line in again:
                self._store_again(line)
            return False
        self.report.count(self.begun.changes)
        if self.begun.lines:
            self.held_to = None
        self.begun = _Decided()
        return True

    def _store_again(self, line: Line) -> None:
        files, now = self.writing.files, self.writing.now
        try:
            facts = self._as_recorded(line, files.read(line.reference))
            stored = files.record(line.reference, facts, actor=self.actor, now=now)
        except Refused as error:
            self._reject(line, error.field, error.reason)
        except BusyFile as error:
            self._reject(line, "case", str(error))
        else:
            self.report.count(_changes(line, stored))
            if not stored:
                self.report.note_already(line)


def _changes(line: Line, stored: list[Entry]) -> Counter[str]:
    """The number of these entries by what they change; those of a line that is of no extract change nothing."""
    return Counter("" if line.said_at is None else change_of(fact) for fact in stored)

"""Import of interchange files: every good line is kept, every bad one is named by file, line, field and reason.

Lines are stored a thousand at a time, each batch in one transaction. A killed import leaves whole batches, and the same
command completes it: an entry that already stands is left alone.
"""

import codecs
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from eventsourcing.persistence import IntegrityError

from domain.case import CASE_OR_INSPECTION, File, recording_default
from domain.errors import BusyFile, NoSuchCase, NoSuchEntry, Refused
from domain.facts import EntryCorrected, Fact, InspectionOpened, SupervisionStarted
from domain.files import Files, Writing
from domain.schemas import ShapeError, fact_type_of, load_fact
from domain.sources import restate

BATCH = 1000
BOM = codecs.BOM_UTF8


class Rejected(NamedTuple):
    """A line that was not taken."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


class Line(NamedTuple):
    """A line that has the shape of a fact, and the file it is for.

    ``said_at``: when a source said so that gives all it holds again and again. An entry of it that has changed since is
    corrected; on any other line it is refused.
    """

    file: str
    number: int
    reference: str
    fact: Fact
    recorded_at_given: bool
    said_at: datetime | None = None

    def rejected(self, field: str, reason: str) -> Rejected:
        """This line as one that was not taken. A row may give several entries: then the field says of which type."""
        within = "" if self.said_at is None else f"{type(self.fact).__name__}."
        return Rejected(self.file, self.number, within + field, reason)


@dataclass
class Report:
    """What an import did: entries newly stored, entries that already stood, lines rejected.

    ``corrected``: how many of those stored correct an entry that its source has changed. ``unopened``: the files whose
    opening entry was rejected, and on which line.
    """

    stored: int = 0
    already: int = 0
    corrected: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    unopened: dict[str, str] = field(default_factory=dict)


def read_lines(
    path: Path, now: datetime, report: Report, progress: Callable[[int], None], *, name: str = ""
) -> Iterator[Line]:
    """The lines of one NDJSON file that have the shape of a fact; the others go to the report.

    ``progress`` is told the number of bytes read. ``now`` stands in for a ``recorded_at`` that is not given. ``name``
    is what the report calls the file (default: its own name).
    """
    name = name or path.name
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            progress(len(raw))
            if not raw.strip():
                continue
            try:
                yield _line(name, number, raw, now)
            except ShapeError as error:
                report.rejected += [Rejected(name, number, field, reason) for field, reason in error.problems]


def import_lines(files: Files, lines: Iterable[Line], report: Report, *, now: datetime, actor: str, keep: bool) -> None:
    """Record lines on their files. With ``keep`` false nothing is stored: the report says what would be.

    A line may come before what it refers to: it waits until the rest has been read.
    """
    batch = _Batch(files, now, actor, keep, report)
    waiting: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if batch.take(line) is not None:
            waiting[line.reference].append(line)
    for held in waiting.values():
        _retry(batch, held)
    batch.store()


def _retry(batch: "_Batch", held: list[Line]) -> None:
    """Try lines that waited again and again, until a round takes none; then they are rejected."""
    while held:
        left = [(line, error) for line in held if (error := batch.take(line)) is not None]
        if len(left) == len(held):
            batch.report.rejected += [line.rejected(e.field, _reason(batch.report, line, e)) for line, e in left]
            return
        held = [line for line, _ in left]


def _reason(report: Report, line: Line, error: Refused) -> str:
    """Why a line could not be taken, and on which line the entry was rejected that would have opened its file."""
    opening = report.unopened.get(line.reference) if isinstance(error, NoSuchCase) else None
    return error.reason if opening is None else f"{error.reason}, which was rejected ({opening})"


class _Batch:
    """Lines decided and not yet stored."""

    def __init__(self, files: Files, now: datetime, actor: str, keep: bool, report: Report):
        self.files, self.now, self.actor, self.keep, self.report = files, now, actor, keep, report
        self.writing = Writing(files, now)
        self.lines: list[Line] = []
        self.corrections = 0

    def take(self, line: Line) -> Refused | None:
        """Decide one line; what it waits for, if it must wait for another."""
        try:
            fact = self._as_recorded(line, self.writing.file(line.reference))
            fresh = self.writing.take(line.reference, fact)
        except (NoSuchCase, NoSuchEntry) as error:
            return error
        except Refused as error:
            self._reject(line, error.field, error.reason)
            return None
        if not fresh:
            self.report.already += 1
            return None
        self.lines.append(line)
        self.corrections += _corrects(line, fact)
        self.report.stored += 1
        if len(self.lines) >= BATCH:
            self.store()
        return None

    def _reject(self, line: Line, field: str, reason: str) -> None:
        self.report.rejected.append(line.rejected(field, reason))
        if isinstance(line.fact, SupervisionStarted | InspectionOpened):
            self.report.unopened.setdefault(line.reference, f"{line.file}:{line.number}")

    @staticmethod
    def _as_recorded(line: Line, file: File) -> Fact:
        """What to record for the line: its fact, or the correction of an entry that its source has changed.

        Where the line does not say when it was recorded and its entry already stands, it was recorded when that was.
        """
        if line.said_at is not None:
            return restate(file, line.fact, line.said_at)
        return line.fact if line.recorded_at_given else recording_default(file, line.fact)

    def store(self) -> None:
        self.report.corrected += self.corrections
        if self.keep:
            try:
                self.writing.commit(self.actor)
            except IntegrityError:
                self._store_again()
        if self.keep:
            self.writing = Writing(self.files, self.now)
        self.lines, self.corrections = [], 0

    def _store_again(self) -> None:
        """Another writer was on the same files: decide the batch's lines again, file by file, as they now stand."""
        self.report.stored -= len(self.lines)
        self.report.corrected -= self.corrections
        for line in self.lines:
            try:
                fact = self._as_recorded(line, self.files.read(line.reference))
                stored = self.files.record(line.reference, [fact], actor=self.actor, now=self.now)
            except Refused as error:
                self._reject(line, error.field, error.reason)
            except BusyFile as error:
                self._reject(line, "case", str(error))
            else:
                self.report.stored += len(stored)
                self.report.corrected += bool(stored) and _corrects(line, fact)
                self.report.already += not stored


def _corrects(line: Line, fact: Fact) -> bool:
    """Whether what is recorded for a line corrects what its source said before."""
    return line.said_at is not None and isinstance(fact, EntryCorrected)


def _line(file: str, number: int, raw: bytes, now: datetime) -> Line:
    try:
        values: Any = msgspec.json.decode(raw.removeprefix(BOM))
    except UnicodeDecodeError:
        raise ShapeError([("line", "not text in UTF-8")]) from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ShapeError([("line", f"not a JSON object: {error}")]) from None
    if not isinstance(values, dict):
        raise ShapeError([("line", "not a JSON object; every line is one entry in braces")])
    reference, fact, given = read_entry(values, now)
    return Line(file, number, reference, fact, given)


def read_entry(values: dict[str, Any], now: datetime) -> tuple[str, Fact, bool]:
    """An interchange object as (file it is for, fact, whether it said when it was recorded); ``ShapeError`` otherwise."""
    fields = dict(values)
    fact_type = fact_type_of(fields.pop("type", None))
    kept_on = fact_type.kept_on
    reference = fields.pop(kept_on, None)
    problems = []
    if not isinstance(reference, str) or CASE_OR_INSPECTION[kept_on].fullmatch(reference) is None:
        wanted = "X123456/1" if kept_on == "case" else "gloucestershire-2005"
        problems.append((kept_on, f"{'missing' if reference is None else repr(reference)}; write it like {wanted}"))
    given = "recorded_at" in fields
    fields.setdefault("recorded_at", now.isoformat())
    try:
        fact = load_fact(fact_type.__name__, fields)
    except ShapeError as error:
        raise ShapeError(problems + error.problems) from None
    if problems:
        raise ShapeError(problems)
    return str(reference), fact, given

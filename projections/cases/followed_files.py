"""The case files and inspections of one store, read when they are asked for and kept up with it.

Every call first catches up with the store (one short query when nothing is new), so an entry from a form is on the next
page. Where another record has taken the place of the one that was read (a backup was restored), nothing cached is used
again. A fixed number of files, and of what is derived from them, is cached.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from domain.aggregates.case_file import CaseFile, RecordedEntry, evolve
from domain.aggregates.crn_links import first_crn, links_to
from domain.aggregates.inspection import Inspection
from domain.aggregates.other_file_ids import crn_of
from domain.aggregates.person_files import PersonFiles
from domain.entries.case_entries import (
    Entry,
    EntryCorrected,
    EntryWithdrawn,
    QualityJudged,
    SupervisionStarted,
    is_for_inspection,
)
from domain.entries.inspection_entries import InspectionOpened
from domain.entries.register_entries import is_register
from domain.store.application import Files
from domain.store.entry_codec import UnreadableEntry, stored_entry
from domain.store.hash_chain import ORIGIN, TABLE
from domain.store.log_reader import LogReader
from domain.store.stored_entries import Stored, stored_entries

BATCH = 1000
FILES_CACHED = 1000
RESULTS_CACHED = 4000
"""Entries followed in one batch; files cached; results derived from them cached."""

T = TypeVar("T")


def _is_of_reading(fact: Entry) -> bool:
    """Whether an entry may tell a blind reader that another reader has answered."""
    of_reading = isinstance(fact, QualityJudged | EntryCorrected | EntryWithdrawn)
    return of_reading or fact.kept_on == "inspection" or is_for_inspection(fact)


class DamagedInspection(NamedTuple):
    """An inspection of which an entry cannot be read. ``opened``: its first entry; None where it is that one."""

    name: str
    opened: InspectionOpened | None
    entry: UnreadableEntry
    position: int

    @property
    def words(self) -> str:
        """Which entry it is: for those who run the inspection, and for operators."""
        return (
            f"{self.name}: entry {self.entry.number} of its file, at position {self.position} of the table {TABLE}, cannot be "
            "read: it is not what was stored. The inspection has no figures and no pages until it is mended: restore a backup in "
            "which caseaudit verify finds nothing"
        )


class FollowedFiles:
    """The case files and inspections of one store, read on demand and cached. Safe to share between threads."""

    def __init__(self, files: Files):
        self.files = files
        self.position = 0
        self.hash = ORIGIN.hex()
        self._restored = 0
        self._files: OrderedDict[str, CaseFile] = OrderedDict()
        self._people: dict[str, Sequence[str]] = {}
        self._inspections: dict[str, Inspection] | None = None
        self._damaged: dict[str, DamagedInspection] = {}
        self._latest: datetime | None = None
        self._kept: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._lock = threading.RLock()

    def catch_up(self) -> int:
        """Take in what was stored since the last call; return the position reached. ``hash``: the chain's hash there."""
        with self._lock:
            standing = self.files.recorder.standing(self.position)
            if standing.there != self.hash:  # another record, or a shorter one
                self._restored += 1
                self._kept.clear()
                self._forget()
            elif standing.head - self.position > BATCH:  # reading the files again is less work than following so many
                self._forget()
            elif standing.head > self.position:
                self._follow(standing.head)
            # The hash is never newer than what was read: where the record is replaced meanwhile, the next call notices.
            self.position, self.hash = standing.head, standing.hash
            return self.position

    def _forget(self) -> None:
        self._files.clear()
        self._people.clear()
        self._inspections, self._latest = None, None
        self._damaged = {}

    def _follow(self, head: int) -> None:
        for recorded in self._recorded(self.position, head):
            reference, version, fact = recorded.originator_id, recorded.originator_version, recorded.fact
            if self._latest is not None and not _is_of_reading(fact):
                self._latest = max(self._latest, fact.recorded_at)
            file = self._files.get(reference)
            if file is not None and version == file.version + 1:
                evolve(file, recorded)
            elif file is not None and version > file.version:
                del self._files[reference]
            if version == 1 or links_to(fact) is not None:
                self._people.clear()
            if fact.kept_on == "inspection" and self._inspections is not None:
                self._take_inspection(reference, self._inspections)

    def _recorded(self, after: int, until: int) -> Iterator[RecordedEntry]:
        """The entries of cases and inspections after a position and up to another, ``BATCH`` at most.

        One that cannot be read is left out, and its file is read anew when it is asked for.
        """
        for one in self.files.recorder.select_notifications(after, BATCH, until, inclusive_of_start=False):
            if is_register(reference := str(one.originator_id)):
                continue
            try:
                yield self.files.mapper.to_domain_event(one)
            except UnreadableEntry:
                self._files.pop(reference, None)
                if self._inspections is not None and reference in self._inspections:
                    self._take_inspection(reference, self._inspections)

    @property
    def last_recorded_at(self) -> datetime | None:
        """The latest ``recorded_at`` of the entries stored last (one batch); None: nothing is stored.

        What is recorded of readings for inspections does not count: blind readers would see that there is something.
        """
        self.catch_up()
        with self._lock:
            end = self.position
            while self._latest is None and end > 0:
                facts = (recorded.fact for recorded in self._recorded(end - BATCH, end))
                self._latest = max((fact.recorded_at for fact in facts if not _is_of_reading(fact)), default=None)
                end -= BATCH
            return self._latest

    @property
    def cases(self) -> list[str]:
        """The references of all cases, in order."""
        return self.files.references(SupervisionStarted)

    @property
    def inspections(self) -> dict[str, InspectionOpened]:
        """The opening entry of each inspection by its id, the latest sample date first."""
        opened = {name: found.opened for name, found in self._every_inspection().items() if found.opened is not None}
        return dict(sorted(opened.items(), key=lambda item: (item[1].occurred_on, item[0]), reverse=True))

    def inspection(self, name: str) -> Inspection:
        """The inspection as it is now. Do not change it. ``KeyError``: there is no inspection with this id."""
        return self._every_inspection()[name]

    def _every_inspection(self) -> dict[str, Inspection]:
        with self._lock:
            self.catch_up()
            if self._inspections is None:
                self._inspections = {}
                for name in self.files.references(InspectionOpened):
                    self._take_inspection(name, self._inspections)
            return self._inspections

    def _take_inspection(self, name: str, into: dict[str, Inspection]) -> None:
        """Read an inspection; one of which an entry cannot be read stands among the damaged ones, and nowhere else."""
        into.pop(name, None)
        self._damaged.pop(name, None)
        try:
            into[name] = Inspection.of(self._file(name).entries.values())
        except UnreadableEntry as error:
            self._damaged[name] = self._damaged_one(name, error)

    def _damaged_one(self, name: str, error: UnreadableEntry) -> DamagedInspection:
        rows = LogReader(self.files.recorder).rows_of(name)
        position = next((row.position for row in rows if row.event.originator_version == error.number), 0)
        try:
            first = stored_entry(rows[0].event.topic, rows[0].event.state)
        except UnreadableEntry:
            first = None
        return DamagedInspection(name, first if isinstance(first, InspectionOpened) else None, error, position)

    @property
    def damaged_inspections(self) -> dict[str, DamagedInspection]:
        """The inspections of which an entry cannot be read, by id. They have no figures, and no page but one that says so."""
        with self._lock:
            self._every_inspection()
            return dict(self._damaged)

    def file(self, reference: str) -> CaseFile:
        """The file as stored; an empty file where there is none."""
        with self._lock:
            self.catch_up()
            return self._file(reference)

    def _file(self, reference: str) -> CaseFile:
        if reference not in self._files:
            file = self.files.read(reference)
            if file.first_entry is None:
                return file
            self._files[reference] = file
            while len(self._files) > FILES_CACHED:
                self._files.popitem(last=False)
        self._files.move_to_end(reference)
        return self._files[reference]

    def person(self, reference: str) -> PersonFiles:
        """The file as stored, with the other files of its person."""
        with self._lock:
            own = self.file(reference)
            if own.first_entry is None:
                return PersonFiles(own)
            if reference not in self._people:
                self._people[reference] = self.files.people.files_of([reference])[reference]
            others = (self._file(other) for other in self._people[reference] if other != reference)
            return PersonFiles(own, [file for file in others if file.version])

    def people(self, references: Iterable[str], known_at: datetime | None) -> Mapping[str, str]:
        """For each case the person it is of, as known at an instant: by the first of the person's CRNs."""
        found = {reference: crn_of(reference) for reference in references}
        for reference, files in self.files.people.files_of(found).items():
            if len({crn_of(file) for file in files}) > 1:
                entries = {file: list(self.file(file).entries.values()) for file in files}
                found[reference] = first_crn(entries, crn_of(reference), known_at)
        return found

    def stored(self, reference: str) -> Mapping[str, Stored]:
        """How each entry of a file was stored, by its id."""
        with self._lock:
            file = self.file(reference)
            return self._keep(
                ("stored", self._restored, reference, file.version), lambda: stored_entries(self.files, file)
            )

    def _keep(self, key: tuple[object, ...], derive: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        value = derive()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > RESULTS_CACHED:
                self._kept.popitem(last=False)
        return value

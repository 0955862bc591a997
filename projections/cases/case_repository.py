"""The case repository: case files read from the store on demand, and a cache of what is derived from them.

A case is derived from its file and from what of its person's other files reaches it (``domain.aggregates.person_files``).

Every call first catches up with the store (one short query when nothing is new), so an entry from a form is on the next
page. Where another record has taken the place of the one that was read (a backup was restored), nothing cached is used
again. A fixed number of files, histories and obligations is cached. The key of a history or its obligations is the number
of entries known, so they are derived once for all days.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from domain.aggregates.case_file import CaseFile, RecordedEntry, evolve
from domain.aggregates.inspection import Inspection
from domain.aggregates.person_files import PersonFiles, Reached, crn_of, first_crn, links_to, reached
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn, QualityJudged, SupervisionStarted
from domain.entries.inspection_entries import InspectionOpened
from domain.entries.register_entries import is_register
from domain.policy.frameworks.framework import Framework
from domain.store.application import Files
from domain.store.hash_chain import ORIGIN
from domain.store.stored_entries import Stored, stored_entries
from domain.store.stored_entries import received as of_file
from projections.cases.case_reading import Reading
from projections.cases.person_names import names_of
from projections.history.history import History
from projections.history.moment import Moment
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from projections.scoring.answers import Answer, Reason, judgements_that_count

BATCH = 1000
FILES_CACHED = 1000
RESULTS_CACHED = 4000
"""Entries followed in one batch; files cached; histories and lists of obligations cached."""

T = TypeVar("T")


class Freeze(NamedTuple):
    """How far a reading for an inspection goes. None: no limit.

    ``known_at``: the first instant after the inspection's freeze. ``stored``: how many entries the file, and the other files
    of its person, held then. ``own``: whether the moment is the inspection's own, so that these limits apply to the file
    itself too.
    """

    known_at: datetime | None
    stored: Mapping[str, int] | None
    own: bool


def _is_of_reading(fact: Entry) -> bool:
    """Whether an entry may tell a blind reader that another reader has answered."""
    return fact.kept_on == "inspection" or isinstance(fact, QualityJudged | EntryCorrected | EntryWithdrawn)


def _is_for(fact: Entry, inspection: str) -> bool:
    return isinstance(fact, QualityJudged) and fact.inspection == inspection


def _is_about(fact: Entry, entries: set[str]) -> bool:
    """Whether it is one of these entries, or corrects or withdraws one."""
    return fact.entry in entries or (isinstance(fact, EntryCorrected | EntryWithdrawn) and fact.of in entries)


class CaseRepository:
    """The case files and inspections of one store, read on demand and cached. Safe to share between threads."""

    def __init__(self, files: Files):
        self.files = files
        self.position = 0
        self.hash = ORIGIN.hex()
        self._restored = 0
        self._files: OrderedDict[str, CaseFile] = OrderedDict()
        self._people: dict[str, Sequence[str]] = {}
        self._inspections: dict[str, Inspection] | None = None
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
                self._inspections[reference] = Inspection.of(self._file(reference).entries.values())

    def _recorded(self, after: int, until: int) -> Iterator[RecordedEntry]:
        """The entries of cases and inspections after a position and up to another, ``BATCH`` at most."""
        stored = self.files.recorder.select_notifications(after, BATCH, until, inclusive_of_start=False)
        return (self.files.mapper.to_domain_event(one) for one in stored if not is_register(str(one.originator_id)))

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
                names = self.files.references(InspectionOpened)
                self._inspections = {name: Inspection.of(self._file(name).entries.values()) for name in names}
            return self._inspections

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

    def history(
        self,
        reference: str,
        known_at: datetime | None,
        stored: Mapping[str, int] | None = None,
        *,
        received: bool = False,
        opened: bool = False,
    ) -> History:
        """The case as it was known at an instant (None: everything recorded to date).

        ``stored``: use only so many entries of each file, the first to be stored (None: all). ``received``: an entry is known
        from when it was stored here, if that was later than its recording. ``opened``: with the texts of its entries; such a
        history is never kept.
        """
        files, held, known_at = self._files_known(reference, known_at, stored, received=received)
        if opened:
            shown = reached({name: self.files.texts.opened(name, facts) for name, facts in files.items()}, reference)
            return History.of(shown.entries, known_at, shown.elsewhere)
        restored = self._restored
        if len(files) > 1:
            found = self._keep(("reached", restored, held), lambda: reached(files, reference))
        else:
            found = Reached(files[reference])
        seen = sum(1 for fact in found.every if known_at is None or fact.recorded_at < known_at)
        return self._keep(
            ("history", restored, held, seen), lambda: History.of(found.entries, known_at, found.elsewhere)
        )

    def opened_file(self, file: CaseFile) -> CaseFile:
        """A file, or part of one, with the texts of its entries, for what shows them."""
        facts = self.files.texts.opened(file.reference, file.entries.values())
        return CaseFile(file.reference, file.version, {fact.entry: fact for fact in facts})

    def with_comment(self, reference: str, answer: Answer) -> Answer:
        """An answer with the comment of the judgement that it rests on, for what shows it."""
        judged = [reason.judgement for reason in answer.because if reason.judgement is not None]
        opened = [one for one in self.files.texts.opened(reference, judged) if isinstance(one, QualityJudged)]
        because = tuple(Reason(one.comment or "", judgement=one) for one in opened)
        return replace(answer, because=because) if opened else answer

    def names(self, references: Iterable[str], moment: Moment) -> Mapping[str, str]:
        """The name of the person of each of these cases on the moment's day, as known at it, for what shows them."""
        return names_of(self.files, references, moment)

    def _files_known(
        self, reference: str, known_at: datetime | None, stored: Mapping[str, int] | None, *, received: bool
    ) -> tuple[dict[str, list[Entry]], tuple[object, ...], datetime | None]:
        """The files that a reading is made from: their entries, what tells them apart from other states of them, and the instant
        at which they are still to be read (None: they hold no more than was known).
        """
        with self._lock:
            person = self.person(reference)
            files = {file.reference: list(file.entries.values()) for file in (person.file, *person.others)}
            here = {name: self.stored(name) for name in files} if received and known_at is not None else {}
        if stored is not None:
            files = {name: entries[: stored.get(name)] for name, entries in files.items()}
        held: tuple[object, ...] = tuple((name, len(entries)) for name, entries in files.items())
        if known_at is None or not here:
            return files, held, known_at
        return (
            {name: of_file(entries, here[name], known_at) for name, entries in files.items()},
            (*held, known_at),
            None,
        )

    def obligations(
        self,
        reference: str,
        known_at: datetime | None,
        framework: Framework,
        edition: str | None = None,
        stored: Mapping[str, int] | None = None,
        *,
        received: bool = False,
    ) -> list[Obligation]:
        """The duties under the standards and the framework's expectations, as known at an instant.

        ``edition``: use this edition of the standards for all duties, in place of the one in force when each duty arose.
        """
        history = self.history(reference, known_at, stored, received=received)

        def derive() -> tuple[History, list[Obligation]]:
            clauses = framework.clauses if edition is None else framework.clauses_by(edition)
            return history, obligations(history, clauses)

        return self._keep(("obligations", framework.id, edition, id(history)), derive)[1]

    def read(
        self,
        reference: str,
        moment: Moment,
        framework: Framework,
        inspection: str | None = None,
        edition: str | None = None,
        second: bool = False,
        *,
        opened: bool = False,
    ) -> Reading:
        """One case read at a moment under a framework. ``opened``: with the texts of its entries, for what shows them.

        ``inspection``: include what its assessors judged, the first readers or the ``second`` ones. Once it is frozen, the
        file is read as it was at the freeze, and nothing stored later counts. ``edition``: see ``obligations``.
        """
        frozen_at, stored, own = self._freeze(inspection, reference, moment)
        known_at, so_far = (moment.known_at or frozen_at, stored) if own else (moment.known_at, None)
        here = moment.received
        history = self.history(reference, known_at, so_far, received=here, opened=opened)
        owed = self.obligations(reference, known_at, framework, edition, so_far, received=here)
        judged_by = self.history(reference, frozen_at, stored, received=here, opened=opened)
        to_date = [j for j in judged_by.all(QualityJudged) if j.second == second]
        judged = judgements_that_count(history.all(QualityJudged), to_date, inspection, moment.on)
        return Reading(reference, moment, framework, history, owed, judged)

    def used(self, reference: str, moment: Moment, inspection: str | None = None) -> set[tuple[str, str]]:
        """The entries from which ``read`` reads a case, each by its file and its id: of the case itself and of its person's
        other files. A judgement that counts for the inspection though it was recorded later, and what changed it, are among
        them.
        """
        frozen_at, stored, own = self._freeze(inspection, reference, moment)
        known_at, so_far = (moment.known_at or frozen_at, stored) if own else (moment.known_at, None)
        found = self._taken(reference, known_at, so_far, received=moment.received)
        if inspection is not None:
            judged = self._taken(reference, frozen_at, stored, received=moment.received)
            entries = self.file(reference).entries
            named = {one for file, one in judged if file == reference and _is_for(entries[one], inspection)}
            found |= {(file, one) for file, one in judged if file == reference and _is_about(entries[one], named)}
        return found

    def _taken(
        self, reference: str, known_at: datetime | None, stored: Mapping[str, int] | None, *, received: bool
    ) -> set[tuple[str, str]]:
        files, _, until = self._files_known(reference, known_at, stored, received=received)
        taken = reached(files, reference).taken if len(files) > 1 else frozenset()
        every = ((name, fact) for name, entries in files.items() for fact in entries)
        return {
            (name, fact.entry)
            for name, fact in every
            if (name == reference or (name, fact.entry) in taken) and (until is None or fact.recorded_at < until)
        }

    def read_all(
        self,
        references: Iterable[str],
        moment: Moment,
        framework: Framework,
        inspection: str | None = None,
        edition: str | None = None,
    ) -> list[Reading]:
        """The readings of those cases that had begun by the moment's day."""
        found = (self.read(reference, moment, framework, inspection, edition) for reference in references)
        return [reading for reading in found if reading.has_begun]

    def counted(self, inspection: str | None, reference: str, moment: Moment) -> int | None:
        """How many entries of a file, the first stored, count when it is read for an inspection; None: all."""
        _, stored, own = self._freeze(inspection, reference, moment)
        return None if stored is None or not own else stored.get(reference)

    def _freeze(self, inspection: str | None, reference: str, moment: Moment) -> Freeze:
        """The limits of a reading for an inspection (None: for none)."""
        found = self._every_inspection().get(inspection or "")
        if found is None or found.opened is None or found.frozen_at is None:
            return Freeze(None, None, False)
        knowledge = "stood" if moment.known_at else "hindsight"
        own = (moment.on, knowledge) == (found.opened.occurred_on, found.opened.knowledge)
        return Freeze(
            found.frozen_at + timedelta(microseconds=1), self._held_when_frozen(inspection or "", reference), own
        )

    def _held_when_frozen(self, inspection: str, reference: str) -> Mapping[str, int] | None:
        """How many entries of a file and of the others of its person count for a freeze; None where it is not fixed yet."""
        found = self.inspection(inspection)
        person = self.person(reference)
        fixed = found.files.of_case.get(reference)
        if fixed is not None:
            return {file.reference: fixed.get(file.reference, 0) for file in (person.file, *person.others)}
        number = found.files.stated.get(reference)
        others = [file.reference for file in person.others]
        if number is None or found.frozen is None or not others:
            return None if number is None else {reference: number}
        at = list(self.file(inspection).entries).index(found.frozen.entry) + 1
        key = ("held when frozen", self._restored, inspection, at, *others)
        held = self._keep(key, lambda: self.files.people.entries_when(others, inspection, at))
        return {**held, reference: number}

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

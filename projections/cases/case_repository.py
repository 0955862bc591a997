"""The case repository: a case read at a moment, for an inspection as far as its freeze goes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from domain.aggregates.person_files import reached
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn, QualityJudged
from domain.policy.frameworks.framework import Framework
from domain.policy.kept_texts import by_rules_of
from projections.cases.case_histories import CaseHistories
from projections.cases.case_reading import Reading
from projections.history.moment import Moment
from projections.scoring.answers import judgements_that_count

Again = Literal["none", "closed", "open"]
"""Which answers of readings that were opened again because of a comment count: none, those of the readings that are finished
again, or also those that their readers still give."""


class Freeze(NamedTuple):
    """How far a reading for an inspection goes. None: no limit.

    ``known_at``: the first instant after the inspection's freeze. ``stored``: how many entries the file, and the other files
    of its person, held then. ``own``: whether the moment is the inspection's own, so that these limits apply to the file
    itself too.
    """

    known_at: datetime | None
    stored: Mapping[str, int] | None
    own: bool


def _is_for(fact: Entry, inspection: str) -> bool:
    return isinstance(fact, QualityJudged) and fact.inspection == inspection


def _is_about(fact: Entry, entries: set[str]) -> bool:
    """Whether it is one of these entries, or corrects or withdraws one."""
    return fact.entry in entries or (isinstance(fact, EntryCorrected | EntryWithdrawn) and fact.of in entries)


class CaseRepository(CaseHistories):
    """The readings of the cases of one store. Safe to share between threads."""

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
        again: Again = "closed",
        unit: str | None = None,
        calibrated_by: Callable[[QualityJudged], bool] | None = None,
    ) -> Reading:
        """One case read at a moment under a framework. ``opened``: with the texts of its entries, for what shows them.
        ``unit``: see ``Reading``.

        ``inspection``: include what its assessors judged, the first readers or the ``second`` ones. Once it is frozen, the
        file is read as it was at the freeze, and nothing stored later counts. ``edition``: see ``obligations``. A framework of
        kept texts brings its editions, and its rules of practice and tiering.
        ``calibrated_by``: of a case of calibration, whose answers are included; those for calibration count nowhere else.
        """
        with by_rules_of(framework.kept):
            frozen_at, stored, own = self._freeze(inspection, reference, moment)
            known_at, so_far = (moment.known_at or frozen_at, stored) if own else (moment.known_at, None)
            here = moment.received
            history = self.history(reference, known_at, so_far, received=here, opened=opened)
            owed = self.obligations(reference, known_at, framework, edition, so_far, received=here)
            every = self.history(reference, frozen_at, stored, received=here, opened=opened).all(QualityJudged)
            if calibrated_by is not None:
                to_date = [j for j in every if j.calibration and calibrated_by(j)]
            else:
                to_date = [j for j in every if j.second == second and not j.calibration]
            if not second and (answers := self._answered_again(inspection, reference, again)):
                later = self.history(reference, None, None, received=here, opened=opened).all(QualityJudged)
                to_date += [j for j in later if j.entry in answers]
            judged = judgements_that_count(history.all(QualityJudged), to_date, inspection, moment.on)
            reading = Reading(reference, moment, framework, history, owed, judged, unit)
            if framework.kept is not None and reading.has_begun:
                _ = reading.answers  # worked out now, while the kept rules hold
            return reading

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
            again = self._answered_again(inspection, reference, "closed")
            found |= {(reference, one) for one, fact in entries.items() if _is_about(fact, again)}
        return found

    def _answered_again(self, inspection: str | None, reference: str, again: Again) -> set[str]:
        """The ids of the answers of a reading that was opened again, as far as they count."""
        found = self._every_inspection().get(inspection or "")
        if found is None or not found.process.reopened or again == "none":
            return set()
        answers = set(found.process.answered_again(reference))
        reopening = found.process.reopening_of(reference)
        if again == "open" and reopening is not None:
            answers |= {
                name
                for name, fact in self.file(reference).entries.items()
                if isinstance(fact, QualityJudged) and fact.reopening == reopening
            }
        return answers

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

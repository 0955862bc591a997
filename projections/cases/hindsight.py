"""Then and now: what a file showed on a day beside hindsight, and which later entries caused each difference.

An entry is responsible for a difference when hindsight without the entry gives another result. Where no single entry is
(two entries may say the same), all later entries are responsible together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from domain.aggregates.person_files import PersonFiles
from domain.entries.case_entries import Entry, subject_of
from domain.entries.references import references
from domain.policy.frameworks.framework import Framework
from projections.cases.case_differences import AnswerChange, DutyChange, answer_changes, duty_changes
from projections.cases.case_reading import Reading
from projections.cases.replay import reading_of
from projections.history.history import end_of_day

Change = TypeVar("Change", DutyChange, AnswerChange)


@dataclass(frozen=True, slots=True)
class HindsightDifference(Generic[Change]):
    """One difference, and the entries responsible. ``together``: no single one of them is."""

    change: Change
    because: Sequence[Entry]
    together: bool


@dataclass(frozen=True)
class ThenAndNow:
    """One case on a day: as the file was then, and with everything recorded since."""

    on: date
    then: Reading
    now: Reading
    later: Sequence[Entry]
    """Recorded after the day, and dated by it or about an entry that is."""
    duties: Sequence[HindsightDifference[DutyChange]]
    answers: Sequence[HindsightDifference[AnswerChange]]

    @property
    def responsible(self) -> int:
        """How many of the later entries are responsible for any of the differences."""
        because = [d.because for d in self.duties] + [d.because for d in self.answers]
        return len({fact.entry for facts in because for fact in facts})


def then_and_now(person: PersonFiles, on: date, framework: Framework) -> ThenAndNow:
    """The case on this day, then and now. Entries of other files of the person may be responsible too."""
    reached, reference = person.reached, person.file.reference
    every = reached.every
    stood = [fact for fact in every if fact.recorded_at < end_of_day(on)]

    def reading(entries: Sequence[Entry]) -> Reading:
        return reading_of(reference, reached.only({fact.entry for fact in entries}), on, framework)

    then, now = reading(stood), reading(every)
    later = [fact for fact in every if fact not in stood and (fact.occurred_on <= on or subject_of(fact) is not None)]
    duties, answers = _duties(then, now), answer_changes(then.answers, now.answers)
    without = {
        fact.entry: reading(_without(every, fact))
        for fact in later if duties or answers
    }  # fmt: skip

    def difference(change: Change, same: Callable[[Reading], bool]) -> HindsightDifference[Change]:
        alone = [fact for fact in later if not same(without[fact.entry])]
        return HindsightDifference(change, alone or later, not alone)

    return ThenAndNow(
        on, then, now, later,
        [difference(c, lambda reading, c=c: not _duty_differs(c, reading, now)) for c in duties],  # type: ignore[misc]
        [difference(c, lambda reading, c=c: _answer(reading, c) == c.now.answer) for c in answers],  # type: ignore[misc]
    )  # fmt: skip


def _duties(then: Reading, now: Reading) -> list[DutyChange]:
    found = duty_changes(then.obligations, now.obligations, then.moment.on, now.moment.on)
    return [change for change in found if change.duty.clause.of_standards]


def _duty_differs(change: DutyChange, reading: Reading, now: Reading) -> bool:
    """Whether this duty has another state in the reading than it has now."""
    duty, on = change.duty, now.moment.on
    identity = (duty.clause.id, duty.arises_on, duty.raised_by)
    return any(
        (c.duty.clause.id, c.duty.arises_on, c.duty.raised_by) == identity
        for c in duty_changes(reading.obligations, now.obligations, on, on)
    )


def _answer(reading: Reading, change: AnswerChange) -> str:
    return next(a.answer for a in reading.answers if a.question.id == change.now.question.id)


def _without(entries: Sequence[Entry], left_out: Entry) -> list[Entry]:
    """The entries without ``left_out`` and without those that refer to it, directly or through others."""
    gone = {left_out.entry}
    while True:
        more = {f.entry for f in entries if f.entry not in gone and any(e in gone for _, e, _ in references(f))}
        if not more:
            return [fact for fact in entries if fact.entry not in gone]
        gone |= more

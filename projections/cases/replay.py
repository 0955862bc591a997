"""Replay: a file as it grew, entry by entry or day by day, and the changes of each step.

What reaches the case from other files of its person is among the entries (``domain.aggregates.person_files``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from domain.aggregates.person_files import PersonFiles, Reached
from domain.calendar.london_time import day_of
from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework import Framework
from projections.cases.case_differences import AnswerChange, DutyChange, answer_changes, duty_changes
from projections.cases.case_reading import Reading
from projections.history.history import History
from projections.history.moment import Moment
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation

By = Literal["entry", "day"]


def reading_of(reference: str, known: Reached, on: date, framework: Framework) -> Reading:
    """The reading of a case from some of its entries, as at a day."""
    return Reading.of(reference, Moment(on, None), framework, history_of(known))


def history_of(known: Reached) -> History:
    """The history of a case from these entries."""
    return History.of(known.entries, elsewhere=known.elsewhere)


class StepLabel(NamedTuple):
    """The day as at which a step is read, and how many entries are known after it."""

    on: date
    known: int


@dataclass(frozen=True)
class ReplayStep:
    """One step: the entries added, and the case before and after."""

    number: int
    added: Sequence[Entry]
    before: Reading
    after: Reading

    @property
    def duties(self) -> list[DutyChange]:
        """The duties of the national standards whose state this step changed."""
        before, after = self.before, self.after
        found = duty_changes(before.obligations, after.obligations, before.moment.on, after.moment.on)
        return [change for change in found if change.duty.clause.of_standards]

    @property
    def answers(self) -> list[AnswerChange]:
        return answer_changes(self.before.answers, self.after.answers)

    @property
    def overdue(self) -> list[Obligation]:
        """The duties of the national standards that are overdue after this step."""
        return [
            o for o in self.after.obligations if o.clause.of_standards and o.state(self.after.moment.on) == "overdue"
        ]


class Replay:
    """The steps of one case, as far as it was known at a moment (None: all of it).

    Only the step that is read is derived, and the one before it.
    """

    def __init__(self, person: PersonFiles, framework: Framework, known_at: datetime | None = None):
        self.reference, self.framework = person.file.reference, framework
        self._reached = person.reached
        known = (fact for fact in self._reached.every if known_at is None or fact.recorded_at < known_at)
        self.entries = sorted(known, key=lambda fact: fact.recorded_at)

    def labels(self, by: By) -> list[StepLabel]:
        """The label of each step, in order."""
        if by == "entry":
            return [StepLabel(_day(fact), n) for n, fact in enumerate(self.entries, start=1)]
        return [StepLabel(day, sum(_day(fact) <= day for fact in self.entries)) for day in self._days]

    def step(self, by: By, number: int) -> ReplayStep:
        """Step ``number``, from 1; ``IndexError`` beyond the last."""
        labels = self.labels(by)
        on, known = labels[number - 1]
        was_on, was_known = labels[number - 2] if number > 1 else (on - timedelta(days=1), 0)
        return ReplayStep(number, self.entries[was_known:known], self._read(was_on, was_known), self._read(on, known))

    def _read(self, on: date, known: int) -> Reading:
        """The case as at a day, from the first ``known`` entries in order of recording."""
        return reading_of(self.reference, self._first(known), on, self.framework)

    def _first(self, known: int) -> Reached:
        """The first ``known`` entries in order of recording."""
        return self._reached.only({fact.entry for fact in self.entries[:known]})

    @cached_property
    def _days(self) -> list[date]:
        """The days up to the last entry on which an entry was recorded, or a duty (in hindsight) became overdue or missed."""
        recorded = {_day(fact) for fact in self.entries}
        overdue = {
            o.due_on + timedelta(days=1)
            for o in obligations(history_of(self._first(len(self.entries))), self.framework.clauses)
            if o.clause.of_standards and o.state(o.due_on + timedelta(days=1)) in ("overdue", "missed")
        }  # fmt: skip
        return sorted(recorded | {day for day in overdue if min(recorded) < day <= max(recorded)})


def _day(fact: Entry) -> date:
    return day_of(fact.recorded_at)

"""Replay: a file as it grew, entry by entry or day by day, and what each step changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal

from domain.aggregates.case_file import CaseFile
from domain.calendar.london_time import LONDON
from domain.entries.case_entries import Entry, QualityJudged
from domain.policy.frameworks import Framework
from projections.cases.case_differences import AnswerChange, DutyChange, answer_changes, duty_changes
from projections.history.history import History
from projections.obligations.derive import Obligation, obligations
from projections.scoring.answers import Answer, answers, readings
from projections.scoring.scores import Score, score

By = Literal["entry", "day"]


@dataclass(frozen=True)
class View:
    """A case from some of its entries, as at a day."""

    entries: Sequence[Entry]
    on: date
    framework: Framework

    @cached_property
    def history(self) -> History:
        return History.of(self.entries)

    @cached_property
    def duties(self) -> list[Obligation]:
        return obligations(self.history, self.framework.clauses)

    @cached_property
    def answers(self) -> list[Answer]:
        judged = readings(self.history.all(QualityJudged), [], None, self.on)
        return answers(self.framework, self.duties, judged, self.on)

    @cached_property
    def score(self) -> Score:
        """The case's own score."""
        return score(self.framework, [self.answers])


@dataclass(frozen=True)
class Step:
    """One step: what was added, and the case before and after it."""

    number: int
    added: Sequence[Entry]
    before: View
    after: View

    @property
    def duties(self) -> list[DutyChange]:
        """The duties of the national standards whose state this step changed."""
        found = duty_changes(self.before.duties, self.after.duties, self.before.on, self.after.on)
        return [change for change in found if change.duty.clause.of_standards]

    @property
    def answers(self) -> list[AnswerChange]:
        return answer_changes(self.before.answers, self.after.answers)

    @property
    def overdue(self) -> list[Obligation]:
        """What was overdue after it."""
        return [o for o in self.after.duties if o.clause.of_standards and o.state(self.after.on) == "overdue"]


class Replay:
    """The steps of one file, as far as it was known at a moment (None: all of it).

    Only the step looked at is derived, and the one before it.
    """

    def __init__(self, file: CaseFile, framework: Framework, known_at: datetime | None = None):
        self.framework = framework
        known = (fact for fact in file.entries.values() if known_at is None or fact.recorded_at < known_at)
        self.entries = sorted(known, key=lambda fact: fact.recorded_at)

    def labels(self, by: By) -> list[tuple[date, int]]:
        """For each step, the day it is read at and how many entries are known after it."""
        if by == "entry":
            return [(_day(fact), n) for n, fact in enumerate(self.entries, start=1)]
        return [(day, sum(_day(fact) <= day for fact in self.entries)) for day in self._days]

    def step(self, by: By, number: int) -> Step:
        """Step ``number``, from 1; ``IndexError`` beyond the last."""
        labels = self.labels(by)
        on, known = labels[number - 1]
        was_on, was_known = labels[number - 2] if number > 1 else (on - timedelta(days=1), 0)
        view: Callable[[date, int], View] = lambda day, n: View(self.entries[:n], day, self.framework)  # noqa: E731
        return Step(number, self.entries[was_known:known], view(was_on, was_known), view(on, known))

    @cached_property
    def _days(self) -> list[date]:
        """The days on which an entry was recorded, or a duty (by all that is known) went overdue, to the last entry."""
        recorded = {_day(fact) for fact in self.entries}
        whole = View(self.entries, max(recorded), self.framework)
        overdue = {
            o.due_on + timedelta(days=1) for o in whole.duties
            if o.clause.of_standards and o.state(o.due_on + timedelta(days=1)) in ("overdue", "missed")
        }  # fmt: skip
        return sorted(recorded | {day for day in overdue if min(recorded) < day <= max(recorded)})


def _day(fact: Entry) -> date:
    return fact.recorded_at.astimezone(LONDON).date()

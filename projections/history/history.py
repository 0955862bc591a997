"""A case's history: its case file as known at a moment, in the form that clauses read.

Corrections and withdrawals recorded by then are applied (``domain.aggregates.amendments``). The order in which entries
arrived makes no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from sys import maxsize
from typing import Any, NamedTuple

from msgspec import Struct

from domain.aggregates.amendments import IN_ORDER, standing
from domain.calendar.london_time import LONDON
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import MISSED, Failure, absences, failures
from projections.history.appointments import Appointment as Appointment
from projections.history.timelines import Timelines
from projections.history.worked_out import worked_out


class Candidate(Struct, frozen=True, gc=False):
    """An entry that may answer a duty, and the day on which it counts.

    ``since`` and ``until``: the span of knowledge in which the file said so (see ``projections.ledger.knowledge_spans``).
    With hindsight it is all of time.
    """

    day: date
    entry: str
    fact: Entry
    since: int = 0
    until: int = maxsize


BY_DAY = attrgetter("day", "entry")
"""Sort key of candidates: the day on which they count, then the entry's id."""


class Candidates(NamedTuple):
    """Candidates in order, and their days in the same order for binary search."""

    days: list[date]
    entries: list[Candidate]


def in_order(candidates: list[Candidate]) -> Candidates:
    """Sort candidates by the day on which they count."""
    if len(candidates) > 1:
        candidates.sort(key=BY_DAY)
    return Candidates([candidate.day for candidate in candidates], candidates)


class History(Timelines):
    """The entries of one case as known at a moment. Each property is computed when it is first read."""

    def __init__(self, entries: Iterable[Entry]):
        super().__init__(entries)
        self._described: dict[EntryPattern, Sequence[Entry]] = {}
        self._admitted: dict[EntryPattern, Candidates] = {}
        self.triggers: dict[tuple[object, str | None], Sequence[Any]] = {}
        """Triggers, cached by ``Clause.after`` and ``Clause.each`` (see ``projections.obligations.triggers``)."""

    @classmethod
    def of(cls, entries: Iterable[Entry], known_at: datetime | None = None) -> "History":
        return cls(standing(entries, known_at))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.entries == other.entries

    __hash__ = None  # type: ignore[assignment]

    @worked_out
    def entries(self) -> Sequence[Entry]:
        """In order of the day they happened."""
        return sorted(self._entries, key=IN_ORDER)

    @worked_out
    def first_day(self) -> date:
        """The day of the first entry."""
        first: date = min(map(attrgetter("occurred_on"), self._entries))
        return first

    @worked_out
    def outcomes(self) -> Mapping[str, str]:
        """The last known outcome of each appointment that has one, by the appointment's entry."""
        return {o.appointment: o.outcome for o in self.all(case_entries.AppointmentOutcomeRecorded)}

    @worked_out
    def judged(self) -> Mapping[str, case_entries.AbsenceJudged]:
        """The last decision on each absence, by the appointment's entry."""
        return {j.appointment: j for j in self.all(case_entries.AbsenceJudged)}

    @worked_out
    def appointments(self) -> Mapping[str, Appointment]:
        """Every appointment by its entry, in order of the day it was for."""
        made = sorted(self.all(case_entries.AppointmentMade), key=attrgetter("for_on", "entry"))
        return {a.entry: Appointment.of(a, self.outcomes.get(a.entry), self.judged.get(a.entry)) for a in made}

    @worked_out
    def _missed(self) -> list[Appointment]:
        """The appointments that may count as an absence or a failure."""
        outcomes, judged = self.outcomes, self.judged
        every: Iterable[Any] = self.by_type.get(case_entries.AppointmentMade, ())
        found = [
            Appointment.of(made, outcomes.get(made.entry), judged.get(made.entry))
            for made in every
            if outcomes.get(made.entry) in MISSED or made.entry in judged
        ]
        found.sort(key=attrgetter("for_on", "entry"))
        return found

    @worked_out
    def absences(self) -> list[Failure]:
        """The appointments that the person did not attend."""
        return absences(self._missed)

    @worked_out
    def failures(self) -> list[Failure]:
        """The unacceptable failures, in order of the day from which they count."""
        return failures(self._missed)

    def described(self, described: EntryPattern) -> Sequence[Entry]:
        """The entries that fit a pattern, in order of the day they happened."""
        found = self._described.get(described)
        if found is None:
            found = self._described[described] = described.among(self.all(described.type))
        return found

    def admitted(self, described: EntryPattern) -> Candidates:
        """The entries that fit a pattern of answers, in the order in which they count.

        An entry never counts before it was made. ``EntryPattern.answers`` says whether it is about the trigger.
        """
        found = self._admitted.get(described)
        if found is None:
            known = described.among(self.by_type.get(described.type, []))
            if known and described.unless_outcome and described.type is case_entries.AppointmentMade:
                outcomes, void = self.outcomes, described.unless_outcome
                known = [fact for fact in known if outcomes.get(fact.entry) not in void]
            day = described.counts_on
            found = in_order([Candidate(day(fact), fact.entry, fact) for fact in known])
            self._admitted[described] = found
        return found


def end_of_day(day: date) -> datetime:
    """The first instant after this day in Europe/London, in UTC. What is known *at* a day was recorded before it.

    UTC, because comparing an instant in the London zone with those of entries takes ten times as long.
    """
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON).astimezone(UTC)

"""A case's history: the file as it was known at a moment, grouped once, with the timelines that clauses ask for.

Corrections and withdrawals are applied first (``domain.aggregates.amendments``). The order in which entries arrived makes no
difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any

from domain.aggregates.amendments import IN_ORDER, standing
from domain.calendar.london_time import LONDON
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern
from projections.history.appointments import MISSED, Failure, absences, failures
from projections.history.appointments import Appointment as Appointment
from projections.history.timelines import FRAME, Timelines
from projections.history.timelines import Change as Change
from projections.history.timelines import value_on as value_on

BY_DAY = itemgetter(0, 1)

Admitted = tuple[date, str, Entry]
"""An entry that may answer a duty: the day it counts, its id and itself."""


class History(Timelines):
    """The known entries of one case, grouped by type; what clauses ask for is worked out once, when it is asked for."""

    def __init__(self, entries: Iterable[Entry]):
        super().__init__(entries)
        self._described: dict[EntryPattern, Sequence[Entry]] = {}
        self._admitted: dict[EntryPattern, Sequence[Admitted]] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry], known_at: datetime | None = None) -> "History":
        return cls(standing(entries, known_at))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.entries == other.entries

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """In order of the day they happened."""
        return sorted(self._entries, key=IN_ORDER)

    @cached_property
    def first_day(self) -> date:
        """The day of the first entry."""
        first: date = min(map(attrgetter("occurred_on"), self._entries))
        return first

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """What became of each appointment of which the file says so: the last outcome known, by the appointment's entry."""
        return {o.appointment: o.outcome for o in self.all(case_entries.AppointmentOutcomeRecorded)}

    @cached_property
    def judged(self) -> Mapping[str, case_entries.AbsenceJudged]:
        """The last decision on each absence, by the appointment's entry."""
        return {j.appointment: j for j in self.all(case_entries.AbsenceJudged)}

    @cached_property
    def appointments(self) -> Mapping[str, Appointment]:
        """Every appointment by its entry, in order of the day it was for."""
        made = sorted(self.all(case_entries.AppointmentMade), key=attrgetter("for_on", "entry"))
        return {a.entry: Appointment.of(a, self.outcomes.get(a.entry), self.judged.get(a.entry)) for a in made}

    @cached_property
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

    @cached_property
    def absences(self) -> list[Failure]:
        return absences(self._missed)

    @cached_property
    def failures(self) -> list[Failure]:
        return failures(self._missed)

    def described(self, described: EntryPattern) -> Sequence[Entry]:
        """The entries that fit a description, in order of the day they happened."""
        found = self._described.get(described)
        if found is None:
            found = self._described[described] = described.among(self.all(described.type))
        return found

    def admitted(self, described: EntryPattern) -> Sequence[Admitted]:
        """The entries that may answer, whatever they are about: the day each counts, its id and itself, in that order.

        An entry counts never before it was made.
        """
        found = self._admitted.get(described)
        if found is None:
            found = self._admitted[described] = self._admit(described)
        return found

    def _admit(self, described: EntryPattern) -> Sequence[Admitted]:
        standing = described.among(self.by_type.get(described.type, ()))
        if described.unless_outcome and described.type is case_entries.AppointmentMade:
            outcomes, void = self.outcomes, described.unless_outcome
            standing = [fact for fact in standing if outcomes.get(fact.entry) not in void]
        if described.on is None:
            found = [(fact.occurred_on, fact.entry, fact) for fact in standing]
        else:
            day = attrgetter(described.on)
            found = [(max(day(fact), fact.occurred_on), fact.entry, fact) for fact in standing]
        found.sort(key=BY_DAY)
        return found

    def beside(
        self,
        by_type: Mapping[type[Entry], list[Entry]],
        described: dict[EntryPattern, Sequence[Entry]],
        admitted: dict[EntryPattern, Sequence[Admitted]],
        absences: list[Failure],
        failures: list[Failure],
    ) -> "History":
        """The same case beside other entries, which change none of what holds of it from a day on."""
        other = History(())
        other.__dict__ |= self._frame
        other._described, other._admitted = described, admitted
        other.__dict__ |= {"by_type": by_type, "absences": absences, "failures": failures}
        return other

    @cached_property
    def _frame(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FRAME}


def end_of_day(day: date) -> datetime:
    """The first instant that is no longer this day in Europe/London: what is known *at* a day was recorded before it."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON)

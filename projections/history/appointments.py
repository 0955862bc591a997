"""Appointments with their outcomes, and the day from which each counts as an absence or a failure."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from domain.calendar.workdays import add_working_days
from domain.entries.case_entries import AbsenceJudged, AppointmentMade

FAILED = frozenset(("unacceptable_absence", "attended_failed_to_comply", "sent_home"))
ABSENT = frozenset(("unacceptable_absence", "acceptable_absence", "awaiting_explanation"))
MISSED = FAILED | ABSENT

DECISION_DAYS = 7
"""Working days after which an absence without a decision counts as unacceptable (national standards, recalled)."""


class Appointment(NamedTuple):
    """An appointment with the last outcome and the last decision known about it."""

    entry: str
    made_on: date
    for_on: date
    outcome: str | None
    acceptable: bool | None
    judged_on: date | None

    @classmethod
    def of(cls, made: AppointmentMade, outcome: str | None, judged: AbsenceJudged | None) -> "Appointment":
        if judged is None:
            return cls(made.entry, made.occurred_on, made.for_on, outcome, None, None)
        return cls(made.entry, made.occurred_on, made.for_on, outcome, judged.acceptable, judged.occurred_on)

    @property
    def absent(self) -> bool:
        return self.outcome in ABSENT

    @property
    def on_file_from(self) -> date:
        """The day of the appointment, or the day it was made where that is later (an appointment recorded afterwards)."""
        return max(self.for_on, self.made_on)

    @property
    def failed_from(self) -> date | None:
        """The day from which it counts as an unacceptable failure; None: it does not.

        Decided unacceptable: ``on_file_from``. Not decided: the day after ``DECISION_DAYS`` working days.
        """
        if self.acceptable is not None:
            return None if self.acceptable else self.on_file_from
        if self.outcome in FAILED:
            return self.on_file_from
        if self.outcome == "awaiting_explanation":
            return max(self.on_file_from, add_working_days(self.for_on, DECISION_DAYS) + timedelta(days=1))
        return None


class Failure(NamedTuple):
    """An appointment that counts as failed (or absent) from the day ``on``. ``of``: the day of the appointment."""

    on: date
    of: date
    entry: str


def absences(appointments: Iterable[Appointment]) -> list[Failure]:
    """The appointments that the person did not attend. Each counts from ``Appointment.on_file_from``."""
    return [Failure(a.on_file_from, a.for_on, a.entry) for a in appointments if a.outcome in ABSENT]


def failures(appointments: Iterable[Appointment]) -> list[Failure]:
    """The unacceptable failures, in order of the day from which they count."""
    return sorted(Failure(on, a.for_on, a.entry) for a in appointments if (on := a.failed_from) is not None)

"""The appointments of a case of a day, and those before it of which nobody has said what became."""

from datetime import date
from operator import attrgetter
from typing import NamedTuple

from domain.aggregates.other_file_ids import file_named
from domain.entries.case_entries import AppointmentMade, AppointmentOutcomeRecorded, Entry
from projections.history.history import Appointment, History

_RECORDED = attrgetter("recorded_at", "entry")


class Visit(NamedTuple):
    """An appointment of a case, with what is known to have become of it. ``told_by``: the last outcome recorded."""

    reference: str
    made: AppointmentMade
    appointment: Appointment
    told_by: Entry | None

    @property
    def waits(self) -> bool:
        """Whether nobody has said yet what became of it."""
        return self.appointment.outcome is None and self.appointment.acceptable is None

    @property
    def order(self) -> tuple[date, str, str, str]:
        """By day and time (those without a time last), then by case."""
        return self.made.for_on, self.made.for_time or "24:00", self.reference, self.made.entry


def visits(reference: str, history: History) -> list[Visit]:
    """Every appointment on the case's own file, in the order of their days."""
    told = {fact.appointment: fact for fact in sorted(history.all(AppointmentOutcomeRecorded), key=_RECORDED)}
    made = (fact for fact in history.all(AppointmentMade) if file_named(fact.entry) is None)
    found = [Visit(reference, fact, history.appointment(fact), told.get(fact.entry)) for fact in made]
    return sorted(found, key=lambda visit: visit.order)


def of_day(found: list[Visit], day: date) -> list[Visit]:
    """Those of this day that were not put off."""
    return [one for one in found if one.made.for_on == day and one.appointment.outcome != "rescheduled"]


def without_outcome(found: list[Visit], history: History, day: date) -> list[Visit]:
    """Those before this day of which an outcome is owed and not recorded, the latest first."""
    waiting = [one for one in found if one.made.for_on < day and one.waits and history.may_count(one.appointment)]
    return waiting[::-1]

"""The lanes of the supervision chart: marks on days, and bands between days.

They only lay out what the history and the obligations say. What counts as missed or overdue is decided there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple, get_args

from domain.entries import case_entries
from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.entry import ChartLane, ChartMark
from projections.cases.case_reading import Reading
from projections.history.dated_values import Change
from projections.history.history import Appointment, History
from projections.obligations.duty_state import Obligation

MARGIN = timedelta(weeks=8)
"""How far the chart goes beyond its ends: due dates after the day read, and work done before supervision started."""

_MARKS: tuple[ChartMark, ...] = get_args(ChartMark)


def _drawn(lane: ChartLane) -> dict[type[Entry], ChartMark]:
    """The types of entry with a mark in a lane, in the order of the marks."""
    found = [declared for declared in ENTRY_TYPES.values() if declared.use.lane == lane]
    return {declared: declared.use.mark for declared in sorted(found, key=lambda t: _MARKS.index(t.use.mark))}


ACTS: dict[str, dict[type[Entry], ChartMark]] = {
    lane: _drawn(lane) for lane in get_args(ChartLane) if lane != "Contact"
}
"""The lanes with one mark for each entry, on the day it happened: by lane, the mark of each type of entry."""

LIGHT: tuple[type[Entry], ...] = tuple(_drawn("Contact"))
"""The types of contact other than appointments."""


class ChartAppointment(NamedTuple):
    """An appointment as it was made, with its outcome and decision."""

    made: case_entries.AppointmentMade
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on one day. ``entry``: the entry that says so; None: no entry dated by the day read says so."""

    day: date
    kind: str
    entry: str | None
    about: Entry | ChartAppointment | Obligation = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChartBand:
    """A state that held from ``start`` up to, not including, ``until``: a level of risk, or custody."""

    start: date
    until: date
    kind: str
    entry: str | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the chart: marks in order of their day, or bands."""

    name: str
    marks: Sequence[Mark] = ()
    bands: Sequence[ChartBand] = ()


def act_marks(history: History, day: date, lane: str) -> list[Mark]:
    found = [
        Mark(fact.occurred_on, kind, fact.entry, fact)
        for fact_type, kind in ACTS[lane].items()
        for fact in history.all(fact_type)
        if fact.occurred_on <= day
    ]
    return sorted(found, key=lambda mark: mark.day)


def contact_marks(history: History, day: date) -> list[Mark]:
    """Appointments on the day that they are for, with their outcome; other contacts on their day.

    Those arranged by the day for a later one are shown up to ``MARGIN`` after it.
    """
    found = []
    for made in history.all(case_entries.AppointmentMade):
        appointment = history.appointments[made.entry]
        if appointment.made_on <= day and appointment.for_on <= day + MARGIN:
            kind = _became(appointment, day) if made.is_contact else "other"
            ahead = appointment.for_on > day
            if not ahead or appointment.told_on is None or appointment.told_on > day:
                kind = "arranged" if ahead else kind
                found.append(Mark(made.for_on, kind, made.entry, ChartAppointment(made, appointment)))
    for fact_type in LIGHT:
        found += [Mark(f.occurred_on, "other", f.entry, f) for f in history.all(fact_type) if f.occurred_on <= day]
    return sorted(found, key=lambda mark: mark.day)


def _became(appointment: Appointment, day: date) -> str:
    """Kept, missed, accepted (an absence with leave), rescheduled or not yet known, as at this day."""
    if appointment.failed_from is not None and appointment.failed_from <= day:
        return "missed"
    if appointment.outcome in (None, "awaiting_explanation") and appointment.acceptable is None:
        return "awaited"
    if appointment.outcome in ("attended_complied", "rescheduled"):
        return "kept" if appointment.outcome == "attended_complied" else "rescheduled"
    return "accepted"


def due_marks(reading: Reading, over: date, met: bool) -> list[Mark]:
    """One mark for each duty of the national standards that is late, missing or due, with its state on the day.

    ``met``: also those that were met or lapsed, but for windows that were met (the contacts show them) and duties that
    lapsed more than ``MARGIN`` before they were due.
    """
    day = reading.moment.on
    found = []
    filed = {fact.entry for fact in reading.history.entries if fact.occurred_on <= day}
    for duty in reading.obligations:
        state = duty.state(day) if duty.clause.of_standards else None
        horizon = over if state == "lapsed" else day
        if state is None or duty.due_on > horizon + MARGIN or (duty.window and state == "met"):
            continue
        if not met and state in ("met", "lapsed"):
            continue
        named = (*(duty.met_by if duty.done(day) else ()), duty.raised_by)
        found.append(Mark(duty.due_on, state, next((e for e in named if e in filed), None), duty))
    return found


def risk_bands(history: History, started: date, over: date) -> list[ChartBand]:
    """The level of risk as bands. Before the first assessment: not assessed."""
    return _bands([Change(date.min, None, ""), *history.risk], started, over)


def _bands(changes: Sequence[Change], started: date, over: date) -> list[ChartBand]:
    """The changes as bands from ``started`` to ``over``, both included."""
    until = over + timedelta(days=1)
    found = []
    for change, following in pairwise([*changes, Change(until, None, "")]):
        start, end = max(change.on, started), min(following.on, until)
        if start < end:
            found.append(ChartBand(start, end, change.value or "not_assessed", change.entry or None))
    return found


def custody_bands(history: History, started: date, over: date) -> list[ChartBand]:
    until = over + timedelta(days=1)
    spans = [(stay, until if stay.ends is None else min(stay.ends, until)) for stay in history.custody]
    return [
        ChartBand(max(stay.begins, started), end, "custody", stay.entry)
        for stay, end in spans
        if max(stay.begins, started) < end
    ]

"""Whether an appointment can be booked for a day, and how days and times are typed: what is wrong, then what to do."""

import re
from datetime import date, timedelta

from domain.entries.case_entries import AppointmentMade
from projections.history.history import History
from web.presentation.formatting import long_date
from web.site.date_field import read_day

FURTHEST = timedelta(days=366)
"""How far ahead an appointment may be booked by hand; a later day is taken for a typing error."""

_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*(am|pm)?", re.IGNORECASE)
_YEARLESS = re.compile(r"[0-9]{1,2}[-/. ]+([0-9]{1,2}|[a-z]{3,9}\b)([-/. ]+[0-9]{1,2})?", re.IGNORECASE)

LONGEST_SAID = 40
"""Characters of what was entered that a problem repeats."""


def typed_time(text: str) -> str | None:
    """``9.30``, ``9:30am`` and ``2pm`` as ``09:30`` and ``14:00``; None where it is no time of day."""
    found = _TIME.fullmatch(text.strip())
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def day_problem(label: str, text: str) -> str | None:
    """What is wrong with a day as it was typed; None where it is one."""
    if not text.strip():
        return f"Enter the {label[:1].lower()}{label[1:]}. For example, 3 10 2005."
    if read_day(text) is not None:
        return None
    if _YEARLESS.fullmatch(text.strip()):
        return f"{label} must include a year. For example, 3 10 2005."
    entered = f" You entered {text.strip()}." if len(text) <= LONGEST_SAID else ""
    return f"{label} must be a real date.{entered} For example, 3 10 2005."


def booking_problem(label: str, for_on: date, kind: str, history: History, today: date) -> str | None:
    """Why an appointment cannot be booked today for this day; None where it can."""
    if for_on < today:
        return f"{label} must be today or in the future. You entered {long_date(for_on)}."
    if for_on > today + FURTHEST:
        return f"{label} must be within a year. You entered {long_date(for_on)}."
    if problem := _not_supervised(label, for_on, history, today):
        return problem
    booked = (one for one in history.all(AppointmentMade) if (one.for_on, one.contact_type) == (for_on, kind))
    if any(history.appointment(one).outcome is None for one in booked):
        return f"{label} must be another one: such an appointment is booked for {long_date(for_on)} already."
    return None


def appointment_problem(made: AppointmentMade, history: History, today: date) -> str | None:
    """Why an appointment cannot be put on the file by hand today, though its day may have passed; None where it can."""
    label, start = "Date of the appointment", history.start
    if start is not None and made.for_on < start.on:
        return f"{label} must be on or after the order began. It began on {long_date(start.on)}."
    if made.for_on > today + FURTHEST:
        return f"{label} must be within a year. You entered {long_date(made.for_on)}."
    return _not_supervised(label, made.for_on, history, today)


def _not_supervised(label: str, for_on: date, history: History, today: date) -> str | None:
    if history.end is not None and history.end.on <= for_on:
        return f"{label} must be before supervision ended. It ended on {long_date(history.end.on)}."
    over = [begins for begins, ends in history.past_end if ends is None]
    if over and today < over[0] <= for_on:
        last = over[0] - timedelta(days=1)
        return f"{label} must be on or before the last day of the order. It ends on {long_date(last)}."
    return None

"""The check of an entry before it is recorded: what it does to the duties of the case, and what a correction changes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from domain.calendar.london_time import LONDON
from domain.calendar.workdays import is_working_day
from domain.entries.case_entries import Entry
from domain.entries.entry_words import field_titles
from domain.entries.schemas import dump_entry
from projections.cases.stays_due import StaysDue
from projections.obligations.duty_state import Obligation
from web.presentation.fact_words import COMMON_FIELDS, cell_words, value_words
from web.presentation.formatting import short_date
from web.recording.entries_as_read import as_it_reads
from web.recording.recording_form import RecordingForm


class FieldChange(NamedTuple):
    """One field of a corrected entry, before and after, in words."""

    title: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def side_by_side(before: Entry | None, after: Entry | None) -> list[FieldChange]:
    """The fields of an entry before and after a correction, the day first. Empty where either is not there."""
    if before is None or after is None:
        return []
    titles, was, now = field_titles(type(before)), dump_entry(before), dump_entry(after)
    unsaid = (*COMMON_FIELDS, *type(before).use.signed)
    names = [name for name in dict.fromkeys((*was, *now)) if name not in unsaid]
    rows = [FieldChange(titles["occurred_on"], _words(was["occurred_on"]), _words(now["occurred_on"]))]
    if before.occurred_at is not None or after.occurred_at is not None:
        rows.append(FieldChange("Time of day", _time(before), _time(after)))
    return rows + [FieldChange(titles[name], _words(was.get(name)), _words(now.get(name))) for name in names]


def changes_meanwhile(form: RecordingForm) -> list[FieldChange]:
    """What others changed in the corrected entry since the form was opened: as it read then, and as it reads now."""
    if form.of is None:
        return []
    was, now = as_it_reads(form.file, form.of.entry, form.draft.opened), form.standing()
    return [row for row in side_by_side(was, now) if row.changed]


def bank_holidays(duty: Obligation) -> list[date]:
    """The bank holidays that move the due date of a duty whose time is told in working days."""
    allow = duty.value.allow
    if allow is None or allow.unit != "working day" or duty.due_day is None or (duty.due_on - duty.arises_on).days > 60:
        return []
    days = [duty.arises_on + timedelta(n) for n in range(1, (duty.due_on - duty.arises_on).days + 1)]
    return [day for day in days if day.weekday() < 5 and not is_working_day(day)]


def holidays_words(duty: Obligation) -> str:
    """``(bank holidays 26 Dec 2005, 27 Dec 2005)``; empty where none moves the date."""
    days = bank_holidays(duty)
    return f"(bank holiday{'s' if len(days) > 1 else ''} {', '.join(map(short_date, days))})" if days else ""


def why_it_stays(stays: StaysDue) -> str:
    """Why a duty stays due, in a few words after the duty."""
    title = "entry" if stays.of is None else field_titles(stays.of).get(stays.field, stays.field.replace("_", " "))
    title = title[:1].lower() + title[1:] if not title[:2].isupper() else title
    match stays.cause:
        case "another":
            return f"that {title.rstrip('s')} is another one"
        case "same person":
            return "whoever signs it must be another person than the one whose work it is"
        case "early":
            return f"this is dated before it began, on {short_date(stays.duty.arises_on)}"
        case "period":
            return f"this is outside its time, {short_date(stays.duty.arises_on)} to {short_date(stays.duty.due_on)}"
        case "outcome":
            wanted = " or ".join(_codes(stays.wanted))
            return f"it counts by its outcome: {wanted}" if wanted else "it does not count with this outcome"
        case "field":
            wanted = " or ".join(_codes(stays.wanted))
            return f"that asks for {title}{f' {wanted}' if wanted else ', which is not given'}"
        case "not enough":
            return f"this alone is not enough: {stays.duty.value.text}"


def _codes(values: Sequence[Any]) -> list[str]:
    return [value_words(value) for value in values]


def _words(value: Any) -> str:
    return cell_words(value) if value not in (None, "", []) else "Not given"


def _time(fact: Entry) -> str:
    return "Not given" if fact.occurred_at is None else f"{fact.occurred_at.astimezone(LONDON):%H:%M}"

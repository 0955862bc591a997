"""A row of the outcomes of a day: what is wrong in it is said in a sentence, and what is right becomes entries."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.entries.case_entries import AppointmentMade
from domain.entries.schemas import load_entry
from projections.cases.case_visits import visits
from projections.history.history import History
from tests.support.histories import PERSON, PLACE
from web.recording.booking_problems import typed_time
from web.recording.outcome_rows import OutcomeRow

CASE, TODAY = "X123456/1", date(2005, 12, 22)


def line(entry: str, type_: str, on: str, **fields: Any) -> Any:
    return load_entry(type_, {"entry": entry, "occurred_on": on, "recorded_at": f"{on}T09:00:00+00:00", **fields})


HISTORY = History.of([
    line("start", "SupervisionStarted", "2005-04-13", person=PERSON, order_type="community_order", **PLACE,
         officer="Ruth Ablewhite", officer_grade="po", ends_on="2006-04-12"),
    line("now", "AppointmentMade", "2005-12-01", for_on="2005-12-22", contact_type="office"),
    line("next", "AppointmentMade", "2005-12-01", for_on="2005-12-29", contact_type="office"),
])  # fmt: skip
VISIT = visits(CASE, HISTORY)[0]

NEXT = {"outcome": "not_known", "next_on": "28/12/2005", "next_kind": "office"}

WRONG = {
    "a next appointment and no outcome": (NEXT | {"outcome": ""}, "outcome", "Select whether Zoë attended and complied."),
    "no kind": (NEXT | {"next_kind": ""}, "next_kind", "Select the kind of the next appointment."),
    "a kind that is not offered": (NEXT | {"next_kind": "letter"}, "next_kind", "Select the kind of the next appointment."),
    "no date": (NEXT | {"next_on": ""}, "next_on", "Enter the date of the next appointment."),
    "no year": (NEXT | {"next_on": "28/12"}, "next_on", "Date of the next appointment must include a year."),
    "no day": (NEXT | {"next_on": "31/11/2005"}, "next_on", "Date of the next appointment must be a real date."),
    "1950": (NEXT | {"next_on": "3/10/1950"}, "next_on", "Date of the next appointment must be today or in the future."),
    "a far day": (NEXT | {"next_on": "3/10/2025"}, "next_on", "Date of the next appointment must be within a year."),
    "after the order": (
        NEXT | {"next_on": "13/4/2006"}, "next_on",
        "Date of the next appointment must be on or before the last day of the order. It ends on 12 April 2006.",
    ),
    "no time": (NEXT | {"next_time": "25:00"}, "next_time", "Time of the next appointment must be a time of day."),
    "booked already": (NEXT | {"next_on": "29/12/2005"}, "next_on", "Date of the next appointment must be another one"),
    "not offered": ({"outcome": "vanished"}, "outcome", "Select one of the outcomes that are offered."),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_at_its_question(what: str) -> None:
    typed, field, words = WRONG[what]
    row = OutcomeRow.typed(0, VISIT, {f"{name}-0": text for name, text in typed.items()})
    problems = row.checked("Zoë", HISTORY, TODAY).problems
    assert problems is not None
    assert list(problems) == [field]
    assert problems[field].startswith(words)


def test_the_last_day_of_the_order_can_be_booked() -> None:
    row = OutcomeRow.typed(0, VISIT, {f"{n}-0": text for n, text in (NEXT | {"next_on": "12/4/2006"}).items()})
    checked = row.checked("Zoë", HISTORY, TODAY)
    assert checked.problems == {}
    (made,) = checked.facts("officer", TODAY, datetime(2005, 12, 22, 12, tzinfo=UTC))
    assert isinstance(made, AppointmentMade)
    assert (made.occurred_on, made.for_on, made.for_time) == (TODAY, date(2006, 4, 12), None)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("9:30", "09:30"), ("09.30", "09:30"), ("2pm", "14:00"), ("12am", "00:00"), ("12:15 pm", "12:15"), ("930", None),
     ("13pm", None), ("24:00", None), ("9:60", None), ("noon", None), ("9", None)],
)  # fmt: skip
def test_times_are_read_as_people_write_them(typed: str, read: str | None) -> None:
    assert typed_time(typed) == read

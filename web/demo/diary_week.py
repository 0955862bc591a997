"""Appointments about the last day of the record, so that the diary of the demonstration's case manager is not empty.

They are on two cases of the follow-up sample, and were made long after its sample date: no figure that the report prints rests on
them. One is of the day before and waits for its outcome, one is of the day itself, two are of the week after.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from domain.private_folder import OUR_FOLDER, open_ours

OFFICER = "Tunde Adeyemi"
"""Who holds both cases on that day: the case manager of the demonstration."""


class _Booked(NamedTuple):
    """An appointment: of which case, made when, for which day and time, and of which kind."""

    case: str
    made_on: str
    for_on: str
    for_time: str
    contact_type: str


WEEK = (
    _Booked("P114066/1", "2005-12-15", "2005-12-21", "15:30", "home_visit"),
    _Booked("R652711/1", "2005-12-13", "2005-12-22", "14:00", "office"),
    _Booked("R652711/1", "2005-12-13", "2005-12-28", "11:00", "home_visit"),
    _Booked("P114066/1", "2005-12-22", "2005-12-29", "10:00", "office"),
)


def lines() -> Iterator[dict[str, Any]]:
    """The appointments as interchange lines."""
    for number, one in enumerate(WEEK, 1):
        yield {
            "case": one.case, "entry": f"diary-{number}", "type": "AppointmentMade", "occurred_on": one.made_on,
            "recorded_at": f"{one.made_on}T15:45:00+00:00", "recorded_by": OFFICER, "for_on": one.for_on,
            "for_time": one.for_time, "contact_type": one.contact_type,
        }  # fmt: skip


def write_week(folder: Path) -> Path:
    """Write them as an NDJSON file in this folder."""
    folder.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
    path = folder / "diary-week.ndjson"
    with open(path, "w", encoding="utf-8", opener=open_ours) as stream:
        stream.write("".join(json.dumps(line) + "\n" for line in lines()))
    return path

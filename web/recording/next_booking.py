"""The next appointment, booked in the same form as an outcome: its day, time and kind as typed, and the entry that they make."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from domain.entries import code_lists
from domain.entries.case_entries import AppointmentMade, Entry
from domain.entries.schemas import load_entry
from projections.history.history import History
from web.presentation.formatting import sentence
from web.recording.booking_problems import booking_problem, day_problem, typed_time
from web.recording.entry_forms import Field
from web.site.date_field import read_day

KINDS = tuple(
    (code, sentence(code_lists.label(code)))
    for code in ("office", "home_visit", "telephone", "video", "programme", "unpaid_work", "three_way", "prison_visit", "other")
)  # fmt: skip
"""The kinds of appointment that can be booked next."""

DAY, TIME, KIND = "Date of the next appointment", "Time of the next appointment", "Kind of the next appointment"

GROUP = "Next appointment (optional)"

FIELDS = (
    Field("next_on", "date", DAY, False, group=GROUP),
    Field("next_time", "text", TIME, False, "For example, 9:30 or 2pm", group=GROUP),
    Field("next_kind", "choice", KIND, False, "", KINDS, GROUP),
)
"""The questions about it on the form of an outcome."""


class NextBooking(NamedTuple):
    """What was typed for the next appointment. All empty: none is booked."""

    on: str = ""
    time: str = ""
    kind: str = ""

    @classmethod
    def typed(cls, typed: Mapping[str, Sequence[str]]) -> "NextBooking":
        """As the form of an outcome has it."""
        return cls(*(next(iter(typed.get(field.name, ())), "").strip()[:200] for field in FIELDS))

    @property
    def given(self) -> bool:
        """Whether anything was typed."""
        return any(self)

    @property
    def words(self) -> str:
        """``28/12/2005, 14:00, home visit``."""
        parts = (self.on, typed_time(self.time) or self.time, dict(KINDS).get(self.kind, self.kind).lower())
        return ", ".join(part for part in parts if part)

    def problems(self, history: History, today: date, outcome: str) -> dict[str, str]:
        """Field -> what to do. Empty where nothing was typed, or the appointment can be booked, or this form has booked it.

        ``outcome``: the id of the outcome's entry.
        """
        if not self.given or any(one.entry == f"{outcome}-next" for one in history.all(AppointmentMade)):
            return {}
        found: dict[str, str] = {}
        for_on = read_day(self.on)
        problem = (
            day_problem(DAY, self.on) if for_on is None else booking_problem(DAY, for_on, self.kind, history, today)
        )
        if problem:
            found["next_on"] = problem
        if self.time and typed_time(self.time) is None:
            found["next_time"] = f"{TIME} must be a time of day. For example, 9:30 or 2pm."
        if self.kind not in dict(KINDS):
            found["next_kind"] = "Select the kind of the next appointment. This decides whether it counts as contact."
        return found

    def facts(self, outcome: str, who: str, today: date, now: datetime) -> list[Entry]:
        """The entry that it makes, if any: made today. ``outcome``: the id of the outcome's entry, from which its own follows."""
        for_on = read_day(self.on)
        if for_on is None:
            return []
        time = typed_time(self.time)
        made = {
            "entry": f"{outcome}-next", "occurred_on": today.isoformat(), "recorded_at": now.isoformat(), "recorded_by": who,
            "for_on": for_on.isoformat(), "contact_type": self.kind, **({"for_time": time} if time else {}),
        }  # fmt: skip
        return [load_entry("AppointmentMade", made)]


NOTHING = NextBooking()
"""No next appointment."""

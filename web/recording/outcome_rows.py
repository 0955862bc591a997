"""The rows of the form on which the outcomes of a day are recorded: what was typed, what is wrong, and the entries."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from domain.entries import code_lists
from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from projections.cases.booked_visits import Visit
from projections.history.history import History
from web.presentation.phrases import sentence
from web.recording.booking_problems import booking_problem, day_problem, typed_time
from web.site.date_field import read_day

NOT_KNOWN: Final = "not_known"
"""The answer that records no outcome: nobody knows yet."""

CHOICES = (
    *((code, sentence(code_lists.label(code))) for code in code_lists.USUAL_OUTCOMES),
    (NOT_KNOWN, "Not yet known"),
)
"""The answers that each row offers, in order: value and words."""

KINDS = tuple(
    (code, sentence(code_lists.label(code)))
    for code in (
        "office",
        "home_visit",
        "telephone",
        "video",
        "programme",
        "unpaid_work",
        "three_way",
        "prison_visit",
        "other",
    )
)
"""The kinds of appointment that a row can book next."""

NEXT_DAY, NEXT_TIME = "Date of the next appointment", "Time of the next appointment"

_TOKEN = re.compile(r"form-[0-9a-f]{12}")
_FIELDS = ("outcome", "next_on", "next_time", "next_kind")


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One appointment with what was typed for it. ``number``: its place on the form. ``token``: the id of the entry it makes.

    ``problems``: field -> what to do.
    """

    number: int
    visit: Visit
    token: str
    outcome: str = ""
    next_on: str = ""
    next_time: str = ""
    next_kind: str = ""
    problems: Mapping[str, str] | None = None

    @classmethod
    def fresh(cls, number: int, visit: Visit) -> "OutcomeRow":
        """A row in which nothing was typed."""
        return cls(number, visit, f"form-{secrets.token_hex(6)}")

    @classmethod
    def typed(cls, number: int, visit: Visit, form: Mapping[str, str]) -> "OutcomeRow":
        """A row as it was sent."""
        token = form.get(f"token-{number}", "")
        fresh = cls.fresh(number, visit)
        outcome, day, time, kind = (form.get(f"{name}-{number}", "").strip()[:200] for name in _FIELDS)
        return cls(number, visit, token if _TOKEN.fullmatch(token) else fresh.token, outcome, day, time, kind)

    def id(self, field: str) -> str:
        """The name of one of its fields on the form."""
        return f"{field}-{self.number}"

    @property
    def books(self) -> bool:
        """Whether a next appointment was typed."""
        return bool(self.next_on or self.next_time or self.next_kind)

    @property
    def tells(self) -> bool:
        """Whether it says what became of the appointment."""
        return self.outcome in code_lists.USUAL_OUTCOMES

    @property
    def records(self) -> bool:
        """Whether anything is to be recorded for it."""
        return self.tells or self.books

    def checked(self, name: str, history: History, today: date) -> "OutcomeRow":
        """The row with what is wrong in it. ``name``: how a sentence names the person."""
        problems: dict[str, str] = {}
        if self.outcome and self.outcome not in dict(CHOICES):
            problems["outcome"] = "Select one of the outcomes that are offered."
        elif self.books and not self.outcome:
            problems["outcome"] = (
                f"Select whether {name} attended and complied. Select “Not yet known” to book only the next appointment."
            )
        if self.books:
            problems |= self._of_the_next(history, today)
        return replace(self, problems=problems)

    def _of_the_next(self, history: History, today: date) -> dict[str, str]:
        problems: dict[str, str] = {}
        if self.next_kind not in dict(KINDS):
            problems["next_kind"] = (
                "Select the kind of the next appointment. This decides whether it counts as contact."
            )
        if self.next_time and typed_time(self.next_time) is None:
            problems["next_time"] = f"{NEXT_TIME} must be a time of day. For example, 9:30 or 2pm."
        for_on = read_day(self.next_on)
        problem = day_problem(NEXT_DAY, self.next_on) if for_on is None else None
        if for_on is not None:
            problem = booking_problem(NEXT_DAY, for_on, self.next_kind, history, today)
        return problems | ({"next_on": problem} if problem else {})

    def facts(self, who: str, today: date, now: datetime) -> list[Entry]:
        """The entries that it makes, dated by their days. ``who``: the user name that records them. The row has no problems."""
        given = {"recorded_at": now.isoformat(), "recorded_by": who}
        made: list[Entry] = []
        if self.tells:
            said = {"appointment": self.visit.made.entry, "outcome": self.outcome}
            day = self.visit.made.for_on.isoformat()
            made.append(
                load_entry("AppointmentOutcomeRecorded", {"entry": self.token, "occurred_on": day, **said, **given})
            )
        for_on = read_day(self.next_on)
        if for_on is not None:
            booked = {"for_on": for_on.isoformat(), "contact_type": self.next_kind}
            time = typed_time(self.next_time)
            booked |= {"for_time": time} if time else {}
            name, day = f"{self.token}-next", today.isoformat()
            made.append(load_entry("AppointmentMade", {"entry": name, "occurred_on": day, **booked, **given}))
        return made

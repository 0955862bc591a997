"""The rows of the form on which the outcomes of a day are recorded: what was typed, what is wrong, and the entries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from domain.entries import code_lists
from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from projections.cases.case_visits import Visit
from projections.history.history import History
from web.presentation.formatting import sentence
from web.recording.next_booking import FIELDS, NOTHING, NextBooking
from web.recording.typed_entries import new_token, token_sent

NOT_KNOWN: Final = "not_known"
"""The answer that records no outcome: nobody knows yet."""

CHOICES = (
    *((code, sentence(code_lists.label(code))) for code in code_lists.USUAL_OUTCOMES),
    (NOT_KNOWN, "Not yet known"),
)
"""The answers that each row offers, in order: value and words."""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One appointment with what was typed for it. ``number``: its place on the form. ``token``: the id of the entry it makes.

    ``problems``: field -> what to do.
    """

    number: int
    visit: Visit
    token: str
    outcome: str = ""
    next: NextBooking = NOTHING
    problems: Mapping[str, str] | None = None

    @classmethod
    def fresh(cls, number: int, visit: Visit) -> "OutcomeRow":
        """A row in which nothing was typed."""
        return cls(number, visit, new_token())

    @classmethod
    def typed(cls, number: int, visit: Visit, form: Mapping[str, str]) -> "OutcomeRow":
        """A row as it was sent."""
        token = form.get(f"token-{number}", "")
        texts = {field.name: [form.get(f"{field.name}-{number}", "")] for field in FIELDS}
        outcome = form.get(f"outcome-{number}", "")[:200]
        booking = NextBooking.typed(texts)
        return cls(number, visit, token_sent(token), outcome, booking)

    def id(self, field: str) -> str:
        """The name of one of its fields on the form."""
        return f"{field}-{self.number}"

    @property
    def tells(self) -> bool:
        """Whether it says what became of the appointment."""
        return self.outcome in code_lists.USUAL_OUTCOMES

    @property
    def records(self) -> bool:
        """Whether anything is to be recorded for it."""
        return self.tells or self.next.given

    def checked(self, name: str, history: History, today: date) -> "OutcomeRow":
        """The row with what is wrong in it. ``name``: how a sentence names the person."""
        problems: dict[str, str] = {}
        if self.outcome and self.outcome not in dict(CHOICES):
            problems["outcome"] = "Select one of the outcomes that are offered."
        elif self.next.given and not self.outcome:
            problems["outcome"] = (
                f"Select whether {name} attended and complied. Select “Not yet known” to book only the next appointment."
            )
        return replace(self, problems=problems | self.next.problems(history, today, self.token))

    def naming(self, name: str) -> "OutcomeRow":
        """The row with the name of the person before each problem."""
        problems = {
            field: words if name in words else f"{name}: {words}" for field, words in (self.problems or {}).items()
        }
        return replace(self, problems=problems)

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
        return made + self.next.facts(self.token, who, today, now)

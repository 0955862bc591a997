"""Entries of one case as plain dictionaries: written in a line each, read as facts, taken as known at an instant."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry

Plain = dict[str, Any]

PERSON = {
    "crn": "X123456", "name": "A Person", "date_of_birth": "1970-01-01", "gender": "female", "ethnicity": "W1",
    "disability": False,
}  # fmt: skip
GROUPS = ("public", "known_adult", "children", "staff", "prisoners")
PLACE = {"area": "Gloucestershire", "division": "North", "team": "Cheltenham", "officer": "Jo", "officer_grade": "po"}
ELSEWHERE = PLACE | {"area": "Avon", "team": "Bath", "officer": "Al"}


def day(text: str) -> date:
    return date.fromisoformat(text)


class Pages:
    """A file being written: each entry is recorded at noon of its day, a second after the last, unless told otherwise."""

    def __init__(self) -> None:
        self.entries: list[Plain] = []

    def add(self, kind: str, on: date | str, /, recorded: datetime | None = None, **fields: Any) -> str:
        happened = day(on) if isinstance(on, str) else on
        number = len(self.entries) + 1
        at_noon = datetime.combine(happened, time(12), UTC) + timedelta(seconds=number)
        entry = {"type": kind, "entry": f"{number:03d}", "occurred_on": happened, "recorded_at": recorded or at_noon}
        self.entries.append(entry | fields)
        return f"{number:03d}"

    def start(self, on: date | str, order: str = "community_order", **fields: Any) -> str:
        return self.add("SupervisionStarted", on, person=PERSON, order_type=order, **(PLACE | fields))

    def assess(self, on: date | str, level: str, stage: str = "initial", **fields: Any) -> str:
        harm = dict.fromkeys(GROUPS, "low") | {"public": level}
        return self.add(
            "AssessmentCompleted", on, instrument="oasys", stage=stage, overall_risk_of_harm=level,
            **({"assessor": "Jo", "risk_of_harm": harm} | fields),
        )  # fmt: skip

    def risk(self, on: date | str, level: str, **fields: Any) -> str:
        return self.add("RiskLevelChanged", on, **({"from": "medium", "to": level, "reason": "r"} | fields))

    def plan(self, on: date | str, **fields: Any) -> str:
        return self.add("SupervisionPlanMade", on, objectives=[], interventions=[], **fields)

    def appointment(
        self, for_on: date | str, outcome: str | None = None, made: date | str | None = None, **how: Any
    ) -> str:
        kept = day(for_on) if isinstance(for_on, str) else for_on
        made_entry = self.add("AppointmentMade", made or kept, for_on=kept, **({"contact_type": "office"} | how))
        if outcome:
            self.add("AppointmentOutcomeRecorded", kept, appointment=made_entry, outcome=outcome)
        return made_entry

    def judge(self, on: date | str, appointment: str, acceptable: bool) -> str:
        return self.add("AbsenceJudged", on, appointment=appointment, acceptable=acceptable, reason="r")


def as_fact(entry: Plain) -> Entry:
    """The entry as an import reads it."""
    fields = {k: v.isoformat() if isinstance(v, date) else v for k, v in entry.items() if k != "type"}
    return load_entry(entry["type"], fields)


def as_known(entries: list[Plain], known_at: datetime | None) -> list[Plain]:
    """What was recorded by an instant (None: all), less what was withdrawn by a withdrawal that itself stands."""
    recorded = [e for e in entries if known_at is None or e["recorded_at"] < known_at]

    def stands(entry: Plain) -> bool:
        return not any(e["type"] == "EntryWithdrawn" and e["of"] == entry["entry"] and stands(e) for e in recorded)

    return [e for e in recorded if e["type"] != "EntryWithdrawn" and stands(e)]

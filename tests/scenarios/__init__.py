"""Scenarios: this happened, so on that day the verdict is this. YAML beside this page, read by ``all_scenarios``.

A file of scenarios holds facts in a short form and what must follow from them::

    - scenario: a plan that nobody made is overdue the day after its deadline
      facts:
        - {on: 2005-04-05, SupervisionStarted: {order_type: licence}}
      expect:
        - {on: 2005-04-26, clause: initial-supervision-plan, state: due, due_on: 2005-04-26}

A file ``deadlines-*`` holds clauses with their last day, by edition; each becomes three scenarios: done on the last
day, done the day after, not done. ``start`` and the like are the named days of ``days``; ``DAY`` is the day of doing.

A row with ``states`` names all states in which duties of the clause then are, in place of one duty with its state.
``elsewhere`` holds the facts of another file of the person, in the same form.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from domain.policy.yaml_reader import CoreLoader


class WithDays(CoreLoader):
    """Reads a scenario as policy is read, but days and instants as such."""


WithDays.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_timestamp)

HERE = Path(__file__).parent
ONE_DAY = timedelta(days=1)
REFERENCE, OTHER_REFERENCE = "X123456/1", "X123456/2"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
"""Later than anything that a scenario says."""

PERSON = {
    "crn": "X123456", "name": "Sam Person", "date_of_birth": "1970-01-01", "gender": "male", "ethnicity": "W1",
    "disability": False,
}  # fmt: skip
ALLOCATION = {
    "area": "Gloucestershire", "division": "West", "team": "Stroud", "officer": "Jo Officer", "officer_grade": "po",
}  # fmt: skip
HARMED = ("public", "known_adult", "children", "staff", "prisoners")

DEFAULTS: dict[str, dict[str, Any]] = {
    "SupervisionStarted": {"person": PERSON, "order_type": "community_rehabilitation_order", **ALLOCATION},
    "CaseAllocated": ALLOCATION,
    "AssessmentCompleted": {"instrument": "oasys", "stage": "initial", "assessor": "Jo Officer"},
    "AssessmentCountersigned": {"by": "Ann Manager", "grade": "spo"},
    "RiskLevelChanged": {"from": "medium", "reason": "new information"},
    "RiskManagementActionTaken": {"action": "visited"},
    "SupervisionPlanMade": {"objectives": [], "interventions": []},
    "AppointmentMade": {"contact_type": "office"},
    "ContactLogged": {"contact_type": "letter"},
    "AbsenceJudged": {"reason": "explanation heard"},
    "WarningGiven": {"stage": "first"},
    "BreachDecided": {"outcome": "order_continues"},
    "RecallRequested": {"reason": "failed to report"},
    "RecallDecided": {"outcome": "not_recalled"},
    "CustodyStarted": {"reason": "remand"},
    "ContactSuspended": {"reason": "hospital", "by": "Ann Manager", "grade": "spo"},
    "WhereaboutsUnknown": {"basis": "warrant"},
    "WhereaboutsKnown": {"how": "surrendered"},
    "MappaSet": {"category": 2},
    "MappaMeetingHeld": {"level": 2},
    "ChildProtectionConcernRaised": {"detail": "a child in the house"},
    "ChildProtectionWorkDone": {"kind": "conference"},
    "OversightRecorded": {"kind": "case_discussion", "by": "Ann Manager", "grade": "spo"},
    "DiversityNeedMet": {"arrangement": "a tutor"},
    "DispensationGiven": {"reason": "in hospital", "by": "Ann Manager"},
    "CourtReportRequested": {"kind": "psr"},
    "UnpaidWorkSession": {"hours": 5, "outcome": "attended_complied"},
    "DrugTestTaken": {"result": "negative"},
    "QualityJudged": {"framework": "esi-2003", "by": "Ann Manager", "role": "spo"},
    "EntryWithdrawn": {"reason": "entered on the wrong file"},
    "SupervisionEnded": {"reason": "completed"},
}
"""What a short form need not say: believable values for the fields that the scenario is not about."""


@dataclass(frozen=True)
class Scenario:
    """One told history and the rows that must follow: each about a clause's duty or about a question's answer."""

    file: str
    scenario: str
    facts: list[dict[str, Any]]
    expect: list[dict[str, Any]]
    elsewhere: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.file}: {self.scenario}"

    def history(self) -> list[Entry]:
        """The facts as the door would admit them, in the order in which the file came to hold them."""
        return _admitted(REFERENCE, self.facts)

    def others(self) -> list[list[Entry]]:
        """The facts of each other file of the person."""
        return [_admitted(OTHER_REFERENCE, self.elsewhere, "other-")] if self.elsewhere else []


def _admitted(reference: str, shorts: list[dict[str, Any]], prefix: str = "") -> list[Entry]:
    told = [_fact(f"{prefix}{number:02}", short) for number, short in enumerate(_each(shorts), 1)]
    file = CaseFile(reference)
    for fact in sorted(told[1:], key=lambda f: f.recorded_at):
        if file.first_entry is None:
            evolve(file, RecordedEntry(reference, 1, *decide(file, told[0], NOW)))
        (admitted,) = decide(file, fact, NOW)
        evolve(file, RecordedEntry(reference, file.version + 1, admitted))
    return told


def all_scenarios() -> list[Scenario]:
    return [scenario for path in sorted(HERE.glob("*.yaml")) for scenario in _read(path)]


def _read(path: Path) -> Iterator[Scenario]:
    for told in yaml.load(path.read_text(encoding="utf-8"), WithDays):
        if "scenario" in told:
            yield Scenario(path.stem, **told)
        else:
            yield from _both_sides(path.stem, **told)


def _both_sides(
    file: str,
    *,
    clause: str,
    deadline: str,
    given: list[dict[str, Any]],
    meets: dict[str, Any],
    days: dict[str, dict[str, date]],
    window: bool = False,
    raised_by: str | None = None,
    instead: dict[str, Any] | None = None,
) -> Iterator[Scenario]:
    """Done on the last day, done the day after, not done (``instead``: what the file holds when it was not).

    ``window``: what is missed cannot be made good. ``raised_by``: the entry whose duty is meant, where there are more.
    """
    for edition, named in days.items():
        last = named["last_day"]
        about = {"clause": clause, "edition": edition, "due_on": last}
        about |= {"raised_by": raised_by} if raised_by else {}
        facts = [_named(fact, named) for fact in given]
        done = {day: _named({"on": "DAY", **meets}, {**named, "DAY": day}) for day in (last, last + ONE_DAY)}
        undone = [_named(instead, named)] if instead else []
        in_time = {**about, "on": last, "state": "met", "met_on": last}
        silent = {**about, "on": last, "state": "due"}
        passed = {**about, "on": last + ONE_DAY, "state": "missed" if window else "overdue"}
        late = passed if window else {**passed, "state": "met_late", "met_on": last + ONE_DAY}
        title = f"{clause} ({edition}), {deadline}"
        yield Scenario(file, f"{title}: done on the last day", [*facts, done[last]], [in_time])
        yield Scenario(file, f"{title}: done the day after", [*facts, done[last + ONE_DAY]], [silent, late])
        yield Scenario(file, f"{title}: not done", [*facts, *undone], [silent, passed])


def _named(value: Any, days: dict[str, date]) -> Any:
    """The short form with the names of days replaced by the days."""
    match value:
        case dict():
            return {key: _named(inner, days) for key, inner in value.items()}
        case list():
            return [_named(inner, days) for inner in value]
        case str() if value in days:
            return days[value]
        case _:
            return value


def _each(shorts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """``weekly: 11`` says the entry eleven times, a week apart; ``daily: 4`` four times, on four days."""
    for short in shorts:
        once = {key: value for key, value in short.items() if key not in ("daily", "weekly")}
        apart = timedelta(days=1 if "daily" in short else 7)
        for number in range(short.get("weekly", short.get("daily", 1))):
            yield from _with_outcome({**once, "on": short["on"] + number * apart})


def _with_outcome(short: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """``AppointmentMade: {outcome: ...}`` says what became of it too, recorded on its day."""
    fields = dict(short.get("AppointmentMade", {}))
    outcome = fields.pop("outcome", None)
    if outcome is None:
        yield short
        return
    day = fields.get("for_on", short["on"])
    made = short.get("entry", f"for-{day}")
    yield {**short, "entry": made, "AppointmentMade": fields}
    yield {"on": day, "AppointmentOutcomeRecorded": {"appointment": made, "outcome": outcome}}


def _fact(number: str, short: dict[str, Any]) -> Entry:
    rest = dict(short)
    on, recorded, entry = rest.pop("on"), rest.pop("recorded", None), rest.pop("entry", None)
    ((kind, fields),) = rest.items()
    values = {**DEFAULTS.get(kind, {}), **fields}
    if kind == "AppointmentMade":
        values.setdefault("for_on", on)
    if isinstance(level := values.get("risk_of_harm"), str):
        values["risk_of_harm"] = dict.fromkeys(HARMED, level)
    recorded_at = recorded if isinstance(recorded, datetime) else datetime.combine(recorded or on, time(12), UTC)
    common = {"entry": entry or f"{number}-{kind}", "occurred_on": on, "recorded_at": recorded_at}
    return load_entry(kind, _written({**common, **values}))


def _written(value: Any) -> Any:
    """Days and instants as the interchange form writes them."""
    match value:
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case list():
            return [_written(inner) for inner in value]
        case date():
            return value.isoformat()
        case _:
            return value

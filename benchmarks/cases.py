"""Believable cases from a seed: some 140 facts each, from the order to its last appointment, in time or late.

What is written is drawn by chance; what was due and when it was met is for the real code to derive.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from domain.calendar.workdays import add_working_days, is_working_day
from domain.entries import case_entries
from domain.entries.case_entries import Entry
from projections.ledger.ledger import Place

FIRST_START, LAST_START = date(2004, 7, 1), date(2005, 12, 31)
READ_ON = date(2006, 3, 31)
"""The day as at which benchmarks read: the last entries are of that week."""

FIRST_HOLDER = Place("an area", "a division", "a team", "the first officer", "po")
SECOND_HOLDER = FIRST_HOLDER._replace(officer="the second officer")
PERSON = case_entries.Person(
    crn="A000000", name="Nobody Yet", date_of_birth=date(1975, 1, 1), gender="male", ethnicity="W1", disability=False
)
ORDERS = (
    "community_rehabilitation_order",
    "community_order",
    "community_punishment_and_rehabilitation_order",
    "licence",
)
JUDGED = (
    "risk-of-harm-assessment-quality", "initial-plan-satisfactory", "appropriate-interventions-planned",
    "record-well-organised", "work-prioritised", "methods-considered", "victim-issues-addressed",
)  # fmt: skip
INTERVENTIONS = ("alcohol_counselling", "basic_skills", "cognitive_work", "employment_advice", "offence_focused_work")
FACTORS = ("alcohol_misuse", "drug_misuse", "accommodation", "attitudes", "domestic_violence", "relationships")


class Pen:
    """Writes one case down. ``skill`` is how often its officer works to the standard."""

    def __init__(self, seed: str):
        self.rng = Random(seed)
        self.skill = self.rng.betavariate(9, 2)
        self.start = self.day(FIRST_START + timedelta(days=self.rng.randint(0, (LAST_START - FIRST_START).days)))
        self.ends_on = self.start + timedelta(days=self.rng.choice((365, 365, 547)))
        self.until = min(self.ends_on, READ_ON)
        self.facts: list[Entry] = []

    def well(self) -> bool:
        return self.rng.random() < self.skill

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def day(self, day: date) -> date:
        """This day, or the next working day."""
        while not is_working_day(day):
            day += timedelta(days=1)
        return day

    def soon(self, after: date, within: int, late: int) -> date:
        """A working day within so many of another, or up to so many late."""
        days = self.rng.randint(0, within) if self.well() else within + self.rng.randint(1, late)
        return add_working_days(after, days)

    def write(self, fact_type: type[Entry], on: date, **fields: Any) -> str:
        """One entry, unless it would lie after the day read; recorded that day, or days after it."""
        late = 0 if self.chance(0.93) else self.rng.randint(2, 15)
        hour, minute, second = self.rng.randint(8, 17), self.rng.randint(0, 59), self.rng.randint(0, 59)
        recorded = datetime.combine(add_working_days(on, late), datetime.min.time(), UTC)
        recorded += timedelta(hours=hour, minutes=minute, seconds=second, microseconds=self.rng.randint(0, 999_999))
        entry = f"e{len(self.facts)}"
        if on <= READ_ON:
            self.facts.append(
                fact_type(entry=entry, occurred_on=on, recorded_at=recorded, recorded_by="an officer", **fields)
            )
        return entry


def template(seed: str) -> list[Entry]:
    """The facts of one case in the order in which they were recorded; who it is about and who holds it stand open."""
    pen = Pen(seed)
    high = pen.chance(0.2)
    _begin(pen)
    _assess(pen, high)
    _plan(pen)
    if high:
        _manage_risk(pen)
    _see(pen)
    _end(pen)
    if pen.chance(0.3) and len(pen.facts) > 20:
        of = pen.rng.choice(pen.facts[10:])
        pen.write(case_entries.EntryWithdrawn, of.occurred_on, of=of.entry, reason="entered twice")
    pen.facts[1:] = sorted(pen.facts[1:], key=lambda fact: fact.recorded_at)
    return pen.facts


def _begin(pen: Pen) -> None:
    order = pen.rng.choice(ORDERS)
    tier = pen.rng.choice((1, 2, 2, 3, 3, 4)) if pen.start.year >= 2005 else None
    pen.write(
        case_entries.SupervisionStarted, pen.start, person=PERSON, order_type=order, tier=tier, **held_by(FIRST_HOLDER),
        released_on=pen.start if order == "licence" else None, ends_on=pen.ends_on,
    )  # fmt: skip
    for kind in ("order", "psr", "previous_convictions"):
        if pen.well():
            pen.write(case_entries.DocumentFiled, pen.start, kind=kind)
    if pen.chance(0.15):
        pen.write(case_entries.CaseAllocated, pen.day(pen.start + timedelta(days=150)), **held_by(SECOND_HOLDER))


def held_by(place: Place) -> dict[str, str]:
    return {name: value for name, value in place._asdict().items() if value}


def _assess(pen: Pen, high: bool) -> None:
    level = "high" if high else pen.rng.choice(("low", "medium", "medium"))
    harm = case_entries.RiskOfHarm(public=level, known_adult="low", children="low", staff="low", prisoners="low")
    on, stage = pen.soon(pen.start, 15, 20), "initial"
    while on < pen.until:
        entry = pen.write(
            case_entries.AssessmentCompleted, on, instrument="oasys", stage=stage, assessor="an officer", risk_of_harm=harm,
            likelihood_of_reoffending=case_entries.Likelihood(score=pen.rng.randint(20, 130)),
            criminogenic_factors=sorted({pen.rng.choice(FACTORS), pen.rng.choice(FACTORS)}),
            sources=["interview", "psr", "police"] if pen.well() else ["interview"],
        )  # fmt: skip
        if high or pen.chance(0.3):
            pen.write(
                case_entries.AssessmentCountersigned, pen.soon(on, 5, 9), assessment=entry, by="a manager", grade="spo"
            )
        on, stage = pen.soon(on + timedelta(days=98), 10, 15), "review"


def _plan(pen: Pen) -> None:
    made_on = pen.soon(pen.start, 15, 20)
    objectives = [case_entries.Objective(text=f"objective {n}", smart=pen.well()) for n in range(3)]
    chosen = sorted({pen.rng.choice(INTERVENTIONS) for _ in range(3)})
    plan = pen.write(
        case_entries.SupervisionPlanMade, made_on, objectives=objectives, interventions=chosen,
        takes_account_of=["psr", "risk_of_harm"] if pen.well() else ["need"],
    )  # fmt: skip
    on = made_on
    while (on := pen.soon(on + timedelta(days=98), 10, 15)) < pen.until:
        pen.write(case_entries.SupervisionPlanReviewed, on, plan=plan, reason="four-monthly review")
        pen.write(case_entries.LiaisonRecorded, on, with_="partner_agency")
    for intervention in chosen:
        on = pen.day(made_on + timedelta(days=pen.rng.randint(10, 60)))
        while on < pen.until and pen.well():
            pen.write(case_entries.InterventionDelivered, on, intervention=intervention, provider="case_manager")
            on = pen.day(on + timedelta(days=56))
    for question in JUDGED:
        on = pen.day(pen.start + timedelta(days=pen.rng.randint(60, 300)))
        if on < pen.until and pen.chance(0.9):
            answer = "sufficient" if pen.well() else "insufficient"
            overrules = pen.chance(0.02)
            pen.write(
                case_entries.QualityJudged, on, framework="esi-2003", question=question, answer=answer, by="a manager", role="spo",
                overrules=overrules, comment="seen on the paper file" if overrules else None,
            )  # fmt: skip


def _manage_risk(pen: Pen) -> None:
    on = pen.soon(pen.start, 15, 10)
    plan = pen.write(case_entries.RiskManagementPlanMade, on, actions=["weekly reporting"], by="an officer")
    while (on := pen.soon(on + timedelta(days=80), 10, 20)) < pen.until:
        pen.write(case_entries.RiskManagementPlanReviewed, on, plan=plan)
        pen.write(case_entries.OversightRecorded, on, kind="case_discussion", by="a manager", grade="spo")


def _see(pen: Pen) -> None:
    """Appointments: weekly for sixteen weeks, then every fortnight, and what became of each."""
    day, made_on, failures = pen.day(pen.start + timedelta(days=pen.rng.randint(0, 5))), pen.start, 0
    while day < pen.until:
        entry = pen.write(case_entries.AppointmentMade, made_on, for_on=day, contact_type="office")
        if pen.chance(0.1):
            failures = _miss(pen, entry, day, failures)
        else:
            pen.write(case_entries.AppointmentOutcomeRecorded, day, appointment=entry, outcome="attended_complied")
        for _ in range(pen.rng.choice((0, 1, 2, 2, 3))):
            on = add_working_days(day, pen.rng.randint(0, 3))
            pen.write(case_entries.ContactLogged, on, contact_type="telephone", note="rang about the next appointment")
        made_on = day
        gap = 7 if (day - pen.start).days < 112 else 14
        day = pen.day(day + timedelta(days=gap if pen.chance(0.9) else 2 * gap))


def _miss(pen: Pen, entry: str, day: date, failures: int) -> int:
    pen.write(case_entries.AppointmentOutcomeRecorded, day, appointment=entry, outcome="awaiting_explanation")
    if pen.well():
        pen.write(case_entries.ContactLogged, add_working_days(day, 1), contact_type="letter", about=entry)
    acceptable = pen.chance(0.6)
    judged_on = pen.soon(day, 6, 6)
    pen.write(
        case_entries.AbsenceJudged, judged_on, appointment=entry, acceptable=acceptable, reason="as the file says"
    )
    if acceptable:
        return failures
    if failures == 0:
        pen.write(case_entries.WarningGiven, add_working_days(judged_on, 1), appointments=[entry], stage="first")
    elif pen.well():
        on = pen.soon(judged_on, 4, 10)
        pen.write(case_entries.BreachInitiated, on, appointments=[entry])
        pen.write(case_entries.BreachDecided, add_working_days(on, 20), outcome="order_continues")
    return failures + 1


def _end(pen: Pen) -> None:
    if pen.until < READ_ON:
        pen.write(case_entries.SupervisionEnded, pen.until, reason="completed")

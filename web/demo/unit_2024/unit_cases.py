"""The cases of the unit: some 420 begun in the summer of 2023, each with a file of an order or licence of that time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from domain.calendar.workdays import add_working_days, is_working_day
from web.demo.invented_people import person
from web.demo.unit_2024.unit_people import MANAGERS, OFFICERS, REGION, UNIT, UnitOfficer

SEED = 2024
CASES = 420
STARTED = date(2023, 7, 3), date(2023, 8, 31)
READ_ON = date(2024, 2, 5)
"""The sample date, about five to seven months into supervision."""

CONTACT_UNTIL = date(2024, 1, 12)
"""Appointments are made before this day: what a file holds after the area has the list is then what somebody added."""

ORDERS = ("community_order", "suspended_sentence_order", "licence")

Line = dict[str, Any]


@dataclass(frozen=True)
class UnitCase:
    """One case: who it is, who holds it, and how it stands."""

    reference: str
    person: Mapping[str, Any]
    order: str
    start: date
    officer: UnitOfficer
    high: bool

    @property
    def sentenced(self) -> date:
        """The day of sentence: that of the order; on licence eight months before the release, or eighty days where it was short."""
        short = int(self.reference[1:7]) % 3 == 0
        return self.start - timedelta(days=(80 if short else 240) if self.order == "licence" else 0)

    @property
    def stratum(self) -> str:
        """As the frame groups it: by gender and order."""
        gender = "women" if self.person["gender"] == "female" else "men"
        return f"{gender}, {'licence' if self.order == 'licence' else 'order'}"


def deal() -> list[UnitCase]:
    """The cases, the same every time, ordered by reference."""
    rng = Random(f"{SEED} unit")
    numbers = rng.sample(range(100_000, 999_999), CASES)
    days = [STARTED[0] + timedelta(days=n) for n in range((STARTED[1] - STARTED[0]).days + 1)]
    working = [day for day in days if is_working_day(day)]
    found = []
    for place, number in enumerate(numbers):
        start, order = rng.choice(working), rng.choices(ORDERS, [50, 25, 25])[0]
        crn = f"{rng.choice('ABCDEFGHJKLMNPRSTVWX')}{number}"
        gender = "female" if rng.random() < 0.15 else "male"
        officer = OFFICERS[place % len(OFFICERS)]
        found.append(UnitCase(f"{crn}/1", person(rng, crn, start, gender), order, start, officer, rng.random() < 0.3))
    return sorted(found, key=lambda case: case.reference)


class _Pen:
    """Writes the lines of one case."""

    def __init__(self, case: UnitCase):
        self.case, self.rng, self.count = case, Random(f"{SEED} {case.reference}"), 0

    def write(self, type_: str, on: date, *, recorded: date | None = None, **fields: Any) -> Line:
        """One entry, recorded on its day unless another is given."""
        self.count += 1
        at = f"{(recorded or on).isoformat()}T{9 + self.count % 8:02d}:{self.count % 60:02d}:00+00:00"
        return {
            "case": self.case.reference, "entry": fields.pop("entry", f"{self.count:04d}"), "type": type_,
            "occurred_on": on.isoformat(), "recorded_at": at, "recorded_by": fields.pop("recorded_by", self.case.officer.id),
            **{name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()},
        }  # fmt: skip


def write_cases(cases: Sequence[UnitCase], notes: Mapping[str, Sequence[Line]]) -> Iterator[Line]:
    """The files of all cases, as interchange lines. ``notes``: what was recorded on a case for or because of the inspection."""
    for case in cases:
        lines = _at_liberty(list(_file(case, case.reference in notes)), notes.get(case.reference, ()))
        yield from sorted([*lines, *notes.get(case.reference, ())], key=lambda line: _order(line, lines))


def _at_liberty(lines: list[Line], notes: Sequence[Line]) -> list[Line]:
    """The lines without appointments for days in custody, and their outcomes."""
    began, over = (
        next((one["occurred_on"] for one in notes if one["type"] == type_), "")
        for type_ in ("CustodyStarted", "CustodyEnded")
    )
    inside = {line["entry"] for line in lines if began <= line.get("for_on", "") < over}
    return [line for line in lines if line["entry"] not in inside and line.get("appointment") not in inside]


def _order(line: Line, first: Sequence[Line]) -> tuple[str, int]:
    return line["recorded_at"][:10], first.index(line) if line in first else len(first)


def _file(case: UnitCase, whole: bool) -> Iterator[Line]:
    """What officers recorded. ``whole``: a file that somebody reads has its contact and reviews too."""
    pen, start = _Pen(case), case.start
    yield from _beginning(pen)
    planned = add_working_days(start, pen.rng.randint(9, 17))
    plan = pen.write(
        "SupervisionPlanMade", planned, kind="sentence_plan", takes_account_of=["psr"],
        objectives=[{"text": "Keep a place to live", "smart": pen.rng.random() < 0.6, "factor": "accommodation"}],
        interventions=["basic_skills"],
    )  # fmt: skip
    yield plan
    if case.high:
        yield pen.write("RiskManagementPlanMade", planned, actions=["Contact with the police each month"], by=case.officer.name,
                        by_id=case.officer.id)  # fmt: skip
    yield from _first_contact(pen)
    if whole:
        yield from _contact(pen)
        if pen.rng.random() < 0.7:
            yield pen.write("SupervisionPlanReviewed", start + timedelta(days=120), plan=plan["entry"], objectives=[],
                            reason="Four months")  # fmt: skip


def _beginning(pen: _Pen) -> Iterator[Line]:
    case, officer, start = pen.case, pen.case.officer, pen.case.start
    licence = case.order == "licence"
    dates = {"sentenced_on": case.sentenced, **({"released_on": start} if licence else {})}
    yield pen.write(
        "SupervisionStarted", start, person=case.person, order_type=case.order, area=REGION, division=UNIT, team=officer.team,
        officer=officer.name, officer_id=officer.id, officer_grade=officer.grade, ends_on=start + timedelta(days=365),
        requirements=[] if licence else ["rehabilitation_activity"], **dates,
    )  # fmt: skip
    level = "high" if case.high else pen.rng.choice(["low", "medium", "medium"])
    assessed = add_working_days(start, pen.rng.randint(6, 16))
    assessment = pen.write(
        "AssessmentCompleted", assessed, instrument="oasys", stage="initial",
        assessor=officer.name, assessor_id=officer.id, sources=["psr"], overall_risk_of_harm=level,
        risk_of_harm=dict.fromkeys(("public", "known_adult", "children", "staff", "prisoners"), level),
        likelihood_of_reoffending={"score": pen.rng.randint(30, 120)},
    )  # fmt: skip
    yield assessment
    if case.high and pen.rng.random() < 0.85:
        manager, number = MANAGERS[officer.team]
        yield pen.write("AssessmentCountersigned", add_working_days(assessed, 3), assessment=assessment["entry"], by=manager,
                        by_id=number, grade="spo", recorded_by=number)  # fmt: skip


def _first_contact(pen: _Pen) -> Iterator[Line]:
    """The first appointment: on licence the working day after release, on an order within five; one in eight comes too late."""
    in_time = 1 if pen.case.order == "licence" else pen.rng.randint(2, 5)
    on = add_working_days(pen.case.start, in_time if pen.rng.random() < 0.88 else in_time + 4)
    made = pen.write("AppointmentMade", pen.case.start, for_on=on, contact_type="office")
    yield made
    yield pen.write("AppointmentOutcomeRecorded", on, appointment=made["entry"], outcome="attended_complied")


def _contact(pen: _Pen) -> Iterator[Line]:
    """Appointments each week from the second week on to the twelfth, then each fortnight; a few were missed."""
    day, number = _working(pen.case.start + timedelta(days=7)), 1
    while day < CONTACT_UNTIL:
        made = pen.write("AppointmentMade", day, for_on=_working(day + timedelta(days=7)), contact_type="office")
        yield made
        missed = pen.rng.random() < 0.12
        on = date.fromisoformat(made["for_on"])
        yield pen.write("AppointmentOutcomeRecorded", on, appointment=made["entry"],
                        outcome="unacceptable_absence" if missed else "attended_complied")  # fmt: skip
        number += 1
        day = on if number < 12 else on + timedelta(days=7)


def _working(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def line_on(case: UnitCase, entry: str, type_: str, on: date, at: str, who: str, **fields: Any) -> Line:
    """One line of a case that something beside the officer's own work is about. ``at``: the time of day, in London."""
    return {
        "case": case.reference, "entry": entry, "type": type_, "occurred_on": on.isoformat(),
        "recorded_at": f"{on.isoformat()}T{at}:00+00:00", "recorded_by": who,
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()},
    }  # fmt: skip


def of(cases: Iterable[UnitCase], reference: str) -> UnitCase:
    """The case of this reference."""
    return next(case for case in cases if case.reference == reference)

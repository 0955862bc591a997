"""Random but believable case histories, for properties that must hold on any file.

``histories()`` draws the interchange objects of one case: a person, an order or licence that starts between 2003 and
2006, and what was done and recorded on it, in time or late. Some of it is odd, as files are: judged twice, dated by a
correction, withdrawn and put back.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.entries import code_lists
from domain.entries.case_entries import Entry
from domain.entries.refusals import ClashOfDates, NoSuchEntry
from domain.entries.schemas import load_entry

CASE = "X123456/1"
NOW = datetime(2009, 1, 1, tzinfo=UTC)
"""Later than anything that a history here says."""

FIRST, LAST = date(2003, 1, 1), date(2006, 12, 31)
"""The first and the last day on which supervision may start."""

LONGEST_DAYS = 400
"""How long after the start the last entry may have happened."""

Line = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

ORDERS = get_args(code_lists.OrderType)
PLANNED = get_args(code_lists.Intervention)
FACTORS = get_args(code_lists.CriminogenicFactor)

PERSON = {
    "crn": "X123456", "name": "Zoë Ó Briain", "date_of_birth": "1975-02-28", "gender": "female", "ethnicity": "W2",
    "disability": False,
}  # fmt: skip
PLACE = {"area": "Gloucestershire", "division": "North", "team": "Cheltenham"}


def facts_of(lines: list[Line]) -> list[Entry]:
    """The lines as facts, as an import reads them."""
    return [load_entry(line["type"], {k: v for k, v in line.items() if k not in ("type", "case")}) for line in lines]


class Writer:
    """Writes one history down, entry by entry; ``of`` finds what later entries may refer to."""

    def __init__(self, draw: Draw, odd: bool = False):
        self.draw = draw
        self.odd = odd
        self.lines: list[Line] = []

    def choose(self, values: Any) -> Any:
        return self.draw(st.sampled_from(tuple(values)))

    def days(self, lowest: int, highest: int) -> timedelta:
        return timedelta(days=self.draw(st.integers(lowest, highest)))

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(0, one_in - 1)) == one_in - 1)

    def of(self, *types: str) -> list[Line]:
        return [line for line in self.lines if line["type"] in types]

    def one(self, *types: str) -> Line | None:
        found = self.of(*types)
        return self.choose(found) if found else None

    def write(self, type_: str, on: date, **fields: Any) -> Line:
        """One entry, recorded the same day at its end, or at any hour of a day up to ten weeks later (``odd``: or at the
        instant of another)."""
        late = self.days(1, 70) if self.chance(4) else timedelta()
        hour = self.draw(st.integers(0, 22)) if late else 22
        recorded = datetime.combine(on, datetime.min.time(), UTC) + late + timedelta(hours=hour)
        if self.odd and self.chance(8):
            instants = [datetime.fromisoformat(line["recorded_at"]) for line in self.lines]
            later = [instant for instant in instants if instant.date() >= on]
            recorded = self.choose(later) if later else recorded
        line = {
            "case": CASE, "entry": f"e{len(self.lines)}", "type": type_, "occurred_on": on.isoformat(),
            "recorded_at": recorded.isoformat(), "recorded_by": "officer-1",
        }  # fmt: skip
        self.lines.append(line | {name: value for name, value in fields.items() if value is not None})
        return self.lines[-1]


def on(line: Line) -> date:
    return date.fromisoformat(line["occurred_on"])


def began(w: Writer) -> date:
    """The start of supervision: the first entry."""
    start = w.draw(st.dates(FIRST, LAST))
    order = w.choose(ORDERS)
    ends = w.choose((None, 90, 365, 730))
    w.write(
        "SupervisionStarted",
        start,
        person=PERSON,
        order_type=order,
        **PLACE,
        officer="Ruth Ablewhite",
        officer_grade=w.choose(get_args(code_lists.OfficerGrade)),
        tier=w.choose((None, 1, 2, 3, 4)),
        ends_on=ends and (start + timedelta(days=ends)).isoformat(),
        released_on=start.isoformat() if order == "licence" else None,
    )
    return start


def appointment(w: Writer, day: date) -> None:
    """An appointment with what became of it; an absence may be judged, at once or late, once or twice.

    Some are put on the file after their day.
    """
    ahead = w.days(0, 21)
    made = w.write(
        "AppointmentMade",
        day + (ahead + w.days(0, 9) if w.chance(10) else timedelta()),
        for_on=(day + ahead).isoformat(),
        contact_type=w.choose(("office", "home_visit", "programme")),
        national_standards=False if w.chance(6) else None,
    )
    if w.chance(8):
        return
    became = w.choose(get_args(code_lists.Outcome))
    w.write("AppointmentOutcomeRecorded", max(on(made), day + ahead), appointment=made["entry"], outcome=became)
    if became in ("unacceptable_absence", "acceptable_absence", "awaiting_explanation"):
        for _ in range(w.choose((0, 1, 1, 2))):
            w.write(
                "AbsenceJudged",
                day + ahead + w.days(0, 30),
                appointment=made["entry"],
                acceptable=w.draw(st.booleans()),
                reason="as the file says",
            )


def enforcement(w: Writer, day: date) -> None:
    """A letter, a warning, breach or recall about appointments that had been made."""
    known = [a for a in w.of("AppointmentMade") if on(a) <= day]
    if not known:
        return
    entries = sorted({w.choose(known)["entry"] for _ in range(2)})
    match w.choose(("letter", "warning", "breach", "decided", "recall")):
        case "letter":
            w.write("ContactLogged", day, contact_type="letter", about=entries[0])
        case "warning":
            w.write("WarningGiven", day, appointments=entries, stage=w.choose(("first", "final")))
        case "breach":
            w.write("BreachInitiated", day, appointments=entries)
        case "decided":
            w.write("BreachDecided", day, outcome=w.choose(get_args(code_lists.BreachOutcome)))
        case "recall":
            w.write("RecallRequested", day, reason="two failures", emergency=True if w.chance(3) else None)
            w.write("RecallDecided", day + w.days(0, 5), outcome=w.choose(get_args(code_lists.RecallOutcome)))


def assessment(w: Writer, day: date) -> None:
    """An assessment with any of its parts; some are countersigned."""
    level = w.choose((None, *code_lists.RISK_LEVELS))
    harm = level and dict.fromkeys(("public", "known_adult", "children", "staff", "prisoners"), "low") | {
        w.choose(("public", "children")): level
    }
    instrument = w.choose(("oasys", "ogrs2", "risk_of_harm_full_analysis", "sara"))
    made = w.write(
        "AssessmentCompleted",
        day,
        instrument=instrument,
        stage=w.choose(("initial", "initial", "review", "termination")),
        assessor="Ruth Ablewhite",
        risk_of_harm=harm,
        likelihood_of_reoffending={"score": w.draw(st.integers(0, 100))} if instrument in ("oasys", "ogrs2") else None,
        criminogenic_factors=sorted({w.choose(FACTORS), w.choose(FACTORS)}),
        sources=[w.choose(("interview", "psr", "police"))],
    )
    if w.chance(2):
        w.write(
            "AssessmentCountersigned",
            day + w.days(0, 15),
            assessment=made["entry"],
            by="Ann Spo",
            grade=w.choose(("spo", "senior_practitioner", "po")),
        )


def risk(w: Writer, day: date) -> None:
    """A change of risk, tier, officer, of the names of the place or of the person's details."""
    match w.choose(("risk", "risk", "risk", "tier", "tier", "officer", "officer", "renamed", "person")):
        case "risk":
            before, after = w.choose(code_lists.RISK_LEVELS), w.choose(code_lists.RISK_LEVELS)
            w.write("RiskLevelChanged", day, **{"from": before, "to": after, "reason": "a new charge"})
        case "tier":
            w.write("TierSet", day, tier=w.choose((1, 2, 3, 4)))
        case "officer":
            place = PLACE | {"area": w.choose(("Gloucestershire", "Avon and Somerset"))}
            w.write("CaseAllocated", day, **place, officer="Dai Rees", officer_grade=w.choose(("po", "pso")))
        case "renamed":
            w.write(
                "PlaceRenamed", day, area=w.choose(("Severnside", "Avon")), officer=w.choose((None, "Dai Rees-Jones"))
            )
        case "person":
            w.write("PersonDetailsChanged", day, gender=w.choose(get_args(code_lists.Gender)), name="Sam Otherwise")


def custody(w: Writer, day: date) -> None:
    """Away for a while; the release is not always on the file."""
    w.write("CustodyStarted", day, reason=w.choose(get_args(code_lists.CustodyReason)))
    if not w.chance(4):
        w.write("CustodyEnded", day + w.days(0, 90))


def whereabouts(w: Writer, day: date) -> None:
    """Nobody knows where the person is, for a while or from now on; or contact is suspended."""
    if w.chance(2):
        until = day + w.days(0, 84)
        suspended = w.write(
            "ContactSuspended",
            day,
            from_on=day.isoformat(),
            to_on=until.isoformat(),
            reason=w.choose(get_args(code_lists.SuspensionReason)),
            by="Ann Spo",
            grade="spo",
        )
        if w.chance(3):
            w.write("ContactResumed", day + w.days(0, 30), suspension=suspended["entry"])
        return
    w.write("WhereaboutsUnknown", day, basis=w.choose(get_args(code_lists.UnknownBasis)))
    if not w.chance(4):
        w.write("WhereaboutsKnown", day + w.days(0, 60), how=w.choose(get_args(code_lists.HowFound)))


def dispensation(w: Writer, day: date) -> None:
    """A duty, or every duty of a clause for a while, is dispensed with; sometimes it is called off, or given again."""
    clause = w.choose(("contact-frequency", "initial-supervision-plan", "plan-review", "risk-of-harm-assessment"))
    begun = w.one("SupervisionStarted") if w.chance(3) else None
    given = w.write(
        "DispensationGiven",
        day,
        clause=clause,
        from_on=(day + w.days(0, 20)).isoformat(),
        to_on=(day + w.days(20, 90)).isoformat(),
        reason="in hospital",
        by="Ann Spo",
        **({"raised_by": begun["entry"]} if begun else {}),
    )
    if w.chance(2):
        w.write("DispensationEnded", day + w.days(20, 60), dispensation=given["entry"])


def order(w: Writer, day: date) -> None:
    """The order is extended or cut short, its requirements change, or supervision is suspended or restored."""
    if w.chance(2):
        w.write("OrderVaried", day, ends_on=(day + w.days(30, 400)).isoformat())
    elif w.chance(4):
        w.write("SupervisionSuspended", day)
        if w.chance(2):
            w.write("SupervisionRestored", day + w.days(0, 90))
    else:
        kept = sorted({w.choose(get_args(code_lists.Requirement)), w.choose(("supervision", "unpaid_work"))})
        w.write("RequirementsChanged", day, requirements=kept)


def risk_plan(w: Writer, day: date) -> None:
    """A risk management plan, or the review or the carrying out of one."""
    plan = w.one("RiskManagementPlanMade")
    if plan is None or w.chance(3):
        w.write("RiskManagementPlanMade", day, actions=["weekly home visits"], by="Ruth Ablewhite")
    elif w.chance(3):
        w.write("RiskManagementActionTaken", day, plan=plan["entry"], action="visited")
    else:
        w.write("RiskManagementPlanReviewed", day, plan=plan["entry"])


def plan(w: Writer, day: date) -> None:
    """A supervision plan or the review of one."""
    objective = {"text": "keep off heroin", "smart": w.draw(st.booleans())}
    made = w.one("SupervisionPlanMade")
    if made is None or w.chance(4):
        w.write(
            "SupervisionPlanMade",
            day,
            objectives=[objective],
            interventions=sorted({w.choose(PLANNED), w.choose(PLANNED)}),
            takes_account_of=[w.choose(get_args(code_lists.PlanBasis))],
            kind=w.choose((None, *get_args(code_lists.PlanKind))),
        )
    else:
        w.write("SupervisionPlanReviewed", day, plan=made["entry"], objectives=[objective] if w.chance(2) else None)


def mappa(w: Writer, day: date) -> None:
    level = w.choose((1, 2, 3))
    match w.choose(("set", "set", "review", "review", "meeting", "meeting", "ended")):
        case "set":
            w.write("MappaSet", day, category=w.choose((1, 2, 3)), level=level)
        case "review":
            w.write("MappaReviewSet", day, for_on=(day + w.days(1, 100)).isoformat())
        case "meeting":
            w.write("MappaMeetingHeld", day, level=level, agencies=["police"])
        case "ended":
            w.write("MappaEnded", day)


def oversight(w: Writer, day: date) -> None:
    w.write(
        "OversightRecorded",
        day,
        kind=w.choose(get_args(code_lists.OversightKind)),
        by="Ann Spo",
        grade=w.choose(("spo", "senior_practitioner", "po")),
    )


def need(w: Writer, day: date) -> None:
    """A diversity need or a child protection concern, and at times the answer to it."""
    if w.chance(2):
        named = w.write("DiversityNeedIdentified", day, need=w.choose(get_args(code_lists.DiversityNeed)))
        if w.chance(2):
            w.write("DiversityNeedMet", day + w.days(0, 80), need=named["entry"], arrangement="an interpreter")
    else:
        raised = w.write("ChildProtectionConcernRaised", day, detail="a child in the house")
        if w.chance(2):
            w.write("ChildProtectionWorkDone", day + w.days(0, 25), concern=raised["entry"], kind="conference")


def delivery(w: Writer, day: date) -> None:
    """Something delivered, tested, filed or agreed with others."""
    programme = w.choose(get_args(code_lists.Programme))
    match w.choose(("given", "liaison", "referred", "started", "work", "test", "filed", "methods", "victim")):
        case "given":
            provider = w.choose(get_args(code_lists.Provider))
            w.write("InterventionDelivered", day, intervention=w.choose(PLANNED), provider=provider)
        case "liaison":
            w.write("LiaisonRecorded", day, **{"with": w.choose(get_args(code_lists.Agency))})
        case "referred":
            w.write("ProgrammeReferred", day, programme=programme)
        case "started":
            w.write("ProgrammeStarted", day, programme=programme)
        case "work":
            outcome = w.choose(("attended_complied", "sent_home", "unacceptable_absence"))
            w.write("UnpaidWorkSession", day, hours=w.choose((0, 2.5, 7)), outcome=outcome)
        case "test":
            w.write("DrugTestTaken", day, result=w.choose(get_args(code_lists.DrugTestResult)))
        case "filed":
            w.write("DocumentFiled", day, kind=w.choose(get_args(code_lists.DocumentKind)))
        case "methods":
            w.write("MethodsConsidered", day, methods="short sessions, pictures")
        case "victim":
            w.write("VictimWorkDone", day, kind=w.choose(get_args(code_lists.VictimWork)))


JUDGED = ("risk-of-harm-assessment-quality", "initial-plan-satisfactory", "plan-reviewed", "record-well-organised")


def judgement(w: Writer, day: date) -> None:
    """A judgement of quality of the record: without an inspection, so that it counts from its own day."""
    w.write(
        "QualityJudged",
        day,
        framework="esi-2003",
        question=w.choose(JUDGED),
        answer=w.choose(get_args(code_lists.JudgedAnswer)),
        by="Ann Spo",
        role="spo",
    )


THREADS = (
    appointment, appointment, appointment, appointment, enforcement, enforcement, assessment, assessment, risk, risk,
    risk_plan, plan, plan, mappa, mappa, oversight, need, delivery, delivery, custody, judgement, whereabouts, order, dispensation,
)  # fmt: skip


def reworded(w: Writer, subject: Line) -> dict[str, Any]:
    """Other content for an entry of which something else hangs; nothing for the rest."""
    match subject["type"]:
        case "SupervisionStarted":
            return {"order_type": w.choose(ORDERS), "tier": w.choose((1, 2, 3, 4))}
        case "SupervisionEnded":
            return {"reason": w.choose(get_args(code_lists.EndReason))}
        case "AppointmentMade":
            return {"national_standards": w.draw(st.booleans())}
        case "AppointmentOutcomeRecorded":
            return {"outcome": w.choose(get_args(code_lists.Outcome))}
        case "AbsenceJudged":
            return {"acceptable": w.draw(st.booleans())}
        case "TierSet":
            return {"tier": w.choose((1, 2, 3, 4))}
        case "RiskLevelChanged":
            return {"to": w.choose(code_lists.RISK_LEVELS)}
        case "AssessmentCompleted":
            return {"overall_risk_of_harm": w.choose(code_lists.RISK_LEVELS), "stage": w.choose(("initial", "review"))}
        case "MappaSet":
            return {"level": w.choose((1, 2, 3))}
        case "CaseAllocated":
            return {"area": "Wiltshire", "officer": "Nia Bevan"}
        case "RecallDecided":
            return {"outcome": w.choose(get_args(code_lists.RecallOutcome))}
        case _:
            return {}


def corrected(w: Writer) -> None:
    """A correction that moves an entry's date, or the day an appointment was for, or puts other content in its place."""
    again = {x["of"] for x in w.of("EntryCorrected")} if w.chance(2) else set()
    plain = [x for x in w.lines if x["type"] not in ("EntryCorrected", "EntryWithdrawn")]
    subject = w.choose([x for x in plain if x["entry"] in again] or plain)
    moved = on(subject) + w.days(-30, 30)
    if subject["type"] == "AppointmentMade":
        ahead = date.fromisoformat(subject["for_on"]) - on(subject)
        fields = {"occurred_on": moved.isoformat(), "for_on": (moved + ahead).isoformat()}
    elif subject["type"] == "SupervisionStarted" and "released_on" in subject:
        fields = {"occurred_on": moved.isoformat(), "released_on": moved.isoformat()}
    elif subject["type"] == "DispensationGiven":  # nothing is dispensed with in retrospect
        fields = {"occurred_on": min(moved, date.fromisoformat(subject["from_on"])).isoformat()}
    elif subject["type"] == "MappaReviewSet":
        fields = {"for_on": (date.fromisoformat(subject["for_on"]) + w.days(0, 20)).isoformat()}
    else:
        fields = {"occurred_on": moved.isoformat()}
    if w.odd and w.chance(2):
        fields = reworded(w, subject) or fields
    w.write("EntryCorrected", max(on(subject), moved) + w.days(0, 60), of=subject["entry"], fields=fields)


def withdrawn(w: Writer) -> None:
    """A withdrawal: of any entry but the first, a correction or another withdrawal among them."""
    later = w.lines[1:]
    if later:
        amending = [x for x in later if x["type"] in ("EntryCorrected", "EntryWithdrawn")]
        subject = w.choose(amending if amending and w.chance(2) else later)
        w.write("EntryWithdrawn", on(subject) + w.days(0, 60), of=subject["entry"], reason="entered on the wrong file")


@st.composite
def histories(draw: Draw, longest: int = 30, odd: bool = False) -> list[Line]:
    """The interchange objects of one case, in the order in which things happened before they were amended.

    ``odd``: more of what makes the two axes of time differ: entries of one instant, corrections of what others hang on,
    more amendments.
    """
    w = Writer(draw, odd)
    start = began(w)
    size = draw(st.integers(0, longest))
    days = sorted(draw(st.lists(st.integers(-20, LONGEST_DAYS), min_size=size, max_size=size)))
    for day in days:
        w.choose(THREADS)(w, start + timedelta(days=day))
    if w.chance(3):
        w.write("SupervisionEnded", start + w.days(1, LONGEST_DAYS), reason=w.choose(get_args(code_lists.EndReason)))
    for _ in range(draw(st.integers(0, 9 if odd else 5))):
        w.choose((corrected, corrected, withdrawn))(w)
    return possible(w.lines)


def possible(lines: list[Line]) -> list[Line]:
    """The lines without those that set dates against one another, and without what is about these."""
    file, kept = CaseFile(CASE), []
    for line, fact in zip(lines, facts_of(lines), strict=True):
        try:
            for accepted in decide(file, fact, NOW):
                evolve(file, RecordedEntry(CASE, file.version + 1, accepted))
        except (ClashOfDates, NoSuchEntry):
            continue
        kept.append(line)
    return kept

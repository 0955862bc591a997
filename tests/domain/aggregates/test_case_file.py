"""What a file takes and what it refuses: given what stands, when an entry comes, then this is stored, or why not."""

import inspect as python_inspect
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect, structs

from domain.aggregates.amendments import amend
from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve, recording_default
from domain.entries import case_entries, refusals
from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.refusals import Refused
from domain.entries.schemas import dump_entry, load_entry, schema_of
from domain.policy.kept_texts import digest_of_text
from domain.store.application import Files
from domain.store.entry_codec import EntryMapper, topic_of
from tests.support import process_examples
from tests.support.examples import example_of, named_by
from tests.support.histories import CASE, NOW, PERSON, PLACE

INSPECTION = "gloucestershire-2005"


def fact(type_: str, entry: str = "new", on: str = "2005-06-01", **fields: Any) -> Entry:
    """One entry, recorded on the evening of its day unless it says when."""
    return load_entry(type_, {"entry": entry, "occurred_on": on, "recorded_at": f"{on}T18:00:00+01:00", **fields})


PLACE_IDS = {"area_id": "A07", "division_id": "A07-N", "team_id": "A07-N-3", "officer_id": "S0412"}
HOLDER = {**PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po"}


def start(**fields: Any) -> Entry:
    given = {"person": PERSON, "order_type": "community_order", **HOLDER, **fields}
    return fact("SupervisionStarted", **{"entry": "start", "on": "2005-05-03", **given})


def given(*standing: Entry, reference: str = CASE) -> CaseFile:
    """A file on which these entries stand, whether or not they would be admitted today."""
    file = CaseFile(reference)
    for number, entry in enumerate(standing, start=1):
        evolve(file, RecordedEntry(reference, number, entry))
    return file


APPOINTMENT = fact("AppointmentMade", "a1", "2005-05-20", for_on="2005-06-01", contact_type="office")
OASYS = fact(
    "AssessmentCompleted", "oasys", "2005-05-20", instrument="oasys", stage="initial", assessor="Ruth Ablewhite",
    likelihood_of_reoffending={"score": 90},
)  # fmt: skip
CORRECTION = fact("EntryCorrected", "c1", of="a1", fields={"for_on": "2005-06-02"})
STARTED = given(start(), APPOINTMENT, OASYS, CORRECTION)

JUDGED = {
    "framework": "esi-2003",
    "question": "objectives-smart",
    "answer": "insufficient",
    "by": "J Hartnell",
    "role": "spo",
}
JUDGED_ONCE = given(start(), fact("QualityJudged", "judged", **JUDGED))


# ---------------------------------------------------------------- refused, by name


OUTCOME = {"outcome": "attended_complied"}

ALLOCATED = fact(
    "CaseAllocated", "allocated", "2005-05-20", area="Gloucestershire", division="North", team="Cheltenham",
    officer="Dai Rees", officer_grade="po",
)  # fmt: skip


def dispensation(**fields: str) -> Entry:
    said = {
        "clause": "plan-review",
        "from_on": "2005-06-01",
        "to_on": "2005-07-15",
        "reason": "in hospital",
        "by": "Ann Spo",
    }
    return fact("DispensationGiven", "given", **(said | fields))


def test_a_dispensation_is_given_by_whoever_does_not_hold_the_case_that_day() -> None:
    allocated = given(start(), ALLOCATED)
    assert decide(allocated, dispensation(by="Ruth Ablewhite"), NOW)
    with pytest.raises(refusals.OwnApproval):
        decide(allocated, dispensation(by="Dai Rees"), NOW)
    assert decide(allocated, fact("EntryCorrected", of="allocated", fields={"officer": "Al Other"}), NOW)
    corrected = given(start(), ALLOCATED, fact("EntryCorrected", of="allocated", fields={"officer": "Al Other"}))
    assert decide(corrected, dispensation(by="Dai Rees"), NOW)


REFUSED: list[tuple[type[Refused], CaseFile, Entry, str, str]] = [
    (
        refusals.NoSuchCase, given(), fact("TierSet", tier=2),
        "case", "there is no case X123456/1; its first entry must be SupervisionStarted",
    ),
    (
        refusals.AlreadyStarted, STARTED, start(entry="again"),
        "type", "X123456/1 has already begun, by entry 'start'; correct or withdraw that entry, or use another reference",
    ),
    (
        refusals.AlreadyStarted,
        given(fact("InspectionOpened", "opened", title="T", area="A", framework="f", cases=[CASE]), reference=INSPECTION),
        fact("InspectionOpened", "again", title="T", area="A", framework="f", cases=[CASE]),
        "type", "gloucestershire-2005 has already begun, by entry 'opened'; "
        "correct or withdraw that entry, or use another reference",
    ),
    (
        refusals.EntryRepeats, STARTED, fact("AppointmentMade", "a1", "2005-05-20", for_on="2005-06-03", contact_type="video"),
        "entry", "'a1' is already in X123456/1 with other content (for_on, contact_type); "
        "record an EntryCorrected that names it",
    ),
    (
        refusals.EntryRepeats, STARTED, fact("TierSet", "a1", tier=2),
        "entry", "'a1' is already in X123456/1 with other content (type); record an EntryCorrected that names it",
    ),
    (
        refusals.NoSuchEntry, STARTED, fact("AppointmentOutcomeRecorded", appointment="a9", **OUTCOME),
        "appointment", "there is no entry 'a9' in X123456/1",
    ),
    (
        refusals.NoSuchEntry, STARTED, fact("WarningGiven", appointments=["a1", "a9"], stage="first"),
        "appointments", "there is no entry 'a9' in X123456/1",
    ),
    (
        refusals.NoSuchEntry, STARTED, fact("ContactLogged", contact_type="letter", about="a9"),
        "about", "there is no entry 'a9' in X123456/1",
    ),
    (
        refusals.NoSuchEntry, STARTED, fact("EntryWithdrawn", of="new", reason="of itself"),
        "of", "there is no entry 'new' in X123456/1",
    ),
    (
        refusals.WrongKindOfEntry, STARTED, fact("AppointmentOutcomeRecorded", appointment="oasys", **OUTCOME),
        "appointment", "'oasys' is of type AssessmentCompleted; expected AppointmentMade or UnpaidWorkSession",
    ),
    (
        refusals.ImpossibleDate, STARTED, fact("TierSet", tier=2, recorded_at="2009-01-01T00:00:01+00:00"),
        "recorded_at", "2009-01-01T00:00:01+00:00 is in the future",
    ),
    (
        refusals.ImpossibleDate, STARTED, fact("TierSet", on="2005-06-02", tier=2, recorded_at="2005-06-01T22:59:59+00:00"),
        "recorded_at", "recorded on 2005-06-01 but dated 2005-06-02; an entry says what has happened",
    ),
    (
        refusals.ImpossibleDate, STARTED, fact("TierSet", tier=2, occurred_at="2005-06-01T23:30:00+00:00"),
        "occurred_at", "is not on the day of occurred_on, 2005-06-01",
    ),
    (
        refusals.ImpossibleDate, STARTED, fact("DocumentFiled", on="1975-02-27", kind="psr"),
        "occurred_on", "1975-02-27 is before the person's birth, 1975-02-28",
    ),
    (
        refusals.ImpossibleDate, given(), start(person=PERSON | {"date_of_birth": "2005-05-04"}),
        "occurred_on", "2005-05-03 is before the person's birth, 2005-05-04",
    ),
    (
        refusals.ImpossibleDate, given(), start(ends_on="2005-05-02"),
        "ends_on", "2005-05-02 is before the start, 2005-05-03",
    ),
    (
        refusals.Refused, given(reference="X654321/1"), start(),
        "person.crn", "'X123456' is not the CRN of the case X654321/1",
    ),
    (
        refusals.ClashOfDates, STARTED, fact("SupervisionEnded", on="2005-05-02", reason="completed"),
        "occurred_on", "supervision cannot end on 2005-05-02, before its first day, 2005-05-03 (entry 'start'); "
        "correct the date that is wrong",
    ),
    (
        refusals.AnotherPerson, STARTED,
        fact("AppointmentMade", for_on="2005-06-01", contact_type="office", serves=["X654321/1"]),
        "serves", "X654321/1 is not known to be a case of the same person; record a PersonLinked first, or "
        "correct the reference",
    ),
    (
        refusals.OutOfRange, STARTED,
        fact("AssessmentCompleted", instrument="oasys", stage="review", assessor="R", likelihood_of_reoffending={"score": 169}),
        "likelihood_of_reoffending.score", "169 is outside the range of oasys, 0 to 168",
    ),
    (
        refusals.OutOfRange, STARTED,
        fact("AssessmentCompleted", instrument="sara", stage="review", assessor="R", likelihood_of_reoffending={"score": 9}),
        "likelihood_of_reoffending.score", "sara gives no likelihood-of-reoffending score",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"entry": "a2"}),
        "fields.entry", "cannot be corrected; withdraw the entry and record another",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"recorded_at": "2005-05-01T09:00:00+01:00"}),
        "fields.recorded_at", "cannot be corrected; withdraw the entry and record another",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"type": "ContactLogged"}),
        "fields.type", "cannot be corrected; withdraw the entry and record another",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="c1", fields={"of": "oasys"}),
        "of", "'c1' is itself a EntryCorrected; withdraw it instead",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"contact_type": "home_visits"}),
        "fields.contact_type", "'home_visits' is not known; did you mean 'home_visit'?",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"colour": "red"}),
        "fields.colour", "not a field of this type of entry",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"for_on": None}),
        "fields.for_on", "null; leave the field out or give a value",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"occurred_on": "2005-06-02"}),
        "fields.recorded_at", "recorded on 2005-06-01 but dated 2005-06-02; an entry says what has happened",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="a1", fields={"occurred_on": "1970-01-01"}),
        "fields.occurred_on", "1970-01-01 is before the person's birth, 1975-02-28",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="oasys", fields={"likelihood_of_reoffending": {"score": 200}}),
        "fields.likelihood_of_reoffending.score", "200 is outside the range of oasys, 0 to 168",
    ),
    (
        refusals.BadCorrection, STARTED, fact("EntryCorrected", of="start", fields={"person": PERSON | {"crn": "X654321"}}),
        "fields.person.crn", "'X654321' is not the CRN of the case X123456/1",
    ),
    (
        refusals.Unexplained, STARTED, fact("QualityJudged", **JUDGED, overrules=True, comment=" "),
        "comment", "missing; say why it stands in place of the answer that the entries give",
    ),
    (
        refusals.BadCorrection, JUDGED_ONCE, fact("EntryCorrected", of="judged", fields={"overrules": True}),
        "fields.comment", "missing; say why it stands in place of the answer that the entries give",
    ),
    (
        refusals.OwnApproval, STARTED, dispensation(by="ruth  ablewhite"),
        "by", "'ruth ablewhite' holds the case on 2005-06-01; a dispensation is given by somebody other than the officer: "
        "ask a manager",
    ),
    (
        refusals.OwnApproval, given(start(officer_id="S0412")), dispensation(by="R. A.", by_id="s0412"),
        "by", "'R. A.' holds the case on 2005-06-01; a dispensation is given by somebody other than the officer: ask a manager",
    ),
    (
        refusals.OwnApproval, given(start(), ALLOCATED, fact("EntryWithdrawn", of="allocated", reason="another case")),
        dispensation(by="Ruth Ablewhite"),
        "by", "'Ruth Ablewhite' holds the case on 2005-06-01; a dispensation is given by somebody other than the officer: "
        "ask a manager",
    ),
    (
        refusals.BadCorrection, given(start(), dispensation()),
        fact("EntryCorrected", of="given", fields={"by": "Ruth Ablewhite"}),
        "fields.by", "'Ruth Ablewhite' holds the case on 2005-06-01; a dispensation is given by somebody other than the officer: "
        "ask a manager",
    ),
    (
        refusals.ImpossibleDate, STARTED, dispensation(from_on="2005-05-31"),
        "from_on", "2005-05-31 is before the day it was given, 2005-06-01; nothing is dispensed with in retrospect: give the day "
        "it was decided, or a later one",
    ),
    (
        refusals.ImpossibleDate, STARTED, dispensation(to_on="2005-05-31"),
        "to_on", "2005-05-31 is before from_on, 2005-06-01; give the last day on which it holds",
    ),
    (
        refusals.Refused, STARTED, dispensation(clause="plan-reviews"),
        "clause", "'plan-reviews' is not a clause of the standards; did you mean 'plan-review'?",
    ),
    (
        refusals.ClashOfDates, given(start(), dispensation(from_on="2005-06-20")),
        fact("DispensationEnded", on="2005-06-10", recorded_at="2005-06-10T12:00:00+01:00", dispensation="given"),
        "occurred_on", "a dispensation cannot end on 2005-06-10, before its first day, 2005-06-20 (entry 'given'); withdraw the "
        "dispensation instead",
    ),
    (
        refusals.TooLate,
        given(fact("InspectionOpened", "opened", title="T", area="A", framework="f", cases=[CASE]), fact("InspectionFrozen", "end"),
              reference=INSPECTION),
        fact("AssessorNamed", assessor="J Hartnell", role="hm_inspector"),
        "type", "this inspection is frozen; only findings can be added before it is published",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "file", "entry", "field", "reason"),
    REFUSED,
    ids=[f"{error.__name__}-{field}-{n}" for n, (error, _, _, field, _) in enumerate(REFUSED)],
)
def test_an_entry_that_cannot_be_is_refused_by_name_and_field(
    error: type[Refused], file: CaseFile, entry: Entry, field: str, reason: str
) -> None:
    before = dict(file.entries)
    with pytest.raises(Refused) as refused:
        decide(file, entry, NOW)
    assert type(refused.value) is error
    assert (refused.value.field, refused.value.reason) == (field, reason)
    assert str(refused.value) == f"{field}: {reason}"
    assert file.entries == before


def test_every_named_error_has_a_test_here() -> None:
    named = {cls for _, cls in python_inspect.getmembers(refusals, python_inspect.isclass) if issubclass(cls, Refused)}
    assert named == {error for error, *_ in REFUSED}


# ---------------------------------------------------------------- admitted


ADMITTED: list[Entry] = [
    fact("AppointmentOutcomeRecorded", on="2005-06-02", appointment="a1", **OUTCOME),
    # Odd, but files are: known before its day, a second one, dated before supervision began, a release after the end.
    fact("AppointmentOutcomeRecorded", on="2005-05-01", appointment="a1", outcome="rescheduled"),
    fact("AppointmentOutcomeRecorded", on="2005-05-31", appointment="a1", outcome="acceptable_absence"),
    fact("SupervisionEnded", on="2005-05-03", reason="revoked"),
    fact("CustodyEnded"),
    fact("AppointmentMade", for_on="2005-05-01", contact_type="office"),
    fact("DocumentFiled", on="1975-02-28", kind="psr"),
    # The last second of its day in London, in summer time, and of the moment of recording.
    fact("TierSet", tier=2, occurred_at="2005-06-01T22:59:59+00:00"),
    fact("TierSet", on="2005-06-02", tier=2, recorded_at="2005-06-01T23:00:00+00:00"),
    fact("TierSet", tier=2, recorded_at="2009-01-01T00:00:00+00:00"),
    fact("EntryWithdrawn", of="c1", reason="it was right after all"),
    fact("EntryWithdrawn", of="start", reason="another person's"),
    fact("EntryCorrected", of="oasys", fields={"likelihood_of_reoffending": {"score": 168}, "stage": "review"}),
    fact("EntryCorrected", of="start", fields={"occurred_on": "2005-05-05", "ends_on": "2005-05-05", "tier": None}),
    fact("ContactLogged", contact_type="letter", about="start"),
]


@pytest.mark.parametrize("entry", ADMITTED, ids=lambda f: type(f).__name__)
def test_what_is_odd_but_possible_is_taken(entry: Entry) -> None:
    assert decide(STARTED, entry, NOW) == [entry]


@pytest.mark.parametrize("entry", list(STARTED.entries.values()), ids=lambda f: f.entry)
def test_the_same_entry_again_stores_nothing(entry: Entry) -> None:
    again = load_entry(type(entry).__name__, {k: v for k, v in dump_entry(entry).items() if k != "type"})
    assert again is not entry
    assert decide(STARTED, again, NOW) == []


def test_an_entry_without_a_recording_time_takes_that_of_the_one_that_stands() -> None:
    again = fact("AppointmentMade", "a1", "2005-05-20", recorded_at="2008-12-31T00:00:00+00:00", for_on="2005-06-01",
                 contact_type="office")  # fmt: skip
    assert recording_default(STARTED, again) == APPOINTMENT
    assert recording_default(given(start()), again) is again


def test_amending_replaces_fields_and_leaves_the_rest() -> None:
    amended = amend(APPOINTMENT, {"for_on": "2005-06-02", "national_standards": False})
    assert isinstance(amended, case_entries.AppointmentMade)
    assert (amended.for_on, amended.national_standards) == (date(2005, 6, 2), False)
    assert (amended.entry, amended.occurred_on, amended.contact_type) == ("a1", date(2005, 5, 20), "office")


# ---------------------------------------------------------------- every type of entry


PERSON_FACT = {"title": "Follow-up", "area": "Gloucestershire", "framework": "esi-2003", "cases": [CASE]}
EXAMPLES: dict[str, dict[str, Any]] = {
    "SupervisionStarted": {"person": PERSON, "order_type": "licence", **HOLDER, "released_on": "2005-06-01", **PLACE_IDS},
    "CaseAllocated": {**HOLDER, **PLACE_IDS},
    "PlaceRenamed": {**PLACE, "officer": "Ruth Ablewhite-Jones", **PLACE_IDS},
    "PersonDetailsChanged": {**PERSON, "crn": "X654321", "name": "Zoë Byrne", "pnc": "05/123A"},
    "PersonLinked": {"crn": "X654321", "reason": "the same fingerprints"},
    "PersonUnlinked": {"link": "link", "reason": "twins"},
    "RequirementsChanged": {"requirements": ["supervision", "residence"], "reason": "residence added"},
    "OrderVaried": {"ends_on": "2007-05-02", "unpaid_work_hours": 120, "reason": "extended by the court"},
    "TierSet": {"tier": 4},
    "AssessmentCompleted": {
        "instrument": "oasys", "stage": "initial", "assessor": "Ruth Ablewhite", "sources": ["psr"],
        "risk_of_harm": dict.fromkeys(("public", "known_adult", "children", "staff", "prisoners"), "low"),
        "overall_risk_of_harm": "medium", "likelihood_of_reoffending": {"score": 90, "band": "medium"},
        "criminogenic_factors": ["accommodation"], "assessor_id": "S0412", "serves": ["X123456/2"],
    },
    "AssessmentCountersigned": {"assessment": "oasys", "by": "Ann Spo", "by_id": "S0001", "grade": "spo",
                                "comment": "agreed"},
    "AssessmentReturned": {"assessment": "oasys", "by": "Ann Spo", "by_id": "S0001", "reason": "no victim's view"},
    "RiskLevelChanged": {"from": "low", "to": "very_high", "reason": "a new charge"},
    "RiskManagementPlanMade": {"actions": ["weekly visits"], "by": "Ruth Ablewhite", "by_id": "S0412",
                               "serves": ["X123456/2"]},
    "RiskManagementPlanReviewed": {"plan": "risk-plan", "changes": "none"},
    "RiskManagementActionTaken": {"plan": "risk-plan", "action": "visited"},
    "SupervisionPlanMade": {
        "objectives": [{"text": "keep off heroin", "smart": True, "factor": "drug_misuse"}],
        "interventions": ["drug_treatment"], "takes_account_of": ["psr"], "kind": "sentence_plan",
        "serves": ["X123456/2"],
    },
    "SupervisionPlanReviewed": {"plan": "plan", "objectives": [], "reason": "four months"},
    "AppointmentMade": {"for_on": "2005-06-08", "for_time": "09:30", "contact_type": "office", "national_standards": False,
                        "serves": ["X123456/2"]},
    "AppointmentOutcomeRecorded": {"appointment": "a1", "outcome": "sent_home"},
    "ContactLogged": {"contact_type": "letter", "with": "his mother", "note": "came round", "about": "a1"},
    "AbsenceJudged": {"appointment": "a1", "acceptable": False, "reason": "no reason", "evidence": "none"},
    "WarningGiven": {"appointments": ["a1"], "stage": "final"},
    "BreachInitiated": {"appointments": ["a1"]},
    "BreachDecided": {"outcome": "order_continues"},
    "RecallRequested": {"reason": "two failures", "emergency": True},
    "RecallDecided": {"outcome": "recalled"},
    "CustodyStarted": {"reason": "remand"},
    "CustodyEnded": {},
    "WhereaboutsUnknown": {"basis": "warrant", "detail": "issued by the Cheltenham bench"},
    "WhereaboutsKnown": {"how": "surrendered"},
    "ContactSuspended": {"from_on": "2005-06-06", "to_on": "2005-07-15", "reason": "hospital", "by": "Ann Spo",
                         "by_id": "S0001", "grade": "spo", "follow_up_on": "2005-06-20"},
    "ContactResumed": {"suspension": "suspension"},
    "SupervisionSuspended": {"reason": "ten years without concern"},
    "SupervisionRestored": {"reason": "a new charge"},
    "MappaSet": {"category": 1, "level": 3},
    "MappaReviewSet": {"for_on": "2005-09-01"},
    "MappaMeetingHeld": {"level": 2, "agencies": ["police"]},
    "MappaEnded": {"reason": "no longer meets a category"},
    "RegisterReviewed": {"register": "mappa", "outcome": "stays_registered"},
    "ChildProtectionConcernRaised": {"detail": "a child in the house"},
    "ChildProtectionWorkDone": {"concern": "concern", "kind": "conference"},
    "OversightRecorded": {"kind": "file_review", "by": "Ann Spo", "by_id": "S0001", "grade": "spo", "note": "seen",
                          "serves": ["X123456/2"]},
    "DispensationGiven": {"clause": "plan-review", "from_on": "2005-06-06", "to_on": "2005-07-15", "reason": "in hospital",
                          "by": "Ann Spo", "by_id": "S0001", "raised_by": "plan"},
    "DispensationEnded": {"dispensation": "dispensation"},
    "VictimWorkDone": {"kind": "victim_awareness"},
    "ProgrammeReferred": {"programme": "think_first"},
    "ProgrammeStarted": {"programme": "think_first"},
    "ProgrammeEnded": {"programme": "think_first", "completed": False},
    "InterventionDelivered": {"intervention": "basic_skills", "provider": "college", "objective": "to read"},
    "LiaisonRecorded": {"with": "college", "about": "his reading"},
    "DiversityNeedIdentified": {"need": "literacy"},
    "DiversityNeedMet": {"need": "need", "arrangement": "a reader"},
    "MethodsConsidered": {
        "methods": "pictures", "learning_style": "activist", "motivation": "acting", "capacity": "short sessions"
    },
    "PreReleaseWorkDone": {"kind": "prison_visit"},
    "CourtReportRequested": {"kind": "psr", "due_on": "2005-06-22"},
    "CourtReportProvided": {"report": "report"},
    "UnpaidWorkSession": {"hours": 3.5, "hours_offered": 7, "outcome": "attended_complied"},
    "DrugTestTaken": {"result": "negative"},
    "DocumentFiled": {"kind": "order"},
    "QualityJudged": {
        "framework": "esi-2003", "question": "plan-reviewed", "answer": "sufficient", "by": "Ann Spo",
        "role": "hm_inspector", "inspection": INSPECTION, "about": "plan", "comment": "sound", "second": True, "overrules": True,
        "by_id": "a.spo", "reopening": "reopened", "adjudicates": True, "prompts": [{"prompt": "a", "answer": "yes"}],
        "calibration": False,
    },
    "InterviewNoted": {
        "inspection": INSPECTION, "with": "practitioner", "note": "knew the case", "by": "J Hartnell", "by_id": "j.hartnell",
        "second": True,
    },
    "ReadingReplied": {"inspection": INSPECTION, "says": "it came by post", "by": "T Adeyemi", "by_id": "t.adeyemi"},
    "LearningPointNoted": {"inspection": INSPECTION, "says": "ask in time", "by": "P Anstey", "by_id": "p.anstey",
                           "question": "plan-reviewed"},
    "EvidenceAttached": {
        "inspection": INSPECTION, "name": "letter.pdf", "kind": "pdf", "size": 1200, "sha256": "0" * 64, "record": "host/one",
        "by": "J Hartnell", "by_id": "j.hartnell", "scanned": True, "second": True,
    },
    "EntryCorrected": {"of": "a1", "fields": {"for_on": "2005-06-09", "national_standards": True}},
    "EntryWithdrawn": {"of": "a1", "reason": "entered on the wrong file"},
    "AccessLimited": {"excluded": ["Ruth Ablewhite", "p.anstey"], "reason": "a relative works here"},
    "AccessLimitLifted": {"limit": "l1"},
    "SupervisionEnded": {"reason": "completed"},
    "InspectionOpened": {**PERSON_FACT, "knowledge": "hindsight", "evidence": "files", "follows": "gloucestershire-2004",
                         "opened_as": "spo", "held_by": "area", "blind": True},
    "FrameTaken": {
        "started_from": "2005-04-01", "started_to": "2005-05-31", "strata": ["gender"], "orders": ["licence"],
        "division": "North", "team": "Cheltenham", "cases": [{"case": CASE, "stratum": "men", "officer": "A"},
                                                             {"case": "X123456/2", "stratum": "men", "officer": "A"}],
        "left_out": [{"case": "X123456/3", "stratum": "men", "officer": "A", "why": "read_recently", "words": "in spring"}],
        "ended": "out", "reason": "a team was missing",
    },
    "SampleDrawn": {
        "size": 1, "seed": "s", "cases": ["X123456/2"], "spares": [CASE], "spare_per_cent": 100, "per_officer": 6,
        "method": "half_up", "seed_from": None, "repeats": "the draw of May", "reason": "a file was lost",
    },
    "CaseReplaced": {
        "case": "X123456/2", "by": CASE, "reason": "moved away", "why": "transferred_out", "passed_over": ["X123456/4"],
    },
    "AssessorNamed": {"assessor": "J Hartnell", "role": "hm_inspector", "assessor_id": "j.hartnell"},
    "ReadingAllocated": {
        "case": "X123456/2", "assessor": "J Hartnell", "second": True, "assessor_id": "j.hartnell", "despite": "nobody else",
    },
    "ReadingTakenBack": {"case": "X123456/2", "second": True},
    "ReadingCompleted": {
        "case": "X123456/2", "assessor": "J Hartnell", "second": False, "note": "at court", "assessor_id": "j.hartnell",
        "answers": ["judged"], "sources": ["case_file", "other_documents"], "calibration": False,
    },
    "CalibrationNamed": {"case": "X123456/5", "taken_back": False},
    "ManagementRated": {"criterion": "A1", "item": "targets", "rating": "strong", "evidence": "the scorecard",
                        "sources": [{"kind": "interviews", "count": 12, "note": "middle managers"}]},
    "NotFollowedUp": {"criterion": "A4", "reason": "not an issue", "taken_back": False},
    "RatingAdjusted": {"criterion": "A1", "to": "Well met", "reason": "context", "agreed_by": ["a.one", "b.two"],
                       "ground": "near_boundary"},
    "FindingWritten": {
        "criterion": "B1", "text": "It rose.", "question": "risk-of-harm-sources", "direction": "improved",
        "conclusion": True, "key": True, "stands_because": "seen in every file",
    },
    "FindingWithdrawn": {"finding": "written"},
    "PolicyKept": {
        "kind": "standards", "named": "2005", "text": "edition: '2005'",
        "laid_over": {"file": "o.yaml", "replaces": "2000", "reason": "r"},
    },
    "InspectionFrozen": {
        "note": "agreed", "files": [{"case": CASE, "entries": 7}], "position": 7, "hash": "0" * 64,
        "policy": [digest_of_text(text) for text in ("framework: esi-2003", "edition: '2007'")],
    },
    "FreezeFixed": {
        "files": [{"case": CASE, "entries": 7}], "fixed_by": "import", "position": 7, "hash": "0" * 64,
    },
    "InspectionPublished": {
        "framework_version": "1", "figures": [{"of": "B1", "printed": "55%"}], "position": 7, "hash": "0" * 64,
        "published_files": [{"name": "autumn.json", "sha256": "0" * 64}],
    },
    **process_examples.EXAMPLES,
}  # fmt: skip
"""Full examples of types of entry, on a file where ``SUBJECTS`` stand; those not written here are made below."""

SUBJECTS: list[Entry] = [
    start(),
    APPOINTMENT,
    OASYS,
    fact("RiskManagementPlanMade", "risk-plan"),
    fact("SupervisionPlanMade", "plan", objectives=[], interventions=[]),
    fact("ChildProtectionConcernRaised", "concern", detail="a child in the house"),
    fact("DiversityNeedIdentified", "need", need="literacy"),
    fact("CourtReportRequested", "report", kind="psr", due_on="2005-06-22"),
    fact("AccessLimited", "l1", excluded=["p.anstey"], reason="a relative works here"),
    fact("AlertRaised", "alert", **EXAMPLES["AlertRaised"]),
    fact("PersonLinked", "link", crn="X654321", reason="the same fingerprints"),
    fact(
        "ContactSuspended",
        "suspension",
        from_on="2005-05-23",
        to_on="2005-07-15",
        reason="hospital",
        by="Ann Spo",
        grade="spo",
    ),
    fact(
        "DispensationGiven",
        "dispensation",
        clause="plan-review",
        from_on="2005-06-01",
        to_on="2005-07-15",
        reason="in hospital",
        by="Ann Spo",
    ),
]

ON_FILE = {type(subject).__name__: subject.entry for subject in SUBJECTS}
"""An entry of each type that another may name, by type."""

for _name in named_by(name for name in ENTRY_TYPES if name not in EXAMPLES):
    if _name not in EXAMPLES:
        EXAMPLES[_name] = example_of(_name, ON_FILE)
        ON_FILE[_name] = f"a-{_name}"
        SUBJECTS.append(fact(_name, ON_FILE[_name], **EXAMPLES[_name]))

INSPECTED: list[Entry] = [
    fact(
        "InspectionOpened",
        "opened",
        title="T",
        area="A",
        framework="esi-2003",
        recorded_by="j.hartnell",
        follows="gloucestershire-2004",
    ),
    fact("FrameTaken", "frame", **EXAMPLES["FrameTaken"]),
    fact("SampleDrawn", "sample", **EXAMPLES["SampleDrawn"]),
    fact("AssessorNamed", "first", assessor="J Hartnell", role="hm_inspector", assessor_id="j.hartnell"),
    fact("AssessorNamed", "second", assessor="R Pascoe", role="hm_inspector", assessor_id="r.pascoe"),
    fact("ReadingAllocated", "again", case="X123456/2", assessor="R Pascoe", second=True, assessor_id="r.pascoe"),
    fact("PolicyKept", digest_of_text("edition: '2007'"), kind="standards", named="2007", text="edition: '2007'"),
    fact(
        "PolicyKept",
        digest_of_text("framework: esi-2003"),
        kind="frameworks",
        named="esi-2003",
        text="framework: esi-2003",
    ),
    fact("FindingWritten", "written", criterion="B1", text="t"),
]
"""What an inspection begins with, for the examples of its entries."""

TOPICS = [
    "case.supervision_started",
    "case.case_allocated",
    "case.tier_set",
    "case.assessment_completed",
    "case.assessment_countersigned",
    "case.risk_level_changed",
    "case.risk_management_plan_made",
    "case.risk_management_plan_reviewed",
    "case.risk_management_action_taken",
    "case.supervision_plan_made",
    "case.supervision_plan_reviewed",
    "case.appointment_made",
    "case.appointment_outcome_recorded",
    "case.contact_logged",
    "case.absence_judged",
    "case.warning_given",
    "case.breach_initiated",
    "case.breach_decided",
    "case.recall_requested",
    "case.recall_decided",
    "case.custody_started",
    "case.custody_ended",
    "case.mappa_set",
    "case.mappa_review_set",
    "case.mappa_meeting_held",
    "case.child_protection_concern_raised",
    "case.child_protection_work_done",
    "case.oversight_recorded",
    "case.victim_work_done",
    "case.programme_referred",
    "case.programme_started",
    "case.programme_ended",
    "case.intervention_delivered",
    "case.liaison_recorded",
    "case.diversity_need_identified",
    "case.diversity_need_met",
    "case.methods_considered",
    "case.pre_release_work_done",
    "case.court_report_requested",
    "case.court_report_provided",
    "case.unpaid_work_session",
    "case.drug_test_taken",
    "case.access_limited",
    "case.access_limit_lifted",
    "case.document_filed",
    "case.quality_judged",
    "case.entry_corrected",
    "case.entry_withdrawn",
    "case.supervision_ended",
    "inspection.inspection_opened",
    "inspection.frame_taken",
    "inspection.sample_drawn",
    "inspection.case_replaced",
    "inspection.assessor_named",
    "inspection.reading_allocated",
    "inspection.reading_taken_back",
    "inspection.reading_completed",
    "inspection.management_rated",
    "inspection.not_followed_up",
    "inspection.rating_adjusted",
    "inspection.finding_written",
    "inspection.finding_withdrawn",
    "inspection.inspection_frozen",
    "inspection.inspection_published",
]
"""Under these names entries lie in databases: a line may be added here, never changed or taken out.

The topic of a type is made of its name. A name that ``docs/interchange.md`` has cannot be taken out of it again (see
``tests/test_docs.py``), so that a type needs no line here.
"""


def test_every_type_of_entry_has_its_topic_for_good() -> None:
    assert set(TOPICS) <= {topic_of(fact_type) for fact_type in ENTRY_TYPES.values()}


def test_every_type_of_entry_has_an_example_with_all_its_fields() -> None:
    assert set(EXAMPLES) == set(ENTRY_TYPES)
    common = {part.encode_name for part in inspect.type_info(case_entries.Entry).fields}  # type: ignore[union-attr]
    spared = {
        "SupervisionStarted": {
            "tier",
            "ends_on",
            "sentenced_on",
            "requirements",
            "court",
            "received_on",
            "received_from",
            "unpaid_work_hours",
        }
    }
    for name, fact_type in ENTRY_TYPES.items():
        own = {part.encode_name for part in inspect.type_info(fact_type).fields} - common  # type: ignore[union-attr]
        assert set(EXAMPLES[name]) == own - spared.get(name, set()), name


@pytest.mark.parametrize("name", ENTRY_TYPES)
def test_every_type_of_entry_has_a_schema_of_its_fields(name: str) -> None:
    parts = inspect.type_info(ENTRY_TYPES[name]).fields  # type: ignore[union-attr]
    schema = schema_of(ENTRY_TYPES[name])
    assert {field: schema.fields[field].required for field in schema.fields} == {
        part.encode_name: part.required for part in parts if part.name != "sealed"
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    with closing(Files.open(str(tmp_path_factory.mktemp("files") / "case.sqlite"))) as files:
        yield files


@pytest.mark.parametrize("name", ENTRY_TYPES)
def test_every_type_of_entry_survives_storing(files: Files, name: str) -> None:
    kept_on = ENTRY_TYPES[name].kept_on
    number = list(ENTRY_TYPES).index(name) + 1
    reference = f"X123456/{number}" if kept_on == "case" else f"{INSPECTION}-{number}"
    new = digest_of_text(EXAMPLES[name]["text"]) if name == "PolicyKept" else "new"
    example = fact(name, new, **EXAMPLES[name])
    standing = (
        [] if name in ("SupervisionStarted", "InspectionOpened") else SUBJECTS if kept_on == "case" else INSPECTED
    )
    if (framework := process_examples.OPENED_WITH.get(name)) is not None:
        standing = [structs.replace(INSPECTED[0], framework=framework), *INSPECTED[1:-1]]  # type: ignore[call-arg]
    before = [fact(type_, entry, **fields) for type_, entry, fields in process_examples.BEFORE.get(name, [])]
    files.record(reference, [*standing, *before, example], actor="test", now=NOW)
    held = files.read(reference).entries
    assert {one.entry: one for one in files.texts.opened(reference, held.values())}[new] == example
    (stored,) = [e for e in files.recorder.select_events(reference) if f'"entry":"{new}"'.encode() in e.state]
    assert stored.topic == topic_of(ENTRY_TYPES[name])
    assert EntryMapper.to_domain_event(files.mapper, stored).fact == held[new]  # type: ignore[arg-type]
    assert files.record(reference, [example], actor="test", now=NOW) == []


# ---------------------------------------------------------------- applying never refuses


def test_applying_never_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any stored entries in any order make a file: those that would be refused today, too."""
    stored = [fact(name, f"e{n}", **EXAMPLES[name]) for n, name in enumerate(ENTRY_TYPES)]
    stored += [entry for _, _, entry, _, _ in REFUSED]
    for seed in range(20):
        shuffled = random.Random(seed).sample(stored, len(stored))
        file = CaseFile(CASE)
        for number, entry in enumerate(shuffled, start=1):
            evolve(file, RecordedEntry(CASE, number, entry))
        assert file.version == len(stored)
        assert set(file.entries) == {entry.entry for entry in stored}


def test_a_batch_is_recorded_whole_or_not_at_all(files: Files) -> None:
    reference = "X123456/99"
    good, bad = fact("TierSet", "t1", tier=1), fact("AppointmentOutcomeRecorded", "o1", appointment="none", **OUTCOME)
    with pytest.raises(refusals.NoSuchEntry):
        files.record(reference, [start(), good, bad], actor="test", now=NOW)
    assert files.read(reference).first_entry is None
    files.record(reference, [start()], actor="test", now=NOW)
    assert [f.entry for f in files.record(reference, [start(), good], actor="test", now=NOW)] == ["t1"]


def test_now_is_the_moment_of_recording_when_none_is_given(tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1)
    with closing(Files.open(str(tmp_path / "case.sqlite"))) as files:
        files.record(CASE, [start()], actor="test")
        late = fact("TierSet", tier=1, recorded_at=tomorrow.isoformat())
        with pytest.raises(refusals.ImpossibleDate, match="is in the future"):
            files.record(CASE, [late], actor="test")


def test_an_answer_for_calibration_names_its_inspection() -> None:
    said = {
        "framework": "esi-2003",
        "question": "plan-reviewed",
        "answer": "sufficient",
        "by": "Ann Spo",
        "role": "spo",
    }
    file = CaseFile(CASE, 1, {"start": start()})
    with pytest.raises(refusals.Refused, match="names the inspection") as refused:
        decide(file, fact("QualityJudged", "judged", **said, calibration=True), NOW)
    assert refused.value.field == "calibration"
    assert decide(file, fact("QualityJudged", "judged", **said, calibration=True, inspection="audit"), NOW)

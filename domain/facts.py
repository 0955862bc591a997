"""Facts: every entry that a case record can hold, one frozen struct a type.

This page is the one definition of a fact's shape. The store writes these structs as JSON, ``domain.schemas`` makes
the marshmallow schemas of import, API and forms from them, and export prints them: the same bytes everywhere.

Two dates stand on every fact and are never mixed: ``occurred_on``, the day it happened in the world, and
``recorded_at``, the instant at which the file came to say so. ``entry`` is the source's own id, unique in its case.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta

from domain import codes
from domain.entries import CRN, Id, Note, Part, Text
from domain.entries import Fact as Fact
from domain.inspecting import InspectionOpened as InspectionOpened

Hours = Annotated[float, Meta(ge=0, le=24)]

AppointmentRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AppointmentMade",)})]
AssessmentRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AssessmentCompleted",)})]
RiskPlanRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("RiskManagementPlanMade",)})]
PlanRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("SupervisionPlanMade",)})]
ConcernRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("ChildProtectionConcernRaised",)})]
NeedRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("DiversityNeedIdentified",)})]
ReportRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("CourtReportRequested",)})]
LimitRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AccessLimited",)})]
AnyRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ()})]
"""A reference to an entry of any type of the same case."""


class Person(Part, frozen=True):
    crn: Annotated[str, Meta(pattern=CRN)]
    name: Text
    date_of_birth: date
    gender: codes.Gender
    ethnicity: codes.Ethnicity
    disability: bool
    pnc: Text | None = None


class RiskOfHarm(Part, frozen=True):
    """Risk of serious harm to each group (OASys); the highest is the overall level."""

    public: codes.RiskLevel
    known_adult: codes.RiskLevel
    children: codes.RiskLevel
    staff: codes.RiskLevel
    prisoners: codes.RiskLevel

    @property
    def highest(self) -> codes.RiskLevel:
        levels = (self.public, self.known_adult, self.children, self.staff, self.prisoners)
        return max(levels, key=codes.RISK_LEVELS.index)


class Likelihood(Part, frozen=True):
    """A likelihood-of-reoffending score; its range is the instrument's (``standards/instruments.yaml``)."""

    score: Annotated[int, Meta(ge=0)]
    band: Text | None = None


class Objective(Part, frozen=True):
    text: Note
    smart: bool
    factor: codes.CriminogenicFactor | None = None


class SupervisionStarted(Fact, frozen=True):
    person: Person
    order_type: codes.OrderType
    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: codes.OfficerGrade
    tier: codes.Tier | None = None
    ends_on: date | None = None
    sentenced_on: date | None = None
    released_on: date | None = None
    requirements: list[codes.Requirement] = []
    court: Text | None = None


class CaseAllocated(Fact, frozen=True):
    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: codes.OfficerGrade


class TierSet(Fact, frozen=True):
    tier: codes.Tier


class AssessmentCompleted(Fact, frozen=True):
    instrument: codes.Instrument
    stage: codes.AssessmentStage
    assessor: Text
    risk_of_harm: RiskOfHarm | None = None
    overall_risk_of_harm: codes.RiskLevel | None = None
    likelihood_of_reoffending: Likelihood | None = None
    criminogenic_factors: list[codes.CriminogenicFactor] = []
    sources: list[codes.AssessmentSource] = []


class AssessmentCountersigned(Fact, frozen=True):
    assessment: AssessmentRef
    by: Text
    grade: codes.OfficerGrade


class RiskLevelChanged(Fact, frozen=True, rename={"from_": "from"}):
    from_: codes.RiskLevel
    to: codes.RiskLevel
    reason: Note


class RiskManagementPlanMade(Fact, frozen=True):
    actions: list[Note] = []
    by: Text | None = None


class RiskManagementPlanReviewed(Fact, frozen=True):
    plan: RiskPlanRef
    changes: Note | None = None


class RiskManagementActionTaken(Fact, frozen=True):
    plan: RiskPlanRef
    action: Note


class SupervisionPlanMade(Fact, frozen=True):
    objectives: list[Objective]
    interventions: list[codes.Intervention]
    takes_account_of: list[codes.PlanBasis] = []
    kind: codes.PlanKind = "initial_supervision_plan"


class SupervisionPlanReviewed(Fact, frozen=True):
    plan: PlanRef
    objectives: list[Objective] = []
    reason: Note | None = None


class AppointmentMade(Fact, frozen=True):
    """An appointment offered: made on ``occurred_on``, for the day ``for_on``."""

    for_on: date
    contact_type: codes.ContactType
    national_standards: bool = True


class AppointmentOutcomeRecorded(Fact, frozen=True):
    appointment: AppointmentRef
    outcome: codes.Outcome


class ContactLogged(Fact, frozen=True, rename={"with_": "with"}):
    """Anything that is not an appointment; ``about`` names the entry it concerns, such as the appointment missed."""

    contact_type: codes.ContactType
    with_: Text | None = None
    note: Note | None = None
    about: AnyRef | None = None


class AbsenceJudged(Fact, frozen=True):
    appointment: AppointmentRef
    acceptable: bool
    reason: Note
    evidence: Note | None = None


class WarningGiven(Fact, frozen=True):
    appointments: Annotated[list[AppointmentRef], Meta(min_length=1)]
    stage: codes.WarningStage


class BreachInitiated(Fact, frozen=True):
    appointments: Annotated[list[AppointmentRef], Meta(min_length=1)]


class BreachDecided(Fact, frozen=True):
    outcome: codes.BreachOutcome


class RecallRequested(Fact, frozen=True):
    reason: Note
    emergency: bool = False


class RecallDecided(Fact, frozen=True):
    outcome: codes.RecallOutcome


class CustodyStarted(Fact, frozen=True):
    """The person is in custody from this day: nobody owes supervision in the community until ``CustodyEnded``."""

    reason: codes.CustodyReason


class CustodyEnded(Fact, frozen=True):
    """Released (again) on this day: supervision goes on under the same order or licence."""


class MappaSet(Fact, frozen=True):
    category: codes.MappaLevel
    level: codes.MappaLevel


class MappaReviewSet(Fact, frozen=True):
    for_on: date


class MappaMeetingHeld(Fact, frozen=True):
    level: codes.MappaLevel
    agencies: list[codes.Agency] = []


class ChildProtectionConcernRaised(Fact, frozen=True):
    detail: Note


class ChildProtectionWorkDone(Fact, frozen=True):
    concern: ConcernRef
    kind: codes.ConcernWork


class OversightRecorded(Fact, frozen=True):
    kind: codes.OversightKind
    by: Text
    grade: codes.OfficerGrade
    note: Note | None = None


class VictimWorkDone(Fact, frozen=True):
    kind: codes.VictimWork


class ProgrammeReferred(Fact, frozen=True):
    programme: codes.Programme


class ProgrammeStarted(Fact, frozen=True):
    programme: codes.Programme


class ProgrammeEnded(Fact, frozen=True):
    programme: codes.Programme
    completed: bool


class InterventionDelivered(Fact, frozen=True):
    intervention: codes.Intervention
    provider: codes.Provider
    objective: Note | None = None


class LiaisonRecorded(Fact, frozen=True, rename={"with_": "with"}):
    with_: codes.Agency
    about: Note | None = None


class DiversityNeedIdentified(Fact, frozen=True):
    need: codes.DiversityNeed


class DiversityNeedMet(Fact, frozen=True):
    need: NeedRef
    arrangement: Note


class MethodsConsidered(Fact, frozen=True):
    methods: Note
    learning_style: codes.LearningStyle | None = None
    motivation: codes.Motivation | None = None
    capacity: Note | None = None


class PreReleaseWorkDone(Fact, frozen=True):
    kind: codes.PreReleaseWork


class CourtReportRequested(Fact, frozen=True):
    kind: codes.ReportKind
    due_on: date


class CourtReportProvided(Fact, frozen=True):
    report: ReportRef


class UnpaidWorkSession(Fact, frozen=True):
    hours: Hours
    outcome: codes.Outcome


class DrugTestTaken(Fact, frozen=True):
    result: codes.DrugTestResult


class DocumentFiled(Fact, frozen=True):
    kind: codes.DocumentKind


class QualityJudged(Fact, frozen=True):
    """A person's answer to one question of a framework about this file.

    With ``inspection`` it belongs to that inspection's score alone; without, it is part of the record from its date.
    """

    framework: Id
    question: Id
    answer: codes.JudgedAnswer
    by: Text
    role: codes.JudgeRole
    inspection: Id | None = None
    about: AnyRef | None = None
    comment: Note | None = None
    second: bool = False
    """A second reading, made blind: it is set beside the first and never scores."""
    overrules: bool = False
    """It stands in place of the answer that the entries give, where there is one; ``comment`` says why."""


class EntryCorrected(Fact, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it had been written with these ``fields``."""

    of: AnyRef
    fields: Annotated[dict[str, Any], Meta(min_length=1)]


class EntryWithdrawn(Fact, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it had not been written (it may itself be withdrawn)."""

    of: AnyRef
    reason: Note


class AccessLimited(Fact, frozen=True):
    """From ``recorded_at`` on, the staff named here may count this case and see nothing else of it."""

    excluded: Annotated[list[Text], Meta(min_length=1)]
    reason: Note


class AccessLimitLifted(Fact, frozen=True):
    limit: LimitRef


class SupervisionEnded(Fact, frozen=True):
    reason: codes.EndReason


def _leaves(cls: type[Fact]) -> list[type[Fact]]:
    return [cls] if not cls.__subclasses__() else [leaf for sub in cls.__subclasses__() for leaf in _leaves(sub)]


FACT_TYPES: dict[str, type[Fact]] = {
    cls.__name__: cls for cls in sorted(_leaves(Fact), key=lambda cls: cls.kept_on == "inspection")
}
"""Every fact type by its interchange name: those of cases in the order of this page, then those of inspections."""


def subject_of(fact: Fact) -> str | None:
    """The entry that a fact about another entry speaks of; None for a fact that speaks for itself."""
    match fact:
        case AppointmentOutcomeRecorded(appointment=entry) | AbsenceJudged(appointment=entry):
            return entry
        case EntryCorrected(of=entry) | EntryWithdrawn(of=entry):
            return entry
        case _:
            return None

"""Facts: every entry that a case record can hold, one frozen struct a type.

This page is the only definition of the fields of a fact. The store writes these structs as JSON; ``domain.entries.schemas``
makes the marshmallow schemas of import, API and forms from them; export prints them: the same bytes everywhere.

Every fact has two dates, which are never mixed: ``occurred_on``, the day on which it happened, and ``recorded_at``, the
instant at which it was recorded on the file. ``entry`` is the source's own id, unique in its case.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import CRN, Id, Note, Part, Text
from domain.entries.entry import Entry as Entry
from domain.entries.inspection_entries import InspectionOpened as InspectionOpened

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
    gender: code_lists.Gender
    ethnicity: code_lists.Ethnicity
    disability: bool
    pnc: Text | None = None


class RiskOfHarm(Part, frozen=True):
    """Risk of serious harm to each group (OASys). The highest of the five is the overall level."""

    public: code_lists.RiskLevel
    known_adult: code_lists.RiskLevel
    children: code_lists.RiskLevel
    staff: code_lists.RiskLevel
    prisoners: code_lists.RiskLevel

    @property
    def highest(self) -> code_lists.RiskLevel:
        levels = (self.public, self.known_adult, self.children, self.staff, self.prisoners)
        return max(levels, key=code_lists.RISK_LEVELS.index)


class Likelihood(Part, frozen=True):
    """A likelihood-of-reoffending score, within the range of its instrument (``standards/instruments.yaml``)."""

    score: Annotated[int, Meta(ge=0)]
    band: Text | None = None


class Objective(Part, frozen=True):
    text: Note
    smart: bool
    factor: code_lists.CriminogenicFactor | None = None


class SupervisionStarted(Entry, frozen=True):
    person: Person
    order_type: code_lists.OrderType
    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: code_lists.OfficerGrade
    tier: code_lists.Tier | None = None
    ends_on: date | None = None
    sentenced_on: date | None = None
    released_on: date | None = None
    requirements: list[code_lists.Requirement] = []
    court: Text | None = None


class CaseAllocated(Entry, frozen=True):
    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: code_lists.OfficerGrade


class TierSet(Entry, frozen=True):
    tier: code_lists.Tier


class AssessmentCompleted(Entry, frozen=True):
    instrument: code_lists.Instrument
    stage: code_lists.AssessmentStage
    assessor: Text
    risk_of_harm: RiskOfHarm | None = None
    overall_risk_of_harm: code_lists.RiskLevel | None = None
    likelihood_of_reoffending: Likelihood | None = None
    criminogenic_factors: list[code_lists.CriminogenicFactor] = []
    sources: list[code_lists.AssessmentSource] = []


class AssessmentCountersigned(Entry, frozen=True):
    assessment: AssessmentRef
    by: Text
    grade: code_lists.OfficerGrade


class RiskLevelChanged(Entry, frozen=True, rename={"from_": "from"}):
    from_: code_lists.RiskLevel
    to: code_lists.RiskLevel
    reason: Note


class RiskManagementPlanMade(Entry, frozen=True):
    actions: list[Note] = []
    by: Text | None = None


class RiskManagementPlanReviewed(Entry, frozen=True):
    plan: RiskPlanRef
    changes: Note | None = None


class RiskManagementActionTaken(Entry, frozen=True):
    plan: RiskPlanRef
    action: Note


class SupervisionPlanMade(Entry, frozen=True):
    objectives: list[Objective]
    interventions: list[code_lists.Intervention]
    takes_account_of: list[code_lists.PlanBasis] = []
    kind: code_lists.PlanKind = "initial_supervision_plan"


class SupervisionPlanReviewed(Entry, frozen=True):
    plan: PlanRef
    objectives: list[Objective] = []
    reason: Note | None = None


class AppointmentMade(Entry, frozen=True):
    """An appointment offered: made on ``occurred_on``, for the day ``for_on``."""

    for_on: date
    contact_type: code_lists.ContactType
    national_standards: bool = True


class AppointmentOutcomeRecorded(Entry, frozen=True):
    appointment: AppointmentRef
    outcome: code_lists.Outcome


class ContactLogged(Entry, frozen=True, rename={"with_": "with"}):
    """A contact that is not an appointment. ``about`` names the entry it is about, such as the appointment missed."""

    contact_type: code_lists.ContactType
    with_: Text | None = None
    note: Note | None = None
    about: AnyRef | None = None


class AbsenceJudged(Entry, frozen=True):
    appointment: AppointmentRef
    acceptable: bool
    reason: Note
    evidence: Note | None = None


class WarningGiven(Entry, frozen=True):
    appointments: Annotated[list[AppointmentRef], Meta(min_length=1)]
    stage: code_lists.WarningStage


class BreachInitiated(Entry, frozen=True):
    appointments: Annotated[list[AppointmentRef], Meta(min_length=1)]


class BreachDecided(Entry, frozen=True):
    outcome: code_lists.BreachOutcome


class RecallRequested(Entry, frozen=True):
    reason: Note
    emergency: bool = False


class RecallDecided(Entry, frozen=True):
    outcome: code_lists.RecallOutcome


class CustodyStarted(Entry, frozen=True):
    """The person is in custody from this day: no supervision in the community is due until ``CustodyEnded``."""

    reason: code_lists.CustodyReason


class CustodyEnded(Entry, frozen=True):
    """Released (again) on this day: supervision goes on under the same order or licence."""


class MappaSet(Entry, frozen=True):
    category: code_lists.MappaLevel
    level: code_lists.MappaLevel


class MappaReviewSet(Entry, frozen=True):
    for_on: date


class MappaMeetingHeld(Entry, frozen=True):
    level: code_lists.MappaLevel
    agencies: list[code_lists.Agency] = []


class ChildProtectionConcernRaised(Entry, frozen=True):
    detail: Note


class ChildProtectionWorkDone(Entry, frozen=True):
    concern: ConcernRef
    kind: code_lists.ConcernWork


class OversightRecorded(Entry, frozen=True):
    kind: code_lists.OversightKind
    by: Text
    grade: code_lists.OfficerGrade
    note: Note | None = None


class VictimWorkDone(Entry, frozen=True):
    kind: code_lists.VictimWork


class ProgrammeReferred(Entry, frozen=True):
    programme: code_lists.Programme


class ProgrammeStarted(Entry, frozen=True):
    programme: code_lists.Programme


class ProgrammeEnded(Entry, frozen=True):
    programme: code_lists.Programme
    completed: bool


class InterventionDelivered(Entry, frozen=True):
    intervention: code_lists.Intervention
    provider: code_lists.Provider
    objective: Note | None = None


class LiaisonRecorded(Entry, frozen=True, rename={"with_": "with"}):
    with_: code_lists.Agency
    about: Note | None = None


class DiversityNeedIdentified(Entry, frozen=True):
    need: code_lists.DiversityNeed


class DiversityNeedMet(Entry, frozen=True):
    need: NeedRef
    arrangement: Note


class MethodsConsidered(Entry, frozen=True):
    methods: Note
    learning_style: code_lists.LearningStyle | None = None
    motivation: code_lists.Motivation | None = None
    capacity: Note | None = None


class PreReleaseWorkDone(Entry, frozen=True):
    kind: code_lists.PreReleaseWork


class CourtReportRequested(Entry, frozen=True):
    kind: code_lists.ReportKind
    due_on: date


class CourtReportProvided(Entry, frozen=True):
    report: ReportRef


class UnpaidWorkSession(Entry, frozen=True):
    hours: Hours
    outcome: code_lists.Outcome


class DrugTestTaken(Entry, frozen=True):
    result: code_lists.DrugTestResult


class DocumentFiled(Entry, frozen=True):
    kind: code_lists.DocumentKind


class QualityJudged(Entry, frozen=True):
    """A person's answer to one question of a framework about this file.

    With ``inspection`` it counts for that inspection's score alone; without, it is part of the record from its date.
    """

    framework: Id
    question: Id
    answer: code_lists.JudgedAnswer
    by: Text
    role: code_lists.JudgeRole
    inspection: Id | None = None
    about: AnyRef | None = None
    comment: Note | None = None
    second: bool = False
    """A second reading, made without sight of the first: it is compared with the first and never scored."""
    overrules: bool = False
    """It replaces the answer derived from the entries, if there is one; ``comment`` says why."""


class EntryCorrected(Entry, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it had been written with these ``fields``."""

    of: AnyRef
    fields: Annotated[dict[str, Any], Meta(min_length=1)]


class EntryWithdrawn(Entry, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it were not there. A withdrawal can be withdrawn too."""

    of: AnyRef
    reason: Note


class AccessLimited(Entry, frozen=True):
    """From ``recorded_at`` on, the staff named here may see this case in counts only."""

    excluded: Annotated[list[Text], Meta(min_length=1)]
    reason: Note


class AccessLimitLifted(Entry, frozen=True):
    limit: LimitRef


class SupervisionEnded(Entry, frozen=True):
    reason: code_lists.EndReason


def _leaves(cls: type[Entry]) -> list[type[Entry]]:
    return [cls] if not cls.__subclasses__() else [leaf for sub in cls.__subclasses__() for leaf in _leaves(sub)]


ENTRY_TYPES: dict[str, type[Entry]] = {
    cls.__name__: cls for cls in sorted(_leaves(Entry), key=lambda cls: cls.kept_on == "inspection")
}
"""Every fact type by its interchange name: those of cases in the order of this page, then those of inspections."""


def subject_of(fact: Entry) -> str | None:
    """The id of the entry that an outcome, judgement, correction or withdrawal is about; None for any other fact."""
    match fact:
        case AppointmentOutcomeRecorded(appointment=entry) | AbsenceJudged(appointment=entry):
            return entry
        case EntryCorrected(of=entry) | EntryWithdrawn(of=entry):
            return entry
        case _:
            return None

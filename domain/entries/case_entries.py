"""Entries: every entry that a case record can hold, one frozen struct a type.

This page is the one declaration of a type: its fields, with their words and hints (``Meta``) where a field's name is not
enough, and how it is used (``Use``) where the defaults do not fit. The store writes these structs as JSON,
``domain.entries.schemas`` makes the marshmallow schemas of import, API and forms from them, and export prints them: the
same bytes everywhere. A code list used by one type alone may stand above it; those used by several stand in ``code_lists``.
After a change here, ``make entry-tables`` writes the tables of ``docs/interchange.md``.

Every entry has two dates, which are never mixed: ``occurred_on``, the day on which it happened, and ``recorded_at``, the
instant at which it was recorded on the file. ``entry`` is the source's own id, unique in its case.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import CRN, EntryPart, Id, Note, Text, Use
from domain.entries.entry import Entry as Entry
from domain.entries.inspection_entries import InspectionOpened as InspectionOpened

Hours = Annotated[float, Meta(ge=0, le=24)]
ForDay = Annotated[date, Meta(title="Date it is for")]

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
OfRef = Annotated[AnyRef, Meta(title="Entry")]
"""The entry that a correction or withdrawal is about."""


class Person(EntryPart, frozen=True):
    crn: Annotated[str, Meta(pattern=CRN)]
    name: Text
    date_of_birth: date
    gender: code_lists.Gender
    ethnicity: code_lists.Ethnicity
    disability: bool
    pnc: Text | None = None


class RiskOfHarm(EntryPart, frozen=True):
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


class Likelihood(EntryPart, frozen=True):
    """A likelihood-of-reoffending score, within the range of its instrument (``standards/instruments.yaml``)."""

    score: Annotated[int, Meta(ge=0)]
    band: Text | None = None


class Objective(EntryPart, frozen=True):
    text: Annotated[Note, Meta(title="What is to be achieved")]
    smart: Annotated[bool, Meta(title="SMART")]
    factor: Annotated[code_lists.CriminogenicFactor | None, Meta(title="Factor it addresses")] = None


class SupervisionStarted(Entry, frozen=True):
    use = Use(made_by=())

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
    use = Use(made_by=("managers",))

    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: code_lists.OfficerGrade


class TierSet(Entry, frozen=True):
    tier: code_lists.Tier


class AssessmentCompleted(Entry, frozen=True):
    use = Use(form_group="Assessment and risk", lane="Assessments", mark="assessment")

    instrument: code_lists.Instrument
    stage: code_lists.AssessmentStage
    assessor: Text
    risk_of_harm: RiskOfHarm | None = None
    overall_risk_of_harm: code_lists.RiskLevel | None = None
    likelihood_of_reoffending: Likelihood | None = None
    criminogenic_factors: list[code_lists.CriminogenicFactor] = []
    sources: list[code_lists.AssessmentSource] = []


class AssessmentCountersigned(Entry, frozen=True):
    use = Use(
        made_by=("managers",),
        form_group="Assessment and risk",
        lane="Oversight",
        mark="countersigned",
        signed=("by", "grade"),
    )

    assessment: AssessmentRef
    by: Text
    grade: code_lists.OfficerGrade


class RiskLevelChanged(Entry, frozen=True, rename={"from_": "from"}):
    use = Use(form_group="Assessment and risk")

    from_: Annotated[code_lists.RiskLevel, Meta(title="Changed from")]
    to: Annotated[code_lists.RiskLevel, Meta(title="Changed to")]
    reason: Note


class RiskManagementPlanMade(Entry, frozen=True):
    use = Use(form_group="Assessment and risk", lane="Plan and reviews", mark="risk_plan")

    actions: list[Note] = []
    by: Text | None = None


class RiskManagementPlanReviewed(Entry, frozen=True):
    use = Use(form_group="Assessment and risk", lane="Plan and reviews", mark="risk_review")

    plan: RiskPlanRef
    changes: Note | None = None


class RiskManagementActionTaken(Entry, frozen=True):
    use = Use(form_group="Assessment and risk")

    plan: RiskPlanRef
    action: Note


class SupervisionPlanMade(Entry, frozen=True):
    use = Use(form_group="Plan and review", lane="Plan and reviews", mark="plan")

    objectives: list[Objective]
    interventions: list[code_lists.Intervention]
    takes_account_of: list[code_lists.PlanBasis] = []
    kind: code_lists.PlanKind = "initial_supervision_plan"


class SupervisionPlanReviewed(Entry, frozen=True):
    use = Use(form_group="Plan and review", lane="Plan and reviews", mark="review")

    plan: PlanRef
    objectives: list[Objective] = []
    reason: Note | None = None


class AppointmentMade(Entry, frozen=True):
    """An appointment offered: made on ``occurred_on``, for the day ``for_on``."""

    use = Use(form_group="Contact and absence")

    for_on: ForDay
    contact_type: code_lists.ContactType
    national_standards: Annotated[
        bool,
        Meta(
            title="Counts as a national standards appointment",
            description="Yes, unless it is over and above what the standards ask",
        ),
    ] = True


class AppointmentOutcomeRecorded(Entry, frozen=True):
    use = Use(form_group="Contact and absence", speaks_of="appointment")

    appointment: AppointmentRef
    outcome: code_lists.Outcome


class AbsenceJudged(Entry, frozen=True):
    use = Use(form_group="Contact and absence", lane="Enforcement", mark="judged", speaks_of="appointment")

    appointment: AppointmentRef
    acceptable: bool
    reason: Note
    evidence: Note | None = None


class ContactLogged(Entry, frozen=True, rename={"with_": "with"}):
    """Anything that is not an appointment; ``about`` names the entry it concerns, such as the appointment missed."""

    use = Use(form_group="Contact and absence", lane="Contacts")

    contact_type: code_lists.ContactType
    with_: Annotated[Text | None, Meta(title="With whom")] = None
    note: Note | None = None
    about: AnyRef | None = None


class WarningGiven(Entry, frozen=True):
    use = Use(form_group="Enforcement", lane="Enforcement", mark="warning")

    appointments: Annotated[list[AppointmentRef], Meta(min_length=1)]
    stage: code_lists.WarningStage


class BreachInitiated(Entry, frozen=True):
    use = Use(form_group="Enforcement", lane="Enforcement", mark="breach")

    appointments: Annotated[list[AppointmentRef], Meta(min_length=1)]


class BreachDecided(Entry, frozen=True):
    use = Use(form_group="Enforcement", lane="Enforcement", mark="decided")

    outcome: code_lists.BreachOutcome


class RecallRequested(Entry, frozen=True):
    use = Use(form_group="Enforcement", lane="Enforcement", mark="recall")

    reason: Note
    emergency: bool = False


class RecallDecided(Entry, frozen=True):
    use = Use(form_group="Enforcement", lane="Enforcement", mark="decided")

    outcome: code_lists.RecallOutcome


class CustodyStarted(Entry, frozen=True):
    """The person is in custody from this day: nobody owes supervision in the community until ``CustodyEnded``.

    A recall decided as ``recalled`` begins custody too.
    """

    reason: code_lists.CustodyReason


class CustodyEnded(Entry, frozen=True):
    """Released (again) on this day: supervision goes on under the same order or licence."""


class MappaSet(Entry, frozen=True):
    use = Use(title="MAPPA set", form_group="MAPPA and child protection")

    category: code_lists.MappaLevel
    level: code_lists.MappaLevel


class MappaReviewSet(Entry, frozen=True):
    use = Use(title="MAPPA review set", form_group="MAPPA and child protection")

    for_on: ForDay


class MappaMeetingHeld(Entry, frozen=True):
    use = Use(title="MAPPA meeting held", form_group="MAPPA and child protection")

    level: code_lists.MappaLevel
    agencies: list[code_lists.Agency] = []


class ChildProtectionConcernRaised(Entry, frozen=True):
    use = Use(form_group="MAPPA and child protection")

    detail: Note


class ChildProtectionWorkDone(Entry, frozen=True):
    use = Use(form_group="MAPPA and child protection")

    concern: ConcernRef
    kind: code_lists.ConcernWork


class OversightRecorded(Entry, frozen=True):
    use = Use(
        made_by=("managers",),
        form_group="Oversight and judgement",
        lane="Oversight",
        mark="oversight",
        signed=("by", "grade"),
    )

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
    with_: Annotated[code_lists.Agency, Meta(title="With whom")]
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
    use = Use(form_group="Contact and absence", lane="Contacts")

    hours: Hours
    outcome: code_lists.Outcome


class DrugTestTaken(Entry, frozen=True):
    use = Use(form_group="Contact and absence", lane="Contacts")

    result: code_lists.DrugTestResult


class DocumentFiled(Entry, frozen=True):
    kind: code_lists.DocumentKind


class QualityJudged(Entry, frozen=True):
    """A person's answer to one question of a framework about this file.

    With ``inspection`` it belongs to that inspection's score alone; without, it is part of the record from its date.
    ``second``: a second reading, made blind; it is set beside the first and never scores. ``overrules``: it stands in
    place of the answer that the entries give, where there is one; ``comment`` says why.
    """

    use = Use(made_by=("managers", "inspectors"), form_group="Oversight and judgement")

    framework: Id
    question: Id
    answer: code_lists.JudgedAnswer
    by: Text
    role: code_lists.JudgeRole
    inspection: Id | None = None
    about: AnyRef | None = None
    comment: Note | None = None
    second: Annotated[bool, Meta(title="Second reading, made blind")] = False
    overrules: Annotated[bool, Meta(title="Stands in place of the answer that the entries give")] = False


class EntryCorrected(Entry, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it had been written with these ``fields``.

    A field given as null empties an optional one.
    """

    use = Use(speaks_of="of")

    of: OfRef
    fields: Annotated[dict[str, Any], Meta(min_length=1)]


class EntryWithdrawn(Entry, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it were not there. A withdrawal can be withdrawn too."""

    use = Use(speaks_of="of")

    of: OfRef
    reason: Note


class AccessLimited(Entry, frozen=True):
    """From ``recorded_at`` on, the staff named here may count this case and see nothing else of it.

    ``excluded``: their names, or their user names.
    """

    use = Use(made_by=("managers",))

    excluded: Annotated[
        list[Text],
        Meta(
            min_length=1,
            description="Names of staff as the case files write them, or their user names, one a line",
        ),
    ]
    reason: Note


class AccessLimitLifted(Entry, frozen=True):
    use = Use(made_by=("managers",))

    limit: LimitRef


class SupervisionEnded(Entry, frozen=True):
    reason: code_lists.EndReason


def _leaves(cls: type[Entry]) -> list[type[Entry]]:
    return [cls] if not cls.__subclasses__() else [leaf for sub in cls.__subclasses__() for leaf in _leaves(sub)]


ENTRY_TYPES: dict[str, type[Entry]] = {
    cls.__name__: cls for cls in sorted(_leaves(Entry), key=lambda cls: cls.kept_on == "inspection")
}
"""Every entry type by its interchange name: those of cases in the order of this page, then those of inspections."""


def subject_of(fact: Entry) -> str | None:
    """The entry that an entry about another entry speaks of; None for an entry that speaks for itself."""
    named = fact.use.speaks_of
    return None if named is None else getattr(fact, named)

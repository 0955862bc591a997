"""Entries: every entry that a case record can hold, one frozen struct a type.

This page is the one declaration of a type: its fields, with their words and hints (``Meta``) where a field's name is not
enough, and how it is used (``Use``) where the defaults do not fit. The store writes these structs as JSON,
``domain.entries.schemas`` makes the marshmallow schemas of import, API and forms from them, and export prints them: the
same bytes everywhere. A code list used by one type alone may stand above it; those used by several stand in ``code_lists``.
After a change here, ``make entry-tables`` writes the tables of ``docs/interchange.md``.

Every entry has two dates, which are never mixed: ``occurred_on``, the day on which it happened, and ``recorded_at``, the
instant at which it was recorded on the file. ``entry`` is the source's own id, unique in its case.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta

from domain.entries import code_lists
from domain.entries.entry import (
    CRN,
    HASH,
    TIME_OF_DAY,
    CaseReference,
    EntryPart,
    Id,
    Note,
    PersonalDate,
    PersonalText,
    PlaceId,
    StaffId,
    Text,
    Use,
)
from domain.entries.entry import Entry as Entry
from domain.entries.inspection_entries import InspectionOpened as InspectionOpened
from domain.entries.process_entries import LeadNamed as LeadNamed
from domain.entries.report_entries import RecommendationMade as RecommendationMade

MOST_ATTACHED = 5_000_000
"""Bytes of the largest file that is attached to a reading (**P**, ours)."""

Crn = Annotated[str, Meta(pattern=CRN)]
Hours = Annotated[float, Meta(ge=0, le=24)]
"""Hours of one session."""
NeedScore = Annotated[int, Meta(ge=0, le=10)]
"""The score of a need in an assessment."""
OrderHours = Annotated[int, Meta(ge=1, le=1000)]
"""Hours of unpaid work of a whole order."""
ForDay = Annotated[date, Meta(title="Date it is for")]
ForTime = Annotated[str, Meta(pattern=TIME_OF_DAY, title="Time of the appointment", description="For example, 09:30")]

AppointmentRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AppointmentMade", "UnpaidWorkSession")})]
"""A session of unpaid work is an appointment of its day: for its outcome, a decision, a warning, a breach."""
AssessmentRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AssessmentCompleted",)})]
RiskPlanRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("RiskManagementPlanMade",)})]
PlanRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("SupervisionPlanMade",)})]
ConcernRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("ChildProtectionConcernRaised",)})]
NeedRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("DiversityNeedIdentified",)})]
ReportRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("CourtReportRequested",)})]
VictimRequiredRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("VictimContactRequired",)})]
VictimReferralRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("VictimContactReferred",)})]
HandoverRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("HandoverPlanned",)})]
LinkRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("PersonLinked",)})]
SuspensionRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("ContactSuspended",)})]
DispensationRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("DispensationGiven",)})]
AlertRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AlertRaised",)})]
LimitRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ("AccessLimited",)})]
AnyRef = Annotated[str, Meta(min_length=1, extra={"entry_of": ()})]
"""A reference to an entry of any type of the same case."""
OfRef = Annotated[AnyRef, Meta(title="Entry")]
"""The entry that a correction or withdrawal is about."""

Serves = Annotated[
    list[CaseReference],
    Meta(
        title="Counts in other sentences too", description="Other cases of the same person, one a line, like X123456/2"
    ),
]
"""Other cases of the same person in which the entry counts too, as if it stood on their files."""


class Person(EntryPart, frozen=True):
    crn: Crn
    name: PersonalText
    date_of_birth: PersonalDate
    gender: code_lists.Gender
    ethnicity: code_lists.Ethnicity
    disability: bool
    pnc: PersonalText | None = None


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
    """Supervision begins; ``person`` is as known then, and ``PersonDetailsChanged`` says what changes later.

    ``received_on`` and ``received_from``: the first day on which a case that another area transferred was held here, and
    that area.
    """

    use = Use(made_by=("managers",), form_group="Person, order and place")

    person: Person
    order_type: code_lists.OrderType
    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: code_lists.HolderGrade
    tier: code_lists.Tier | None = None
    ends_on: date | None = None
    sentenced_on: date | None = None
    released_on: date | None = None
    requirements: list[code_lists.Requirement] = []
    unpaid_work_hours: OrderHours | None = None
    court: Text | None = None
    received_on: date | None = None
    received_from: Text | None = None
    area_id: PlaceId | None = None
    division_id: PlaceId | None = None
    team_id: PlaceId | None = None
    officer_id: StaffId | None = None


class CaseAllocated(Entry, frozen=True):
    """The case is held here from this day. New names of the same place and officer are a ``PlaceRenamed``."""

    use = Use(made_by=("managers",), form_group="Person, order and place")

    area: Text
    division: Text
    team: Text
    officer: Text
    officer_grade: code_lists.HolderGrade
    area_id: PlaceId | None = None
    division_id: PlaceId | None = None
    team_id: PlaceId | None = None
    officer_id: StaffId | None = None


class PlaceRenamed(Entry, frozen=True):
    """The place or the officer that holds the case has these names or ids from this day; nothing is transferred.

    At least one is given. What is not given stays.
    """

    use = Use(title="Place or officer renamed", made_by=("managers",), form_group="Person, order and place")

    area: Text | None = None
    division: Text | None = None
    team: Text | None = None
    officer: Text | None = None
    area_id: PlaceId | None = None
    division_id: PlaceId | None = None
    team_id: PlaceId | None = None
    officer_id: StaffId | None = None


class PersonDetailsChanged(Entry, frozen=True):
    """Details of the person that are different from this day on; at least one is given, and what is not given stays.

    ``crn`` is the CRN that the source uses from now on. The reference of the case never changes.
    """

    use = Use(title="Person's details changed", form_group="Person, order and place")

    crn: Annotated[Crn | None, Meta(title="CRN now used", description="The reference of the case stays")] = None
    name: PersonalText | None = None
    date_of_birth: PersonalDate | None = None
    gender: code_lists.Gender | None = None
    ethnicity: code_lists.Ethnicity | None = None
    disability: bool | None = None
    pnc: Annotated[PersonalText | None, Meta(title="PNC number")] = None


class PersonLinked(Entry, frozen=True):
    """The person with this CRN and the person of this case are one."""

    use = Use(made_by=("managers",), form_group="Person, order and place", told_apart_by=("crn",))

    crn: Annotated[Crn, Meta(title="CRN of the same person")]
    reason: Note


class PersonUnlinked(Entry, frozen=True):
    """They are two persons after all: the link no longer holds from this day."""

    use = Use(made_by=("managers",), form_group="Person, order and place")

    link: LinkRef
    reason: Note


class RequirementsChanged(Entry, frozen=True):
    """All requirements that the order or licence has from this day: some were added, varied or removed.

    Where no other is left, supervision is.
    """

    use = Use(form_group="Person, order and place")

    requirements: Annotated[list[code_lists.Requirement], Meta(min_length=1)]
    reason: Note | None = None


class OrderVaried(Entry, frozen=True):
    """The order was extended or varied on this day: its new last day, its new hours of unpaid work, or both."""

    use = Use(title="Order extended or varied", form_group="Person, order and place")

    ends_on: Annotated[date | None, Meta(title="New last day of the order")] = None
    unpaid_work_hours: Annotated[OrderHours | None, Meta(title="New hours of unpaid work in all")] = None
    reason: Note | None = None


class TierSet(Entry, frozen=True):
    use = Use(form_group="Person, order and place")

    tier: code_lists.Tier


class AssessmentCompleted(Entry, frozen=True):
    use = Use(form_group="Assessment and risk", lane="Assessment and plan", mark="assessment")

    instrument: code_lists.Instrument
    stage: code_lists.AssessmentStage
    assessor: Text
    risk_of_harm: RiskOfHarm | None = None
    overall_risk_of_harm: code_lists.RiskLevel | None = None
    likelihood_of_reoffending: Likelihood | None = None
    criminogenic_factors: list[code_lists.CriminogenicFactor] = []
    sources: list[code_lists.AssessmentSource] = []
    assessor_id: StaffId | None = None
    serves: Serves = []

    @property
    def level(self) -> code_lists.RiskLevel | None:
        """The level of risk of harm: the overall one, or else the highest of those to each group. None: not assessed."""
        if self.overall_risk_of_harm is not None or self.risk_of_harm is None:
            return self.overall_risk_of_harm
        return self.risk_of_harm.highest


class RiskScored(Entry, frozen=True):
    """A predictor of reoffending was scored, in per cent. ``static``: without an assessment. ``level``: where it gives one."""

    use = Use(title="Risk of reoffending scored", form_group="Assessment and risk", told_apart_by=("predictor",))

    predictor: code_lists.Predictor
    score: Annotated[float, Meta(ge=0, le=100, title="Score, per cent")]
    static: Annotated[bool, Meta(title="Made without an assessment")] = False
    level: Annotated[code_lists.RiskLevel | None, Meta(title="Level, of DC-SRP")] = None


class NeedsAssessed(Entry, frozen=True):
    """The scores of the needs that tiering reads; a need without a score is none. ``san``: by the newer assessment."""

    use = Use(form_group="Assessment and risk", lane="Assessment and plan", mark="assessment")

    accommodation: NeedScore | None = None
    employment_and_training: NeedScore | None = None
    relationships: NeedScore | None = None
    lifestyle: NeedScore | None = None
    drugs: NeedScore | None = None
    alcohol: NeedScore | None = None
    thinking: NeedScore | None = None
    attitudes: NeedScore | None = None
    san: Annotated[bool, Meta(title="By the assessment of strengths and needs")] = False
    parenting: Annotated[bool, Meta(title="Parenting responsibilities")] = False
    impulsive: Annotated[bool, Meta(title="Impulsivity or temper")] = False
    breached: Annotated[bool, Meta(title="Breach or recall before")] = False
    sexual_offence: Annotated[bool, Meta(title="A sexual offence is recorded")] = False


class AssessmentCountersigned(Entry, frozen=True):
    use = Use(
        made_by=("managers",),
        form_group="Oversight and judgement",
        lane="Oversight",
        mark="countersigned",
        signed=("by", "by_id", "grade"),
    )

    assessment: AssessmentRef
    by: Text
    grade: code_lists.OfficerGrade
    by_id: StaffId | None = None
    comment: Note | None = None


class AssessmentReturned(Entry, frozen=True):
    """A manager gives the assessment back to the officer, and says what is to be changed. It is still to be countersigned."""

    use = Use(
        title="Assessment returned to the officer",
        made_by=("managers",),
        form_group="Oversight and judgement",
        lane="Oversight",
        signed=("by", "by_id"),
    )

    assessment: AssessmentRef
    by: Text
    reason: Annotated[Note, Meta(title="What is to be changed")]
    by_id: StaffId | None = None


class RiskLevelChanged(Entry, frozen=True, rename={"from_": "from"}):
    use = Use(form_group="Assessment and risk")

    from_: Annotated[code_lists.RiskLevel, Meta(title="Changed from")]
    to: Annotated[code_lists.RiskLevel, Meta(title="Changed to")]
    reason: Note


class RiskManagementPlanMade(Entry, frozen=True):
    use = Use(form_group="Assessment and risk", lane="Assessment and plan", mark="risk_plan")

    actions: list[Note] = []
    by: Text | None = None
    by_id: StaffId | None = None
    serves: Serves = []


class RiskManagementPlanReviewed(Entry, frozen=True):
    use = Use(form_group="Assessment and risk", lane="Assessment and plan", mark="risk_review")

    plan: RiskPlanRef
    changes: Note | None = None


class RiskManagementActionTaken(Entry, frozen=True):
    use = Use(form_group="Assessment and risk")

    plan: RiskPlanRef
    action: Note


class SupervisionPlanMade(Entry, frozen=True):
    use = Use(form_group="Plan and review", lane="Assessment and plan", mark="plan")

    objectives: list[Objective]
    interventions: list[code_lists.Intervention]
    takes_account_of: list[code_lists.PlanBasis] = []
    kind: code_lists.PlanKind = "initial_supervision_plan"
    serves: Serves = []


class SupervisionPlanReviewed(Entry, frozen=True):
    use = Use(form_group="Plan and review", lane="Assessment and plan", mark="review")

    plan: PlanRef
    objectives: list[Objective] = []
    reason: Note | None = None


class AppointmentMade(Entry, frozen=True):
    """An appointment offered: made on ``occurred_on``, for the day ``for_on`` (and the time ``for_time``, like 09:30).

    It is a national-standards contact where ``national_standards`` says so; where that is not given, unless it is by
    telephone, letter or text.
    """

    use = Use(form_group="Contact and absence")

    for_on: Annotated[date, Meta(title="Date of the appointment")]
    contact_type: code_lists.ContactType
    for_time: ForTime | None = None
    national_standards: Annotated[
        bool | None,
        Meta(
            title="Counts as a national standards appointment",
            description="Leave empty for the usual: yes, unless it is by telephone, letter or text message",
        ),
    ] = None
    serves: Serves = []

    @property
    def is_contact(self) -> bool:
        """Whether it is a national-standards contact."""
        if self.national_standards is None:
            return self.contact_type not in code_lists.NOT_CONTACT
        return self.national_standards


class AppointmentOutcomeRecorded(Entry, frozen=True):
    """What became of an appointment.

    ``sent_home``: by the service, for its own reasons (weather, no supervisor), which is no failure.
    ``sent_home_for_behaviour``: for what the person did, which is one.
    """

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

    use = Use(form_group="Contact and absence", lane="Contact")

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
    """The person is in custody from this day until ``CustodyEnded``; what is owed meanwhile, each clause says.

    After a recall decided as ``recalled`` the person is unlawfully at large until this entry, which counts as custody.
    """

    use = Use(form_group="Whereabouts and interruptions")

    reason: code_lists.CustodyReason


class CustodyEnded(Entry, frozen=True):
    """Released (again) on this day: supervision goes on under the same order or licence."""

    use = Use(form_group="Whereabouts and interruptions")


class WhereaboutsUnknown(Entry, frozen=True):
    """From this day nobody knows where the person is: a warrant is out, or enquiries were made (``detail`` says which)."""

    use = Use(form_group="Whereabouts and interruptions")

    basis: Annotated[code_lists.UnknownBasis, Meta(title="On the basis of")]
    detail: Annotated[Note | None, Meta(title="Warrant or enquiries, in words")] = None


class WhereaboutsKnown(Entry, frozen=True):
    """From this day it is known again where the person is."""

    use = Use(title="Whereabouts known again", form_group="Whereabouts and interruptions")

    how: Annotated[code_lists.HowFound, Meta(title="How they were found")]


class ContactSuspended(Entry, frozen=True):
    """No contact is owed from ``from_on`` to ``to_on``, both included. Only an SPO decides this."""

    use = Use(
        made_by=("managers",),
        form_group="Whereabouts and interruptions",
        signed=("by", "by_id", "grade"),
        told_apart_by=("reason",),
    )

    from_on: Annotated[date, Meta(title="First day without contact")]
    to_on: Annotated[
        date,
        Meta(
            title="Last day without contact",
            description="Twelve weeks at most; renew it by another. In the final third: its last day",
        ),
    ]
    reason: code_lists.SuspensionReason
    by: Text
    grade: code_lists.OfficerGrade
    by_id: StaffId | None = None
    follow_up_on: Annotated[
        date | None, Meta(title="Follow-up on licence", description="In the final third: the one appointment, midway")
    ] = None


class ContactResumed(Entry, frozen=True):
    """Contact is owed again from this day, sooner than the suspension said."""

    use = Use(form_group="Whereabouts and interruptions")

    suspension: SuspensionRef


class SupervisionSuspended(Entry, frozen=True):
    """The Home Secretary has suspended the supervision of a life licence from this day; recall remains possible."""

    use = Use(title="Supervision of a life licence suspended", form_group="Whereabouts and interruptions")

    reason: Note | None = None


class SupervisionRestored(Entry, frozen=True):
    """Supervision that was suspended goes on from this day."""

    use = Use(title="Supervision of a life licence restored", form_group="Whereabouts and interruptions")

    reason: Note | None = None


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


class MappaEnded(Entry, frozen=True):
    """The person is no longer under MAPPA from this day. A level set afterwards begins it again."""

    use = Use(title="MAPPA ended", form_group="MAPPA and child protection")

    reason: Note | None = None


class RegisterReviewed(Entry, frozen=True):
    """An entry on a register was reviewed. At MAPPA level 1, where no meetings are held, this is the review."""

    use = Use(form_group="MAPPA and child protection", told_apart_by=("register",))

    register: code_lists.Register
    outcome: code_lists.RegisterOutcome | None = None


class RegisterSet(Entry, frozen=True):
    """The case is on a register of today, from this day until it is ended."""

    use = Use(title="Put on a register", form_group="MAPPA and child protection", told_apart_by=("register",))

    register: code_lists.RiskRegister


class RegisterEnded(Entry, frozen=True):
    """The case is no longer on a register."""

    use = Use(title="Taken off a register", form_group="MAPPA and child protection", told_apart_by=("register",))

    register: code_lists.RiskRegister


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
        signed=("by", "by_id", "grade"),
    )

    kind: code_lists.OversightKind
    by: Text
    grade: code_lists.OfficerGrade
    by_id: StaffId | None = None
    note: Note | None = None
    serves: Serves = []


class DispensationGiven(Entry, frozen=True):
    """From ``from_on`` to ``to_on``, both included, the officer need not do what a clause asks; another person decides it.

    ``raised_by``: the entry that raised the one duty meant. Without it: every duty of the clause in these days.
    """

    use = Use(
        title="Dispensation given",
        made_by=("managers",),
        form_group="Oversight and judgement",
        lane="Oversight",
        signed=("by", "by_id"),
        told_apart_by=("clause",),
    )

    clause: Annotated[Id, Meta(title="Duty", description="The id of its clause, such as plan-review")]
    from_on: Annotated[date, Meta(title="First day")]
    to_on: Annotated[
        date, Meta(title="Last day", description="The duty reads dispensed until then, and as before afterwards")
    ]
    reason: Note
    by: Text
    raised_by: Annotated[
        AnyRef | None, Meta(title="Raised by", description="Leave empty for every duty of this kind in these days")
    ] = None
    by_id: StaffId | None = None


class DispensationEnded(Entry, frozen=True):
    """The dispensation no longer holds from this day, sooner than it said."""

    use = Use(title="Dispensation ended", made_by=("managers",), form_group="Oversight and judgement")

    dispensation: DispensationRef


class VictimWorkDone(Entry, frozen=True):
    kind: code_lists.VictimWork


class VictimContactRequired(Entry, frozen=True):
    """The sentence of this day brings in the statutory scheme of contact with victims.

    That is a specified violent or sexual offence with twelve months or more, or a hospital order.
    """

    use = Use(title="Victim contact required")

    note: Note | None = None


class VictimContactReferred(Entry, frozen=True):
    """A victim was referred to the contact scheme."""

    use = Use(title="Victim referred to the contact scheme")

    required: VictimRequiredRef


class VictimContacted(Entry, frozen=True):
    """The victim liaison officer was in touch with a victim. ``choice``: into the scheme or out of it; it may change again."""

    use = Use(title="Victim contacted by the liaison officer")

    referral: VictimReferralRef
    choice: Annotated[code_lists.VictimChoice | None, Meta(title="What the victim chose")] = None


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


class HandoverPlanned(Entry, frozen=True):
    """The case passes from prison to the community on ``handover_on``; a later one takes the place of an earlier.

    ``release_on``: the earliest release; of an indeterminate sentence tariff or hearing, of parole its date.
    """

    use = Use(title="Handover from custody planned")

    kind: code_lists.HandoverKind
    release_on: Annotated[date, Meta(title="Earliest release, tariff, hearing or parole")]
    handover_on: Annotated[date, Meta(title="Day of the handover")]


class CommunityManagerNamed(Entry, frozen=True):
    """Somebody in the community was named who holds the case from the handover on."""

    use = Use(title="Somebody in the community named for a handover")

    handover: HandoverRef
    officer: Text
    officer_id: StaffId | None = None


class CourtReportRequested(Entry, frozen=True):
    kind: code_lists.ReportKind
    due_on: date


class CourtReportProvided(Entry, frozen=True):
    report: ReportRef


class UnpaidWorkSession(Entry, frozen=True):
    """A session of unpaid work on this day: an appointment with its outcome. ``hours``: those that were worked.

    Its first outcome stands here; a later one is an ``AppointmentOutcomeRecorded`` that names the session.
    """

    use = Use(form_group="Contact and absence", lane="Contact")

    hours: Annotated[Hours, Meta(title="Hours worked")]
    outcome: code_lists.Outcome
    hours_offered: Annotated[Hours | None, Meta(description="Leave empty if they are the hours worked")] = None

    @property
    def offered(self) -> float:
        """The hours offered: as given, or else the hours worked."""
        return self.hours if self.hours_offered is None else self.hours_offered


class DrugTestTaken(Entry, frozen=True):
    use = Use(form_group="Contact and absence", lane="Contact")

    result: code_lists.DrugTestResult


class DocumentFiled(Entry, frozen=True):
    kind: code_lists.DocumentKind


class PromptAnswered(EntryPart, frozen=True):
    """What the reader noted on one prompt of a key question. It is kept and shown; no answer follows from it."""

    prompt: Id
    answer: code_lists.PromptAnswer


class QualityJudged(Entry, frozen=True):
    """A person's answer to one question of a framework about this file.

    With ``inspection`` it belongs to that inspection's score alone; without, it is part of the record from its date.
    ``second``: a second reading, made blind; it is set beside the first and never scores. ``overrules``: it stands in
    place of the answer that the entries give, where there is one; ``comment`` says why. ``reopening``: the entry
    (``ReadingReopened``) of the inspection that opened the reading again. ``adjudicates``: it settles what two readers
    answered differently, and counts in place of the first reading's answer; ``comment`` says why. ``prompts``: what the
    reader noted on the prompts of a key question. ``calibration``: on a case that all assessors read to compare how they judge;
    it never scores.
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
    by_id: StaffId | None = None
    reopening: Annotated[Id | None, Meta(title="Given when the reading was opened again")] = None
    adjudicates: Annotated[bool, Meta(title="Settles what two readers answered differently")] = False
    prompts: Annotated[list[PromptAnswered], Meta(title="What was noted on the prompts of a key question")] = []
    calibration: Annotated[bool, Meta(title="For calibration")] = False


class InterviewNoted(Entry, frozen=True, rename={"with_": "with"}):
    """What was said in an interview about this case, for the reading of an inspection. ``second``: for a second reading."""

    use = Use(made_by=(), form_group="Oversight and judgement")

    inspection: Id
    with_: code_lists.InterviewedWith
    note: Note
    by: Text
    by_id: StaffId | None = None
    second: Annotated[bool, Meta(title="For a second reading")] = False


class EvidenceAttached(Entry, frozen=True):
    """A file that the reader of a case attached to their reading for an inspection, such as a scanned letter.

    ``name``: what it was called; ``size``: its bytes. They are kept sealed in the record named here, and ``sha256`` is of them as
    they are sealed, so that nobody tries out what was in them. ``scanned``: it passed the command of ``CASEAUDIT_SCAN``.
    ``second``: for a second reading.
    """

    use = Use(made_by=(), form_group="Oversight and judgement")

    inspection: Id
    name: PersonalText
    kind: code_lists.AttachmentKind
    size: Annotated[int, Meta(ge=1, le=MOST_ATTACHED)]
    sha256: Annotated[str, Meta(pattern=HASH, title="SHA-256, sealed")]
    record: Annotated[Id, Meta(title="Kept in the record")]
    by: Text
    by_id: StaffId | None = None
    scanned: bool = False
    second: Annotated[bool, Meta(title="For a second reading")] = False


class ReadingReplied(Entry, frozen=True):
    """What the practitioner, or who answers for the case, says to how it was read for an inspection."""

    use = Use(made_by=(), form_group="Oversight and judgement")

    inspection: Id
    says: Note
    by: Text
    by_id: StaffId | None = None


class LearningPointNoted(Entry, frozen=True):
    """What is to be learned from how a case was read for an inspection. ``question``: on which of its questions, if on one."""

    use = Use(made_by=(), form_group="Oversight and judgement")

    inspection: Id
    says: Note
    by: Text
    by_id: StaffId | None = None
    question: Id | None = None


class AlertRaised(Entry, frozen=True):
    """Whoever reads a case for an inspection finds somebody in danger, and tells the area's named person at once.

    ``answer_by``: the instant by which the area says what it did.
    """

    use = Use(made_by=(), form_group="Oversight and judgement")

    inspection: Id
    danger: Note
    answer_by: Annotated[datetime, Meta(tz=True)]
    by: Text
    by_id: StaffId | None = None


class AlertAnswered(Entry, frozen=True):
    """What the area did about an alert."""

    use = Use(made_by=(), form_group="Oversight and judgement", speaks_of="alert")

    inspection: Id
    alert: AlertRef
    answer: Note
    by: Text
    by_id: StaffId | None = None


class EntryCorrected(Entry, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it had been written with these ``fields``.

    A field given as null empties an optional one.
    """

    use = Use(speaks_of="of")

    of: OfRef
    fields: Annotated[dict[str, Any], Meta(title="Corrected to", min_length=1)]


class EntryWithdrawn(Entry, frozen=True):
    """From ``recorded_at`` on, the entry ``of`` reads as if it were not there. A withdrawal can be withdrawn too."""

    use = Use(speaks_of="of")

    of: OfRef
    reason: Note


class AccessLimited(Entry, frozen=True):
    """From ``recorded_at`` on, this case is closed to the staff named here.

    ``excluded``: their user names. A printed name, or a staff key, closes it to every account that has it or ever had it.
    """

    use = Use(made_by=("managers",))

    excluded: Annotated[
        list[Text],
        Meta(
            min_length=1,
            description="User names of staff, one a line",
        ),
    ]
    reason: Note


class AccessLimitLifted(Entry, frozen=True):
    use = Use(made_by=("managers",))

    limit: LimitRef


class SupervisionEnded(Entry, frozen=True):
    """Supervision is over: this day is the first that is no longer supervised."""

    use = Use(form_group="Person, order and place")

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


def is_for_inspection(fact: Entry) -> bool:
    """Whether an entry of a case was recorded for an inspection, which it names; it is no part of what officers recorded."""
    return getattr(fact, "inspection", None) is not None


def about_inspections(entries: Iterable[Entry], names: Callable[[Entry], bool] = is_for_inspection) -> set[str]:
    """The ids of those entries of a file, in their order, that ``names`` holds for, and of entries that speak of them."""
    found: set[str] = set()
    for fact in entries:
        if names(fact) or (found and subject_of(fact) in found):
            found.add(fact.entry)
    return found

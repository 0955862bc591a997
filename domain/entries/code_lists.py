"""Code lists: the values that a coded field of an entry may have, in the field's own terms.

Each list is a ``Literal``, which the type checker, the schemas and the forms share. ``LABELS`` gives words for codes
that do not explain themselves. Sources: ``docs/interchange.md``; ethnicity: census of 2001, sixteen
plus one codes; instruments: the report's criterion B2 and the national standards reference.
"""

from typing import Literal, get_args

OrderType = Literal[
    "community_rehabilitation_order",
    "community_punishment_order",
    "community_punishment_and_rehabilitation_order",
    "drug_treatment_and_testing_order",
    "community_order",
    "suspended_sentence_order",
    "licence",
]
RiskLevel = Literal["low", "medium", "high", "very_high"]
Tier = Literal[1, 2, 3, 4]
MappaLevel = Literal[1, 2, 3]
Gender = Literal["female", "male", "not_stated"]
Ethnicity = Literal[
    "W1", "W2", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A9", "B1", "B2", "B9", "O1", "O9", "NS"
]
OfficerGrade = Literal["po", "pso", "spo", "senior_practitioner"]
HolderGrade = Literal["po", "pso", "spo", "senior_practitioner", "vacant"]
"""The grade of who holds a case; ``vacant``: nobody is in post, and the team's manager answers for it."""
Instrument = Literal[
    "oasys",
    "ogrs2",
    "lsi_r",
    "ace",
    "risk_of_harm_screening",
    "risk_of_harm_full_analysis",
    "sara",
    "risk_matrix_2000",
    "other_specialist",
]
AssessmentStage = Literal["initial", "review", "termination"]
AssessmentSource = Literal[
    "interview", "psr", "cps_papers", "police", "mappa", "social_services", "prison", "health", "previous_assessment"
]
CriminogenicFactor = Literal[
    "accommodation",
    "alcohol_misuse",
    "attitudes",
    "domestic_violence",
    "drug_misuse",
    "education_training_employment",
    "emotional_wellbeing",
    "finance",
    "lifestyle_and_associates",
    "relationships",
    "sexual_offending",
    "thinking_and_behaviour",
]
PlanKind = Literal["initial_supervision_plan", "community_punishment_assessment", "sentence_plan"]
PlanBasis = Literal["psr", "ssr", "sentence_plan", "risk_of_harm", "need", "likelihood_of_reoffending"]
ContactType = Literal[
    "office",
    "home_visit",
    "telephone",
    "letter",
    "programme",
    "unpaid_work",
    "prison_visit",
    "video",
    "three_way",
    "text",
    "other",
]
Outcome = Literal[
    "attended_complied",
    "attended_failed_to_comply",
    "acceptable_absence",
    "unacceptable_absence",
    "sent_home",
    "sent_home_for_behaviour",
    "rescheduled",
    "awaiting_explanation",
]
USUAL_OUTCOMES: tuple[Outcome, ...] = ("attended_complied", "attended_failed_to_comply", "awaiting_explanation")
"""What most appointments come to, in the order in which forms offer them. An absence is decided on later."""

WarningStage = Literal["first", "final"]
BreachOutcome = Literal[
    "order_continues", "order_continues_with_penalty", "revoked_and_resentenced", "not_proved", "withdrawn"
]
RecallOutcome = Literal["recalled", "not_recalled", "warned"]
ConcernWork = Literal["conference", "core_group", "referral", "information_shared", "home_visit", "review"]
OversightKind = Literal["countersignature", "case_discussion", "supervision", "file_review"]
VictimChoice = Literal["opted_in", "opted_out"]
VictimWork = Literal["victim_awareness", "victim_contact_unit", "information_sought", "protective_condition"]
Requirement = Literal[
    "supervision",
    "rehabilitation_activity",
    "unpaid_work",
    "accredited_programme",
    "drug_treatment",
    "alcohol_treatment",
    "mental_health_treatment",
    "residence",
    "curfew",
    "exclusion",
]
Programme = Literal["think_first", "enhanced_thinking_skills", "osap", "idap", "sex_offender_programme", "dids", "art"]
Intervention = Literal[
    "accommodation_advice",
    "alcohol_counselling",
    "basic_skills",
    "cognitive_work",
    "domestic_abuse_work",
    "drug_treatment",
    "employment_advice",
    "offence_focused_work",
    "relapse_prevention",
    "unpaid_work",
    "victim_awareness",
]
Provider = Literal["case_manager", "programme_team", "unpaid_work_team", "partner_agency", "health", "college"]
Agency = Literal[
    "police",
    "social_services",
    "prison",
    "health",
    "housing",
    "programme_team",
    "unpaid_work_team",
    "partner_agency",
    "college",
    "court",
    "victim_contact_unit",
]
DiversityNeed = Literal[
    "literacy", "dyslexia", "language", "disability", "gender", "ethnicity", "religion", "childcare"
]
LearningStyle = Literal["activist", "reflector", "theorist", "pragmatist"]
Motivation = Literal["unaware", "thinking_about_change", "preparing", "acting", "maintaining"]
HandoverKind = Literal["early_allocation", "indeterminate", "parole", "determinate"]
"""By what the day is reckoned on which a case passes from prison to the community; the last is every other sentence."""
PreReleaseWork = Literal["prison_visit", "video_link", "sentence_plan_board", "release_plan", "home_assessment"]
ReportKind = Literal["psr", "ssr", "standard_delivery", "short_format", "oral"]
"""The last three are those of today."""
DrugTestResult = Literal["negative", "positive", "refused", "not_provided"]
DocumentKind = Literal[
    "order",
    "licence",
    "psr",
    "ssr",
    "cps_papers",
    "previous_convictions",
    "supervision_plan",
    "sentence_plan",
    "assessment",
    "risk_management_plan",
    "instruction_letter",
    "warning_letter",
    "mappa_minutes",
]
CustodyReason = Literal["recall", "remand", "sentence"]
Register = Literal[
    "mappa", "high_risk_of_harm", "child_protection", "domestic_abuse", "vulnerable_adult", "mental_health", "other"
]
RegisterOutcome = Literal["stays_registered", "level_changed", "taken_off"]
RiskRegister = Literal[
    "ADVP",
    "ALSH",
    "IIOM",
    "INLL",
    "PRC",
    "RCCO",
    "RCHD",
    "RCPR",
    "REG30",
    "RMDO",
    "RPIR",
    "RTAO",
    "RVAD",
    "RVLN",
    "SPO",
    "STRG",
]
"""The codes of the registers that tiering reads, as the case system of today has them."""
Predictor = Literal["rsr", "ogrs", "arp", "csrp", "dc_srp"]
UnknownBasis = Literal["warrant", "enquiries"]
HowFound = Literal["surrendered", "arrested", "contacted", "found_in_custody", "other"]
SuspensionReason = Literal["hospital", "residential_treatment", "abroad_with_permission", "final_third", "impact"]
BY_SCHEME: frozenset[SuspensionReason] = frozenset(("final_third", "impact"))
"""Suspensions of today's schemes (Reset, and Impact): they hold to their own last day, however far off it is."""
JudgedAnswer = Literal["sufficient", "insufficient", "not_applicable"]
JudgeRole = Literal["spo", "practice_assessor", "area_assessor", "local_assessor", "hm_inspector"]
EndReason = Literal[
    "completed",
    "revoked_for_good_progress",
    "revoked",
    "revoked_and_resentenced",
    "recalled",
    "expired",
    "transferred_out",
    "deported",
    "died",
]
StateOfKnowledge = Literal["stood", "hindsight"]
Stratum = Literal["risk_of_harm", "gender", "ethnicity", "order", "team"]
SourceKind = Literal["interviews", "survey_of_people_supervised", "survey_of_victims", "survey_of_courts", "documents"]
ReadingSource = Literal[
    "case_file", "interview_with_practitioner", "interview_with_person_supervised", "interview_with_others", "other_documents"
]  # fmt: skip
"""What the reading of one case may rest on (**P**, a list of ours)."""
AttachmentKind = Literal["pdf", "png", "jpeg", "plain_text", "odt", "docx"]
ManagementRating = Literal["very_strong", "strong", "good", "satisfactory", "unsatisfactory"]
Direction = Literal["improved", "deteriorated", "unchanged"]
FixedBy = Literal["import", "update", "publication"]
PolicyKind = Literal["standards", "frameworks", "practice", "tiering"]
"""The kinds of policy that a figure of an inspection depends on."""
HeldBy = Literal["inspectorate", "area"]
NamedFor = Literal["alerts", "list", "draft"]
DiscretionGround = Literal["near_boundary", "one_case", "few_cases"]
PromptAnswer = Literal["yes", "no", "not_applicable"]
CommentOutcome = Literal["accepted", "partly_accepted", "refused"]
CommentEffect = Literal["wording", "figure", "rating"]
InterviewedWith = Literal["practitioner", "person_supervised", "manager", "partner_agency"]
InterestKind = Literal["relation", "former_post", "line_manager", "other"]
InterestIn = Literal["case", "officer", "team", "colleague"]
Progress = Literal["good", "satisfactory", "some", "none"]
"""How far a recommendation was seen to. The words are ours; the report of 2006 speaks of good and of satisfactory progress."""
EndedCases = Literal["in", "out"]
LeftOutReason = Literal[
    "further_sentence",
    "had_ended",
    "not_in_scope",
    "stands_twice",
    "transferred_out",
    "serious_further_offence",
    "court_proceedings",
    "read_recently",
    "unsafe_to_read",
    "other_reason",
]
"""Why a case of the window is not in a sampling frame: the first two by rule, the others by hand (**P**, a list of ours)."""

BY_RULE: tuple[LeftOutReason, ...] = ("further_sentence", "had_ended")
BY_HAND: tuple[LeftOutReason, ...] = tuple(why for why in get_args(LeftOutReason) if why not in BY_RULE)

DrawMethod = Literal["half_up", "largest_remainder"]
ReplacementReason = Literal[
    "not_in_scope",
    "stands_twice",
    "transferred_out",
    "file_missing",
    "serious_further_offence",
    "court_proceedings",
    "no_free_reader",
    "unsafe_to_read",
    "other_reason",
]
"""Why a case of a sample cannot be read (**P**, a list of ours)."""

NOBODY_IN_POST: HolderGrade = "vacant"

RISK_LEVELS: tuple[RiskLevel, ...] = get_args(RiskLevel)
"""From the lowest to the highest: levels are compared by their place here."""

NOT_CONTACT: frozenset[ContactType] = frozenset(("telephone", "letter", "text"))
"""The types of contact that are no national-standards contact unless the source says so."""

SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
"""What an item of Section A may rest on, in the order of the form."""

READING_SOURCES: tuple[ReadingSource, ...] = get_args(ReadingSource)
"""In the order of the form."""

MANAGEMENT_RATINGS: tuple[ManagementRating, ...] = get_args(ManagementRating)
"""From the strongest to the weakest."""

HIGH_RISK: frozenset[RiskLevel] = frozenset(("high", "very_high"))
"""What the report calls *high risk of harm*. Whether a level is one of these, ``is_high_risk`` says to all who ask."""

LABELS: dict[str, str] = {
    "ADVP": "ADVP (domestic abuse, perpetrator)",
    "IIOM": "IIOM (integrated offender management)",
    "INLL": "INLL (life or indeterminate sentence)",
    "PRC": "PRC (contact suspended in the final third)",
    "RCPR": "RCPR (child protection)",
    "REG30": "REG30 (domestic abuse, history)",
    "SPO": "SPO (stalking)",
    "determinate": "determinate sentence without a parole date",
    "indeterminate": "indeterminate sentence",
    "parole": "determinate sentence with a parole date",
    "pdf": "PDF",
    "png": "PNG picture",
    "jpeg": "JPEG picture",
    "odt": "OpenDocument text",
    "docx": "Word document",
    "rsr": "RSR, risk of serious recidivism",
    "ogrs": "OGRS, likelihood of reoffending",
    "arp": "ARP, all reoffending",
    "csrp": "CSRP, serious reoffending",
    "dc_srp": "DC-SRP, sexual reoffending",
    "W1": "White British",
    "W2": "White Irish",
    "W9": "other White background",
    "M1": "White and Black Caribbean",
    "M2": "White and Black African",
    "M3": "White and Asian",
    "M9": "other mixed background",
    "A1": "Indian",
    "A2": "Pakistani",
    "A3": "Bangladeshi",
    "A9": "other Asian background",
    "B1": "Caribbean",
    "B2": "African",
    "B9": "other Black background",
    "O1": "Chinese",
    "O9": "other ethnic group",
    "NS": "not stated",
    "po": "PO",
    "pso": "PSO",
    "spo": "SPO",
    "vacant": "nobody in post",
    "psr": "PSR",
    "ssr": "SSR",
    "cps_papers": "CPS papers",
    "mappa": "MAPPA",
    "mappa_minutes": "MAPPA minutes",
    "hm_inspector": "HM Inspector",
    "oasys": "OASys",
    "ogrs2": "OGRS2",
    "lsi_r": "LSI-R",
    "ace": "ACE",
    "sara": "SARA",
    "risk_matrix_2000": "Risk Matrix 2000",
    "risk_of_harm_screening": "risk of harm screening",
    "risk_of_harm_full_analysis": "risk of harm full analysis",
    "idap": "IDAP",
    "osap": "OSAP",
    "dids": "Drink Impaired Drivers",
    "art": "Aggression Replacement Training",
    "think_first": "Think First",
    "text": "text message",
    "attended_complied": "attended and complied",
    "attended_failed_to_comply": "attended, did not comply",
    "awaiting_explanation": "did not attend",
    "acceptable_absence": "did not attend, acceptable",
    "unacceptable_absence": "did not attend, not acceptable",
    "sent_home": "sent home for the service's reasons",
    "sent_home_for_behaviour": "sent home for what the person did",
    "rescheduled": "put off to another day",
    "high_risk_of_harm": "high risk of harm register",
    "child_protection": "child protection register",
    "domestic_abuse": "domestic abuse register",
    "vulnerable_adult": "vulnerable adult register",
    "had_ended": "had ended by the sample date",
    "not_in_scope": "not in scope",
    "stands_twice": "the same case stands twice",
    "file_missing": "the file cannot be had",
    "serious_further_offence": "under review after a serious further offence",
    "court_proceedings": "before a court or an inquest",
    "read_recently": "read for another inspection not long ago",
    "no_free_reader": "no reader without an interest in it",
    "unsafe_to_read": "reading it would put somebody at risk",
    "other_reason": "another reason",
    "half_up": "shares rounded half up, the largest stratum takes up the difference",
    "largest_remainder": "exact shares rounded down or up, by stratum and unit",
    "mental_health": "mental health register",
}


def is_high_risk(level: str | None) -> bool:
    """Whether this overall level is a high risk of harm; None: not assessed, which is not."""
    return level in HIGH_RISK


def label(code: object) -> str:
    """The words for a code: its own label, or the code with spaces for underscores."""
    text = str(code)
    return LABELS.get(text, text.replace("_", " "))

"""The questions that decide whether an entry counts, and for what. They are asked as required, and say so when left out."""

from collections.abc import Mapping
from functools import cache

from msgspec import NODEFAULT, inspect

from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import frameworks

WORDS: Mapping[tuple[str, str], str] = {
    ("AppointmentOutcomeRecorded", "outcome"):
        "Select whether the person complied. This decides whether the contact counts.",
    ("AppointmentOutcomeRecorded", "appointment"):
        "Select the appointment. This decides which appointment the outcome counts for.",
    ("UnpaidWorkSession", "outcome"): "Select whether the person complied. This decides whether the session counts.",
    ("UnpaidWorkSession", "hours"): "Enter the hours worked. They decide how far the order is worked off.",
    ("AppointmentMade", "contact_type"):
        "Select the kind of contact. This decides whether it counts as a national standards appointment.",
    ("AppointmentMade", "for_on"): "Enter the date of the appointment. This decides for which week it counts.",
    ("AbsenceJudged", "appointment"): "Select the appointment missed. This decides which absence is judged.",
    ("AbsenceJudged", "acceptable"):
        "Select whether the absence is acceptable. This decides whether it counts as a failure to comply.",
    ("WarningGiven", "appointments"): "Select the appointments missed. This decides which absences the warning answers.",
    ("BreachInitiated", "appointments"): "Select the appointments missed. This decides which failures the breach answers.",
    ("AssessmentCountersigned", "assessment"):
        "Select the assessment. This decides which assessment is countersigned.",
    ("AssessmentCompleted", "instrument"): "Select the instrument. This decides what the assessment counts as.",
    ("AssessmentCompleted", "stage"): "Select the stage. This decides what the assessment counts as.",
    ("SupervisionPlanMade", "kind"): "Select the kind of plan. This decides what the plan counts as.",
    ("SupervisionPlanReviewed", "plan"): "Select the plan. This decides which plan is reviewed.",
    ("RiskManagementPlanReviewed", "plan"): "Select the plan. This decides which plan is reviewed.",
    ("RiskLevelChanged", "to"): "Select the new level of risk. This decides how often the person must be seen.",
}  # fmt: skip
"""Type and field -> what to do where it is left empty."""


@cache
def deciding(fact_type: type[Entry]) -> frozenset[str]:
    """The fields of a type by which a clause of the standards, or an expectation, tells whether an entry counts."""
    found: set[str] = set()
    for clause in (clause for framework in frameworks().values() for clause in framework.clauses):
        for one in clause.entries:
            if one.type is fact_type:
                found |= {name for name, _ in one.where}
                found |= {name for name in (one.naming, one.on) if name is not None}
    return frozenset(found)


def must_be_answered(fact_type: type[Entry], part: inspect.Field) -> bool:
    """Whether a form asks for a field that may be left out elsewhere: it decides, and would be taken as something by silence."""
    return part.name in deciding(fact_type) and part.default not in (NODEFAULT, None)

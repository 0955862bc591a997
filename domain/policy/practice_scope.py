"""Which clauses a parameter of practice concerns, told by what a clause says: the words that ``touches`` may hold."""

from collections.abc import Callable

from domain.entries import case_entries
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern, When

WORK: frozenset[type[case_entries.Entry]] = frozenset((
    case_entries.AssessmentCompleted, case_entries.SupervisionPlanMade, case_entries.SupervisionPlanReviewed,
    case_entries.RiskManagementPlanMade, case_entries.RiskManagementPlanReviewed,
))  # fmt: skip
"""The types of entries that are assessments and plans, which do not count from long before the start."""

FIRST_CONTACT = ("start", "release", "surrender", "transfer")
"""The triggers of a first contact."""


def asks_for_contact(clause: Clause) -> bool:
    """Whether it asks for appointments of any type that is contact."""
    return any(("is_contact", frozenset({True})) in pattern.where for pattern in clause.entries)


def is_first_contact(clause: Clause) -> bool:
    return clause.kind == "within" and clause.after in FIRST_CONTACT and asks_for_contact(clause)


def has_entries(clause: Clause, *types: type[case_entries.Entry]) -> bool:
    """Whether an entry of one of these types raises it, meets it or counts in it."""
    raising = (clause.after,) if isinstance(clause.after, EntryPattern) else ()
    return any(pattern.type in types for pattern in (*clause.entries, *raising))


def asks_more_than_one(clause: Clause) -> bool:
    return any(phase.count > 1 for value in clause.values for phase in value.phases)


def in_weeks_or_months(clause: Clause) -> bool:
    """Whether it gives a time in weeks or months (its windows apart)."""
    return any(value.allow is not None and value.allow.unit in ("week", "month") for value in clause.values)


def needs_supervision(clause: Clause) -> bool:
    """Whether it, or one of its rows, asks for an order with a requirement of supervision."""
    whens: tuple[When, ...] = (clause.when, *(value.when for value in clause.values))
    return any(name == "requirements" and "supervision" in values for when in whens for name, values in when)


SCOPES: dict[str, Callable[[Clause], bool]] = {
    "every clause": lambda clause: True,
    "pauses": lambda clause: clause.pauses,
    "ends in custody": lambda clause: clause.in_custody == "ends",
    "due by release": lambda clause: clause.due_by_release,
    "windows": lambda clause: clause.kind == "frequency",
    "windows of more than one": asks_more_than_one,
    "release": lambda clause: clause.after == "release" or bool(clause.again),
    "after release": lambda clause: clause.after == "release",
    "first contact": lambda clause: bool(clause.first_contacts) or is_first_contact(clause),
    "appointments": lambda clause: has_entries(clause, case_entries.AppointmentMade),
    "states": lambda clause: bool(clause.during or clause.asks),
    "absences": lambda clause: clause.after in ("absence", "failure") or clause.kind == "response",
    "failures": lambda clause: clause.after == "failure" or clause.kind == "response",
    "responses": lambda clause: clause.kind == "response",
    "earlier work": lambda clause: bool(clause.earlier),
    "after work": lambda clause: isinstance(clause.after, EntryPattern) and clause.after.type in WORK,
    "work": lambda clause: has_entries(clause, *WORK),
    "after a change of risk": lambda clause: clause.after == "risk_changes",
    "after a transfer": lambda clause: clause.after == "transfer",
    "after an appointment": lambda clause: clause.after == "appointment",
    "intervals": lambda clause: clause.kind == "every",
    "dates set anew": lambda clause: clause.until_replaced or has_entries(clause, case_entries.MappaReviewSet),
    "weeks and months": in_weeks_or_months,
    "signatures": lambda clause: has_entries(clause, case_entries.AssessmentCountersigned),
    "orders with supervision": needs_supervision,
    "owed past the end": lambda clause: clause.past_end,
    "unpaid work": lambda clause: has_entries(clause, case_entries.UnpaidWorkSession),
    "contact": asks_for_contact,
    "attendance": lambda clause: any(pattern.only_outcome for pattern in clause.entries),
}
"""A word for a group of clauses -> whether a clause is in it."""

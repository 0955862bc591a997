"""What is planned on a case: the last plan of each kind, and the last review of each."""

from datetime import date
from operator import attrgetter

from domain.entries import case_entries
from domain.entries.case_entries import Entry
from projections.history.history import History

PLANS: tuple[type[Entry], ...] = (
    case_entries.SupervisionPlanMade, case_entries.SupervisionPlanReviewed, case_entries.RiskManagementPlanMade,
    case_entries.RiskManagementPlanReviewed,
)  # fmt: skip
"""The entries that say what is planned."""

_BY_DAY = attrgetter("occurred_on", "recorded_at")


def last_plans(history: History, day: date = date.max) -> list[Entry]:
    """The last of each type of ``PLANS`` by this day, in their order."""
    done = ([fact for fact in history.all(kind) if fact.occurred_on <= day] for kind in PLANS)
    return [max(facts, key=_BY_DAY) for facts in done if facts]

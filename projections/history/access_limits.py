"""Limits of access: the staff who may not open a case."""

from domain.entries.case_entries import AccessLimited, AccessLimitLifted
from projections.history.history import History


def excluded(history: History) -> frozenset[str]:
    """The staff (names or user names) who may not open this case, by this history."""
    lifted = {fact.limit for fact in history.all(AccessLimitLifted)}
    return frozenset(name for fact in history.all(AccessLimited) if fact.entry not in lifted for name in fact.excluded)

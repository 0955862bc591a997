"""Limits of access: the staff who may not open a case."""

from collections.abc import Collection

from domain.entries.case_entries import AccessLimited, AccessLimitLifted, Entry
from projections.history.history import History


def excluded(history: History) -> frozenset[str]:
    """The staff (names or user names) who may not open this case, by this history."""
    lifted = {fact.limit for fact in history.all(AccessLimitLifted)}
    return frozenset(name for fact in history.all(AccessLimited) if fact.entry not in lifted for name in fact.excluded)


def excluded_by(entries: Collection[Entry]) -> frozenset[str]:
    """The staff who may not open the case of these entries, all those of its file. Few files limit anybody's access."""
    return excluded(History.of(entries)) if AccessLimited in set(map(type, entries)) else frozenset()

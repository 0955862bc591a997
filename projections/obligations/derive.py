"""Derive the obligations of a case: what was due, by when, and when it was met.

The state on any day follows from four dates (``projections.obligations.duty_state``), so "today" is an argument and no job
runs at midnight.
"""

from collections.abc import Iterable
from operator import attrgetter

from domain.policy.clauses import Clause
from projections.history.history import History
from projections.obligations import clause_kinds
from projections.obligations.clause_index import clause_index
from projections.obligations.dispensations import with_dispensations
from projections.obligations.duty_state import Obligation


def obligations(history: History, clauses: Iterable[Clause]) -> list[Obligation]:
    """Every duty that these clauses raise on this case, whenever it arises, in order of the day it is due.

    Pure: what happens after a day never changes the state on that day.
    """
    if history.start is None:
        return []
    found: list[Obligation] = []
    for indexed in clause_index(clauses).to_walk(history):
        start, end = indexed.clause.start, indexed.clause.end
        for duty in clause_kinds.DERIVE[indexed.clause.kind](indexed, history):
            if (start is None or start <= duty.arises_on) and (end is None or duty.arises_on < end):
                found.append(duty)
    found.sort(key=DUE)
    return with_dispensations(found, history)


DUE = attrgetter("due_on", "arises_on", "clause.id", "raised_by")

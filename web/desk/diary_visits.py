"""Duties that count only once somebody was seen, such as home visits: whether one is booked in time is asked of the file.

The columns know of appointments that meet a duty by being offered; these they do not meet before their outcome.
"""

from functools import cache

from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.picked_numbers import looked_up, none_marked, places_of
from projections.lists.todo_items import TodoItems, kind_of, kinds
from projections.lists.todo_lines import TodoLine, lines_of
from projections.obligations.arranged import arranged_on, leaves_list
from projections.obligations.clause_catalogue import catalogue
from web.services import current_cases

MOST = 100
"""Items of one list whose files are asked; of those beyond, none counts as arranged."""


@cache
def visits() -> frozenset[str]:
    """The kinds of duty that an appointment meets only with an outcome."""
    clauses = (clause for clause in catalogue().clauses if clause.of_standards)
    return frozenset(
        kind_of(clause)
        for clause in clauses
        if any(by.type.__name__ == "AppointmentMade" and by.only_outcome for by in clause.by)
    )


def booked_visits(items: TodoItems, counted: CountedCases) -> Array:
    """For each item whether it falls due soon and an appointment is booked that would meet it in time."""
    found = none_marked(len(items))
    may_be = looked_up((kind in visits() for kind in kinds()), items.kind)
    asked = places_of(items.soon & ~items.arranged & ~items.ended & may_be)[:MOST]
    lines = lines_of(items.only(asked), counted.snapshots(items.case[asked]), current_cases.entries_of)
    found[asked] = [_is_booked(line) for line in lines]
    return found


def _is_booked(line: TodoLine) -> bool:
    moment = line.case.moment
    if line.obligation is None or moment.known_at is None:
        return False
    history = current_cases.repository().history(line.case.reference, moment.known_at)
    return leaves_list(line.obligation, arranged_on(line.obligation, history, moment.on))

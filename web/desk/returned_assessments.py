"""Assessments that were returned to their officers: which rows of a list wait for the officer, and no longer for the manager."""

from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.picked_numbers import none_marked, places_of
from projections.lists.todo_items import COUNTERSIGNING, TodoItems
from projections.lists.todo_lines import TodoLine, lines_of
from web.services import current_cases
from web.services.asked_of_reader import assessment_of, waits_for_officer

MOST = 200
"""Rows of one list whose files are asked; of those beyond, none counts as returned."""


def with_officer(items: TodoItems, counted: CountedCases) -> Array:
    """For each item whether it asks to countersign an assessment that was returned and waits for the officer."""
    found = none_marked(len(items))
    asked = places_of(items.of_kinds(frozenset((COUNTERSIGNING,))) & items.managers & ~items.ended)[:MOST]
    if len(asked):
        lines = lines_of(items.only(asked), counted.snapshots(items.case[asked]), current_cases.entries_of)
        found[asked] = [_waits(line) for line in lines]
    return found


def _waits(line: TodoLine) -> bool:
    entry = assessment_of(line.obligation, line.notice)
    return entry is not None and waits_for_officer(line.case.reference, entry)

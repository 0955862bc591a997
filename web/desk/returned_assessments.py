"""Assessments that were returned to their officers: which rows of a list wait for the officer, and no longer for the manager."""

from domain.aggregates.other_file_ids import file_named
from projections.columns.column_schema import Array
from projections.ledger.ledger import NoticeRow
from projections.lists.counted_cases import CountedCases
from projections.lists.picked_numbers import none_marked, places_of
from projections.lists.todo_items import COUNTERSIGNING, TodoItems, kind_of
from projections.lists.todo_lines import TodoLine, lines_of
from projections.obligations.duty_state import Obligation
from web.services import current_cases
from web.services.asked_of_reader import last_return

MOST = 200
"""Rows of one list whose files are asked; of those beyond, none counts as returned."""


def assessment_of(duty: Obligation | None, notice: NoticeRow | None) -> str | None:
    """The assessment on the case's own file that a duty or notice asks to be countersigned; None where it names none."""
    entry = None
    if duty is not None and kind_of(duty.clause) == COUNTERSIGNING:
        entry = duty.raised_by
    elif notice is not None and notice.notice == "not-countersigned-since":
        entry = notice.entry
    return None if entry is None or file_named(entry) is not None else entry


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
    returned = None if entry is None else last_return(line.case.reference, entry)
    return returned is not None and returned.answer is None

"""Rows that the reader has hidden from their own list for a while: which, and how many. Nobody else's list changes by it."""

from collections.abc import Mapping
from datetime import date

from flask import g

from domain.working.snoozes import ListRow, Snooze
from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.picked_numbers import none_marked, places_of
from projections.lists.todo_bands import B
from projections.lists.todo_items import TodoItems
from projections.lists.todo_lines import TodoLine, lines_of
from web.services import current_cases
from web.site import access_control, clock


def row_of(line: TodoLine) -> ListRow:
    """What a line is about, whoever reads it."""
    reference, duty, notice = line.case.reference, line.obligation, line.notice
    if duty is not None:
        return ListRow(reference, "duty", duty.clause.id, duty.arises_on, duty.raised_by or "")
    assert notice is not None
    return ListRow(reference, "notice", notice.notice, notice.begins_on, notice.entry or "")


def snoozes() -> Mapping[ListRow, Snooze]:
    """What the reader has hidden on the day that is read, by row. Read once a request."""
    day = current_cases.moment().on
    kept: tuple[date, Mapping[ListRow, Snooze]] | None = g.get("snoozes")
    if kept is None or kept[0] != day:
        found = access_control.register().snoozes.of(access_control.account().username, day)
        g.snoozes = kept = (day, {one.row: one for one in found})
    return kept[1]


def may_hide(line: TodoLine) -> bool:
    """Whether the reader may hide a line: on the list of today, and never one of the bands a and b."""
    return line.band > B and current_cases.moment().on == clock.today()


def hidden_rows(items: TodoItems, counted: CountedCases) -> Array:
    """For each item whether the reader has hidden it. Nothing in bands a and b is ever hidden."""
    rows, hidden = snoozes(), none_marked(len(items))
    on_their_cases = none_marked(len(items))
    for number in {items.selection.columns.number(row.reference) for row in rows}:
        on_their_cases |= items.case == (-1 if number is None else number)
    asked = places_of(on_their_cases & (items.band > B))
    if len(asked):
        lines = lines_of(items.only(asked), counted.snapshots(items.case[asked]), current_cases.entries_of)
        hidden[asked] = [row_of(line) in rows for line in lines]
    return hidden

"""Today: a case manager's diary of the day and the week, the outcomes to record, and what falls due."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from flask import current_app, render_template, request

from projections.cases.diary import DiaryLine, diary
from projections.lists.todo_items import TodoItems
from projections.lists.todo_lines import TodoLine, lines_of
from projections.lists.work_lists import WEEK
from web.desk.desk_reading import DeskReading, desk_reading
from web.desk.todo_page import SIZE, Part, TodoList, own_items, todo_words
from web.presentation.filters import Filters
from web.presentation.pagination import read_page
from web.services import current_cases
from web.services.asked_of_reader import asked_of
from web.site import access_control

RECORDING = frozenset(("recording",))

MOST_RECORDED = 20
"""Rows of outcomes to record that the page shows; the others are behind a link to their list."""


def show() -> str:
    """The page, at the page's moment."""
    reading, day = desk_reading(), current_cases.moment().on
    own = own_items(reading)
    recording = own.of_kinds(RECORDING) & own.overdue
    asked = TodoList(reading, [Part("todo", own.only(~recording), own)], Filters((), {}))
    page = read_page(request.args, asked.total, SIZE)
    parts, outcomes = asked.shown(page), _latest_first(own.only(recording), reading)
    appointments = _diary(reading, day)
    shown = {line.reference for line in appointments} | {line.case.reference for line in outcomes}
    returned = asked_of(_references(reading))
    shown |= {one.reference for one in returned}
    shown |= {block.case.reference for part in parts for block in part.blocks}
    access_control.shown(*sorted(shown))
    return render_template(
        "desk/today.html", parts=parts, page=page, until=day + timedelta(days=WEEK), outcomes=outcomes,
        to_record=int(recording.sum()), today_lines=[line for line in appointments if line.on == day],
        week=[(on, list(lines)) for on, lines in groupby((line for line in appointments if line.on > day), lambda d: d.on)],
        managers=_with_managers(reading), returned=returned, days_outcomes="outcomes.index" in current_app.view_functions,
        **todo_words(reading, sorted(shown)),
    )  # fmt: skip


def _diary(reading: DeskReading, day: date) -> Sequence[DiaryLine]:
    """The appointments of the day and of the week after it, of the current cases."""
    known_at, book, last = (
        current_cases.moment().as_recorded.known_at,
        current_cases.repository(),
        day + timedelta(days=WEEK),
    )
    return sorted(
        line for name in _references(reading) for line in diary(name, book.history(name, known_at), day, last)
    )


def _references(reading: DeskReading) -> list[str]:
    """The current cases."""
    return [reading.counted.selection.columns.references[case] for case in reading.counted.current.tolist()]


def _latest_first(items: TodoItems, reading: DeskReading) -> list[TodoLine]:
    """The appointments without an outcome, the latest first: that one is remembered best."""
    order = items.only((-items.due_on.astype(int)).argsort(kind="stable")[:MOST_RECORDED])
    return lines_of(order, reading.counted.snapshots(order.case), current_cases.entries_of)


def _with_managers(reading: DeskReading) -> int:
    """How many of the reader's cases' duties wait for their manager."""
    items = reading.items
    waiting = items.managers & ~items.ended & ~items.old & (items.overdue | items.waits | items.soon)
    return int(waiting.sum())

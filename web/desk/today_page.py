"""Today: a case manager's diary of the day and the week, the outcomes to record, and what falls due."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from flask import render_template, request

from projections.cases.case_visits import Visit, visits
from projections.lists.picked_numbers import how_many
from projections.lists.todo_items import DECISIONS, TodoItems
from projections.lists.todo_lines import TodoLine, lines_of
from projections.lists.work_lists import WEEK
from web.desk.desk_reading import DeskReading, desk_reading
from web.desk.todo_page import SIZE, Part, TodoList, own_items, todo_words
from web.presentation.filters import Filters
from web.presentation.outcome_words import outcome_words
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
    parts, outcomes, booked = asked.shown(page), _latest_first(own.only(recording), reading), _booked(reading, day)
    undecided, returned = reading.items.of_kinds(frozenset((DECISIONS,))), asked_of(_references(reading))
    shown = (
        {one.reference for one in booked}
        | {one.reference for one in returned}
        | {line.case.reference for line in outcomes}
    )
    shown |= {block.case.reference for part in parts for block in part.blocks}
    access_control.shown(*sorted(shown))
    return render_template(
        "desk/today.html", parts=parts, page=page, until=day + timedelta(days=WEEK), outcomes=outcomes,
        to_record=int(recording.sum()), today_lines=[one for one in booked if one.made.for_on == day],
        week=_by_day(one for one in booked if one.made.for_on > day), managers=how_many(reading.managers_own & ~undecided),
        undecided=how_many(reading.managers_own & undecided),
        returned=returned, outcome_words=outcome_words, **todo_words(reading, sorted(shown)),
    )  # fmt: skip


def _booked(reading: DeskReading, day: date) -> list[Visit]:
    """The appointments of the day and of the week after it, of the current cases, in order; not those that were put off."""
    known_at, book = current_cases.moment().as_recorded.known_at, current_cases.repository()
    every = (one for name in _references(reading) for one in visits(name, book.history(name, known_at)))
    last = day + timedelta(days=WEEK)
    found = (one for one in every if day <= one.made.for_on <= last and one.appointment.outcome != "rescheduled")
    return sorted(found, key=lambda one: one.order)


def _by_day(booked: Iterable[Visit]) -> list[tuple[date, list[Visit]]]:
    return [(on, list(found)) for on, found in groupby(booked, lambda one: one.made.for_on)]


def _references(reading: DeskReading) -> list[str]:
    """The current cases."""
    return [reading.counted.selection.columns.references[case] for case in reading.counted.current.tolist()]


def _latest_first(items: TodoItems, reading: DeskReading) -> list[TodoLine]:
    """The appointments without an outcome, the latest first: that one is remembered best."""
    order = items.only((-items.due_on.astype(int)).argsort(kind="stable")[:MOST_RECORDED])
    return lines_of(order, reading.counted.snapshots(order.case), current_cases.entries_of)

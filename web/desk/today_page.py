"""Today: a case manager's diary of the day and the week, the outcomes to record, and what falls due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import render_template, request

from projections.cases.asked_back import AskedBack
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


@dataclass(frozen=True)
class TodaysWork:
    """What a case manager sees of a day.

    ``todo``: what is to be done, by case. ``outcomes``: the last appointments without an outcome, of ``to_record`` in all.
    ``booked``: the appointments of the day and the week after it. ``returned``: assessments that a manager returned.
    ``managers``, ``undecided``: how much on these cases waits for a manager, and how many absences for a decision.
    """

    todo: TodoList
    outcomes: Sequence[TodoLine]
    to_record: int
    booked: Sequence[Visit]
    returned: Sequence[AskedBack]
    managers: int
    undecided: int

    @property
    def references(self) -> set[str]:
        """The cases of all but the list of what is to be done."""
        asked = {one.reference for one in self.returned}
        return asked | {one.reference for one in self.booked} | {line.case.reference for line in self.outcomes}


def own_todo() -> TodoList:
    """What the person signed in has to do at the moment, without the outcomes that are to be recorded."""
    reading = desk_reading()
    own = own_items(reading)
    recording = own.of_kinds(RECORDING) & own.overdue
    return TodoList(reading, [Part("todo", own.only(~recording), own)], Filters((), {}))


def todays_work() -> TodaysWork:
    """Of the person signed in, at the moment. Its cases are shown by the answer, and stand in the access log."""
    todo = own_todo()
    reading, own = todo.reading, todo.parts[0].every
    recording = own.of_kinds(RECORDING) & own.overdue
    undecided = reading.items.of_kinds(frozenset((DECISIONS,)))
    found = TodaysWork(
        todo, _latest_first(own.only(recording), reading), int(recording.sum()), _booked(reading, current_cases.moment().on),
        asked_of(_references(reading)), how_many(reading.managers_own & ~undecided), how_many(reading.managers_own & undecided),
    )  # fmt: skip
    access_control.shown(*sorted(found.references))
    return found


def show() -> str:
    """The page, at the page's moment."""
    found, day = todays_work(), current_cases.moment().on
    page = read_page(request.args, found.todo.total, SIZE)
    parts = found.todo.shown(page)
    shown = found.references | {block.case.reference for part in parts for block in part.blocks}
    return render_template(
        "desk/today.html", parts=parts, page=page, until=day + timedelta(days=WEEK), outcomes=found.outcomes,
        to_record=found.to_record, today_lines=[one for one in found.booked if one.made.for_on == day],
        week=_by_day(one for one in found.booked if one.made.for_on > day), managers=found.managers, undecided=found.undecided,
        returned=found.returned, outcome_words=outcome_words, **todo_words(found.todo.reading, sorted(shown)),
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

"""How much is left on the reader's own list, and what comes next: for whoever has just recorded something."""

from typing import NamedTuple

from flask import Flask

from projections.lists.counted_cases import CountedCases
from projections.lists.picked_numbers import marked_first
from projections.lists.todo_items import TodoItems
from projections.lists.todo_lines import TodoLine, lines_of
from web.desk.desk_reading import DeskReading
from web.desk.todo_actions import act_of
from web.desk.todo_page import own_items
from web.services import current_cases
from web.site import access_control


class NextDuty(NamedTuple):
    """What comes next: of which case, whose it is, in words, and the address of its form."""

    reference: str
    name: str
    words: str
    href: str


class LeftAndNext(NamedTuple):
    """How many things are left on the reader's own list today. ``next``: None where nothing is left that they can record."""

    left: int
    next: NextDuty | None


TRIED = 20
"""Items that are looked at for the next one that the reader may record."""


def left_and_next(reference: str = "") -> LeftAndNext:
    """What is left today. The next one is of the case that was just recorded on, where there is one; else the first of the list."""
    counted = current_cases.counted_by(access_control.account(), current_cases.today())
    own = own_items(DeskReading(counted))
    return LeftAndNext(len(own), next(filter(None, map(_next, _in_order(own, counted, reference))), None))


def _in_order(items: TodoItems, counted: CountedCases, reference: str) -> list[TodoLine]:
    """The first items, those of this case before the others."""
    if not len(items):
        return []
    number = counted.selection.columns.number(reference)
    order = items.blocks.items
    here = items.case[order] == (-1 if number is None else number)
    first = marked_first(order, here)[:TRIED]
    chosen = items.only(first)
    return lines_of(chosen, counted.snapshots(chosen.case), current_cases.entries_of)


def _next(line: TodoLine) -> NextDuty | None:
    found = act_of(line)
    if found is None or not current_cases.may_record(line.case.reference):
        return None
    reference = line.case.reference
    name = current_cases.names([reference], current_cases.today())[reference]
    access_control.shown(reference)
    return NextDuty(reference, name, f"{found.words[:1].lower()}{found.words[1:]}", found.href)


def attach(app: Flask) -> None:
    """Let the banner after *Record* say what is left and what comes next."""
    app.extensions["left and next"] = left_and_next

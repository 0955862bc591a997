"""What is to be done: in blocks of one case each, by bands, for an SPO in two parts, for managers above them in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from flask import render_template, request

from domain.policy.standards.edition_files import national_standards
from projections.lists.todo_bands import BANDS
from projections.lists.todo_counts import TodoCounts, folded_ended, folded_old, laid_kinds
from projections.lists.todo_items import TodoItems, for_manager, for_officer
from projections.lists.todo_lines import TodoBlock, TodoLine, todo_blocks
from projections.lists.work_lists import LISTS, DeskList, ListCount
from projections.obligations.arranged import arranged_on
from web.desk.changes_panel import changes_panel
from web.desk.desk_reading import DeskReading, desk_reading
from web.desk.record_head import record_head
from web.desk.todo_actions import act_of
from web.desk.waiting_requests import waiting_requests
from web.presentation.filters import WIDE, Filters
from web.presentation.formatting import count_noun
from web.presentation.pagination import Page, read_page
from web.services import asked_names, current_cases
from web.services.late_counts import late_cases, late_said
from web.site import access_control

SIZE = 25
"""Blocks on a page."""

GAPS = {
    "never-assessed": ("never assessed", "never assessed"),
    "no-outcome": ("appointment without outcome", "appointments without outcome"),
    "past-its-end": ("past its end, not closed", "past their end, not closed"),
    "custody-without-end": ("in custody without an end", "in custody without an end"),
    "appointment-without-naming": ("appointment entered after its day", "appointments entered after their day"),
}
"""The lists that are counted as gaps in the record, with their words for one and for several."""


class Part(NamedTuple):
    """A part of the list, as far as the filters let it through. ``every``: its items before the filters."""

    id: str
    items: TodoItems
    every: TodoItems

    @property
    def people(self) -> int:
        return len(self.items.blocks)


class ShownPart(NamedTuple):
    """A part with those of its blocks that are on the page."""

    part: Part
    blocks: Sequence[TodoBlock]


@dataclass(frozen=True)
class TodoList:
    """The list as the address asks for it: its parts, in order."""

    reading: DeskReading
    parts: Sequence[Part]
    filters: Filters

    @property
    def total(self) -> int:
        """The number of blocks."""
        return sum(part.people for part in self.parts)

    def shown(self, page: Page) -> list[ShownPart]:
        """The parts with their blocks on a page. A part without any is shown where it would stand."""
        return self.between(*page.places)

    def between(self, first: int, last: int) -> list[ShownPart]:
        """The same from the place ``first`` up to, not including, ``last``."""
        found, before = [], 0
        for part in self.parts:
            low, high = max(first - before, 0), min(last - before, part.people)
            if low < high or (part.people == 0 and first == 0):
                found.append(ShownPart(part, self._blocks(part, low, high)))
            before += part.people
        return found

    def _blocks(self, part: Part, first: int, last: int) -> list[TodoBlock]:
        if first >= last:
            return []
        of = part.items.blocks.case[first:last]
        made = todo_blocks(
            part.items, first, last, self.reading.missed, self.reading.counted.snapshots(of), current_cases.entries_of
        )
        access_control.shown(*(block.case.reference for block in made))
        return made


def own_items(reading: DeskReading) -> TodoItems:
    """The items of the reader's own list: what is a manager's own for an SPO, what an officer owes for a case manager."""
    who, items = access_control.account(), reading.items
    if who.holds_cases:
        return items.only(for_officer(items))
    return items.only(reading.managers_own if who.leads_teams else for_manager(items))


FILTERS = (*WIDE, "team", "officer", "kind", "band")


def asked_list(show: str, filters: Filters) -> TodoList:
    """The list of a manager. ``show``: what is folded away: ``ended``, ``old`` or ``snoozed``; anything else: the list itself."""
    reading, who = desk_reading(), access_control.account()
    folded = {"ended": folded_ended, "old": folded_old}.get(show)
    if folded is not None:
        found = {"folded": reading.items.only(folded(reading.items))}
    elif show == "snoozed":
        found = {"folded": reading.hidden_items}
    elif who.leads_teams:
        others = for_manager(reading.items) & ~reading.managers_own
        found = {"yours": reading.items.only(reading.managers_own), "officers": reading.items.only(others)}
    else:
        found = {"every": reading.items.only(for_manager(reading.items))}
    parts = [
        Part(name, items if name == "yours" else items.only(filters.fit(items)), items) for name, items in found.items()
    ]
    return TodoList(reading, parts, filters)


def show() -> str:
    """The page of the list."""
    asked = asked_list(request.args.get("show", ""), asked_names.filters(FILTERS))
    page = read_page(request.args, asked.total, SIZE)
    whole = _is_whole(asked, page)
    parts = asked.shown(page)
    references = [block.case.reference for part in parts for block in part.blocks]
    return render_template(
        "desk/todo.html",
        asked=asked,
        parts=parts,
        page=page,
        show=request.args.get("show", ""),
        whole=whole,
        panel=changes_panel() if whole else None,
        back=request.full_path.rstrip("?"),
        choices=_choices(asked),
        requests=waiting_requests() if asked.parts[0].id == "yours" else [],
        **todo_words(asked.reading, references),
    )


def _is_whole(asked: TodoList, page: Page) -> bool:
    """Whether it is an SPO's whole list, from its beginning: there what changed stands above it."""
    return [part.id for part in asked.parts] == ["yours", "officers"] and page.number == 1


def todo_words(reading: DeskReading, references: Sequence[str]) -> dict[str, object]:
    """What the templates of blocks and of the lines below them need. ``references``: of the cases shown in blocks."""
    moment = current_cases.moment()
    missed = reading.lists["contact-missed"]
    return {
        "day": moment.on,
        "names": current_cases.names(references),
        "histories": {
            reference: current_cases.repository().history(reference, moment.as_recorded.known_at)
            for reference in references
        },
        "act_of": act_of,
        "several_teams": len({place.team for place, _ in reading.counted.per_place(reading.counted.current)}) > 1,
        "head": record_head(reading.counted),
        "cases": len(reading.counted.current),
        "high": reading.high,
        "loaded": bool(reading.counted.selection.there.any()),
        "ever": bool(len(reading.counted.selection.columns.references)),
        "gaps": _gaps(reading),
        "missed": missed,
        "counts": TodoCounts.of(reading.items),
        "hidden": len(reading.hidden_items),
        "laid": laid_kinds(reading.items, national_standards().on(moment.on), missed.lines),
        "bands": BANDS,
        "listed_by_group": _by_group(reading),
        "arranged_for": arranged_for,
        "late": late_said(late_cases()),
    }


def _gaps(reading: DeskReading) -> list[tuple[str, str]]:
    """The gaps in the record: the id of a list, and its count in words."""
    counted = ((name, reading.lists[name].lines, words) for name, words in GAPS.items())
    return [(name, count_noun(lines, *words)) for name, lines, words in counted if lines]


def _by_group(reading: DeskReading) -> list[tuple[str, list[tuple[DeskList, ListCount]]]]:
    """The lists that hold anything, with their counts, by group."""
    some = ((listed, reading.lists[name]) for name, listed in LISTS.items() if reading.lists[name].lines)
    return [(group, list(found)) for group, found in groupby(some, lambda one: one[0].group)]


def arranged_for(line: TodoLine) -> date | None:
    """The day for which a duty of a row is arranged."""
    if line.obligation is None:
        return None
    moment = current_cases.moment().as_recorded
    history = current_cases.repository().history(line.case.reference, moment.known_at)
    return arranged_on(line.obligation, history, moment.on)


def _choices(asked: TodoList) -> dict[str, list[str]]:
    """The choices of each filter that there is something to choose in, from all that is listed. An SPO has no bands to choose."""
    filtered = asked.parts[-1]
    found = asked.filters.choices(filtered.every)
    chosen = asked.filters.wanted
    hidden = {"band"} if filtered.id == "officers" else set()
    return {
        name: values if (len(values) > 1 or chosen[name]) and (name not in hidden or chosen[name]) else []
        for name, values in found.items()
    }

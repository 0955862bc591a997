"""The lists of the desk: each is one kind of thing on all cases, filtered, sorted, in pages, and to download."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from projections.arrays.date_numbers import working_days_before
from projections.cases.caseload import DutyLine, LateLine, NoticeLine
from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.duty_list import DutyList
from projections.lists.late_entries import LateEntries
from projections.lists.listed_notices import ListedNotices
from projections.lists.work_lists import LISTS, DeskList
from web.desk.desk_home import HOME_WORDS, blueprint
from web.desk.desk_reading import desk_reading
from web.presentation.downloads import download
from web.presentation.fact_words import type_title
from web.presentation.filters import WIDE, Filters
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.services import asked_names, current_cases
from web.site import access_control

OWED: Mapping[str, Callable[[DutyList], Array]] = {
    "due": lambda rows: rows.column("due_on"),
    "what": lambda rows: rows.clause,
    "days": lambda rows: working_days_before()[rows.column("due_on")],
    "case": lambda rows: rows.reference,
    "officer": lambda rows: rows.coded("officer").numbers,
}
LATE: Mapping[str, Callable[[LateEntries], Array]] = {
    "recorded": lambda rows: rows.column("recorded_on"),
    "what": lambda rows: rows.type,
    "days": lambda rows: rows.column("working_days").max(initial=0) - rows.column("working_days"),
    "case": lambda rows: rows.reference,
    "officer": lambda rows: rows.coded("officer").numbers,
}
NOTICED: Mapping[str, Callable[[ListedNotices], Array]] = {
    "since": lambda rows: rows.column("begins_on"),
    "case": lambda rows: rows.reference,
    "officer": lambda rows: rows.coded("officer").numbers,
}
"""The sort keys of the lists of duties, of late entries and of notices."""

ORDERS: Mapping[str, tuple[Sequence[str], Order]] = {
    "duties": (tuple(OWED), Order("due")),
    "late": (tuple(LATE), Order("recorded", True)),
    "notices": (tuple(NOTICED), Order("since")),
}
"""By what a list may be sorted, and by what it is, by what its lines are."""

SORT_WORDS = {
    "due": "Due by", "what": "What", "days": "Working days", "case": "Case", "officer": "Officer", "recorded": "Recorded",
    "since": "Since",
}  # fmt: skip
"""What a list may be sorted by, in words."""

Rows = DutyList | LateEntries | ListedNotices
Line = DutyLine | LateLine | NoticeLine


@dataclass(frozen=True)
class AskedList:
    """A list as the address asks for it. ``every``: all its rows; ``rows``: those that fit."""

    listed: DeskList
    filters: Filters
    order: Order
    cases: CountedCases
    every: Rows
    rows: Rows

    def lines(self, first: int, last: int) -> Sequence[Line]:
        """The lines from the place ``first`` up to, not including, ``last``."""
        rows = self.rows
        which = rows.in_order(_sort_key(self.order.key, rows), first, last, descending=self.order.descending)
        lines = rows.lines(which, self.cases.snapshots(rows.case[which]), current_cases.entries_of)
        access_control.shown(*(line.case.reference for line in lines))
        return lines


def _sort_key(key: str, rows: Rows) -> Array:
    if isinstance(rows, LateEntries):
        return LATE[key](rows)
    return NOTICED[key](rows) if isinstance(rows, ListedNotices) else OWED[key](rows)


@blueprint.get("/desk/<name>")
@access_control.open_to(*WORKERS)
def show(name: str) -> str:
    """One list: filtered, sorted and in pages."""
    asked = _asked(name)
    page = read_page(request.args, len(asked.rows))
    rows = asked.lines(*page.places)
    return render_template(
        "desk/desk_list.html",
        listed=asked.listed,
        filters=asked.filters,
        choices=asked.filters.choices(asked.every),
        rows=rows,
        names=current_cases.names(row.case.reference for row in rows),
        page=page,
        order=asked.order,
        sorts=[(SORT_WORDS[key], key) for key in ORDERS[asked.listed.holds][0]],
        home=HOME_WORDS[access_control.account().role],
        total=len(asked.every),
        fact=lambda row: current_cases.repository().file(row.case.reference).entries[row.recorded.entry],
        day=current_cases.moment().on,
    )


@blueprint.get("/desk/<name>/download/<form>")
@access_control.open_to(*WORKERS)
def table(name: str, form: str) -> Response:
    """The same list as a file to download: CSV, XLSX or ODS."""
    asked = _asked(name)
    listed, rows = asked.listed, asked.lines(0, len(asked.rows))
    common = ("Case", "Name", "Order", "Tier", "Risk of harm", "Officer", "Team")
    own = OWN_COLUMNS[listed.holds]
    names = current_cases.names(row.case.reference for row in rows)
    cells = [(row.case.reference, names[row.case.reference], *_case_cells(row), *_own_cells(row)) for row in rows]
    file_notes = notes(
        current_cases.moment(), ("List", listed.title), ("Definition", listed.says), ("Filter", asked.filters.words())
    )
    made = Download(listed.title, [*map(Column, common), *own], cells, file_notes, [row.case.reference for row in rows])
    return download(made, form, f"{name}-{current_cases.moment().on}")


def _asked(name: str) -> AskedList:
    listed = LISTS.get(name)
    if listed is None:
        abort(404, f"There is no list called {name}; there are {', '.join(LISTS)}.")
    filters = asked_names.filters(filters_of(listed))
    return asked_list(listed, filters, read_order(request.args, *ORDERS[listed.holds]))


def filters_of(listed: DeskList) -> tuple[str, ...]:
    """By what a list may be filtered."""
    return (*WIDE, "team", "officer", "order", "tier", "risk", *(("clause",) if listed.holds == "duties" else ()))


def asked_list(listed: DeskList, filters: Filters, order: Order) -> AskedList:
    """A list of the person signed in at the moment."""
    rows = _rows(listed)
    return AskedList(listed, filters, order, current_cases.reached(), rows, rows.only(filters.fit(rows)))


def _rows(listed: DeskList) -> Rows:
    """All rows of a list."""
    reading = desk_reading()
    if listed.notice is not None:
        return reading.notices.only(reading.notices.of_kind(listed.notice))
    return reading.late if listed.pick is None else reading.open_duties.duties.only(listed.pick(reading.open_duties))


OWN_COLUMNS: Mapping[str, list[Column]] = {
    "duties": [Column("Clause"), Column("What"), Column("State"), Column("Due by", "date"),
               Column("Working days left", "number"), Column("Citation")],
    "late": [Column("Entry"), Column("What"), Column("Dated", "date"), Column("Recorded", "date"),
             Column("Working days late", "number"), Column("Stored"), Column("Stored by"), Column("Stored late", "number")],
    "notices": [Column("Notice"), Column("What"), Column("Since", "date"), Column("Entry")],
}  # fmt: skip
"""The columns of a download beside those of the case, by what the lines of the list are."""


def _case_cells(row: Line) -> tuple[Any, ...]:
    spell = row.case.spell
    return (spell.order_type, spell.tier, spell.risk, spell.place.officer, spell.place.team)


def _own_cells(row: Line) -> tuple[Any, ...]:
    if isinstance(row, NoticeLine):
        return (row.kind.id, row.kind.says, row.notice.begins_on, row.notice.entry)
    if isinstance(row, LateLine):
        late = row.recorded
        return (
            late.entry, type_title(late.type), late.occurred_on, late.recorded_on, late.working_days,
            *_stored_cells(row.case.reference, late.entry),
        )  # fmt: skip
    return _owed_cells(row)


def _stored_cells(reference: str, entry: str) -> tuple[Any, ...]:
    """When and by whom an entry was stored, and how many days late; empty where that is normal."""
    stored = current_cases.stored_here(reference, entry)
    if stored is None:
        return "", "", None
    return stored.at.isoformat(timespec="seconds"), str(stored.by), stored.days if stored.late else None


def _owed_cells(row: DutyLine) -> tuple[Any, ...]:
    return (
        row.clause.id, row.clause.says, row.state, row.obligation.due_on, row.days_left, row.obligation.cited,
    )  # fmt: skip

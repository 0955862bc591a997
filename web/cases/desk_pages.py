"""The desk: the counts of what needs attention, by list and by officer, and the lists behind them."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine
from projections.cases.work_lists import LISTS, DeskList, LateLine, Line, desk
from web.presentation.downloads import download
from web.presentation.filters import WIDE, Filters
from web.presentation.pagination import read_page
from web.presentation.phrases import type_title
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.services import current_cases
from web.site import access_control

blueprint = Blueprint("desk", __name__)


BY_OFFICER = ("overdue", "due-in-7-days", "contact-missed", "absences", "clocks", "recorded-late")
"""The ids of the lists that are counted in the table of officers."""

_COMMON: Mapping[str, Callable[[Any], Any]] = {
    "case": lambda row: row.case.reference,
    "officer": lambda row: row.case.spell.place.officer,
}
OWED: Mapping[str, Callable[[Any], Any]] = {
    "due": lambda row: row.obligation.due_on,
    "what": lambda row: row.clause.id,
    "days": lambda row: row.days_left,
    **_COMMON,
}
LATE: Mapping[str, Callable[[Any], Any]] = {
    "recorded": lambda row: row.recorded.recorded_on,
    "what": lambda row: row.recorded.type,
    "days": lambda row: -row.recorded.working_days,
    **_COMMON,
}


@blueprint.get("/desk")
@access_control.open_to(*WORKERS)
def index() -> str:
    """All lists with their counts, and the counts of each officer."""
    found = desk(current_cases.cases())
    cases = [case for case in current_cases.cases() if not case.has_ended]
    by_officer: dict[tuple[str, str], Counter[str]] = {}
    for case in cases:
        counts = by_officer.setdefault(_holder(case), Counter())
        counts["cases"] += 1
        counts["high_risk"] += case.is_high_risk
    for name in BY_OFFICER:
        for row in found[name]:
            by_officer.setdefault(_holder(row.case), Counter())[name] += 1
    groups: dict[str, list[tuple[DeskList, int, int, int]]] = {}
    for name, listed in LISTS.items():
        rows = found[name]
        of = {row.case.reference: row.case.has_ended for row in rows}
        ended = sum(of.values())
        groups.setdefault(listed.group, []).append((listed, len(rows), len(of), ended))
    return render_template(
        "cases/desk.html",
        groups=groups,
        cases=cases,
        high=sum(case.is_high_risk for case in cases),
        officers=sorted(by_officer.items()),
        columns=[LISTS[name] for name in BY_OFFICER],
        several=len(by_officer) > 1,
    )


def _holder(case: CaseSnapshot) -> tuple[str, str]:
    """Team and officer."""
    return case.spell.place.team, case.spell.place.officer


@blueprint.get("/desk/<name>")
@access_control.open_to(*WORKERS)
def show(name: str) -> str:
    """One list: filtered, sorted and in pages."""
    listed, filters, rows, order, every = _asked(name)
    page = read_page(request.args, len(rows))
    hidden = {row.case.reference for row in every} & current_cases.reached().closed
    return render_template(
        "cases/desk_list.html",
        listed=listed,
        filters=filters,
        choices=filters.choices(row for row in every if row.case.reference not in hidden),
        rows=page.of(rows),
        page=page,
        order=order,
        total=len(every),
        hidden=len(hidden),
        late=name == "recorded-late",
        fact=lambda row: current_cases.repository().file(row.case.reference).entries[row.recorded.entry],
        day=current_cases.moment().on,
    )


@blueprint.get("/desk/<name>/download/<form>")
@access_control.open_to(*WORKERS)
def table(name: str, form: str) -> Response:
    """The same list as a file to download: CSV, XLSX or ODS."""
    listed, filters, rows, _, _ = _asked(name)
    common = ("Case", "Name", "Order", "Tier", "Risk of harm", "Officer", "Team")
    if name == "recorded-late":
        own = [Column("Entry"), Column("What"), Column("Dated", "date"), Column("Recorded", "date"),
               Column("Working days late", "number")]  # fmt: skip
    else:
        own = [Column("Clause"), Column("What"), Column("State"), Column("Due by", "date"),
               Column("Working days left", "number"), Column("Citation")]  # fmt: skip
    cells = [(*_case_cells(row), *_own_cells(row)) for row in rows]
    file_notes = notes(
        current_cases.moment(), ("List", listed.title), ("Definition", listed.says), ("Filter", filters.words())
    )
    made = Download(listed.title, [*map(Column, common), *own], cells, file_notes, [row.case.reference for row in rows])
    return download(made, form, f"{name}-{current_cases.moment().on}")


def _asked(name: str) -> tuple[DeskList, Filters, list[Line], Order, list[Line]]:
    """The list, its filters, the rows that fit and that the reader may see, their order, and all rows counted."""
    listed = LISTS.get(name)
    if listed is None:
        abort(404, f"There is no list called {name}; there are {', '.join(LISTS)}.")
    late = name == "recorded-late"
    filters = Filters((*WIDE, "team", "officer", "order", "tier", "risk", *(() if late else ("clause",))), request.args)
    every = desk(current_cases.cases())[name]
    columns = LATE if late else OWED
    order = read_order(request.args, list(columns), Order("recorded", True) if late else Order("due"))
    rows = filters.of([row for row in every if row.case.reference not in current_cases.reached().closed])
    return listed, filters, order.of(rows, columns), order, every


def _case_cells(row: Line) -> tuple[Any, ...]:
    spell = row.case.spell
    return (
        row.case.reference, spell.name, spell.order_type, spell.tier, spell.risk, spell.place.officer, spell.place.team,
    )  # fmt: skip


def _own_cells(row: Line) -> tuple[Any, ...]:
    if isinstance(row, LateLine):
        late = row.recorded
        return (late.entry, type_title(late.type), late.occurred_on, late.recorded_on, late.working_days)
    return _owed_cells(row)


def _owed_cells(row: DutyLine) -> tuple[Any, ...]:
    return (
        row.clause.id, row.clause.says, row.state, row.obligation.due_on, row.days_left, row.obligation.value.citation,
    )  # fmt: skip

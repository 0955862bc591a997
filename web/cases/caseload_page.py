"""The caseload page: who holds which case, what is overdue, who is at high risk of harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from marshmallow import EXCLUDE, Schema, fields
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from projections.cases.caseload import CaseLine
from projections.columns.column_schema import Array
from projections.lists.case_list import CaseList
from projections.lists.open_duties import OpenDuties
from projections.lists.picked_numbers import all_marked
from web.presentation.downloads import download
from web.presentation.filters import Filters
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.services import asked_names, current_cases
from web.site import access_control

blueprint = Blueprint("caseload", __name__)


COLUMNS: Mapping[str, Callable[[CaseList], Array]] = {
    "case": lambda rows: rows.reference,
    "order": lambda rows: rows.rank("order_type"),
    "team": lambda rows: rows.coded("team").numbers,
    "officer": lambda rows: rows.coded("officer").numbers,
    "risk": lambda rows: rows.risk,
    "overdue": lambda rows: rows.overdue,
    "missed": lambda rows: rows.missed,
    "next": lambda rows: rows.next_due,
}
"""The sort keys of the caseload."""


@dataclass(frozen=True)
class AskedCases:
    """The caseload as the address asks for it. ``every``: all that the reader may open; ``rows``: those that fit."""

    words: Mapping[str, str]
    filters: Filters
    order: Order
    every: CaseList
    rows: CaseList

    def lines(self, first: int, last: int) -> list[CaseLine]:
        """The lines from the place ``first`` up to, not including, ``last``."""
        rows = self.rows
        which = rows.in_order(COLUMNS[self.order.key](rows), first, last, descending=self.order.descending)
        lines = rows.lines(which, current_cases.reached().snapshots(rows.case[which]))
        access_control.shown(*(line.case.reference for line in lines))
        return lines


class CaseloadSchema(Schema):
    """The query argument besides the filters: which cases to show."""

    class Meta:
        unknown = EXCLUDE

    show = fields.String(load_default="")


@blueprint.get("/cases")
@access_control.open_to(*READERS)
def index() -> str:
    """The list of cases: filtered, sorted and in pages."""
    asked, at = _asked(), current_cases.reached().selection
    rows, every = asked.rows, asked.every
    page = read_page(request.args, len(rows))
    lines = asked.lines(*page.places)
    return render_template(
        "cases/caseload.html",
        lines=lines,
        names=current_cases.names(line.case.reference for line in lines),
        page=page,
        order=asked.order,
        filters=asked.filters,
        asked_for=asked.words,
        total=len(rows),
        current=len(every) - int(at.over[every.case].sum()),
        overdue=int((rows.overdue > 0).sum()),
        high=int(at.high_risk[rows.case].sum()),
        choices=asked.filters.choices(every),
        begins=access_control.may_enter(access_control.account(), "begin.index"),
    )


@blueprint.get("/cases/download/<form>")
@access_control.open_to(*READERS)
def table(form: str) -> Response:
    """The same list as a file to download: CSV, XLSX or ODS."""
    asked = _asked()
    columns = [
        *map(Column, ("Case", "Name", "Order", "Tier", "Risk of harm", "MAPPA level", "Officer", "Team")),
        Column("Started", "date"), Column("Ended", "date"), Column("Overdue", "number"),
        Column("Missed contact", "number"), Column("Next due", "date"),
    ]  # fmt: skip
    lines = asked.lines(0, len(asked.rows))
    names = current_cases.names(line.case.reference for line in lines)
    rows = [
        (c.case.reference, names[c.case.reference], s.order_type, s.tier, s.risk, s.mappa_level, s.place.officer, s.place.team,
         s.started_on, s.ended_on, c.overdue, c.missed, c.next_due_on)
        for c in lines for s in (c.case.spell,)
    ]  # fmt: skip
    words = asked.words
    file_notes = notes(current_cases.moment(), ("Filter", asked.filters.words()),
                       ("Shown", words["show"] or "current cases"))  # fmt: skip
    made = Download("Cases", columns, rows, file_notes, [row[0] for row in rows])
    return download(made, form, f"caseload-{current_cases.moment().on}")


SEARCH_ABOVE = "Search with the box at the top of the page: what is searched for stands in no address any more."


def _asked() -> AskedCases:
    if request.args.get("find"):  # an address of before, which would now give every case
        abort(400, SEARCH_ABOVE)
    words = CaseloadSchema().load({name: text[:200] for name, text in request.args.items()})
    filters = asked_names.filters(("team", "officer", "order", "tier", "risk"))
    order = read_order(request.args, list(COLUMNS), Order("overdue", descending=True))
    reached = current_cases.reached()
    duties = OpenDuties.of(reached.selection, reached.open)
    every = CaseList(reached.selection, reached.numbers, duties)
    return AskedCases(words, filters, order, every, every.only(filters.fit(every) & _shown(every, words)))


def _shown(cases: CaseList, words: Mapping[str, str]) -> Array:
    """For each case whether it is of the kind asked for; ended cases only where they are asked for."""
    at = cases.selection
    found: Array = all_marked(len(cases)) if words["show"] == "ended" else ~at.over[cases.case]
    if words["show"] == "overdue":
        found &= cases.overdue > 0
    elif words["show"] == "high_risk":
        found &= at.high_risk[cases.case]
    return found

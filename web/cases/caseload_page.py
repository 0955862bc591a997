"""The caseload page: who holds which case, what is overdue, who is at high risk of harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

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

    filters: Filters
    order: Order
    every: CaseList
    rows: CaseList

    @property
    def current(self) -> int:
        """How many of all had not ended by the day."""
        return len(self.every) - int(self.every.selection.over[self.every.case].sum())

    @property
    def overdue(self) -> int:
        """How many of those that fit have anything overdue."""
        return int((self.rows.overdue > 0).sum())

    @property
    def high_risk(self) -> int:
        """How many of those that fit are at high risk of harm."""
        return int(self.rows.selection.high_risk[self.rows.case].sum())

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
    words = _words()
    asked = _asked(words)
    page = read_page(request.args, len(asked.rows))
    lines = asked.lines(*page.places)
    return render_template(
        "cases/caseload.html",
        lines=lines,
        names=current_cases.names(line.case.reference for line in lines),
        page=page,
        order=asked.order,
        filters=asked.filters,
        asked_for=words,
        total=len(asked.rows),
        current=asked.current,
        overdue=asked.overdue,
        high=asked.high_risk,
        choices=asked.filters.choices(asked.every),
        begins=access_control.may_enter(access_control.account(), "begin.index"),
    )


@blueprint.get("/cases/download/<form>")
@access_control.open_to(*READERS)
def table(form: str) -> Response:
    """The same list as a file to download: CSV, XLSX or ODS."""
    words = _words()
    asked = _asked(words)
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
    file_notes = notes(current_cases.moment(), ("Filter", asked.filters.words()),
                       ("Shown", words["show"] or "current cases"))  # fmt: skip
    made = Download("Cases", columns, rows, file_notes, [row[0] for row in rows])
    return download(made, form, f"caseload-{current_cases.moment().on}")


SEARCH_ABOVE = "Search with the box at the top of the page: what is searched for stands in no address any more."


FILTERS = ("team", "officer", "order", "tier", "risk")

Kind = Literal["current", "overdue", "high_risk", "ended", "all"]
"""Which cases are listed: ``current`` are those that had not ended by the day; *overdue* and *high_risk* are some of these."""

ON_PAGE: Mapping[str, Kind] = {"overdue": "overdue", "high_risk": "high_risk", "ended": "all"}
"""The choice of the page -> the cases that it lists; any other: the current ones."""


def _words() -> Mapping[str, str]:
    if request.args.get("find"):  # an address of before, which would now give every case
        abort(400, SEARCH_ABOVE)
    words: Mapping[str, str] = CaseloadSchema().load({name: text[:200] for name, text in request.args.items()})
    return words


def _asked(words: Mapping[str, str]) -> AskedCases:
    order = read_order(request.args, list(COLUMNS), Order("overdue", descending=True))
    return asked_cases(ON_PAGE.get(words["show"], "current"), asked_names.filters(FILTERS), order)


def asked_cases(kind: Kind, filters: Filters, order: Order) -> AskedCases:
    """The caseload of the person signed in at the moment."""
    reached = current_cases.reached()
    duties = OpenDuties.of(reached.selection, reached.open)
    every = CaseList(reached.selection, reached.numbers, duties)
    return AskedCases(filters, order, every, every.only(filters.fit(every) & _shown(every, kind)))


def _shown(cases: CaseList, kind: Kind) -> Array:
    """For each case whether it is of the kind asked for."""
    over = cases.selection.over[cases.case]
    if kind == "all":
        return all_marked(len(cases))
    if kind == "ended":
        return over
    found: Array = ~over
    if kind == "overdue":
        found &= cases.overdue > 0
    elif kind == "high_risk":
        found &= cases.selection.high_risk[cases.case]
    return found

"""The caseload page: who holds which case, what is overdue, who is at high risk of harm; and the search for a case."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import EXCLUDE, Schema, fields, validate
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.entries.code_lists import RISK_LEVELS
from projections.cases.caseload import CaseLine, case_line
from web.presentation.downloads import download
from web.presentation.filters import Filters
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.services import current_cases
from web.site import access_control

blueprint = Blueprint("caseload", __name__)


COLUMNS: Mapping[str, Callable[[CaseLine], Any]] = {
    "case": lambda c: c.case.reference,
    "order": lambda c: c.case.spell.order_type,
    "team": lambda c: c.case.spell.place.team,
    "officer": lambda c: c.case.spell.place.officer,
    "risk": lambda c: None if c.case.spell.risk is None else RISK_LEVELS.index(c.case.spell.risk),
    "overdue": lambda c: c.overdue,
    "missed": lambda c: c.missed,
    "next": lambda c: c.next_due_on,
}


class CaseloadSchema(Schema):
    """The query arguments besides the filters: which cases to show, and the words to search for."""

    class Meta:
        unknown = EXCLUDE

    show = fields.String(load_default="")
    find = fields.String(load_default="", validate=validate.Length(max=200))


@blueprint.get("/cases")
@access_control.open_to(*READERS)
def index() -> str:
    """The list of cases: searched, filtered, sorted and in pages."""
    every, asked, filters, lines, order = _asked()
    page = read_page(request.args, len(lines))
    return render_template(
        "cases/caseload.html",
        lines=page.of(lines),
        page=page,
        order=order,
        filters=filters,
        asked_for=asked,
        total=len(lines),
        current=sum(not c.case.has_ended for c in every),
        overdue=sum(bool(c.overdue) for c in lines),
        high=sum(c.case.is_high_risk for c in lines),
        hidden=len(current_cases.reached().closed),
        choices=filters.choices(c for c in every if c.case.reference not in current_cases.reached().closed),
    )


@blueprint.get("/cases/download/<form>")
@access_control.open_to(*READERS)
def table(form: str) -> Response:
    """The same list as a file to download: CSV, XLSX or ODS."""
    _, asked, filters, lines, _ = _asked()
    columns = [
        *map(Column, ("Case", "Name", "Order", "Tier", "Risk of harm", "MAPPA level", "Officer", "Team")),
        Column("Started", "date"), Column("Ended", "date"), Column("Overdue", "number"),
        Column("Missed contact", "number"), Column("Next due", "date"),
    ]  # fmt: skip
    rows = [
        (c.case.reference, s.name, s.order_type, s.tier, s.risk, s.mappa_level, s.place.officer, s.place.team,
         s.started_on, s.ended_on, c.overdue, c.missed, c.next_due_on)
        for c in lines for s in (c.case.spell,)
    ]  # fmt: skip
    file_notes = notes(current_cases.moment(), ("Filter", filters.words()), ("Shown", asked["show"] or "current cases"),
                 ("Found by", asked["find"] or "all"))  # fmt: skip
    made = Download("Caseload", columns, rows, file_notes, [c.case.reference for c in lines])
    return download(made, form, f"caseload-{current_cases.moment().on}")


def _asked() -> tuple[list[CaseLine], dict[str, str], Filters, list[CaseLine], Order]:
    """All cases counted, the arguments, the filters, the cases that fit and are open to the reader, their order."""
    every = [case_line(case) for case in current_cases.cases()]
    asked = CaseloadSchema().load({name: text[:200] for name, text in request.args.items()})
    filters = Filters(("team", "officer", "order", "tier", "risk"), request.args)
    lines = filters.of(
        [c for c in every if c.case.reference not in current_cases.reached().closed and _shown(c, asked)]
    )
    order = read_order(request.args, list(COLUMNS), Order("overdue", descending=True))
    if asked["find"]:
        access_control.log("searched", detail=asked["find"])
    return every, asked, filters, order.of(lines, COLUMNS), order


def _shown(line: CaseLine, asked: Mapping[str, str]) -> bool:
    case, words = line.case, asked["find"].casefold().split()
    text = f"{case.reference} {case.spell.name}".casefold()
    if not all(word in text for word in words):
        return False
    if case.has_ended and not words and asked["show"] != "ended":
        return False
    if asked["show"] == "overdue":
        return bool(line.overdue)
    return asked["show"] != "high_risk" or case.is_high_risk

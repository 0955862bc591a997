"""The caseload as at a moment: who holds what, what is overdue, who is at high risk of harm."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import EXCLUDE, Schema, fields

from domain.codes import HIGH_RISK, RISK_LEVELS
from projections.caseload import CaseLine, line
from web import book
from web.ordering import Order, read_order
from web.paging import read_page

blueprint = Blueprint("caseload", __name__)

COLUMNS: dict[str, Callable[[CaseLine], Any]] = {
    "case": lambda c: c.reference,
    "order": lambda c: c.order_type,
    "team": lambda c: c.holding.team,
    "officer": lambda c: c.holding.officer,
    "risk": lambda c: None if c.risk is None else RISK_LEVELS.index(c.risk),
    "overdue": lambda c: c.overdue,
    "missed": lambda c: c.missed,
    "next": lambda c: c.next_due_on,
}


class FilterSchema(Schema):
    """What the filter form asks for; an empty value asks for nothing."""

    class Meta:
        unknown = EXCLUDE

    team = fields.String(load_default="")
    officer = fields.String(load_default="")
    order = fields.String(load_default="")
    risk = fields.String(load_default="")
    show = fields.String(load_default="")


@blueprint.get("/cases")
def index() -> str:
    """The list of cases: filtered, sorted, a page at a time."""
    every = [line(reading) for reading in book.readings()]
    wanted = FilterSchema().load(request.args)
    lines = [c for c in every if _wanted(c, wanted)]
    order = read_order(request.args, list(COLUMNS), Order("overdue", descending=True))
    lines = order.of(lines, COLUMNS)
    page = read_page(request.args, len(lines))
    return render_template(
        "caseload.html",
        lines=page.of(lines),
        page=page,
        order=order,
        wanted=wanted,
        total=len(lines),
        current=sum(c.ended_on is None for c in every),
        overdue=sum(bool(c.overdue) for c in lines),
        high=sum(c.risk in HIGH_RISK for c in lines),
        choices={
            "team": sorted({c.holding.team for c in every}),
            "officer": sorted({c.holding.officer for c in every}),
            "order": sorted({c.order_type for c in every}),
            "risk": list(RISK_LEVELS),
        },
    )


def _wanted(case: CaseLine, wanted: dict[str, str]) -> bool:
    if case.ended_on is not None and wanted["show"] != "ended":
        return False
    if wanted["show"] == "overdue" and not case.overdue:
        return False
    if wanted["show"] == "high_risk" and case.risk not in HIGH_RISK:
        return False
    found = {"team": case.holding.team, "officer": case.holding.officer, "order": case.order_type, "risk": case.risk}
    return all(not wanted[name] or wanted[name] == value for name, value in found.items())

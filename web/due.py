"""What is overdue, and what falls due in the days ahead."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

from projections.caseload import Owed, due
from web import book
from web.ordering import Order, read_order
from web.paging import read_page

blueprint = Blueprint("due", __name__)

COLUMNS: dict[str, Callable[[Owed], Any]] = {
    "due": lambda o: o.obligation.due_on,
    "case": lambda o: o.reference,
    "what": lambda o: o.clause.id,
    "team": lambda o: o.holding.team,
    "officer": lambda o: o.holding.officer,
    "state": lambda o: o.state,
}


class FilterSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    team = fields.String(load_default="")
    officer = fields.String(load_default="")
    subject = fields.String(load_default="")
    within = fields.Integer(
        load_default=7,
        validate=validate.Range(0, 366, error="Days ahead must be a whole number from 0 to 366."),
        error_messages={"invalid": "Days ahead must be a whole number from 0 to 366."},
    )


@blueprint.get("/due")
def index() -> str:
    """The list of what is overdue and falls due, by officer, team and subject."""
    try:
        wanted = FilterSchema().load({k: v for k, v in request.args.items() if v})
    except ValidationError as error:
        raise BadRequest(next(iter(error.messages_dict.values()))[0]) from None
    every = due(book.readings(), wanted["within"])
    chosen = [o for o in every if _wanted(o, wanted)]
    order = read_order(request.args, list(COLUMNS), Order("due"))
    chosen = order.of(chosen, COLUMNS)
    page = read_page(request.args, len(chosen))
    return render_template(
        "due.html",
        owed=page.of(chosen),
        page=page,
        order=order,
        wanted=wanted,
        day=book.moment().on,
        overdue=sum(o.state == "overdue" for o in chosen),
        falling=sum(o.state == "due" for o in chosen),
        choices={
            "team": sorted({o.holding.team for o in every}),
            "officer": sorted({o.holding.officer for o in every}),
            "subject": sorted({o.clause.subject for o in every}),
        },
    )


def _wanted(owed: Owed, wanted: dict[str, Any]) -> bool:
    found = {"team": owed.holding.team, "officer": owed.holding.officer, "subject": owed.clause.subject}
    return all(not wanted[name] or wanted[name] == value for name, value in found.items())

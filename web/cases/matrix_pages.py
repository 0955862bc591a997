"""The pages of the caseload matrix, and of the duties behind each cell."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from projections.ledger.ledger import Place
from projections.reports.caseload_matrix import (
    ALL,
    FEW,
    MONTHS,
    TARGET,
    TREND,
    CountedDuty,
    MatrixCell,
    clauses_about,
    counted_duties,
    duty_sums,
    matrix,
    references,
)
from projections.scoring.scores import printed
from web.presentation.downloads import download
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.services import current_cases, following_read_model
from web.site import access_control

blueprint = Blueprint("matrix", __name__)

WIDTH, HEIGHT = 60, 18
"""The size of a trend line, in units of the drawing (SVG user units)."""

COLUMNS: Mapping[str, Callable[[CountedDuty], Any]] = {
    "due": lambda d: d.obligation.due_on,
    "case": lambda d: d.case.reference,
    "what": lambda d: d.obligation.clause.id,
    "officer": lambda d: d.place.officer,
    "kept": lambda d: (d.in_time, d.obligation.due_on),
}


def _whole(low: int, high: int, words: str) -> dict[str, Any]:
    message = f"{words} must be a whole number from {low} to {high}."
    return {"validate": validate.Range(low, high, error=message), "error_messages": {"invalid": message}}


class MatrixSchema(Schema):
    """The query: whose duties, of how many months, with which target in per cent. An empty value means no limit."""

    class Meta:
        unknown = EXCLUDE

    area = fields.String(load_default="")
    team = fields.String(load_default="")
    officer = fields.String(load_default="")
    subject = fields.String(load_default="")
    months = fields.Integer(load_default=MONTHS, **_whole(1, 120, "Months"))
    target = fields.Integer(load_default=TARGET, **_whole(1, 100, "The target"))


@blueprint.get("/matrix")
@access_control.open_to(*WORKERS)
def index() -> str:
    """The matrix: officers by subject, and below them teams, areas and the total."""
    asked = _asked()
    every = duty_sums(following_read_model.as_at(current_cases.moment()), asked["months"])
    mine = [one for one in every if _theirs(asked, one.place)]
    areas = {one.place.area for one in every if access_control.account().answers_for(one.place)}
    return render_template(
        "cases/matrix.html",
        matrix=matrix(mine, _subjects()),
        asked_for=asked,
        everything=ALL,
        few=FEW,
        trend=trend,
        reference=matrix((one for one in every if one.place.area in areas), _subjects()).whole,
        figure=lambda cell: printed(current_cases.framework(), 100 * cell.share if cell.share is not None else None),
        months=TREND,
        choices={name: sorted({getattr(one.place, name) for one in mine}) for name in ("area", "team")},
    )


@blueprint.get("/matrix/duties")
@access_control.open_to(*WORKERS)
def duties() -> str:
    """The duties behind a cell; those not met in time come first."""
    asked = _asked()
    found = _behind(asked)
    shown = _open(found)
    order = read_order(request.args, list(COLUMNS), Order("kept"))
    page = read_page(request.args, len(shown))
    return render_template(
        "cases/matrix_duties.html",
        duties=page.of(order.of(shown, COLUMNS)),
        page=page,
        order=order,
        asked_for=asked,
        n=len(found),
        in_time=sum(d.in_time for d in found),
        hidden=len(found) - len(shown),
        day=current_cases.moment().on,
    )


@blueprint.get("/matrix/duties/download/<form>")
@access_control.open_to(*WORKERS)
def table(form: str) -> Response:
    """The same duties as a file to download."""
    asked = _asked()
    found = _behind(asked)
    columns = [*map(Column, ("Case", "Clause", "Subject", "State")), Column("Due by", "date"), Column("In time"),
               Column("Officer"), Column("Team"), Column("Citation")]  # fmt: skip
    rows = [
        (d.case.reference, d.obligation.clause.id, d.obligation.clause.subject,
         d.obligation.state(current_cases.moment().on), d.obligation.due_on, d.in_time, d.place.officer, d.place.team,
         d.obligation.value.citation)
        for d in _open(found)
    ]  # fmt: skip
    wanted = "; ".join(f"{name}: {value}" for name, value in asked.items() if value)
    file_notes = notes(current_cases.moment(), ("Filter", wanted))
    return download(Download("Duties", columns, rows, file_notes, [row[0] for row in rows]), form, "duties")


def trend(cell: MatrixCell) -> str:
    """The points of the trend line as SVG writes them, for the months in which any duty fell due."""
    step = WIDTH / (TREND - 1)
    return " ".join(
        f"{at * step:.1f},{HEIGHT - 1 - (HEIGHT - 2) * month.in_time / month.n:.1f}"
        for at, month in enumerate(cell.months) if month.n
    )  # fmt: skip


def _asked() -> dict[str, Any]:
    try:
        asked: dict[str, Any] = MatrixSchema().load({k: v for k, v in request.args.items() if v})
    except ValidationError as error:
        raise BadRequest(next(iter(error.messages_dict.values()))[0]) from None
    return asked


def _theirs(asked: Mapping[str, Any], place: Place) -> bool:
    """Whether the duties of this place are asked for, and the reader is responsible for them.

    A duty belongs to the place that held the case on the day it was due, wherever the case is now. So the figure of a
    team is the same for its SPO and for the area's manager.
    """
    wanted = all(getattr(place, name) == asked[name] for name in ("area", "team", "officer") if asked[name])
    return wanted and access_control.account().answers_for(place)


def _behind(asked: Mapping[str, Any]) -> list[CountedDuty]:
    """The duties behind a cell, each with its case and who held it then."""
    at, subject = following_read_model.as_at(current_cases.moment()), asked["subject"] or ALL
    named = references(at, asked["months"], lambda place: _theirs(asked, place), subject)
    clauses = clauses_about(subject)
    cases = following_read_model.views().case_snapshots(
        current_cases.moment(), references=named, clauses=clauses, kinds=("duties",)
    )
    return [duty for duty in counted_duties(cases, asked["months"]) if _theirs(asked, duty.place)]


def _open(duties: list[CountedDuty]) -> list[CountedDuty]:
    """The duties whose case is open to the reader."""
    opened = current_cases.opened()
    return [duty for duty in duties if duty.case.reference in opened]


def _subjects() -> list[str]:
    return list(dict.fromkeys(clause.subject for clause in current_cases.framework().clauses if clause.of_standards))

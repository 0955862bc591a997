"""The pages of the caseload matrix, and of the duties behind each cell."""

from collections.abc import Callable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Any, NamedTuple

from flask import Blueprint, abort, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from projections.columns.case_selection import places
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList
from projections.lists.known_names import offered
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import IN_TIME, state_in
from projections.reports.caseload_matrix import (
    ALL,
    FEW,
    MONTHS,
    TARGET,
    TREND,
    DutySum,
    Matrix,
    MatrixCell,
    MatrixRow,
    TeamOfficer,
    clauses_about,
    counted_duties,
    duty_sums,
    matrix,
    whole_row,
)
from projections.reports.comparison import Comparison
from projections.reports.counted_apart import apart_among
from projections.reports.counts_by_case import Grouping, together
from projections.reports.periods import period
from projections.reports.told_comparison import Comparisons, comparisons
from projections.scoring.scores import printed
from web.presentation.comparison_words import AGAINST, HOW_COMPARED
from web.presentation.downloads import download
from web.presentation.pagination import read_page
from web.presentation.sorting import Order, read_order
from web.presentation.table_files import Column, Download, notes
from web.services import asked_names, current_cases, following_read_model, report_cache
from web.site import access_control

blueprint = Blueprint("matrix", __name__)

WIDTH, HEIGHT = 60, 18
"""The size of a trend line, in units of the drawing (SVG user units)."""

COLUMNS: Mapping[str, Callable[[DutyList], Array]] = {
    "due": lambda duties: duties.column("due_on"),
    "case": lambda duties: duties.reference,
    "what": lambda duties: duties.clause,
    "officer": lambda duties: places(duties.selection.columns, "officer").numbers[duties.column("place")],
    "kept": lambda duties: duties.in_time_then_due,
}
"""The sort keys of the list of duties (see ``DutyList.in_order``)."""


def _whole(low: int, high: int, words: str) -> dict[str, Any]:
    message = f"{words} must be a whole number from {low} to {high}."
    return {"validate": validate.Range(low, high, error=message), "error_messages": {"invalid": message}}


OFFICERS = 50
"""Rows of officers on one page."""


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
    made = matrix_made(asked)
    shown = made.shown
    order = read_order(request.args, ["officer", ALL, *shown.subjects], Order("officer"))
    page = read_page(request.args, len(shown.officers), OFFICERS)
    return render_template(
        "cases/matrix.html",
        matrix=shown,
        order=order,
        officers=page.of(officers_in_order(shown, order)),
        page=page,
        asked_for=asked,
        everything=ALL,
        few=FEW,
        trend=trend,
        reference=made.reference,
        against=lambda subject, team, officer=None: AGAINST[made.compared.get((subject, team, officer or None))],
        how_compared=HOW_COMPARED,
        figure=cell_figure,
        months=TREND,
        choices=made.choices,
    )


def cell_figure(cell: MatrixCell) -> int | None:
    """The share of a cell in per cent, as printed; None: nothing fell due."""
    return printed(current_cases.framework(), 100 * cell.share if cell.share is not None else None)


class MatrixMade(NamedTuple):
    """The matrix that a reader asks for, the row of whole areas, how cells differ from it, and what can be chosen."""

    shown: Matrix
    reference: MatrixRow
    compared: Mapping[tuple[str, str, str | None], Comparison | None]
    choices: Mapping[str, Sequence[str]]


def matrix_made(asked: Mapping[str, Any]) -> MatrixMade:
    """The matrix for the person signed in at the moment. ``asked``: see ``MatrixSchema``."""
    key = ("matrix", *sorted(map(str, asked.items())), *report_cache.reader_and_moment())
    return report_cache.kept(key, lambda: _made(asked))


def _made(asked: Mapping[str, Any]) -> MatrixMade:
    months = asked["months"]
    every = duty_sums(following_read_model.as_at(current_cases.moment()), months, ~current_cases.shut())
    held, account = {one.place for one in every}, access_control.account()
    theirs = {place for place in held if _theirs(asked, place)}
    areas = {place.area for place in held if account.answers_for(place)}
    shown = matrix((one for one in every if one.place in theirs), subjects())
    return MatrixMade(
        shown, _area_row(every, areas, months, shown.subjects), _compared(shown, theirs, areas, months),
        {name: sorted({getattr(place, name) for place in theirs}) for name in ("area", "team")},
    )  # fmt: skip


def officers_in_order(shown: Matrix, order: Order) -> list[tuple[TeamOfficer, MatrixRow]]:
    """The rows of officers: by team and name, or by the share of one column where the reader asks for it."""
    rows = sorted(shown.officers.items())

    def share(row: tuple[TeamOfficer, MatrixRow]) -> Fraction | None:
        cell = row[1].get(order.key)
        return None if cell is None else cell.share

    if order.key == "officer":
        return rows[::-1] if order.descending else rows
    return order.of(rows, {order.key: share})


@blueprint.get("/matrix/duties")
@access_control.open_to(*WORKERS)
def duties() -> str:
    """The duties behind a cell; those not met in time come first."""
    asked = _asked()
    found = duties_behind(asked)
    opened = only_open(found)
    order = read_order(request.args, list(COLUMNS), Order("kept"))
    page = read_page(request.args, len(opened))
    which = opened.in_order(COLUMNS[order.key](opened), *page.places, descending=order.descending)
    listed = opened.shown(which, current_cases.entries_of)
    access_control.shown(*(duty.reference for duty in listed))
    return render_template(
        "cases/matrix_duties.html",
        duties=listed,
        names=current_cases.names(duty.reference for duty in listed),
        page=page,
        order=order,
        asked_for=asked,
        n=len(found),
        in_time=in_time(found),
        apart=apart_among(found),
        hidden=len(found) - len(opened),
        day=current_cases.moment().on,
    )


@blueprint.get("/matrix/duties/download/<form>")
@access_control.open_to(*WORKERS)
def table(form: str) -> Response:
    """The same duties as a file to download."""
    asked = _asked()
    opened, day = only_open(duties_behind(asked)), current_cases.moment().on
    which = opened.in_order(opened.reference, 0, len(opened))
    columns = [*map(Column, ("Case", "Clause", "Subject", "State")), Column("Due by", "date"), Column("In time"),
               Column("Officer"), Column("Team"), Column("Citation")]  # fmt: skip
    rows = [
        (d.reference, d.obligation.clause.id, d.obligation.clause.subject, d.obligation.state(day), d.obligation.due_on,
         d.obligation.in_time(day), d.place.officer, d.place.team, d.obligation.cited)
        for d in opened.shown(which)
    ]  # fmt: skip
    wanted = "; ".join(f"{name}: {value}" for name, value in asked.items() if value)
    file_notes = notes(current_cases.moment(), ("Filter", wanted))
    return download(Download("Duties", columns, rows, file_notes, [row[0] for row in rows]), form, "duties")


def _area_row(every: Sequence[DutySum], areas: Set[str], months: int, subjects: Sequence[str]) -> MatrixRow:
    """The row of whole areas: exact for whoever may open every case that it counts, else as ``ToldFigures`` tells it."""
    told, asked = report_cache.told_figures(), period(current_cases.moment(), months)

    def holds(place: Place) -> bool:
        return place.area in areas

    if told.is_exact_in(asked, holds):
        return whole_row(one for one in every if holds(one.place))
    row: MatrixRow = {}
    for subject in (ALL, *subjects):
        clauses = list(dict.fromkeys(catalogue().clauses[number].id for number in clauses_about(subject)))
        figure = told.duties(asked, clauses, "in_time", holds).figure(holds)
        if figure.n:
            row[subject] = MatrixCell(figure.held, figure.n)
    return row


def _compared(
    shown: Matrix, theirs: Set[Place], areas: Set[str], months: int
) -> Mapping[tuple[str, str, str | None], Comparison | None]:
    """How the cells of officers and teams differ from the rest of the areas, by subject, team and officer (None: the team)."""
    told, asked = report_cache.told_figures(), period(current_cases.moment(), months)
    clauses = list(dict.fromkeys(catalogue().clauses[number].id for number in catalogue().standards))

    def of(group: Grouping) -> Comparisons:
        return comparisons(told, asked, clauses, "in_time", lambda place: place.area in areas, group)

    by_subject, whole = of(lambda clause: clause.subject), of(together)
    rows: list[tuple[str, str | None]] = [*shown.officers, *((team, None) for team in shown.teams)]
    found: dict[tuple[str, str, str | None], Comparison | None] = {}
    for team, officer in rows:
        inside = {place for place in theirs if place.team == team and officer in (None, place.officer)}
        found |= {(s, team, officer): by_subject.of(inside.__contains__, s) for s in shown.subjects}
        found[ALL, team, officer] = whole.of(inside.__contains__)
    return found


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
    for said in unknown_names(asked).values():
        abort(404, said)
    return asked


def unknown_names(asked: Mapping[str, Any]) -> dict[str, str]:
    """Argument -> what is said of its value, where that is no place or subject that the reader knows."""
    found = asked_names.unknown({level: asked[level] for level in ("area", "team", "officer")})
    if asked["subject"] not in ("", ALL, *subjects()):
        found["subject"] = f"There is no subject called {asked['subject']}. {offered(asked['subject'], subjects())}"
    return found


def _theirs(asked: Mapping[str, Any], place: Place) -> bool:
    """Whether the duties of this place are asked for, and the reader is responsible for them.

    A duty belongs to the place that held the case on the day it was due, wherever the case is now. So the figure of a
    team is the same for its SPO and for the area's manager.
    """
    wanted = all(getattr(place, name) == asked[name] for name in ("area", "team", "officer") if asked[name])
    return wanted and access_control.account().answers_for(place)


def duties_behind(asked: Mapping[str, Any]) -> DutyList:
    """The duties behind a cell, but those of cases that limited access closes to the reader."""
    at = following_read_model.as_at(current_cases.moment())
    return counted_duties(
        at, asked["months"], lambda place: _theirs(asked, place), asked["subject"] or ALL, ~current_cases.shut()
    )


def only_open(duties: DutyList) -> DutyList:
    """The duties whose case the reader may open at the moment read or today."""
    return duties.only(current_cases.opened()[duties.case])


def in_time(duties: DutyList) -> int:
    """How many of these duties were met in time."""
    return int(state_in(duties.state, IN_TIME).sum())


def subjects() -> list[str]:
    """The subjects of the national standards, in their order."""
    return list(dict.fromkeys(clause.subject for clause in current_cases.framework().clauses if clause.of_standards))

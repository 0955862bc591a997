"""The caseload matrix as JSON: officers, teams and the area by subject, and the duties behind a figure."""

from collections.abc import Mapping
from typing import Any, get_args

from flask_smorest import abort as refuse

from domain.accounts.roles import WORKERS
from projections.lists.duty_list import ListedDuty
from projections.reports.caseload_matrix import ALL, MONTHS, TARGET, MatrixCell, MatrixRow, TeamOfficer
from projections.reports.comparison import Comparison
from projections.reports.counted_apart import apart_among
from web.api.answer_fields import code, many, part, reference, said, texts, whole
from web.api.api_query import Answer, Query, Whole, text
from web.api.given_duties import DutyFactsSchema, duty_facts
from web.api.paged_lists import ReadSchema, Rows, Sliced, reading
from web.api.resources import Resource
from web.cases.matrix_pages import (
    COLUMNS,
    MatrixMade,
    cell_figure,
    duties_behind,
    in_time,
    matrix_made,
    only_open,
    unknown_names,
)
from web.services import current_cases
from web.site import access_control

blueprint = Resource(
    "matrix",
    tag="Matrix",
    description="The share of duties met in time, by officer and subject.",
    purpose="supervision",
)


class MatrixQuery(Query):
    """Whose duties, of how many months, with which target."""

    area = text("The duties of cases held in this area on the day they were due.", example="Gloucestershire")
    team = text("Of cases held by this team then.", example="Gloucester")
    officer = text("Of cases held by this officer then.", example="Helen Sallis")
    months = Whole(
        1,
        120,
        load_default=MONTHS,
        metadata={"description": "The months up to the day in which duties fell due.", "example": 12},
    )


class TargetQuery(MatrixQuery):
    """The same with a target."""

    target = Whole(
        1,
        100,
        load_default=TARGET,
        metadata={"description": "The target in per cent; no standard sets one.", "example": TARGET},
    )


class SubjectQuery(MatrixQuery):
    """The same of a subject."""

    subject = text("The subject of the standards; without it, all.", example="contact")


class ApartSchema(Answer):
    """What is counted beside a figure."""

    dispensed = whole("Duties dispensed with, which count as not met.", 0)
    told_late = whole("Duties met in time by what the file said only after they were due.", 0)


class MonthSchema(Answer):
    """Duties of one month."""

    in_time = whole("Met in time.", 3)
    n = whole("Fell due.", 4)


class CellSchema(Answer):
    """A figure of the matrix."""

    subject = said("The subject; `all`: over all subjects.", "contact")
    in_time = whole("Duties met in time.", 31)
    n = whole("Duties that fell due.", 40)
    printed = whole("The share in per cent, as printed; null: nothing fell due.", 78, null=True)
    below_target = whole("Points below the target, rounded; 0: it is reached.", 12)
    heat = whole("0 (at target) to 4 (far below); null: too few duties to say.", 2, null=True)
    months = many(
        MonthSchema, "The last months, the oldest first; empty: nothing fell due in them, or they are not told."
    )
    apart = part(ApartSchema, "What is counted beside it.")
    against_area = code(
        "How it differs from the rest of the area, counted case by case; null: nothing is compared.",
        *get_args(Comparison),
        null=True,
    )


class TeamRowSchema(Answer):
    """The figures of a team."""

    team = said("The team.", "Gloucester")
    cells = many(CellSchema, "By subject; those under which anything fell due.")


class OfficerRowSchema(TeamRowSchema):
    """The figures of an officer in a team."""

    officer = said("The officer; empty: nobody in post.")


class MatrixSchema(ReadSchema):
    """The matrix, but for the rows of officers."""

    months = whole("The months in which the duties fell due.", 12)
    target = whole("The target in per cent.", 90)
    subjects = texts("The subjects, in the order of the standards.")
    officers = whole("How many rows of officers there are.", 12)
    teams = many(TeamRowSchema, "The rows of teams.")
    area = many(
        CellSchema,
        "The row of whole areas. Where they hold cases not open to you: as at the last month end, rounded, or left out.",
    )


class FigureSchema(ReadSchema):
    """The figure behind which duties are listed."""

    subject = said("The subject; `all`: over all subjects.", "contact")
    in_time = whole("Duties met in time.", 31)
    n = whole("Duties that fell due.", 40)
    apart = part(ApartSchema, "What is counted beside it.")
    hidden = whole("Of the duties, those that are not listed: the case is held elsewhere now.", 0)


class MatrixDutySchema(DutyFactsSchema):
    """A duty behind a figure."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    officer = said("Who held the case on the day it was due; empty: nobody was in post.")
    team = said("The team that held it then.", "Gloucester")


Officer = tuple[TeamOfficer, MatrixRow]
Named = tuple[ListedDuty, str]


@blueprint.one("/matrix", "getMatrix", MatrixSchema, roles=WORKERS, query=TargetQuery, dear=True)
def get_matrix(query: dict[str, Any]) -> dict[str, Any]:
    """The caseload matrix.

    Teams and the whole area by subject; the rows of officers are a list of their own."""
    asked = _asked(query)
    made, target = matrix_made(asked), asked["target"]
    shown = made.shown
    return {
        "months": asked["months"], "target": target, "subjects": list(shown.subjects), "officers": len(shown.officers),
        "teams": [{"team": team, "cells": _cells(made, row, target, team)} for team, row in sorted(shown.teams.items())],
        "area": _cells(made, made.reference, target), **reading(),
    }  # fmt: skip


@blueprint.paged(
    "/matrix/officers", "listMatrixOfficers", OfficerRowSchema, roles=WORKERS, filters=TargetQuery, dear=True,
    sort={"officer": lambda row: row[0], "share": lambda row: row[1].get(ALL) and row[1][ALL].share},
)  # fmt: skip
def list_officers(query: dict[str, Any]) -> Rows[Officer]:
    """The officers of the matrix.

    Each with the figures by subject; by team and name, or by the share of all duties."""
    asked = _asked(query)
    made = matrix_made(asked)
    return Rows(
        sorted(made.shown.officers.items()),
        given=lambda row: {
            "team": row[0].team, "officer": row[0].name, "cells": _cells(made, row[1], asked["target"], *row[0]),
        },
    )  # fmt: skip


@blueprint.one("/matrix/figure", "getMatrixFigure", FigureSchema, roles=WORKERS, query=SubjectQuery, dear=True)
def figure(query: dict[str, Any]) -> dict[str, Any]:
    """A figure of the matrix.

    As the list of its duties counts it."""
    asked = _asked(query)
    found = duties_behind(asked)
    apart = apart_among(found)
    return {
        "subject": asked["subject"] or ALL, "in_time": in_time(found), "n": len(found),
        "apart": {"dispensed": apart.dispensed, "told_late": apart.told_late}, "hidden": len(found) - len(only_open(found)),
        **reading(),
    }  # fmt: skip


@blueprint.paged(
    "/matrix/duties",
    "listMatrixDuties",
    MatrixDutySchema,
    roles=WORKERS,
    filters=SubjectQuery,
    sort=COLUMNS,
    default="kept",
    dear=True,
)
def duties(query: dict[str, Any]) -> Rows[Named]:
    """The duties behind a figure of the matrix.

    Those whose case you may open, the ones not met in time first."""
    opened, order = only_open(duties_behind(_asked(query))), query["sort"]

    def listed(first: int, last: int) -> list[Named]:
        which = opened.in_order(COLUMNS[order.key](opened), first, last, descending=order.descending)
        found = opened.shown(which, current_cases.entries_of)
        access_control.shown(*(duty.reference for duty in found))
        names = current_cases.names(duty.reference for duty in found)
        return [(duty, names[duty.reference]) for duty in found]

    return Rows(Sliced(len(opened), listed), given=_duty, in_order=True)


def _asked(query: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked as the page takes it; 404 for a place or subject that is not known to the reader."""
    asked = {name: query.get(name, "") for name in ("area", "team", "officer", "subject")} | {
        "months": query["months"],
        "target": query.get("target", TARGET),
    }
    if unknown := unknown_names(asked):
        refuse(404, messages={"query": {name: [said] for name, said in unknown.items()}})
    return asked


def _cells(
    made: MatrixMade, row: MatrixRow, target: int, team: str = "", officer: str | None = None
) -> list[dict[str, Any]]:
    order = (ALL, *made.shown.subjects)
    return [_cell(s, row[s], target, made.compared.get((s, team, officer))) for s in order if s in row and row[s].n]


def _cell(subject: str, cell: MatrixCell, target: int, against: Comparison | None) -> dict[str, Any]:
    return {
        "subject": subject, "in_time": cell.in_time, "n": cell.n, "printed": cell_figure(cell),
        "below_target": round(cell.below(target)), "heat": cell.heat(target),
        "months": [{"in_time": month.in_time, "n": month.n} for month in cell.months] if any(m.n for m in cell.months) else [],
        "apart": {"dispensed": cell.apart.dispensed, "told_late": cell.apart.told_late}, "against_area": against,
    }  # fmt: skip


def _duty(row: Named) -> dict[str, Any]:
    duty, name = row
    return duty_facts(duty.obligation, current_cases.moment().on) | {
        "case": duty.reference, "name": name, "officer": duty.place.officer, "team": duty.place.team
    }  # fmt: skip

"""Reports and measures as JSON: the same figures as on the pages, told by the same rules."""

from typing import Any

from flask import abort
from flask_smorest import abort as refuse
from marshmallow import fields, validate

from domain.accounts.roles import WORKERS
from domain.policy.measures.measure import Measure, Report
from domain.policy.measures.measure_files import reports
from web.api.api_query import PLAIN, Answer, Query
from web.api.resources import Resource
from web.reports.measure_phrases import definition
from web.reports.report_building import BuiltReport, build_measure_report, build_report
from web.reports.report_query import ReportQuerySchema, query_from
from web.services import current_cases, report_cache
from web.site import access_control

blueprint = Resource(
    "reports",
    tag="Reports",
    description="Compliance with the national standards: reports, and the measures that they are made of.",
    purpose="reports",
)

CELL = {"type": ["string", "number", "boolean", "null"]}
"""What a cell of a report may be: a text or day, a number, or nothing."""

PLACE = f"^$|^(area|division|team|officer):{PLAIN}+$"


class ReportQuery(Query, ReportQuerySchema):
    """What a report is asked."""

    class Meta:
        unknown = "raise"

    def __init__(self, **options: Any):
        super().__init__(**options)
        for name in {"of", "beside"} & self.fields.keys():
            self.fields[name].metadata = {**self.fields[name].metadata, "pattern": PLACE, "example": "team:Gloucester"}
        self.fields["months"].metadata = {**self.fields["months"].metadata, "example": 12}


class ListedSchema(Answer):
    """A report or a measure in the list of all."""

    id = fields.String(required=True, metadata={"description": "Its id, for the address.", "example": "contact"})
    title = fields.String(required=True, metadata={"description": "Its title."})
    says = fields.String(required=True, metadata={"description": "What it answers."})
    recommendation = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the ten of the inspection of 2004; null: of none."}
    )
    measures = fields.List(fields.String(), required=True, metadata={"description": "Ids of its measures."})


class ClauseSchema(Answer):
    """A clause of an edition of the standards."""

    clause = fields.String(required=True, metadata={"description": "Its id."})
    edition = fields.String(required=True, metadata={"description": "The edition of the standards.", "example": "2005"})
    citation = fields.String(required=True, metadata={"description": "Where it is printed."})


class MeasureSchema(Answer):
    """The definition of a measure."""

    id = fields.String(required=True, metadata={"description": "Its id.", "example": "contact-arranged"})
    title = fields.String(required=True, metadata={"description": "Its title."})
    counts = fields.String(
        required=True,
        validate=validate.OneOf(("in_time", "done", "wait", "answer")),
        metadata={"description": "What is counted: duties met in time, met at all, working days, or answers."},
    )
    unit = fields.String(required=True, metadata={"description": "The unit of the figure in words."})
    says = fields.String(required=True, metadata={"description": "The definition as a sentence."})
    numerator = fields.String(required=True, metadata={"description": "What is counted above the line."})
    denominator = fields.String(required=True, metadata={"description": "Of what."})
    question = fields.String(
        required=True, allow_none=True, metadata={"description": "The question of a framework; null: it counts duties."}
    )
    clauses = fields.List(
        fields.Nested(ClauseSchema), required=True, metadata={"description": "The clauses in force in the period."}
    )
    citation = fields.String(required=True, metadata={"description": "Where it comes from."})
    sure = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "How sure it is, where it is not found as printed."},
    )


class ColumnSchema(Answer):
    """A column of a table."""

    name = fields.String(required=True, metadata={"description": "Its name in the rows.", "example": "held"})
    title = fields.String(required=True, metadata={"description": "Its heading.", "example": "Met"})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(("text", "date", "number", "percent")),
        metadata={
            "description": "The kind of its values: a percent is a number from 0 to 1, a date a text like 2005-10-03. "
            "Where a number or percent is not told, the text `withheld` or another stands in its place."
        },
    )


class SheetSchema(Answer):
    """A table: rows by the columns' names."""

    id = fields.String(required=True, metadata={"description": "Its id within the report.", "example": "summary"})
    title = fields.String(required=True, metadata={"description": "Its title."})
    says = fields.String(required=True, metadata={"description": "The text above it."})
    columns = fields.List(fields.Nested(ColumnSchema), required=True, metadata={"description": "In order."})
    rows = fields.List(
        fields.Dict(
            keys=fields.String(),
            metadata={"additionalProperties": CELL, "description": "Name of a column -> its cell."},
        ),
        required=True,
        metadata={"description": "Each has the names of `columns`, and no others."},
    )


class ReportSchema(Answer):
    """A report as made: what was asked, what is counted, its tables."""

    report = fields.String(required=True, metadata={"description": "Its id.", "example": "contact"})
    title = fields.String(required=True, metadata={"description": "Its title."})
    recommendation = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the ten of the inspection of 2004; null: of none."}
    )
    asks = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What the recommendation asks, in our own words."},
    )
    citation = fields.String(required=True, metadata={"description": "Where it comes from."})
    as_at = fields.String(
        required=True, metadata={"description": "As at the end of this day.", "format": "date", "example": "2005-12-22"}
    )
    known_at = fields.String(
        required=True, metadata={"description": "The first instant not known any more, or `hindsight`."}
    )
    since = fields.String(
        required=True, metadata={"description": "Duties that fell due after this day count.", "format": "date"}
    )
    months = fields.Integer(required=True, metadata={"description": "The months of the period.", "example": 12})
    of = fields.String(
        required=True, metadata={"description": "Whose figures; empty: all that the reader answers for."}
    )
    beside = fields.String(
        required=True, allow_none=True, metadata={"description": "The place set beside it; null: none."}
    )
    rounded_to = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Counts are multiples of it. Null: the figures asked for are exact."},
    )
    withheld_below = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Figures about fewer people are withheld. Null as before."},
    )
    disclosure = fields.String(
        required=True, allow_none=True, metadata={"description": "Why figures are rounded, where some are."}
    )
    measures = fields.List(
        fields.Nested(MeasureSchema), required=True, metadata={"description": "The definitions of its measures."}
    )
    sheets = fields.List(fields.Nested(SheetSchema), required=True, metadata={"description": "Its tables."})


@blueprint.one("/reports", "listReports", ListedSchema(many=True), roles=WORKERS)
def list_reports(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every report.

    The list is short and given whole: as an array, without pages."""
    return [_listed(report) for report in reports().reports.values()]


@blueprint.one("/measures", "listMeasures", ListedSchema(many=True), roles=WORKERS)
def list_measures(_: dict[str, Any]) -> list[dict[str, Any]]:
    """Every measure.

    The list is short and given whole: as an array, without pages."""
    return [_listed(measure) for measure in reports().measures.values()]


@blueprint.one(
    "/reports/<name>", "getReport", ReportSchema, roles=WORKERS, query=ReportQuery, path={"name": "contact"}, dear=True
)
def report(query: dict[str, Any], name: str) -> dict[str, Any]:
    """One report: for a place, over so many months up to a day.

    404 where there is no report of this id, no such place that you answer for, or the measure in `trend` is none of the report's.
    """
    found = reports().reports.get(name)
    if found is None:
        abort(404, f"There is no report called {name}; there are {', '.join(reports().reports)}.")
    wanted = query_from(query, current_cases.moment(), access_control.account(), report_cache.duty_queries())
    trend = reports().measures.get(query["trend"])
    if trend is not None and trend not in found.measures:
        refuse(404, messages={"query": {"trend": [f"{trend.title} is not a measure of this report."]}})
    return _given(build_report(found, wanted, report_cache.told_figures(), current_cases.repository(), trend))


@blueprint.one(
    "/measures/<name>", "getMeasure", ReportSchema, roles=WORKERS, query=ReportQuery, path={"name": "contact-arranged"},
    dear=True,
)  # fmt: skip
def measure(query: dict[str, Any], name: str) -> dict[str, Any]:
    """One measure: its figure, parts and trend.

    404 where there is no measure of this id, or no such place that you answer for.
    """
    found = reports().measures.get(name)
    if found is None:
        abort(404, f"There is no measure called {name}; there are {', '.join(reports().measures)}.")
    wanted = query_from(query, current_cases.moment(), access_control.account(), report_cache.duty_queries())
    return _given(build_measure_report(found, wanted, report_cache.told_figures(), current_cases.repository()))


def _listed(one: Report | Measure) -> dict[str, Any]:
    if isinstance(one, Measure):
        return {"id": one.id, "title": one.title, "says": definition(one), "recommendation": None, "measures": [one.id]}
    return {
        "id": one.id, "title": one.title, "says": one.says, "recommendation": one.recommendation,
        "measures": [m.id for m in one.measures],
    }  # fmt: skip


def _given(made: BuiltReport) -> dict[str, Any]:
    document = made.document()
    rows = sum(len(sheet["rows"]) for sheet in document["sheets"])
    access_control.log("downloaded", detail=f"{made.report.id} by the API, {rows} rows. As at {document['as_at']}")
    return document

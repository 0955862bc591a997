"""The API: the same reports as on the pages, as JSON, for readers who are signed in. An OpenAPI document describes it.

It uses the session of the site: the same roles, the same cases, the same access log. Only errors under ``/api/`` are
JSON.
"""

from typing import Any

from flask import Flask, abort
from flask_smorest import Api, Blueprint
from flask_smorest import abort as refuse
from marshmallow import Schema, fields, validate

from domain import __version__
from domain.accounts.roles import WORKERS
from domain.policy.measures.measure import Measure, Report
from domain.policy.measures.measure_files import reports
from web.reports.measure_phrases import definition
from web.reports.report_building import BuiltReport, build_measure_report, build_report
from web.reports.report_query import ReportQuerySchema, query_from
from web.services import current_cases, report_cache
from web.site import access_control

blueprint = Blueprint("api", __name__, url_prefix="/api/v1", description="Reports of compliance")

SPEC = "api-docs.openapi_json"


class QuerySchema(ReportQuerySchema):
    """What a report is asked, with the moment as the site's addresses carry it."""

    as_at = fields.String(metadata={"description": "As at this day, like 2005-10-03.", "example": "2005-10-03"})
    known = fields.String(
        validate=validate.OneOf(("stood", "hindsight")),
        metadata={"description": "As the file stood at the end of that day (default), or with hindsight."},
    )


class ListedSchema(Schema):
    id = fields.String(required=True)
    title = fields.String(required=True)
    says = fields.String(required=True, metadata={"description": "What it answers."})
    recommendation = fields.Integer(allow_none=True, metadata={"description": "Of the ten of the inspection of 2004."})
    measures = fields.List(fields.String(), required=True, metadata={"description": "Ids of its measures."})


class ClauseSchema(Schema):
    clause = fields.String(required=True)
    edition = fields.String(required=True)
    citation = fields.String(required=True)


class MeasureSchema(Schema):
    """The definition of a measure."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    counts = fields.String(required=True, validate=validate.OneOf(("in_time", "done", "wait", "answer")))
    unit = fields.String(required=True)
    says = fields.String(required=True)
    numerator = fields.String(required=True)
    denominator = fields.String(required=True)
    question = fields.String(allow_none=True)
    clauses = fields.List(fields.Nested(ClauseSchema), required=True)
    citation = fields.String(required=True)
    sure = fields.String(allow_none=True, metadata={"description": "How sure it is, where it is not found as printed."})


class ColumnSchema(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("text", "date", "number", "percent")))


class SheetSchema(Schema):
    """A table: rows by the columns' names. A percent is a number from 0 to 1."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    says = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)


class ReportSchema(Schema):
    """A report as made: what was asked, what is counted, its tables."""

    report = fields.String(required=True)
    title = fields.String(required=True)
    recommendation = fields.Integer(allow_none=True)
    asks = fields.String(allow_none=True, metadata={"description": "What the recommendation asks, in our own words."})
    citation = fields.String(required=True)
    as_at = fields.String(required=True)
    known_at = fields.String(
        required=True, metadata={"description": "The first instant not known any more, or hindsight."}
    )
    since = fields.String(required=True, metadata={"description": "Duties that fell due after this day count."})
    months = fields.Integer(required=True)
    of = fields.String(required=True)
    beside = fields.String(allow_none=True)
    rounded_to = fields.Integer(
        allow_none=True, metadata={"description": "Counts are multiples of it. Null: the figures asked for are exact."}
    )
    withheld_below = fields.Integer(
        allow_none=True, metadata={"description": "Figures about fewer people are withheld. Null as before."}
    )
    disclosure = fields.String(allow_none=True, metadata={"description": "Why figures are rounded, where some are."})
    measures = fields.List(fields.Nested(MeasureSchema), required=True)
    sheets = fields.List(fields.Nested(SheetSchema), required=True)


@blueprint.route("/reports")
@access_control.open_to(*WORKERS)
@blueprint.response(200, ListedSchema(many=True))
def listed() -> list[dict[str, Any]]:
    """Every report."""
    return [_listed(report) for report in reports().reports.values()]


@blueprint.route("/measures")
@access_control.open_to(*WORKERS)
@blueprint.response(200, ListedSchema(many=True))
def measures() -> list[dict[str, Any]]:
    """Every measure."""
    return [_listed(measure) for measure in reports().measures.values()]


@blueprint.route("/reports/<name>")
@access_control.open_to(*WORKERS)
@blueprint.arguments(QuerySchema, location="query")
@blueprint.response(200, ReportSchema)
@blueprint.alt_response(404, description="There is no report of this id, or no such place that the reader answers for.")
def report(query: dict[str, Any], name: str) -> dict[str, Any]:
    """One report: for a place, over so many months up to a day."""
    found = reports().reports.get(name)
    if found is None:
        abort(404, f"There is no report called {name}; there are {', '.join(reports().reports)}.")
    wanted = query_from(query, current_cases.moment(), access_control.account(), report_cache.duty_queries())
    trend = reports().measures.get(query["trend"])
    if trend is not None and trend not in found.measures:
        refuse(422, messages={"query": {"trend": [f"{trend.title} is not a measure of this report."]}})
    return _given(build_report(found, wanted, report_cache.told_figures(), current_cases.repository(), trend))


@blueprint.route("/measures/<name>")
@access_control.open_to(*WORKERS)
@blueprint.arguments(QuerySchema, location="query")
@blueprint.response(200, ReportSchema)
@blueprint.alt_response(
    404, description="There is no measure of this id, or no such place that the reader answers for."
)
def measure(query: dict[str, Any], name: str) -> dict[str, Any]:
    """One measure: its figure, parts and trend."""
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


class _Api(Api):  # type: ignore[misc]
    """Errors are answered in ``web.site.error_pages``: as JSON here, as pages elsewhere."""

    def _register_error_handlers(self) -> None:
        pass


def attach(app: Flask) -> None:
    """Serve the API and its description, ``/api/v1/openapi.json``."""
    app.config.update(
        API_TITLE="caseaudit", API_VERSION=__version__, OPENAPI_VERSION="3.0.3", OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json", OPENAPI_SWAGGER_UI_PATH=None,
    )  # fmt: skip
    api = _Api(app)
    api.spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}
    )
    api.spec.options["security"] = [{"session": []}]
    api.register_blueprint(blueprint)
    described = app.view_functions[SPEC]

    @access_control.open_to(*WORKERS)
    def document() -> Any:
        return described()

    app.view_functions[SPEC] = document

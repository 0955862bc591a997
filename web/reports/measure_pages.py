"""The compliance reports: the menu, each report and measure, and the same to download and to print."""

import json
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import BadRequest

from domain.accounts.roles import WORKERS
from domain.policy.measures.measure import Measure, Report
from domain.policy.measures.measure_files import reports
from domain.policy.measures.scorecard_targets import target_of
from projections.notices.notice_kinds import NOTICES
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion
from projections.reports.quarters import quarters
from web.presentation.downloads import download, picture
from web.presentation.drawing import Drawing, svg
from web.presentation.formatting import short_date
from web.presentation.share_charts import QuarterFigure, quarters_drawing
from web.presentation.table_files import FORMATS
from web.reports import drill_down_pages
from web.reports.measure_phrases import axis_words, clause_words, definition, period_words, scope_words, sure_said
from web.reports.report_building import BuiltReport, build_measure_report, build_report, definitions
from web.reports.report_query import ReportQuerySchema, choices, query_from
from web.reports.table_model import Link, printed
from web.services import current_cases, report_cache
from web.services.late_counts import late_cases, late_said
from web.site import access_control

blueprint = Blueprint("compliance", __name__)
drill_down_pages.attach(blueprint)

MONTHS_OFFERED = (3, 6, 12, 24)


@blueprint.get("/reports")
@access_control.open_to(*WORKERS)
def index() -> str:
    """The menu: the reports on the ten recommendations, and the others."""
    every = reports().reports.values()
    return render_template(
        "reports/reports.html",
        recommended=sorted((r for r in every if r.recommendation), key=lambda r: r.recommendation or 0),
        others=[r for r in every if not r.recommendation],
        measures=reports().measures.values(),
        definition=definition,
        notices=NOTICES.values(),
        day=current_cases.moment().on,
    )


@blueprint.get("/reports/<name>")
@access_control.open_to(*WORKERS)
def report(name: str) -> str:
    """One report."""
    return _page(_made(_report(name)))


@blueprint.get("/reports/measures/<name>")
@access_control.open_to(*WORKERS)
def measure(name: str) -> str:
    """One measure as a report of its own, with its parts and its trend."""
    return _page(_made_measure(name))


@blueprint.get("/reports/<name>/<sheet>/download/<form>")
@access_control.open_to(*WORKERS)
def table(name: str, sheet: str, form: str) -> Response:
    """One table of a report to download: CSV, XLSX, ODS or JSON."""
    return _file(_made(_report(name)), sheet, form)


@blueprint.get("/reports/measures/<name>/<sheet>/download/<form>")
@access_control.open_to(*WORKERS)
def measure_table(name: str, sheet: str, form: str) -> Response:
    """One table of a measure to download."""
    return _file(_made_measure(name), sheet, form)


@blueprint.get("/reports/<name>/chart/<form>")
@access_control.open_to(*WORKERS)
def chart_table(name: str, form: str) -> Response:
    """The chart of a report as a picture: SVG or PNG."""
    return _picture(_made(_report(name)), form)


@blueprint.get("/reports/measures/<name>/chart/<form>")
@access_control.open_to(*WORKERS)
def measure_chart_table(name: str, form: str) -> Response:
    """The chart of a measure as a picture."""
    return _picture(_made_measure(name), form)


def _picture(made: BuiltReport, form: str) -> Response:
    drawing = _chart(made)
    if drawing is None:
        abort(404, "This report has no chart.")
    return picture(drawing, form, f"{made.report.id}-{made.asked.moment.on}")


def _page(made: BuiltReport) -> str:
    return render_template(
        "reports/measure_report.html",
        made=made,
        chart=_chart(made),
        definitions=definitions(made.measures, made.asked),
        sure=sure_said(made.report.sure, made.report.remark),
        late=late_said(late_cases().within(made.asked.scope.holds)),
        **_common(made.asked),
    )


def _common(wanted: ReportRequest) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "places": choices(report_cache.duty_queries(), wanted.moment, access_control.account()),
        "whose": scope_words(wanted.scope),
        "months": [(str(n), f"{n} months") for n in sorted({*MONTHS_OFFERED, wanted.months})],
        "clause_words": clause_words,
        "period": period_words(wanted.period),
        "printed_cell": printed,
        "address": address,
        "drawn": svg,
    }


def address(link: Link, made: BuiltReport) -> str:
    """The address that a figure links to. A place links to the same report or measure for it, with the same period."""
    endpoint, values = link.endpoint, {name: value for name, value in link.values.items() if value is not None}
    if endpoint in ("compliance.report", "compliance.measure"):
        if "name" not in values:
            endpoint = "compliance.report" if made.report.id in reports().reports else "compliance.measure"
            values["name"] = made.report.id
        values = {name: request.args[name] for name in ("months", "beside") if request.args.get(name)} | values
    return url_for(endpoint, **values)


def _chart(made: BuiltReport) -> Drawing | None:
    """The measure of a report by quarter, with the place beside it as a second line; None: it has no trend."""
    day = made.asked.moment.on
    found, beside = quarters(made.points, day), {q.end: q.stood for q in quarters(made.beside, day)}
    if made.measure is None or not any(q.stood.n for q in found):
        return None
    figures = [QuarterFigure(q.end, q.stood, q.part, q.hindsight, beside.get(q.end, Proportion())) for q in found]
    title = f"{made.measure.title}: {scope_words(made.asked.scope)}"
    counted = sum(q.stood.n for q in found)
    return quarters_drawing(
        title, f"{title}, by quarter. The table below has its months.", figures, target_of(made.measure),
        made.asked.beside.name if made.asked.beside else None, f"n = {counted:,} {made.measure.unit}; to {short_date(day)}",
        axis_words(made.measure),
    )  # fmt: skip


def _report(name: str) -> Report:
    found = reports().reports.get(name)
    if found is None:
        abort(404, f"There is no report called {name}; there are {', '.join(reports().reports)}.")
    return found


def read_query_values() -> dict[str, Any]:
    """The query of a report; 400 with a message where it cannot be read."""
    try:
        return dict(ReportQuerySchema().load({k: v for k, v in request.args.items() if v}))
    except ValidationError as error:
        raise BadRequest(next(iter(error.messages_dict.values()))[0]) from None


def asked_of_report() -> ReportRequest:
    """The query of this page; 400 where it cannot be read, 404 for a place of others."""
    return query_from(
        read_query_values(), current_cases.moment(), access_control.account(), report_cache.duty_queries()
    )


def _made(report: Report) -> BuiltReport:
    trend = reports().measures.get(read_query_values()["trend"])
    if trend is not None and trend not in report.measures:
        raise BadRequest(f"{trend.title} is not a measure of this report.")
    return _make(report, asked_of_report(), trend)


def _make(report: Report, wanted: ReportRequest, trend: Measure | None = None) -> BuiltReport:
    question = (report.id, trend and trend.id, *_question(wanted))
    return report_cache.kept(
        question, lambda: build_report(report, wanted, report_cache.told_figures(), current_cases.repository(), trend)
    )


def _question(wanted: ReportRequest) -> tuple[Any, ...]:
    """The parts of the query on which the figures of a report depend, the reader among them: a key to keep them under."""
    return wanted.months, wanted.scope, wanted.beside, *report_cache.reader_and_moment()


def _made_measure(name: str) -> BuiltReport:
    found = reports().measures.get(name)
    if found is None:
        abort(404, f"There is no measure called {name}; there are {', '.join(reports().measures)}.")
    wanted = asked_of_report()
    return report_cache.kept(
        (found.id, "measure", *_question(wanted)),
        lambda: build_measure_report(found, wanted, report_cache.told_figures(), current_cases.repository()),
    )


def _file(made: BuiltReport, name: str, form: str) -> Response:
    sheet = made.sheet(name)
    if sheet is None or sheet.where == "page":
        there = ", ".join(s.id for s in made.sheets if s.where != "page")
        abort(404, f"This report has no table called {name}; there are {there}.")
    stem = f"{made.report.id}-{sheet.id}-{made.asked.moment.on}"
    if form == "json":
        document = {**made.document(), "sheets": [sheet.document()]}
        access_control.log("downloaded", detail=f"{stem}.json, {len(sheet.rows)} rows")
        answer = Response(json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json")
        answer.headers["Content-Disposition"] = f'attachment; filename="{stem}.json"'
        return answer
    if form not in FORMATS:
        abort(404, f"There is no download as {form}; there are {', '.join((*FORMATS, 'json'))}.")
    return download(sheet.table(made.notes), form, stem)

"""Enforcement as a process as JSON: its steps, where they stick, and the paths from absence to breach."""

from typing import Any

from marshmallow import fields

from domain.accounts.roles import WORKERS
from projections.reports.proportions import Scope
from web.api.api_query import Answer
from web.api.report_resources import ReportQuery, SheetSchema
from web.api.resources import Resource
from web.reports.process_pages import made_of
from web.reports.report_query import query_from
from web.services import current_cases, report_cache
from web.site import access_control

blueprint = Resource(
    "process",
    tag="Process",
    description="Enforcement as a process: the steps from an absence to the court, how long they take, where they stick.",
    purpose="reports",
)


class ProcessQuery(ReportQuery):
    """Whose absences, over how long."""

    class Meta:
        unknown = "raise"
        exclude = ("beside", "trend")


class EnforcementSchema(Answer):
    """The tables of the process page: steps, places, and paths where they may be told."""

    as_at = fields.Date(required=True, metadata={"description": "As at the end of this day.", "example": "2005-12-22"})
    since = fields.Date(required=True, metadata={"description": "Duties that fell due after this day count."})
    months = fields.Integer(required=True, metadata={"description": "The months of the period.", "example": 12})
    of = fields.String(required=True, metadata={"description": "Whose; empty: all that the reader answers for."})
    disclosure = fields.String(
        required=True,
        metadata={"description": "Why figures are rounded, and paths withheld; empty: all are exact."},
    )
    sheets = fields.List(fields.Nested(SheetSchema), required=True, metadata={"description": "Its tables."})


@blueprint.one("/process", "getEnforcement", EnforcementSchema, roles=WORKERS, query=ProcessQuery, dear=True)
def process(query: dict[str, Any]) -> dict[str, Any]:
    """The steps and paths from absence to breach, for a place, over so many months up to a day.

    404 where there is no such place that you answer for."""
    asked = {**query, "beside": Scope()}
    made = made_of(query_from(asked, current_cases.moment(), access_control.account(), report_cache.duty_queries()))
    sheets = [sheet.document() for sheet in made.sheets]
    rows = sum(len(sheet["rows"]) for sheet in sheets)
    access_control.log("downloaded", detail=f"process by the API, {rows} rows. As at {made.asked.moment.on}")
    return {
        "as_at": made.asked.moment.on, "since": made.asked.period.since, "months": made.asked.months,
        "of": made.asked.scope.spelled, "disclosure": made.disclosed, "sheets": sheets,
    }  # fmt: skip

"""The page on enforcement as a process: its steps, where they stick, the paths from absence to breach; and its tables as files."""

from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, render_template, url_for

from domain.accounts.roles import WORKERS
from projections.reports.measure_figures import ReportRequest, as_told
from projections.reports.told_paths import path_figures, paths, step_figures, steps_by_place
from web.presentation.downloads import download
from web.reports.measure_pages import MONTHS_OFFERED, asked_of_report
from web.reports.measure_phrases import asked_notes, clause_words, period_words, rounded_said, scope_words
from web.reports.process_tables import paths_table, places_table, steps_table
from web.reports.report_query import choices
from web.reports.table_model import Link, Table, printed
from web.services import report_cache
from web.site import access_control

blueprint = Blueprint("process", __name__)

TITLE = "From absence to breach"

NO_PATHS = "Paths are told exactly or not at all: they are withheld here."


class ProcessPage(NamedTuple):
    """What the page shows. ``disclosed``: why figures are rounded or withheld; empty: all are exact."""

    asked: ReportRequest
    sheets: list[Table]
    disclosed: str

    @property
    def report(self) -> SimpleNamespace:
        """What the macros of tables ask of a report."""
        return SimpleNamespace(id="process", title=TITLE)


@blueprint.get("/process")
@access_control.open_to(*WORKERS)
def show() -> str:
    """The page."""
    made = _made()
    day = made.asked.moment.on
    return render_template(
        "reports/process.html", made=made, title=TITLE, whose=scope_words(made.asked.scope), period=period_words(made.asked.period),
        places=choices(report_cache.duty_queries(), made.asked.moment, access_control.account()),
        months=[(str(n), f"{n} months") for n in sorted({*MONTHS_OFFERED, made.asked.months})], day=day, address=_address,
        printed_cell=printed, clause_words=clause_words,
    )  # fmt: skip


@blueprint.get("/process/<sheet>/download/<form>")
@access_control.open_to(*WORKERS)
def table(sheet: str, form: str) -> Response:
    """One of its tables to download: CSV, XLSX or ODS."""
    made = _made()
    found = next((one for one in made.sheets if one.id == sheet), None)
    if found is None:
        abort(404, f"There is no table called {sheet} here; there are {', '.join(one.id for one in made.sheets)}.")
    notes = [("Page", TITLE), *asked_notes(made.asked), *([("Disclosure", made.disclosed)] if made.disclosed else [])]
    return download(found.table(notes), form, f"process-{sheet}-{made.asked.moment.on}")


def _made() -> ProcessPage:
    return made_of(asked_of_report())


def made_of(asked: ReportRequest) -> ProcessPage:
    """What is shown of a place over a period."""
    key = ("process", asked.months, asked.scope, *report_cache.reader_and_moment())
    return report_cache.kept(key, lambda: _make(asked))


def _make(wanted: ReportRequest) -> ProcessPage:
    told = report_cache.told_figures()
    asked = as_told(told, wanted)
    sheets = [steps_table(step_figures(told, asked), asked), places_table(steps_by_place(told, asked), asked)]
    found = paths(told, wanted, report_cache.decisions())
    if found is None:
        return ProcessPage(asked, sheets, f"{rounded_said(asked)} {NO_PATHS}")
    return ProcessPage(asked, [*sheets, paths_table(path_figures(found), asked)], "")


def _address(link: Link, made: Any) -> str:
    return url_for(link.endpoint, **{name: value for name, value in link.values.items() if value is not None})

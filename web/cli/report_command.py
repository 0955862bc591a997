"""The command ``report``: a compliance report or one measure."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure_files import reports
from projections.cases.case_repository import CaseRepository
from projections.lists.known_names import UnknownName
from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import snoozed_duties
from projections.reports.measure_figures import ReportRequest
from projections.reports.periods import USUAL_MONTHS
from projections.reports.proportions import LEVELS, Scope
from projections.reports.report_scope import check_scope
from projections.reports.told_figures import ToldFigures
from web.cli import command_log, command_options
from web.cli.command_columns import columns_of
from web.cli.command_read_model import current_read_model
from web.presentation.table_files import as_book, as_bytes
from web.reports.measure_phrases import asked_notes
from web.reports.report_building import BuiltReport, build_measure_report, build_report
from web.reports.table_model import Table
from web.site.date_field import EARLIEST, LATEST

NAMES = (*reports().reports, *reports().measures)


class PlaceOption(click.ParamType[Scope]):
    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Scope:
        if isinstance(value, Scope):
            return value
        try:
            return Scope.read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
@command_options.moment
@click.option("--months", type=click.IntRange(1, 120), default=USUAL_MONTHS, show_default=True, metavar="N",
              help="Duties that fell due in so many months up to the day.")  # fmt: skip
@click.option("--of", "whose", type=PlaceOption(), default="", metavar="LEVEL:NAME",
              help=f"Whose figures: {', '.join(LEVELS)} and a name, like team:Gloucester. Default: everything.")  # fmt: skip
@click.option("--beside", type=PlaceOption(), default="", metavar="LEVEL:NAME", help="Another place to set beside it.")
@click.option("--trend", type=click.Choice(tuple(reports().measures)), metavar="MEASURE",
              help="The measure whose trend is given. Default: the report's first.")  # fmt: skip
@click.option(
    "--table",
    "table",
    metavar="ID",
    help="One table of the report. Default: all; csv holds one, so there it must be named where there are several.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there, not to the terminal.",
)
@command_options.form("text", "json", "csv", "ods", "xlsx")
@command_options.database
def report(
    name: str, as_at: date | None, known_at: Any, months: int, whose: Scope, beside: Scope, trend: str | None,
    table: str | None, output: Path | None, form: str, database: str,
) -> None:  # fmt: skip
    """A report of compliance, or one of its measures, with its definition: the same figures as on the site.

    NAME is the id of a report or a measure; `caseaudit report --help` does not list them, `docs/reports.md` does.
    """
    from domain.working.snoozes import snoozed_in  # it loads the database's library

    views = current_read_model(database)
    book = CaseRepository(command_options.open_files(database))
    asked = ReportRequest(
        command_options.read_moment(as_at, known_at), months, whose, lambda _: True, beside if beside.level else None
    )
    columns = columns_of(views)
    queries = DutyQueries(columns, frameworks()[DEFAULT_FRAMEWORK])
    told = ToldFigures(queries, None, asked.moment.on, snoozed_duties(snoozed_in(database)))
    if not EARLIEST <= asked.moment.on.year <= LATEST:
        raise click.UsageError(f"--as-at: {asked.moment.on} is not between {EARLIEST} and {LATEST}")
    for option, place in (("--of", whose), ("--beside", beside)):
        try:
            check_scope(place, queries.places())
        except UnknownName as error:
            raise click.UsageError(f"{option}: {error}") from error
    measure = reports().measures.get(trend or "")
    if name in reports().reports:
        chosen = reports().reports[name]
        if measure is not None and measure not in chosen.measures:
            known = ", ".join(m.id for m in chosen.measures) or "none"
            raise click.UsageError(f"--trend: '{trend}' is not a measure of {name}; its measures are: {known}")
        made = build_report(chosen, asked, told, book, measure)
    else:
        made = build_measure_report(reports().measures[name], asked, told, book)
    found = _bytes(made, _wanted(made, table, form), form)
    command_log.shows(database, (), action="downloaded")
    if output is not None:
        command_options.write_output("--output", output, found)
    else:
        click.echo(found, nl=False)


def _wanted(made: BuiltReport, table: str | None, form: str) -> list[Table]:
    """The tables to write. A usage error where ``--table`` must name one, or names none of them."""
    sheets = [sheet for sheet in made.sheets if sheet.where != "page"]
    ids = ", ".join(sheet.id for sheet in sheets)
    if table is not None:
        sheets = [sheet for sheet in sheets if sheet.id == table]
        if not sheets:
            raise click.UsageError(f"--table: there is no table '{table}'; there are: {ids}")
    if form == "csv" and len(sheets) > 1:
        raise click.UsageError(f"--format {form} gives one table: name it with --table; there are: {ids}")
    return sheets


def _bytes(made: BuiltReport, sheets: list[Table], form: str) -> bytes:
    if form == "json":
        document = {**made.document(), "sheets": [sheet.document() for sheet in sheets]}
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    if form == "text":
        head = [made.report.title, *(f"{label}: {value}" for label, value in asked_notes(made.asked))]
        return ("\n".join(head) + "\n\n" + "\n\n".join(sheet.text() for sheet in sheets) + "\n").encode()
    if len(sheets) == 1:
        return as_bytes(sheets[0].table(made.notes), form)
    return as_book(made.report.title, [sheet.table() for sheet in sheets], made.notes, form)


COMMANDS = [report]

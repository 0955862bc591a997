"""The command ``due``: what is overdue and what falls due."""

import csv
import io
import json
from contextlib import closing
from datetime import date

import click

from projections.cases.caseload import by_due_date
from projections.lists.open_duties import owed_within
from projections.lists.shown_cases import snapshots_by_number
from web.cli import command_options
from web.cli.command_columns import selection_of
from web.cli.command_read_model import current_read_model
from web.presentation.json_documents import due_document


@click.command("due")
@click.option("--as-at", type=command_options.Day(), metavar="D", help="As at this day. Default: today.")
@click.option("--team", metavar="T")
@click.option("--officer", metavar="O")
@click.option("--within", type=click.IntRange(0, 366), default=7, show_default=True, metavar="DAYS",
              help="Also what falls due within so many days.")  # fmt: skip
@command_options.form("text", "json", "csv")
@command_options.database
def due_(as_at: date | None, team: str | None, officer: str | None, within: int, form: str, database: str) -> None:
    """What is overdue and what falls due, as the files stood on the day."""
    with closing(current_read_model(database)) as views:
        at = selection_of(views, command_options.read_moment(as_at, None))
        where = {level: name for level, name in (("team", team), ("officer", officer)) if name is not None}
        found = owed_within(at, at.select(**where), within)
        cases = snapshots_by_number(at, found.case, lambda case: frozenset())
        owed = by_due_date(found.lines(found.every, cases, None))
    documents = due_document(owed)
    if form == "json":
        click.echo(json.dumps(documents, indent=2, ensure_ascii=False))
    elif form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, ["case", "clause", "citation", "due_on", "state", "officer", "team"])
        writer.writeheader()
        writer.writerows(documents)
        click.echo(out.getvalue(), nl=False)
    else:
        for o in owed:
            click.echo(
                f"{o.obligation.due_on}  {o.state:<8} {o.case.reference:<12} {o.clause.id:<42} {o.case.spell.place.officer}"
            )
        click.echo(f"{len(owed)} duties")


COMMANDS = [due_]

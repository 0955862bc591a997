"""The command ``due``: what is overdue and what falls due."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Any

import click

from projections.cases.caseload import DutyLine, NoticeLine, by_due_date, by_kind
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import owed_within
from projections.lists.shown_cases import snapshots_by_number
from web.cli import command_log, command_options
from web.cli.command_columns import cases_held, cases_taken, selection_of
from web.cli.command_read_model import current_read_model
from web.presentation.json_documents import due_document, notice_document
from web.presentation.table_files import csv_cell


@click.command("due")
@click.option("--as-at", type=command_options.Day(), metavar="D", help="As at this day. Default: today.")
@command_options.places
@click.option("--within", type=click.IntRange(0, 366), default=7, show_default=True, metavar="DAYS",
              help="Also what falls due within so many days.")  # fmt: skip
@click.option("--cases", "taken", type=click.Choice(("current", "ended", "all")), default="all", show_default=True,
              help="Which cases: current ones, ended ones with all that they left undone, or current ones and what an end "
              "itself raised.")  # fmt: skip
@click.option("--notices", is_flag=True, help="In JSON and CSV: what must be looked at, beside what is due or in its place. "
              "The text has both.")  # fmt: skip
@command_options.form("text", "json", "csv")
@command_options.database
def due_(
    as_at: date | None, where: Mapping[str, str], within: int, taken: str, notices: bool, form: str,
    database: str,
) -> None:  # fmt: skip
    """What is overdue, what falls due, and what must be looked at, as the files stood on the day."""
    with closing(current_read_model(database)) as views:
        at = selection_of(views, command_options.read_moment(as_at, None))
        chosen = cases_held(at, where) & cases_taken(at, taken)
        found = owed_within(at, chosen, within, left_undone=taken == "ended")
        noticed = ListedNotices.of(at, chosen)
        cases, of_notices = (snapshots_by_number(at, rows.case) for rows in (found, noticed))
        owed = by_due_date(found.lines(found.every, cases, None))
        looked_at = by_kind(noticed.lines(noticed.every, of_notices, None))
    command_log.shows(database, {line.case.reference for line in (*owed, *looked_at)})
    if form == "json":
        both = {"duties": due_document(owed), "notices": notice_document(looked_at)}
        click.echo(json.dumps(both if notices else both["duties"], indent=2, ensure_ascii=False))
    elif form == "csv":
        _csv(NOTICE_COLUMNS, notice_document(looked_at)) if notices else _csv(DUTY_COLUMNS, due_document(owed))
    else:
        click.echo("\n".join(_lines(owed, looked_at, taken)))


DUTY_COLUMNS = ("case", "clause", "citation", "sure", "due_on", "state", "officer", "team")
NOTICE_COLUMNS = ("case", "notice", "says", "since", "officer", "team")


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows({name: csv_cell(row.get(name)) for name in columns} for row in rows)
    click.echo(out.getvalue(), nl=False)


TAKEN = {
    "current": "current cases", "ended": "ended cases, all that they left undone",
    "all": "current cases, and of ended ones what the end raised",
}  # fmt: skip


def _lines(owed: Sequence[DutyLine], looked_at: Sequence[NoticeLine], taken: str) -> Iterator[str]:
    for line in looked_at:
        case, since = line.case, line.notice.begins_on
        yield f"{since}  notice   {case.reference:<12} {line.kind.title:<42} {case.spell.place.officer}"
    for o in owed:
        case, due_on = o.case, o.obligation.due_on
        yield f"{due_on}  {o.state:<8} {case.reference:<12} {o.clause.id:<42} {case.spell.place.officer}{_mark(o)}"
    ended = len({o.case.reference for o in owed if o.case.has_ended})
    yield f"{len(looked_at)} to be looked at; {len(owed)} duties"
    yield f"Cases: {TAKEN[taken]}; {ended} of those with duties have ended"


def _mark(line: DutyLine) -> str:
    """The mark of a duty's time limit, where that was not found in a public source."""
    return f"  ({line.obligation.mark})" if line.obligation.mark else ""


COMMANDS = [due_]

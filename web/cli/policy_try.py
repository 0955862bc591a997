"""The command ``policy try``: what a draft standard would have made of past files, before it is issued."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import click

from domain.policy.cited_documents import PolicyError
from domain.policy.policy_folders import check_folder, files_in
from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_files import national_standards
from domain.policy.standards.edition_schema import read_edition
from projections.cases.case_repository import CaseRepository
from projections.reports.policy_trial import trial
from projections.reports.policy_trial_figures import TrialTerms
from web.cli import command_log, command_options, policy_trial_words
from web.cli.score_commands import held

MINUTES = "expected the columns clause and minutes, a number that is not negative"


@click.command("try")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--area", metavar="A", required=True, help="The cases held in this area on the last day.")
@click.option(
    "--from", "since", type=command_options.Day(), required=True, metavar="D1", help="First day of due dates."
)
@click.option("--to", "until", type=command_options.Day(), required=True, metavar="D2", help="Last day of due dates.")
@click.option("--starts", type=command_options.Day(), metavar="D0",
              help="As if in force from this day, for all. Default: D1.")  # fmt: skip
@click.option("--for-orders-begun-from", "begun_from", type=command_options.Day(), metavar="D",
              help="As if in force for orders begun then or later, and for no others.")  # fmt: skip
@click.option("--known-at", type=command_options.Instant(), metavar="K",
              help="As known at this day or instant. Default: all that is recorded.")  # fmt: skip
@click.option("--minutes", type=click.Path(dir_okay=False, exists=True, path_type=Path), metavar="FILE",
              help="A CSV of clause and minutes a duty, for hours. None ships.")  # fmt: skip
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write it as one HTML page too.")  # fmt: skip
@command_options.form("text", "json")
@command_options.database
def try_(
    folder: Path, area: str, since: date, until: date, starts: date | None, begun_from: date | None, known_at: Any,
    minutes: Path | None, page: Path | None, form: str, database: str,
) -> None:  # fmt: skip
    """Derive the same files twice: under the laws in force, and with the draft edition of a folder. Nothing is stored."""
    if until < since:
        raise click.UsageError(f"--to {until} is before --from {since}")
    if starts is not None and begun_from is not None:
        raise click.UsageError("--starts is for all, --for-orders-begun-from for new orders: give one of them")
    for option, day in (("--starts", starts), ("--for-orders-begun-from", begun_from)):
        if day is not None and day > until:
            raise click.UsageError(f"{option} {day} is after --to {until}: nothing would be tried")
    if begun_from is None and starts is None:
        starts = since
    draft = _draft(folder)
    book = CaseRepository(command_options.open_files(database))
    at = command_options.read_moment(until, known_at or "hindsight", received=False)
    references = held(database, at, {"area": area})
    if not references:
        raise click.UsageError(f"no case is held in '{area}' on {until}")
    command_log.shows(database, references)
    terms = TrialTerms(draft, national_standards().clauses, since, until, starts, begun_from)
    made = trial(terms, ((one, book.history(one, at.known_at)) for one in references))
    hours = made.hours(_minutes(minutes, terms)) if minutes else None
    found = policy_trial_words.document(made, area, hours)
    if page is not None:
        command_options.write_output("--html", page, policy_trial_words.html(found).encode())
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if form == "json" else policy_trial_words.text(found))


def _draft(folder: Path) -> Edition:
    """The one edition of a folder. A usage error where there is none, more than one, or a fault."""
    try:
        check_folder(folder)
        found = [read_edition(path) for path in files_in(folder, "standards")]
    except PolicyError as error:
        raise click.UsageError(str(error)) from error
    if len(found) != 1:
        raise click.UsageError(f"{folder}: one draft edition is tried at a time, and standards/ holds {len(found)}")
    return found[0]


def _minutes(path: Path, terms: TrialTerms) -> Mapping[str, float]:
    """Clause -> minutes a duty, from a CSV with these two columns. A usage error names the line."""
    known = {clause.id for clause in (*terms.law, *terms.draft.clauses)}
    found: dict[str, float] = {}
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise click.UsageError(f"{path.name}: not readable as a CSV in UTF-8: save the table as one") from None
    for number, row in enumerate(rows, 2):
        clause, minutes = _minutes_row(row, f"{path.name} line {number}")
        if clause not in known or clause in found:
            wrong = "stands twice" if clause in found else "is a clause neither of the laws in force nor of the draft"
            raise click.UsageError(f"{path.name} line {number}: '{clause}' {wrong}")
        found[clause] = minutes
    if not found:
        raise click.UsageError(f"{path.name}: {MINUTES}; it has no rows")
    return found


def _minutes_row(row: Mapping[str, str], where: str) -> tuple[str, float]:
    try:
        clause, minutes = row["clause"].strip(), float(row["minutes"])
    except (KeyError, AttributeError, TypeError, ValueError):
        raise click.UsageError(f"{where}: {MINUTES}") from None
    if minutes < 0 or not isfinite(minutes):
        raise click.UsageError(f"{where}: {MINUTES}")
    return clause, minutes

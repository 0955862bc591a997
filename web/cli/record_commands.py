"""The command ``export``: write entries out."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from domain.entries.inspection_entries import PolicyKept
from projections.cases.case_repository import CaseRepository
from web.cli import command_log, command_options
from web.presentation.json_documents import entry_document


@click.command()
@click.option("--case", "reference", metavar="REF", help="Only this case.")
@click.option(
    "--known-at", type=command_options.Instant(), metavar="K|hindsight", help="Only what had been recorded by then."
)
@command_options.database
def export(reference: str | None, known_at: Any, database: str) -> None:
    """Write entries in the interchange form, one a line, to the standard output."""
    book = CaseRepository(command_options.open_files(database))
    inspections = book.inspections
    if reference is not None and book.file(reference).first_entry is None:
        raise click.UsageError(f"there is no case {reference}")
    names = [reference] if reference else [*book.cases, *inspections]
    of_inspections = [line for name in names if name in inspections for line in _lines(book, name, known_at)]
    cases = [name for name in names if name not in inspections]
    command_log.shows(database, [*cases, *command_log.named(of_inspections)], action="downloaded")
    for name in cases:
        for line in _lines(book, name, known_at):
            click.echo(line)
    for line in of_inspections:
        click.echo(line)


def _lines(book: CaseRepository, name: str, known_at: Any) -> Iterator[str]:
    """The entries of a file, one a line. Texts of policy come right after the first: by them the rest is read elsewhere."""
    kept_on = "inspection" if name in book.inspections else "case"
    stored = book.stored(name)
    first, *rest = book.opened_file(book.file(name)).entries.values()
    for fact in (first, *sorted(rest, key=lambda one: not isinstance(one, PolicyKept))):
        if not isinstance(known_at, datetime) or fact.recorded_at < known_at:
            yield json.dumps(entry_document(kept_on, name, fact, stored.get(fact.entry)), ensure_ascii=False)


COMMANDS = [export]

"""The commands ``export`` and ``verify``: write entries out, prove that none was changed."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from domain.store.hash_chain import BrokenChain
from domain.store.log_check import check_log
from projections.cases.case_repository import CaseRepository
from web.cli import command_log, command_options
from web.presentation.formatting import count_noun
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
    """The entries of a file, one a line."""
    kept_on = "inspection" if name in book.inspections else "case"
    for fact in book.opened_file(book.file(name)).entries.values():
        if not isinstance(known_at, datetime) or fact.recorded_at < known_at:
            yield json.dumps(entry_document(kept_on, name, fact), ensure_ascii=False)


@click.command()
@click.argument(
    "reports", nargs=-1, metavar="[REPORT]...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@command_options.database
def verify(reports: tuple[Path, ...], database: str) -> None:
    """Prove that every stored entry is what was stored: walk the hash chain from the first to the last.

    With the JSON of inspection reports, or their answers as CSV: also that the record gives their figures and answers
    today, or what differs. Exit code 1 where something does.
    """
    files = command_options.open_files(database)  # kept: without it the library closes the pool
    try:
        position = max(check_log(files.recorder), default=0)
    except BrokenChain as error:
        click.echo(f"broken: {error}", err=True)
        sys.exit(1)
    click.echo(f"{count_noun(position, 'entry', 'entries')} verified; the chain's head is {files.recorder.head()[1]}")
    book = CaseRepository(files)
    differ = [path for path in reports if _differs(book, path)]
    sys.exit(1 if differ else 0)


def _differs(book: CaseRepository, path: Path) -> bool:
    """Whether the record now gives other figures than a published report. Prints the differences."""
    from web.inspections.report_proof import NotAReport, verify_report

    try:
        found = verify_report(book, path)
    except NotAReport as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{path.name}: {'every figure is reproduced' if not found else 'differs'}")
    for words in found:
        click.echo(f"  {words}")
    return bool(found)


COMMANDS = [export, verify]

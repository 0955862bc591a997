"""Entries in and out: import, export, verify."""

import json
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from domain.accounts.account_register import AccountRegister
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store.hash_chain import BrokenChain
from projections.cases.case_repository import CaseRepository
from projections.read_model.view_reader import ReadModel
from web.cli import command_options
from web.cli.import_report import print_report, progress_bar
from web.inspections.report_proof import NotAReport, verify_report
from web.presentation.formatting import count_noun
from web.presentation.json_documents import entry_document
from web.site import clock

MAPPING = "mapping.yaml"
"""What makes a folder an extract: how its tables are read."""


def find_files(paths: tuple[Path, ...]) -> list[Path]:
    """The NDJSON files named, and those in the folders named; a usage error where a folder holds none."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.ndjson")) if path.is_dir() else [path]
        if not inside:
            raise click.UsageError(
                f"{path}: no .ndjson file in this folder, and no {MAPPING} for tables in CSV; name one with --mapping"
            )
        found += inside
    return found


def find_extract(paths: tuple[Path, ...], mapping: Path | None) -> Path | None:
    """The folder that holds the tables of an extract; None where the paths are for interchange files."""
    mapped = [path for path in paths if path.is_dir() and (mapping or (path / MAPPING).is_file())]
    if mapping is not None and len(mapped) != 1:
        raise click.UsageError("--mapping is for one folder with the tables of an extract")
    if not mapped:
        return None
    if len(paths) > 1:
        raise click.UsageError(f"{mapped[0]} holds an extract ({MAPPING}); import it by itself")
    if mapping is None and list(mapped[0].glob("*.ndjson")):
        raise click.UsageError(f"{mapped[0]} holds .ndjson files and a {MAPPING}; name the files, or the --mapping")
    return mapped[0]


def load(database: str, paths: list[Path], *, actor: str, keep: bool = True) -> ImportReport:
    """Import these files into a database; the report of what was stored and what rejected."""
    report, now = ImportReport(), clock.now()
    files = command_options.open_files(database, make=True) if keep else command_options.open_to_look(database)
    with progress_bar() as bar:
        task = bar.add_task("Importing", total=sum(path.stat().st_size for path in paths))
        lines = (
            line for path in paths for line in read_lines(path, now, report.rejected, lambda size: bar.advance(task, size))
        )  # fmt: skip
        with command_options.storing(database):
            import_lines(files, lines, report, now=now, actor=actor, keep=keep)
    report.rejected.sort()
    return report


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and store nothing.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help=f"How the tables of the folder are read. Default: {MAPPING} in the folder.")  # fmt: skip
@click.option("--rejects", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Where a table's rejected rows are written. Default: rejected/ in the folder.")  # fmt: skip
@click.option("--part", is_flag=True, help="The folder does not hold all that its source does: nothing counts as gone.")
@click.option(
    "--extracted-at", type=command_options.Instant(), metavar="T", help="When the extract was made. Default: now."
)
@click.option("--actor", default="import", show_default=True, help="Who is on record as having stored the entries.")
@command_options.database
def import_(
    paths: tuple[Path, ...],
    dry_run: bool,
    mapping: Path | None,
    rejects: Path | None,
    part: bool,
    extracted_at: Any,
    actor: str,
    database: str,
) -> None:
    """Import interchange files (NDJSON, one entry a line), folders of them, or one extract: a folder of CSV tables.

    Good lines are kept; bad ones are printed as file:line: field: reason, and the exit code is then 1. The same import
    can be run again at any time: entries that already stand are left alone. In an extract, a row that has changed
    corrects its entry.
    """
    folder = find_extract(paths, mapping)
    if folder is not None:
        from web.cli.extract_import import import_extract

        made_at = None if extracted_at is None else command_options.past(extracted_at)
        report = import_extract(
            database, folder, mapping or folder / MAPPING, rejects or folder / "rejected",
            made_at=made_at, part=part, actor=actor, keep=not dry_run,
        )  # fmt: skip
    else:
        if rejects or part or extracted_at:
            raise click.UsageError(
                f"--rejects, --part and --extracted-at are for a folder with a {MAPPING}, or --mapping"
            )
        report = load(database, find_files(paths), actor=actor, keep=not dry_run)
        print_report(report, dry_run)
    sys.exit(1 if report.rejected else 0)


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
    if reference is not None and book.file(reference).beginning is None:
        raise click.UsageError(f"there is no case {reference}")
    for name in [reference] if reference else [*book.cases, *inspections]:
        kept_on = "inspection" if name in inspections else "case"
        for fact in book.file(name).entries.values():
            if not isinstance(known_at, datetime) or fact.recorded_at < known_at:
                click.echo(json.dumps(entry_document(kept_on, name, fact), ensure_ascii=False))


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
        position = max(files.recorder.verify(), default=0)
    except BrokenChain as error:
        click.echo(f"broken: {error}", err=True)
        sys.exit(1)
    click.echo(f"{count_noun(position, 'entry', 'entries')} verified; the chain's head is {files.recorder.head()[1]}")
    book, differs = CaseRepository(files), False
    for path in reports:
        try:
            found = verify_report(book, path)
        except NotAReport as error:
            raise click.UsageError(str(error)) from error
        click.echo(f"{path.name}: {'every figure is reproduced' if not found else 'differs'}")
        for words in found:
            click.echo(f"  {words}")
        differs = differs or bool(found)
    sys.exit(1 if differs else 0)


@click.command()
@command_options.database
def migrate(database: str) -> None:
    """Prepare a database: make the tables that this version needs. Nothing that is stored changes.

    PostgreSQL needs it once before anything else, and again after an update; an SQLite file does it by itself.
    """
    command_options.open_files(database, make=True, prepare=True).close()
    address = command_options.database_at(database).address
    with closing(AccountRegister(address, prepare=True)), closing(ReadModel(address, prepare=True)):
        click.echo(f"{command_options.database_at(database)} is ready.")


COMMANDS = [import_, export, verify, migrate]

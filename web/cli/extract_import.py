"""Importing an extract: its tables, its rejected rows, and what has gone from its source."""

import csv
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import click

from domain.importing.extracts.extract import Extract
from domain.importing.extracts.missing_rows import MissingRow
from domain.importing.importer import ImportReport
from domain.policy.cited_documents import PolicyError
from web.cli import command_options
from web.cli.import_report import SHOWN, print_report
from web.cli.progress_bars import progress_of_bytes
from web.presentation.formatting import count_noun
from web.site import system_clock

GONE = "gone-from-{source}.csv"
"""Beside the rejected rows: the entries that the source no longer gives."""


def import_extract(
    database: str, folder: Path, mapping: Path, rejects: Path, *,
    made_at: datetime | None, part: bool, actor: str, keep: bool,
) -> ImportReport:  # fmt: skip
    """Import the tables of a folder and print what became of them; a usage error where the mapping does not fit."""
    now, report = system_clock.now(), ImportReport()
    try:
        extract = Extract.open(folder, mapping, made_at or now, part=part)
    except PolicyError as error:
        raise click.UsageError(f"nothing was read, the mapping does not fit:\n{error}") from error
    files = command_options.open_files(database, make=True) if keep else command_options.open_to_look(database)
    with progress_of_bytes() as bar:
        task = bar.add_task("Importing", total=sum(file.path.stat().st_size for file in extract.files.values()))
        with command_options.storing(database):
            extract.take(files, report, lambda size: bar.advance(task, size), now=now, actor=actor, keep=keep)
    print_report(report, not keep)
    passed = [f"{count:,} of {name}" for name, count in sorted(extract.passed.items()) if count]
    if passed:
        click.echo(f"rows that give no entry: {', '.join(passed)}")
    gone = extract.differences(files)
    if keep:
        try:
            for path in extract.write_rejected(report, rejects):
                click.echo(f"rejected rows: {path}")
            gone = _written(gone, rejects / GONE.format(source=extract.mapping.source))
            _print_gone(gone)
        except OSError as error:
            raise click.ClickException(f"{rejects}: {error.strerror}; name a folder to write to: --rejects") from error
    else:
        _print_gone(gone)
    return report


def _written(gone: Iterator[MissingRow], path: Path) -> Iterator[MissingRow]:
    """The same, written to a CSV file on the way; no file where there are none."""
    path.unlink(missing_ok=True)
    first = next(gone, None)
    if first is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(MissingRow._fields)
        for one in chain([first], gone):
            writer.writerow(one)
            yield one
    click.echo(f"listed in {path}")


def _print_gone(gone: Iterator[MissingRow]) -> None:
    """Print what is on file and no longer in its source, at most ``SHOWN`` of it."""
    count = 0
    for count, one in enumerate(gone, start=1):
        if count == 1:
            click.echo("on file and no longer in the source (nothing was withdrawn):")
        if count <= SHOWN:
            click.echo(f"  {one.table} {one.key}: {one.type} of {one.case}, {one.why}")
    if count > SHOWN:
        click.echo(f"  ... and {count - SHOWN:,} more")
    if count:
        click.echo(f"{count_noun(count, 'entry', 'entries')} no longer in the source")

"""Importing an extract: its tables, its rejected rows, and the rows that its source no longer has."""

import csv
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import click

from domain.importing.extracts.extract import Extract
from domain.importing.extracts.taken_back import MissingRow
from domain.importing.importer import ImportReport
from domain.policy.cited_documents import PolicyError
from domain.private_folder import OUR_FOLDER, open_ours
from web.cli import command_log, command_options
from web.cli.import_source import stored_for
from web.cli.import_summary import MOST_PRINTED, print_summary
from web.cli.progress_bars import progress_of_bytes
from web.presentation.formatting import count_noun
from web.presentation.table_files import csv_cell
from web.site import system_clock

GONE = "gone-from-{source}.csv"
"""The file, beside those of rejected rows, of entries on file that the source no longer has."""


def import_extract(
    database: str, folder: Path, mapping: Path, rejects: Path, *,
    source: str | None, ordinary: bool, made_at: datetime | None, part: bool, keep: bool,
) -> ImportReport:  # fmt: skip
    """Import the tables of a folder and print the outcome. A usage error where the mapping does not fit.

    ``made_at``: when the extract was made (default: now). ``keep``: False for a dry run, which stores nothing.
    """
    now, report = system_clock.now(), ImportReport()
    try:
        extract = Extract.open(folder, mapping, made_at or now, part=part)
    except PolicyError as error:
        raise click.UsageError(f"nothing was read, the mapping does not fit:\n{error}") from error
    named = extract.mapping.source
    if source is not None and source != named:
        raise click.UsageError(f"--source: the mapping says that these tables come from {named}, not from {source}")
    given = stored_for(database, named, ordinary=ordinary, from_mapping=source is None)
    files = command_options.open_files(database, make=True) if keep else command_options.open_to_look(database)
    with progress_of_bytes() as bar:
        task = bar.add_task("Importing", total=sum(file.path.stat().st_size for file in extract.files.values()))
        with command_options.storing(database):
            extract.take(
                files, report, lambda size: bar.advance(task, size),
                now=now, actor=str(given.by), keep=keep, areas=given.areas,
            )  # fmt: skip
    print_summary(database, report, not keep, given.by)
    if given.unregistered:
        click.echo(
            f"the source {named} is not registered: what is stored more than 7 days after its recording counts as late; "
            f"register it with: caseaudit sources add {named}"
        )
    _print_counts(extract)
    gone = extract.differences()
    if keep:
        try:
            for path in extract.write_rejected(report, rejects):
                click.echo(f"rejected rows: {path}")
            gone = _written(gone, rejects / GONE.format(source=extract.mapping.source))
            _print_gone(database, gone, keep)
        except OSError as error:
            raise click.ClickException(f"{rejects}: {error.strerror}; name a folder to write to: --rejects") from error
    else:
        _print_gone(database, gone, keep)
    return report


def _print_counts(extract: Extract) -> None:
    """Print by table how many rows gave no entry, and how many repeated another."""
    counts = extract.counts
    idle = [
        f"{count:,} of {name}" + (f" ({void:,} void)" if (void := counts.void[name]) else "")
        for name, count in sorted((counts.passed + counts.void).items())
    ]
    if idle:
        click.echo(f"rows that give no entry: {', '.join(idle)}")
    if alike := [f"{count:,} of {name}" for name, count in sorted(counts.alike.items())]:
        click.echo(f"rows that repeat another, taken once: {', '.join(alike)}")


def _written(gone: Iterator[MissingRow], path: Path) -> Iterator[MissingRow]:
    """Yield the rows and write each to a CSV file. Without rows there is no file."""
    path.unlink(missing_ok=True)
    first = next(gone, None)
    if first is None:
        return
    path.parent.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8-sig", newline="", opener=open_ours) as stream:
        writer = csv.writer(stream)
        writer.writerow(MissingRow._fields)
        for one in chain([first], gone):
            writer.writerow([csv_cell(value) for value in one])
            yield one
    click.echo(f"listed in {path}")


def _print_gone(database: str, gone: Iterator[MissingRow], keep: bool) -> None:
    """Print the entries on file that their source no longer has, at most ``MOST_PRINTED``, and their number."""
    heads = {
        "withdrawn": f"taken back by the source, and {'' if keep else 'would be '}withdrawn:",
        "": "on file and no longer in the source (nothing was withdrawn):",
    }
    count, lines = 0, list[str]()
    for count, one in enumerate(gone, start=1):
        if head := heads.pop(one.done, ""):
            lines.append(head)
        if count <= MOST_PRINTED:
            lines.append(f"  {one.table} {one.key}: {one.type} of {one.case}, {one.why}")
    if lines:
        command_log.said(database, lines)
    if count > MOST_PRINTED:
        click.echo(f"  ... and {count - MOST_PRINTED:,} more")
    if count:
        click.echo(f"{count_noun(count, 'entry', 'entries')} no longer in the source")

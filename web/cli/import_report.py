"""What the command line shows of an import: its progress, and what was stored and rejected."""

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from domain.importing.importer import ImportReport
from web.presentation.formatting import count_noun

SHOWN = 200
"""Rejected lines are printed up to this number; the rest are counted."""


def progress_bar() -> Progress:
    """A bar of bytes on the error stream; nothing where that is not a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


def print_report(report: ImportReport, dry_run: bool) -> None:
    """What was rejected, on the error stream, and what was stored."""
    for rejected in report.rejected[:SHOWN]:
        click.echo(str(rejected), err=True)
    if len(report.rejected) > SHOWN:
        click.echo(f"... and {len(report.rejected) - SHOWN:,} more", err=True)
    corrected = f" ({count_noun(report.corrected, 'correction')} of changed rows)" if report.corrected else ""
    click.echo(
        f"{count_noun(report.stored, 'entry', 'entries')} {'would be stored' if dry_run else 'stored'}{corrected}, "
        f"{report.already:,} already there, {len(report.rejected):,} rejected"
    )

"""What an import prints of what became of its entries."""

import click

from domain.importing.importer import ImportReport
from web.presentation.formatting import count_noun

SHOWN = 200
"""Rejected entries that are printed; the others are counted."""


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

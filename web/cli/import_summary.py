"""What a command prints after an import: entries stored, known already, rejected."""

import click

from domain.importing.importer import ImportReport
from web.presentation.formatting import count_noun

MOST_PRINTED = 200
"""The most rejected entries that are printed. The others are counted."""


def print_summary(report: ImportReport, dry_run: bool) -> None:
    """Print the rejected entries to the error stream, then the number stored. ``dry_run``: nothing was stored."""
    for rejected in report.rejected[:MOST_PRINTED]:
        click.echo(str(rejected), err=True)
    if len(report.rejected) > MOST_PRINTED:
        click.echo(f"... and {len(report.rejected) - MOST_PRINTED:,} more", err=True)
    changes = [
        f"{count_noun(count, one, many)}{rest}"
        for count, one, many, rest in (
            (report.corrected, "correction", "corrections", " of changed rows"),
            (report.withdrawn, "withdrawal", "withdrawals", ""),
            (report.restored, "withdrawal", "withdrawals", " taken back"),
        )
        if count
    ]
    changed = f" ({', '.join(changes)})" if changes else ""
    click.echo(
        f"{count_noun(report.stored, 'entry', 'entries')} {'would be stored' if dry_run else 'stored'}{changed}, "
        f"{report.already:,} already there, {len(report.rejected):,} rejected"
    )

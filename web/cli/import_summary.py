"""What a command prints after an import: entries stored, known already, rejected."""

import click

from domain.importing.importer import ImportReport
from domain.store.stored_by import StoredBy
from web.cli import command_log
from web.presentation.formatting import count_noun

MOST_PRINTED = 200
"""The most rejected entries that are printed. The others are counted."""


def print_summary(database: str, report: ImportReport, dry_run: bool, by: StoredBy) -> None:
    """Print the rejected entries to the error stream, then the number stored. ``dry_run``: nothing was stored.

    The import and the cases that are named go on the access log first.
    """
    of = f"source {by.source}{', taking over' if by.taking_over else ''}: " if by.source else ""
    done = f"{of}{report.stored} stored, {report.already} already there, {len(report.rejected)} rejected"
    rejected = [str(one) for one in report.rejected[:MOST_PRINTED]]
    command_log.said(
        database, rejected, err=True, action="viewed" if dry_run else "imported", detail="" if dry_run else done
    )
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
        + (f"; taken over from {by.source}" if by.taking_over else "")
    )
    for name in report.fixed:
        click.echo(
            f"{name} is frozen: its figures rest on its files as they are now; what comes later does not count for it"
        )

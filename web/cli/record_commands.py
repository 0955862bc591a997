"""The command ``export``: write entries out."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from domain.entries.inspection_entries import PolicyKept
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, framework_names
from projections.cases.case_repository import CaseRepository
from web.cli import command_log, command_options
from web.presentation.json_documents import entry_document
from web.site import system_clock


@click.command()
@click.option("--case", "reference", metavar="REF", help="Only this case.")
@click.option(
    "--known-at", type=command_options.Instant(), metavar="K|hindsight", help="Only what had been recorded by then."
)
@click.option("--parquet", type=click.Path(path_type=Path), metavar="DIR",
              help="For analysts: tables as Parquet files, in a folder that is not there yet.")  # fmt: skip
@click.option("--ocel", type=click.Path(path_type=Path), metavar="FILE",
              help="For process mining: enforcement and recall as an OCEL 2.0 event log, in a new file.")  # fmt: skip
@click.option(
    "--area", "areas", multiple=True, metavar="A", help="With --parquet or --ocel: cases that this area ever held."
)
@click.option("--team", "teams", multiple=True, metavar="T", help="The same for a team.")
@click.option(
    "--as-at", type=command_options.Day(), metavar="D", help="The day of states, answers and scores. Default: today."
)
@click.option("--framework", "named", multiple=True, type=click.Choice(framework_names()),
              help=f"Whose answers and scores. Default: {DEFAULT_FRAMEWORK}.")  # fmt: skip
@click.option("--identified", is_flag=True, help="With references, CRNs, names and staff; needs the three that follow.")
@click.option("--recipient", metavar="WHO", help="For whom the export is; kept on record.")
@click.option("--purpose", metavar="WHY", help="What for; kept on record.")
@click.option("--until", type=command_options.Day(), metavar="DAY", help="The day by which it is to be destroyed.")
@click.option("--list", "listed", is_flag=True, help="List the exports that are on record.")
@click.option("--destroyed", metavar="ID", help="Put on record that an export was destroyed.")
@command_options.database
def export(
    reference: str | None, known_at: Any, parquet: Path | None, ocel: Path | None, areas: tuple[str, ...],
    teams: tuple[str, ...], as_at: date | None, named: tuple[str, ...], identified: bool, recipient: str | None,
    purpose: str | None, until: date | None, listed: bool, destroyed: str | None, database: str,
) -> None:  # fmt: skip
    """Write entries in the interchange form, one a line, to the standard output; or tables of many cases for analysts.

    With --parquet or --ocel, cases, persons and staff stand under digests whose key is not kept, unless --identified.
    """
    if listed or destroyed or parquet or ocel:
        if sum(map(bool, (listed, destroyed, parquet, ocel))) > 1 or reference:
            raise click.UsageError("choose one of --case, --parquet, --ocel, --list and --destroyed")
        from web.cli import export_tables  # reads Arrow, which other commands do without

        if listed or destroyed:
            export_tables.note_destroyed(database, destroyed) if destroyed else export_tables.list_exports(database)
            return
        asked = export_tables.Asked(
            parquet or ocel or Path(), "parquet" if parquet else "ocel", areas, teams, as_at or system_clock.today(),
            known_at if isinstance(known_at, datetime) else None, named or (DEFAULT_FRAMEWORK,), identified, recipient, purpose,
            until,
        )  # fmt: skip
        asked.check()
        export_tables.write_parquet(database, asked) if parquet else export_tables.write_ocel(database, asked)
        return
    _require_plain(areas, teams, as_at, named, identified, recipient, purpose, until)
    _interchange(reference, known_at, database)


def _require_plain(*given: object) -> None:
    """A usage error where an option was given that entries in the interchange form know nothing of."""
    if any(given):
        raise click.UsageError(
            "--area, --team, --as-at, --framework, --identified, --recipient, --purpose and --until are for --parquet and --ocel"
        )


def _interchange(reference: str | None, known_at: Any, database: str) -> None:
    """Every entry of a case, or of all cases and inspections, one a line."""
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

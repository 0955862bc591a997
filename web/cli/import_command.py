"""The command ``import``: entries from interchange files, or from the tables of an extract."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.importing.source_areas import SourceAreas
from web.cli import command_log, command_options
from web.cli.import_source import stored_for
from web.cli.import_summary import print_summary
from web.cli.logged_run import COUNTED
from web.cli.progress_bars import progress_of_bytes
from web.site import system_clock

MAPPING = "mapping.yaml"
"""The file that makes a folder an extract: it maps its tables to entries."""


def find_files(paths: tuple[Path, ...]) -> list[Path]:
    """The NDJSON files of these paths, and those in folders of them. A usage error where a folder holds none."""
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
    """The folder with the tables of an extract. None where the paths name interchange files."""
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


def load(
    database: str, paths: list[Path], *, actor: str, keep: bool = True, areas: SourceAreas | None = None
) -> ImportReport:
    """Import these files into a database. Returns what was stored and what was rejected.

    ``areas``: those that the lines may be of; None: all.
    """
    report, now = ImportReport(), system_clock.now()
    files = command_options.open_files(database, make=True) if keep else command_options.open_to_look(database)
    with progress_of_bytes() as bar:
        task = bar.add_task("Importing", total=sum(path.stat().st_size for path in paths))
        lines = (
            line for path in paths for line in read_lines(path, now, report.rejected, lambda size: bar.advance(task, size))
        )  # fmt: skip
        with command_options.storing(database):
            import_lines(files, lines, report, now=now, actor=actor, keep=keep, check=areas)
    report.rejected.sort()
    return report


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and store nothing.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help=f"How the tables of the folder are read. Default: {MAPPING} in the folder.")  # fmt: skip
@click.option("--rejects", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Where a table's rejected rows are written. Default: rejected/ in the folder.")  # fmt: skip
@click.option(
    "--part", is_flag=True, help="The folder does not hold all that its source does: no row counts as vanished."
)
@click.option(
    "--extracted-at", type=command_options.Instant(), metavar="T", help="When the extract was made. Default: now."
)
@click.option("--source", metavar="NAME", help="The registered source that these files come from.")
@click.option("--ordinary", is_flag=True, help="What is imported is not taken over, though a taking over is open.")
@command_options.database
def import_(
    paths: tuple[Path, ...],
    dry_run: bool,
    mapping: Path | None,
    rejects: Path | None,
    part: bool,
    extracted_at: Any,
    source: str | None,
    ordinary: bool,
    database: str,
) -> None:
    """Import interchange files (NDJSON, one entry a line), folders of them, or one extract: a folder of CSV tables.

    Good lines are kept; bad ones are printed as file:line: field: reason, and the exit code is then 1. The same import
    can be run again at any time: entries that already stand are left alone. In an extract, a row that has changed
    corrects its entry. An extract comes from the source that its mapping names.
    """
    command_log.try_out(database)
    begun = time.monotonic()
    folder = find_extract(paths, mapping)
    if folder is not None:
        from web.cli.extract_import import import_extract

        made_at = None if extracted_at is None else command_options.past(extracted_at)
        report = import_extract(
            database, folder, mapping or folder / MAPPING, rejects or folder / "rejected", source=source,
            ordinary=ordinary, made_at=made_at, part=part, keep=not dry_run,
        )  # fmt: skip
    else:
        if rejects or part or extracted_at:
            raise click.UsageError(
                f"--rejects, --part and --extracted-at are for a folder with a {MAPPING}, or --mapping"
            )
        found, given = find_files(paths), stored_for(database, source, ordinary=ordinary)
        report = load(database, found, actor=str(given.by), keep=not dry_run, areas=given.areas)
        print_summary(database, report, dry_run, given.by)
    seconds = max(time.monotonic() - begun, 0.001)
    COUNTED.update(
        stored=report.stored, already=report.already, rejected=len(report.rejected),
        entries_a_second=round(report.stored / seconds),
    )  # fmt: skip
    sys.exit(1 if report.rejected else 0)


COMMANDS = [import_]

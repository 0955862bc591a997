"""``export --parquet`` and ``--ocel``: rows of many cases for analysts, under digests or with names, each export on record."""

import gc
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from domain.entries.export_entries import ExportDestroyed, ExportForm, ExportMade, export_file
from domain.policy.frameworks.framework_files import frameworks
from domain.private_folder import open_ours
from domain.store.application import Files
from domain.store.stored_by import StoredBy
from projections.arrays.date_numbers import day_read
from projections.cases.person_names import details_of
from projections.columns.column_store import ColumnStore
from projections.exports.entry_files import some_files
from projections.exports.event_log import case_log, write_log
from projections.exports.export_cases import cases_in, unknown_places
from projections.exports.export_contents import ExportContents
from projections.exports.export_facts import ExportFacts
from projections.exports.made_exports import made_exports
from projections.exports.parquet_files import FolderThere, made_aside
from projections.exports.pseudonyms import Pseudonyms, new_key
from projections.history.moment import Moment
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed
from web.cli import command_log, command_options
from web.cli.command_columns import columns_of, pool_of
from web.cli.command_read_model import current_read_model
from web.presentation.formatting import count_noun
from web.site import system_clock

LOG_FILE = "log.json"


@dataclass(frozen=True)
class Asked:
    """What was asked of an export. ``known_at`` None: everything that was recorded."""

    path: Path
    form: ExportForm
    areas: tuple[str, ...]
    teams: tuple[str, ...]
    as_at: date
    known_at: datetime | None
    frameworks: tuple[str, ...]
    identified: bool
    recipient: str | None
    purpose: str | None
    until: date | None

    def check(self) -> None:
        """A usage error where what an identified export needs is missing, or its end is over."""
        missing = [
            f"--{name}" for name in ("recipient", "purpose", "until") if self.identified and not getattr(self, name)
        ]
        if missing:
            raise click.UsageError(
                f"--identified names persons: say for whom, why and until when. Missing: {', '.join(missing)}"
            )
        if self.until is not None and self.until < system_clock.today():
            raise click.UsageError(f"--until: {self.until} is over")

    def facts(self, export: str, position: int, *, kept_up: bool = False) -> ExportFacts:
        return ExportFacts(
            export, system_clock.now(), self.as_at, self.known_at, position, self.areas, self.teams, self.frameworks,
            self.identified, self.recipient, self.purpose, self.until, kept_up,
        )  # fmt: skip


def write_parquet(database: str, asked: Asked) -> None:
    """Write the folder of an export, and put it on record. A usage error where the folder is there or a place is unknown."""
    with (
        _no_search_for_garbage(), closing(current_read_model(database)) as views,
        closing(command_options.open_files(database)) as files,
    ):  # fmt: skip
        if asked.identified:
            command_options.require_keys(files)
        contents = contents_of(views, columns_of(views), asked, files)
        try:
            with made_aside(asked.path) as folder:
                written = contents.write(folder)
                register(database, files, contents, asked)
        except FolderThere as error:
            raise click.UsageError(f"--parquet: {error}") from error
        except WorkFailed as error:
            raise click.ClickException(f"{error}\nNothing is left of the export; run it again") from error
        except OSError as error:
            raise click.UsageError(
                f"--parquet {asked.path}: {error.strerror or error}; nothing is left there"
            ) from error
    rows = sum(count for _, _, count in written.values())
    click.echo(
        f"{count_noun(len(contents.references), 'case')}, {rows:,} rows in {asked.path}: export {contents.facts.export}."
    )
    click.echo("Rows of one person are personal data: its datapackage.json says so, and what each field is.")


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Let Python look for no cycles: among so many rows there are none, and looking takes half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def write_ocel(database: str, asked: Asked) -> None:
    """Write the event log of an export, and put it on record. A usage error where the file is there or a place is unknown."""
    with closing(current_read_model(database)) as views, closing(command_options.open_files(database)) as files:
        contents = contents_of(views, columns_of(views), asked, files)
        try:
            with made_aside(asked.path, only=LOG_FILE) as folder:
                objects, events = _log(views, contents, folder)
                register(database, files, contents, asked)
        except FolderThere as error:
            raise click.UsageError(f"--ocel: {error}") from error
        except OSError as error:
            raise click.UsageError(f"--ocel {asked.path}: {error.strerror or error}; nothing is left there") from error
    click.echo(f"{events:,} events on {objects:,} objects in {asked.path}: export {contents.facts.export}.")
    click.echo("Events of one person are personal data, however few or many there are.")


def _log(views: ReadModel, contents: ExportContents, folder: Path) -> tuple[int, int]:
    """Write the log as the one file of a folder; returns how many objects and events it has."""
    facts = contents.facts
    logs = (
        case_log(file.reference, file.entries, facts.known_at, contents.pseudonyms)
        for some in some_files(contents.references)
        for file in views.stored.files(some, views.stored.versions(some, facts.position))
    )
    with (
        open(folder / LOG_FILE, "w", encoding="utf-8", opener=open_ours) as stream,
        tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8") as beside,
    ):
        return write_log(stream, beside, logs)


def contents_of(views: ReadModel, columns: ColumnStore, asked: Asked, files: Files) -> ExportContents:
    """What an export holds. A usage error where it names a place that never held a case, or the day is out of range."""
    if unknown := unknown_places(columns, asked.areas, asked.teams):
        every = columns.words["place"].values
        level = "area" if unknown[0].startswith("the area") else "team"
        known = sorted({getattr(place, level) for place in every})
        raise click.UsageError(f"no case was ever held by {unknown[0]}; there are: {', '.join(known) or 'none'}")
    facts = asked.facts(_id(), columns.position)
    try:
        day_read(asked.as_at)
        cases = cases_in(columns, facts)
    except ValueError as error:
        raise click.UsageError(f"--as-at: {error}") from error
    if not cases.any():
        raise click.UsageError(f"there are no {facts.of}: nothing is written")
    chosen = [frameworks()[name] for name in asked.frameworks]
    pool = None if views.database.in_memory else (views.database.address, pool_of(None, None))
    if not asked.identified:
        return ExportContents(columns, views.stored, cases, facts, chosen, Pseudonyms(new_key()), pool=pool)
    moment = Moment(asked.as_at, asked.known_at)
    return ExportContents(
        columns,
        views.stored,
        cases,
        facts,
        chosen,
        Pseudonyms(None),
        lambda some: details_of(files, some, moment),
        pool,
    )


def register(database: str, files: Files, contents: ExportContents, asked: Asked, *, kept_up: bool = False) -> None:
    """Put an export on record, and on the access log with every case in it. ``LogUnavailable``: nothing may be handed out."""
    facts = contents.facts
    fact = ExportMade(
        at=facts.made_at, form=asked.form, path=str(asked.path.absolute()), identified=asked.identified,
        recipient=asked.recipient, purpose=asked.purpose, until=asked.until, areas=list(asked.areas), teams=list(asked.teams),
        as_at=asked.as_at, known_at=asked.known_at, position=facts.position, cases=len(contents.references), kept_up=kept_up,
    )  # fmt: skip
    command_log.shows(database, contents.references, action="downloaded", detail=f"export {facts.export}")
    files.enter(export_file(facts.export), fact, actor=_actor())


def list_exports(database: str) -> None:
    """Print every export on record."""
    with closing(command_options.open_files(database)) as files:
        found = made_exports(files)
    for one in found:
        click.echo(one.words(system_clock.today()))
    if not found:
        click.echo("no export is on record")


def note_destroyed(database: str, export: str) -> None:
    """Put on record that an export was destroyed. A usage error where there is none of this id."""
    with closing(command_options.open_files(database)) as files:
        _require(files, export)
        fact = ExportDestroyed(at=system_clock.now(), said_by=command_log.who_runs_it())
        files.enter(export_file(export), fact, actor=_actor())
    click.echo(
        f"It is on record that export {export} was destroyed. Its files are not looked for: delete them yourself."
    )


def _require(files: Files, export: str) -> None:
    found: Sequence[Any] = made_exports(files)
    if not any(one.export == export and not one.destroyed for one in found):
        standing = ", ".join(one.export for one in found if not one.destroyed)
        raise click.UsageError(f"--destroyed: no export {export} stands on record; there are: {standing or 'none'}")


def _id() -> str:
    """The id of an export: its day and four digits by chance."""
    return f"{system_clock.today():%Y%m%d}-{secrets.token_hex(3)}"


def _actor() -> str:
    return str(StoredBy(operator=command_log.operator()))

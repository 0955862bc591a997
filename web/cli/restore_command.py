"""The command ``restore``: a new database from a backup, proved and whole; or a rehearsal of it, which leaves nothing."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click

from domain.accounts.access_lines import OPERATOR, LogUnavailable
from domain.accounts.account_register import AccountRegister
from domain.backup.backup_file import AlreadyThere, DamagedBackup, Kept, NotABackup, check_whole
from domain.backup.keys_back import WrongKeys, check_fits
from domain.backup.restoring import Beyond, GoesOn, MustBeNew, Restored, beyond
from domain.backup.restoring import restore as restore_it
from domain.calendar.london_time import day_of
from domain.key_files import KeyUnusable, key_folder
from domain.store.checkpointing import WITNESS
from domain.store.damage import database_words
from domain.store.database import Database, NotPrepared
from domain.store.engines import DatabaseError
from domain.store.erased_marks import IN_FILE as ERASED
from domain.store.hash_chain import BrokenChain
from domain.store.head_check import NotOfThisRecord, read_kept
from domain.store.key_store import IN_FILE as KEY_STORE
from domain.store.record_keys import record_name
from projections.read_model.view_reader import ReadModel
from web.cli import command_log, command_options
from web.cli.progress_bars import progress_of
from web.presentation.formatting import count_noun
from web.site import system_clock

HOW = (
    "say how the record goes on: --goes-on, where the database is lost and this takes its place; or --new --reason TEXT, where "
    "this is a copy, or the old one goes on too: it then gets a name of its own"
)
NO_CHECKPOINT = (
    "No checkpoint was given: nothing says whether entries were stored after this backup. Give the witness's folder or last "
    "night's checkpoint with --checkpoint."
)
NO_MARKS = (
    "Warning: there is no list of erased persons at {}. Where anybody was erased after this backup, put the list there "
    "(RECORD.erased, or the file of CASEAUDIT_ERASED_FILE) before anybody opens this database, or give it with --erased: else "
    "their names are back."
)
AFTERWARDS = (
    "All sessions, invitations and calendar addresses have ended: people sign in again, and make new calendar addresses. Look "
    "through the accounts: what was closed, narrowed or changed after the backup is as it was before."
)
SQLITE_NEXT = "Lists are made anew from the entries when the site starts, or now: caseaudit rebuild --database {}"
POSTGRES_NEXT = (
    "Then: caseaudit migrate --application-role ROLE, and caseaudit rebuild, both with this --database; lists are made anew from "
    "the entries."
)
MISSING = (
    "The keys of persons are missing: names, dates of birth and notes read [sealed], and nothing is recorded on cases. Put them "
    "back: "
)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("to", metavar="[TO]", required=False)
@click.option("--keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="The file of keys that was made with the backup, or a later one.")  # fmt: skip
@click.option("--checkpoint", "checkpoint", type=click.Path(exists=True, path_type=Path), metavar="FILE|FOLDER",
              help="The last checkpoint, or the witness's folder: how many entries are lost. Default: the witness.")  # fmt: skip
@click.option("--erased", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="The list of erased persons. Default: CASEAUDIT_ERASED_FILE, else in your data folder.")  # fmt: skip
@click.option("--goes-on", is_flag=True, help="The database is lost: this one takes its place, under the same name.")
@click.option("--new", is_flag=True, help="It is a copy with a name of its own, such as for a test. Needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why it is a new record; it says so for good.")
@click.option(
    "--rehearse", is_flag=True, help="Restore into a temporary place, prove it, say how long it took, remove it."
)
@click.option("--temporary", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER",
              help="Where a rehearsal has its room. Default: the system's folder for temporary files.")  # fmt: skip
@command_options.database
@click.pass_context
def restore(
    context: click.Context, path: Path, to: str | None, keys: Path | None, checkpoint: Path | None, erased: Path | None,
    goes_on: bool, new: bool, reason: str | None, rehearse: bool, temporary: Path | None, database: str,
) -> None:  # fmt: skip
    """Restore the backup FILE into TO, a database that is not there yet: an SQLite file, or an empty database on PostgreSQL.

    Every entry is proved first, and nothing that looks whole is left where it is cut off. Persons erased since stay erased. TO may
    also be named by --database. With --rehearse nothing is kept, and --database names the record on whose page Data it is noted.
    """
    if erased is not None:
        os.environ[ERASED] = str(erased.absolute())
    now, begun = system_clock.now(), time.monotonic()
    with _words(path):
        backup = _whole(path, "backup", "Checking the backup")
        kept = None if keys is None else _whole(keys, "keys", "Checking the keys")
        check_fits(backup.manifest, None if kept is None else kept.manifest, day_of(now))
        checkpoints = _beyond(backup, checkpoint)
    _tell_beyond(backup, checkpoints)
    if rehearse:
        _rehearse(context, backup, kept, checkpoints, temporary, database, begun)
        return
    target = _target(context, to, database)
    how = GoesOn(_reason(goes_on, new, reason), now, f"operator ({command_log.who_runs_it()}: restore)")
    with _words(path), progress_of(backup.manifest.entries.position, "Restoring and proving") as bar:
        done = restore_it(backup, target, how, kept, checkpoints, lambda at: bar.update(bar.task_ids[0], completed=at))
        if target.kind == "postgresql":
            ReadModel(target.address, prepare=True).close()
    _say(backup, done, target)
    click.echo(AFTERWARDS, err=True)
    click.echo(POSTGRES_NEXT if target.kind == "postgresql" else SQLITE_NEXT.format(target), err=True)


def _target(context: click.Context, to: str | None, database: str) -> Database:
    """Where to restore to: the argument, else --database where it was given."""
    if to is None and context.get_parameter_source("database") is click.core.ParameterSource.DEFAULT:
        raise click.UsageError("name the database to restore to: caseaudit restore FILE TO")
    target = command_options.database_at(to or database)
    if target.in_memory or target.read_only:
        raise click.UsageError(f"{to}: name an SQLite file that is not there yet, or an empty database on PostgreSQL")
    return target


def _reason(goes_on: bool, new: bool, reason: str | None) -> str | None:
    """Why it is a new record; None: it goes on. Asked for at a terminal; a usage error elsewhere where it was not said."""
    if not goes_on and not new and sys.stdin.isatty():
        click.echo("Does this record go on in place of one that is lost (goes-on), or is it a new one beside it (new)?")
        new = click.prompt("goes-on or new", type=click.Choice(("goes-on", "new"))) == "new"
        goes_on = not new
        if new and not reason:
            reason = click.prompt("Why is it a new record? It says so for good")
    if goes_on == new:
        raise click.UsageError(HOW)
    if new and not (reason or "").strip():
        raise click.UsageError("--new needs --reason TEXT: the record says for good why it branched")
    if goes_on and reason:
        raise click.UsageError("--reason says why it is a new record: leave it out with --goes-on, or say --new")
    return reason if new else None


def _beyond(backup: Kept, given: Path | None) -> Beyond | None:
    """What the checkpoints that were given, or the folder of the witness, say beyond the backup; None: there are none."""
    folder = os.environ.get(WITNESS, "").strip()
    if given is None and not (folder and Path(folder).is_dir()):
        return None
    try:
        return beyond(read_kept(given or Path(folder), backup.manifest.origin), backup.manifest)
    except NotOfThisRecord as error:
        if given is not None:
            raise click.UsageError(str(error)) from error
        return None


def _tell_beyond(backup: Kept, checkpoints: Beyond | None) -> None:
    said = backup.manifest
    click.echo(
        f"The backup is of {said.made_at:%Y-%m-%d %H:%M} UTC: {count_noun(said.entries.leaves, 'entry', 'entries')} of "
        f"{said.origin}."
    )
    if checkpoints is None:
        click.echo(NO_CHECKPOINT, err=True)
    elif checkpoints.entries:
        click.echo(
            f"{count_noun(checkpoints.entries, 'entry', 'entries')} beyond it are named by {checkpoints.file}: they are not in it."
        )
    else:
        click.echo(f"No checkpoint has more entries than it ({checkpoints.file}).")


def _rehearse(
    context: click.Context, backup: Kept, keys: Kept | None, checkpoints: Beyond | None, temporary: Path | None, database: str,
    begun: float,
) -> None:  # fmt: skip
    """Restore into a folder that is removed at the end, whatever comes of it; note it where the record itself is at hand."""
    now = system_clock.now()
    actor = f"operator ({command_log.who_runs_it()}: rehearsal)"
    with _words(backup.path), tempfile.TemporaryDirectory(dir=temporary, prefix="caseaudit-rehearsal-") as folder:
        target = Database(str(Path(folder) / "rehearsal.sqlite"))
        if (
            keys is not None and backup.manifest.key_store
        ):  # else they would be put where the record's own are looked for
            os.environ[KEY_STORE] = str(Path(folder) / "rehearsal.persons")
        with progress_of(backup.manifest.entries.position, "Rehearsing") as bar:
            done = restore_it(
                backup, target, GoesOn("a rehearsal", now, actor), keys, checkpoints,
                lambda at: bar.update(bar.task_ids[0], completed=at),
            )  # fmt: skip
    seconds = time.monotonic() - begun
    _say(backup, done, None)
    click.echo(f"The rehearsal took {seconds:.1f} s, and everything that it made is removed.")
    _note(context, backup, f"{done.entries} entries in {seconds:.0f} s; keys {done.keys}", now, database)


def _note(context: click.Context, backup: Kept, detail: str, now: datetime, database: str) -> None:
    """Note the rehearsal on the access log of the record, from which the page Data reads it; where it is not at hand, say so."""
    at = command_options.database_at(database)
    try:
        if at.missing:
            raise NotPrepared(f"there is no database {at}")
        with (
            closing(command_options.open_files(database)) as files,
            closing(AccountRegister(at.address)) as register,
        ):
            if record_name(files) not in (backup.manifest.origin, *backup.manifest.records):
                raise NotPrepared(f"{at} is another record")
            register.log.add(now, OPERATOR, "restore rehearsed", route="restore", purpose="operation",
                             detail=f"{detail}; {command_log.who_runs_it()}")  # fmt: skip
    except (NotPrepared, LogUnavailable, click.ClickException, DatabaseError) as error:
        click.echo(f"It is noted nowhere, as the record is not at hand: {error}", err=True)


def _say(backup: Kept, done: Restored, target: Database | None) -> None:
    if target is not None:
        click.echo(f"{target} is whole: {done.name}")
    click.echo(
        f"{count_noun(done.entries, 'entry', 'entries')} and {count_noun(done.lines, 'line')} of the access log restored and "
        "proved."
    )
    said = {
        "restored": f"The keys of persons are put back{f' into {done.keys_at}' if done.keys_at else ''}.",
        "none needed": "No keys of persons are needed.",
        "kept": f"The keys of persons are in their store, {done.keys_at}, which stays as it is.",
        "missing": MISSING + (f"the store {done.keys_at}" if done.keys_at else "caseaudit keys restore FILE"),
    }  # fmt: skip
    click.echo(said[done.keys], err=done.keys == "missing")
    for crn in done.again:
        click.echo(f"Keys of {crn} were destroyed once more: erased or redacted after the backup.")
    if done.keys == "restored" and not _marks_there(backup):
        click.echo(NO_MARKS.format(_marks(backup)), err=True)


def _marks(backup: Kept) -> Path:
    given = os.environ.get(ERASED, "")
    return Path(given) if given else key_folder() / f"{backup.manifest.records[0]}.erased"


def _marks_there(backup: Kept) -> bool:
    return _marks(backup).exists()


def _whole(path: Path, kind: str, words: str) -> Kept:
    size = path.stat().st_size
    with progress_of(size, words) as bar:
        return check_whole(
            path, "keys" if kind == "keys" else "backup", lambda at: bar.update(bar.task_ids[0], completed=at)
        )


@contextmanager
def _words(path: Path) -> Iterator[None]:
    """Errors of backups and restores as errors of the command: which file, where, and what to do."""
    try:
        yield
    except (NotABackup, WrongKeys, AlreadyThere, MustBeNew, NotPrepared, KeyUnusable) as error:
        raise click.UsageError(str(error)) from error
    except DamagedBackup as error:
        raise click.ClickException(str(error)) from error
    except BrokenChain as error:
        raise click.ClickException(f"{path}: {error}. Nothing was restored; take an earlier backup") from error
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or path}: {error.strerror or error}. Nothing was restored"
        ) from error
    except Exception as error:
        if (words := database_words(error, None)) is None:
            raise
        raise click.ClickException(f"Nothing that looks whole was made: {words}") from error


COMMANDS = [restore]
